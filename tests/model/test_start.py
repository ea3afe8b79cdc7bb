"""The basis that a program is begun at: what happens if nothing changes."""

from __future__ import annotations

import numpy as np
import pytest

from allocator.instance import read
from allocator.instance.scenarios import scenarios
from allocator.solvers.catalogue import DEFAULT, find_solver
from allocator.solvers.highs import HighsModel
from allocator.solving import start
from allocator.solving.benders.decomposition import BendersDecomposition
from allocator.solving.futures import extensive_form
from allocator.solving.session import Session, build
from allocator.solving.start import unchanged_basis
from tests.hedge.hedges import CASES as HEDGES
from tests.plans import instance_of

CASES = ("hand", "window", "two-areas", "staff-part-training", "drivers", "hand-infeasible")


@pytest.mark.parametrize("case", CASES)
def test_as_many_columns_come_in_as_rows_go_out(case: str) -> None:
    program = build(instance_of(case))
    columns, rows = unchanged_basis(program)
    assert columns.sum() + rows.sum() == program.shape[0]
    assert columns.sum() > program.shape[0] / 4


@pytest.mark.parametrize("case", CASES)
def test_the_answer_is_the_same_from_there(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    instance = instance_of(case)
    usual = Session().solve(instance)
    monkeypatch.setattr(start, "SMALL", 0)
    begun = Session().solve(instance)
    assert [each.optimal for each in begun.windows] == [each.optimal for each in usual.windows]
    assert (begun.best is None) == (usual.best is None)
    if begun.best is not None and usual.best is not None:
        assert begun.best.window == usual.best.window
        assert begun.best.value(-1) == pytest.approx(usual.best.value(-1), rel=1e-9)
        assert begun.best.certificate.passed


def test_levels_are_held_there_and_iterations_are_fewer() -> None:
    program = build(instance_of("two-areas"))
    from_nothing = HighsModel(program, find_solver(DEFAULT)).solve(program)
    model = HighsModel(program, find_solver(DEFAULT))
    model.begin_at(*unchanged_basis(program))
    begun = model.solve(program)
    assert begun.objective == pytest.approx(from_nothing.objective, rel=1e-9)
    assert begun.iterations < from_nothing.iterations


def test_a_future_begins_there_with_the_cases_that_are_served(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    instance = read(HEDGES / "two-stage")
    form = extensive_form(scenarios(instance), instance.uncertainty)
    program, iterations = form.blocks[0].program, []
    served = program.columns["served"]
    columns, _ = unchanged_basis(program)
    assert columns[served.start : served.stop].mean() > 0.9
    for least in (10**9, 0):
        monkeypatch.setattr(start, "SMALL", least)
        parts = BendersDecomposition(form)
        answer = parts.parts[0].alone(parts.held(None))
        iterations.append(answer.iterations)
    assert iterations[1] < 0.7 * iterations[0]


def test_a_program_of_another_kind_has_none() -> None:
    from tests.model.test_proofs import program

    other = program({"tied": (-np.inf, 4)}, {"x": (0, 4.0)}, [[1]], [0])
    assert unchanged_basis(other) is None
    assert start.SMALL > 100  # what is solved in no time is left alone
