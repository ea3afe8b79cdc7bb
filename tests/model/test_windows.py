"""One session for many instances: what it remembers of windows, and what it hands to HiGHS."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import allocator.solving.session as session_module
from allocator.errors import CertificateError
from allocator.instance.change import apply_changes
from allocator.program.certificate import Certificate, Residual
from allocator.solvers.highs import HighsModel
from allocator.solving.session import Session, build
from allocator.solving.windows import HELD, most_kept
from tests.model.random_cases import random_case
from tests.plans import instance_of

CHANGES = [
    "targets.2025.children=1121",
    "targets.2027.children=1000",
    "targets.2027.children=900",
    "targets.2027.children=500",  # no plan
    "budgets.core.*.amount=*0.999",
    "budgets.transition.*.amount=*1.5",  # in the matrix
    "services.hubs.unit_cost=*1.2",
    "prices.all.2027.index=1.2",
    "effects.hubs.*.effect=*0.8",
    "effects.intensive.plan.foster.1.effect=0",  # takes coefficients out
    "effects.intensive.plan.foster.1.effect=0.06",
    "targets.2027.children=880",
]


def changed_instances():
    return [apply_changes(instance_of("window"), [change]) for change in CHANGES]


@cache
def each_cold(formulation="least_cost"):
    """Every window of each of them, solved by a session of its own."""
    return [Session(formulation).solve(each, every_window=True) for each in changed_instances()]


def counting(monkeypatch, name):
    """How often a method of HiGHS's bridge is called."""
    calls, method = [], getattr(HighsModel, name)

    def counted(self, *args):
        calls.append(args)
        return method(self, *args)

    monkeypatch.setattr(HighsModel, name, counted)
    return calls


@pytest.mark.parametrize("formulation", ["least_cost", "largest_reduction"])
def test_one_instance_after_another_is_each_on_its_own(formulation):
    session = Session(formulation)
    for instance, cold in zip(changed_instances(), each_cold(formulation), strict=True):
        warm = session.solve(instance, every_window=True)
        for one, other in zip(warm.windows, cold.windows, strict=True):
            assert (one.window, one.optimal) == (other.window, other.optimal)
            if one.optimal and formulation == "least_cost":
                assert one.value(-1) == pytest.approx(other.value(-1), rel=1e-9)
            elif one.optimal:
                assert one.value(0) == pytest.approx(other.value(0), rel=1e-6)


def test_what_is_remembered_rules_out_rightly():
    session, bounded = Session(), 0
    there = list(zip(changed_instances(), each_cold(), strict=True))
    for instance, all_ in [*there, *reversed(there)]:
        some = session.solve(instance, every_window=False)
        assert (some.best is None) == (all_.best is None)
        if all_.best is not None:
            assert some.best.window == all_.best.window
            assert some.best.value(-1) == pytest.approx(all_.best.value(-1), rel=1e-9)
        for said, true in zip(some.windows, all_.windows, strict=True):
            if said.at_least is not None:
                bounded += 1
                assert said.at_least <= (true.value(-1) if true.optimal else np.inf)
    assert bounded > 24 * len(all_.windows) / 2  # more than half were not solved


@pytest.mark.parametrize("case", ["window", "two-areas", "annual-returns-limits"])
def test_ruling_out_finds_the_same_best(case):
    instance = instance_of(case)
    some, all_ = (Session().solve(instance, every_window=every) for every in (False, True))
    assert some.best.window == all_.best.window
    assert some.best.value(-1) == pytest.approx(all_.best.value(-1), rel=1e-9)
    for said, true in zip(some.windows, all_.windows, strict=True):
        if said.at_least is not None and true.optimal:
            assert said.at_least <= true.value(-1)


@pytest.mark.parametrize("seed", range(0, 60, 3))
def test_budgets_up_and_down_on_random_instances(seed):
    first, session = random_case(seed).instance(), Session()
    for factor in (1.0, 1.02, 0.99, 1.1, 1.0):
        instance = apply_changes(first, [f"budgets.*.amount=*{factor}"])
        some = session.solve(instance, every_window=False)
        all_ = Session().solve(instance, every_window=True)
        assert (some.best is None) == (all_.best is None)
        if all_.best is not None:
            assert some.best.value(-1) == pytest.approx(all_.best.value(-1), rel=2e-8)


def test_where_targets_move_nothing_is_handed_over_but_right_hand_sides(monkeypatch):
    session = Session()
    session.solve(apply_changes(instance_of("window"), [CHANGES[0]]))
    passed = counting(monkeypatch, "_pass")
    highs, calls = session.ladder._model._highs, []
    monkeypatch.setattr(session.ladder._model, "_highs", Recorder(highs, calls), raising=True)
    session.solve(apply_changes(instance_of("window"), [CHANGES[1]]))
    assert passed == []
    assert "changeCoeff" not in calls and "changeColsCost" not in calls
    assert "changeRowsBounds" in calls


def test_coefficients_are_changed_one_by_one_and_a_new_pattern_passed_whole(monkeypatch):
    session = Session()
    session.solve(instance_of("window"))
    (passed, calls), model = (counting(monkeypatch, "_pass"), []), session.ladder._model
    monkeypatch.setattr(model, "_highs", Recorder(model._highs, calls))
    session.solve(apply_changes(instance_of("window"), ["effects.hubs.*.effect=*0.8"]))
    assert passed == [] and calls.count("changeCoeff") > 1
    calls.clear()
    session.solve(
        apply_changes(instance_of("window"), ["effects.intensive.plan.foster.1.effect=0"])
    )
    assert len(passed) == 1 and calls.count("changeCoeff") == 0


class Recorder:
    """Notes which of HiGHS's methods are called."""

    def __init__(self, highs, calls):
        self._highs_itself, self._calls = highs, calls

    def __getattr__(self, name):
        self._calls.append(name)
        return getattr(self._highs_itself, name)


@pytest.mark.parametrize("formulation", ["least_cost", "largest_reduction"])
def test_a_program_is_its_numbers(formulation):
    program = build(instance_of("window"), formulation)
    numbers = program.numbers()
    same = program.with_numbers(numbers)
    assert same.matrix is program.matrix
    assert np.array_equal(same.numbers(), numbers)
    twice = program.with_numbers(2 * numbers)
    assert twice.matrix.same_pattern(program.matrix)
    assert np.array_equal(twice.row_upper, 2 * program.row_upper)
    assert np.array_equal(twice.objectives[-1].costs, 2 * program.objectives[-1].costs)
    assert twice.rows is program.rows


def test_a_part_of_a_program_is_its_rows_and_columns_alone():
    program = build(instance_of("window"))
    rows, columns = (np.arange(size) % 3 != 1 for size in program.shape)
    part, dense = program.only(rows, columns), program.matrix.to_scipy().toarray()
    assert np.array_equal(part.matrix.to_scipy().toarray(), dense[np.ix_(rows, columns)])
    assert part.shape == (len(part.row_upper), len(part.lower)) == (rows.sum(), columns.sum())
    assert np.array_equal(part.row_lower, program.row_lower[rows])
    assert np.array_equal(part.upper, program.upper[columns])
    assert np.array_equal(part.objectives[-1].costs, program.objectives[-1].costs[columns])
    assert part.objectives[-1].constant == program.objectives[-1].constant
    assert (part.row_name(4), part.column_name(7)) == ("row[4]", "column[7]")


def test_an_objective_is_held_no_more_finely_than_it_is_proved():
    """Else the point that reached it would be ruled out, and a window said to have no plan."""
    exact = Residual(0.0, 0.0, "", "")
    rough = replace(exact, relative=4e-7)
    for gap, residual, slack in ((0.0, exact, HELD), (3e-8, exact, 3e-8), (3e-8, rough, 4.3e-7)):
        proved = Certificate(residual, exact, 0.0, 700.0, 700.0 * (1 - gap))
        assert most_kept(proved) == pytest.approx(700 * (1 + slack), rel=1e-12)


def test_a_later_objective_without_a_point_is_no_proof_that_there_is_no_plan(monkeypatch):
    monkeypatch.setattr(session_module, "most_kept", lambda proved: proved.primal_objective / 2)
    with pytest.raises(CertificateError, match="no point keeps the children_in_care_at_end"):
        Session("largest_reduction").solve(instance_of("hand"))
