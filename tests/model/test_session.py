"""HiGHS kept alive: from any basis the same optimum, a proof where there is none, in time."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path

import numpy as np
import pytest

from allocator.errors import TimeLimitError
from allocator.instance import Instance, read
from allocator.program.certificate import certify
from allocator.program.proofs import refutes
from allocator.solvers import highs
from allocator.solvers.catalogue import SOLVERS, find_solver
from allocator.solvers.highs import HighsModel
from allocator.solvers.solution import Status
from allocator.solving.session import Session, at_window, build
from allocator.solving.solve import solve
from formulations import FORMULATIONS
from tests.model.agreement import agree
from tests.model.random_cases import random_case
from tests.model.reference import Answer, least_cost
from tests.model.reference_data import POUNDS, Data
from tests.model.test_certificate import INF, PAPER, program

CASES = Path(__file__).parents[1] / "cases"


@pytest.mark.parametrize(
    ("name", "solver", "formulation"),
    [
        (name, solver, formulation)  # of each case every other, so that each solver has them all
        for n, name in enumerate(["window", "two-areas"])
        for m, solver in enumerate(["highs", "simplex", "ipm"])
        for formulation in [*FORMULATIONS][(n + m) % 2 :: 2]
    ],
)
def test_a_warm_solve_of_any_window_is_the_cold_one(
    name: str, solver: str, formulation: str
) -> None:
    """There and back again, so that each window is met from two bases; of areas every other."""
    instance, method = read(CASES / name), find_solver(solver)
    base = build(instance, formulation)
    model = HighsModel(base, method)
    windows = (None, *instance.windows)[:: len(instance.areas) or 1]
    variants = [at_window(base, instance, window) for window in windows]
    answers = [HighsModel(variant, method).solve(variant, 0) for variant in variants]
    there = list(zip(variants, answers, strict=True))
    for variant, cold in (*there, *reversed(there)):
        warm = model.solve(variant, 0)
        assert warm.status is cold.status
        if warm.status is Status.OPTIMAL:
            assert warm.objective == pytest.approx(cold.objective, rel=1e-9)
            assert certify(variant, warm.primal, warm.dual, 0).passed


# Changes of one case after another, some of which take coefficients out of the matrix.
CHANGES: list[tuple[str, str, float]] = [
    ("budgets", "amount", 1.2), ("effects", "effect", 0.0), ("effects", "effect", 1.3),
    ("services", "unit_cost", 0.5), ("services", "setup_cost", 0.0), ("states", "unit_cost", 1.1),
    ("transitions", "avoidable_share", 0.0), ("transitions", "rate", 0.9),
    ("arrivals", "children", 0.8), ("funds", "carry_forward", 0.0), ("targets", "children", 1.02),
]  # fmt: skip


def scaled(column: str, factor: float, row: dict[str, str]) -> object:
    """A number times a factor; a blank cell stays blank."""
    return float(row[column]) * factor if row.get(column) else None


@cache
def sequence(seed: int) -> list[tuple[Instance, Answer]]:
    """The case, then each change of it on its own, then the case again; and what is right."""
    base = random_case(seed)
    changed = [
        base.changed(table, column, partial(scaled, column, factor))
        for table, column, factor in CHANGES
    ]
    told = [(each.instance(), least_cost(Data(each))) for each in [base, *changed]]
    return [*told, told[0]]


@pytest.mark.parametrize("many", [0, highs.MANY])  # changed coefficients: all at once, one by one
@pytest.mark.parametrize("every_window", [True, False])
@pytest.mark.parametrize("seed", [7, 19, 64])
def test_a_session_forgets_the_instances_before(
    seed: int, every_window: bool, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(highs, "MANY", many)
    session = Session()
    for instance, expected in sequence(seed):
        solved = session.solve(instance, every_window=every_window)
        best = None if solved.best is None else solved.best.value(-1) * POUNDS
        assert agree(best, expected.best)
        for window in solved.windows:
            true = expected.objectives[window.window]
            assert window.proved
            if window.optimal:
                assert agree(window.value(-1) * POUNDS, true)
            elif window.at_least is not None and true is not None:
                assert true >= window.at_least * POUNDS * (1 - 1e-6)
            else:
                assert true is None


@pytest.mark.parametrize("solver", SOLVERS)
def test_no_plan_is_proved_from_the_arrays(solver: str) -> None:
    infeasible = build(read(CASES / "hand-infeasible"))
    solution = HighsModel(infeasible, find_solver(solver)).solve(infeasible)
    assert solution.status is Status.INFEASIBLE
    assert solution.ray is not None
    assert refutes(infeasible, solution.ray)
    feasible = build(read(CASES / "hand"))
    assert not refutes(feasible, solution.ray)


@pytest.mark.parametrize("solver", ["highs", "simplex", "ipm", "hipo"])
def test_the_program_on_paper_is_solved(solver: str) -> None:
    solution = HighsModel(PAPER, find_solver(solver)).solve(PAPER)
    assert solution.objective == pytest.approx(91)
    assert certify(PAPER, solution.primal, solution.dual).passed


def test_a_program_without_end_is_told_from_one_without_a_plan() -> None:
    endless = program({"row": (0, INF)}, {"x": (-INF, INF), "y": (0, INF)}, [[1, 1]], [1, 0])
    assert HighsModel(endless, find_solver("highs")).solve(endless).status is Status.UNBOUNDED


@pytest.mark.parametrize("solver", ["highs", "simplex", "ipm"])
def test_no_time_is_told_as_no_time(solver: str) -> None:
    with pytest.raises(TimeLimitError, match="out of time"):
        solve(read(CASES / "two-areas"), solver=solver, time_limit=0.0)


def test_after_running_out_of_time_a_model_still_solves() -> None:
    instance = read(CASES / "two-areas")
    linear = build(instance)
    model = HighsModel(linear, find_solver("simplex"))
    assert model.solve(linear, seconds=0.0).status is Status.TIME_LIMIT
    again = model.solve(linear)
    assert again.status is Status.OPTIMAL
    assert np.isfinite(again.objective)
