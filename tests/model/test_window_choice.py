"""One mixed-integer program finds the window and the cost that trying every window finds."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from allocator.compile.standard_form import compile_by_pyomo
from allocator.compile.templates import compile_templates
from allocator.errors import SolverError, TimeLimitError
from allocator.instance import read
from allocator.plan.plan import Plan
from allocator.plan.saving import load, recheck, save
from allocator.report import summary
from allocator.solvers import mip
from allocator.solvers.mip import solve_whole
from allocator.solvers.solution import Status
from allocator.solving.choice import SAME, WindowChoice, chosen_window
from allocator.solving.session import Session, at_window, build
from allocator.solving.solve import solve
from formulations import window_choice
from tests.model.random_cases import random_case, random_plan
from tests.plans import EACH_FORM, LARGEST, NAMES, PERIOD, instance_of, plan_of, yearly

WINDOWED = (  # those of the first hundred seeds with more than one window
    0, 1, 2, 3, 4, 9, 10, 11, 12, 13, 14, 17, 19, 20, 22, 23, 25, 26, 29, 30, 32, 33, 34, 35, 36,
    39, 40, 41, 45, 47, 49, 50, 51, 56, 57, 61, 63, 64, 68, 72, 76, 79, 80, 81, 85, 88, 90, 93, 95,
)  # fmt: skip


def agree(chosen: Plan, enumerated: Plan) -> None:
    """The same status, window and cost; and the cost that is said of every window holds."""
    assert (chosen.status, chosen.window) == (enumerated.status, enumerated.window)
    assert [w.window for w in chosen.windows] == [w.window for w in enumerated.windows]
    for one, other in zip(chosen.windows, enumerated.windows, strict=True):
        if one.status == "bounded":
            assert other.objective is None or one.at_least <= other.objective * (1 + 1e-9)
        else:
            assert one.status == other.status
            assert (one.objective or 0) == pytest.approx(other.objective or 0, rel=SAME)
    if not chosen.found:
        assert all(outcome.proved for outcome in chosen.windows)
        return
    assert chosen.objective == pytest.approx(enumerated.objective, rel=SAME)
    assert chosen.certificate.passed
    assert chosen.audit.passed
    facts = chosen.branch_and_bound
    assert facts["gap"] <= 1e-9
    assert facts["bound"] <= facts["objective"] * (1 + 1e-9)
    assert facts["objective"] == pytest.approx(chosen.objective, rel=SAME)


@pytest.mark.parametrize("case", NAMES)
def test_cases(case):
    agree(plan_of(case, formulation="window_choice"), plan_of(case))


@pytest.mark.parametrize("name", EACH_FORM)
def test_instances(name):
    instance = yearly(name)
    agree(solve(instance, formulation="window_choice"), solve(instance))


@pytest.mark.large
def test_the_largest_instance():
    """The window that is last in order wins, so all others are solved to rule out a tie.

    That is the enumeration: to do it once more beside would take as long again.
    """
    chosen = solve(read(PERIOD / LARGEST), formulation="window_choice")
    assert [w.status for w in chosen.windows].count("bounded") == 0
    assert all(w.proved for w in chosen.windows)
    costs = {w.window: w.objective for w in chosen.windows if w.objective is not None}
    assert chosen.window == min(costs, key=costs.get) == chosen.windows[-1].window
    agree(chosen, chosen)


@pytest.mark.parametrize("seed", WINDOWED[::2])  # of each kind that there is
def test_random_instances(seed):
    enumerated = random_plan(seed)
    assert len(enumerated.windows) > 1
    agree(solve(random_case(seed).instance(), formulation="window_choice"), enumerated)


def test_the_prices_are_those_of_the_window():
    """Not of the relaxation: they are what the enumeration's program of the window has."""
    ours, theirs = plan_of("window", formulation="window_choice"), plan_of("window")
    for plan in (ours, theirs):
        assert not plan.tables["prices"]["constraint"].isin(["one_window", "window_years"]).any()
    assert ours.target_price() == pytest.approx(theirs.target_price(), rel=1e-6, abs=1e-3)


@pytest.mark.parametrize("case", NAMES)
def test_templates_compile_to_what_pyomo_does_whole_columns_and_all(case):
    make = partial(window_choice.build, instance_of(case))
    ours, theirs = compile_templates(make()), compile_by_pyomo(make())
    for name in ("row_lower", "row_upper", "lower", "upper", "integer"):
        assert np.array_equal(getattr(ours, name), getattr(theirs, name)), name
    assert ours.matrix.same_pattern(theirs.matrix)
    assert np.array_equal(ours.matrix.values, theirs.matrix.values)
    assert np.array_equal(ours.objectives[0].costs, theirs.objectives[0].costs)
    opens = ours.columns["opens"]
    assert np.flatnonzero(ours.integer).tolist() == list(range(opens.start, opens.stop))


def test_linear_programs_have_no_whole_columns():
    assert build(instance_of("window")).integer is None
    choice = build(instance_of("window"), "window_choice")
    assert at_window(choice, instance_of("window"), (2021, 2)).integer is None


@pytest.mark.parametrize("name", ["window", "two-areas"])
def test_a_window_fixed_costs_what_it_costs_alone(name):
    """The rows of the choice say of every window which years it has, and none other."""
    instance = instance_of(name)
    program = build(instance, "window_choice")
    opens = program.columns["opens"]
    for outcome in plan_of(name).windows:
        key = outcome.window or (instance.first_year, 0)
        only = {("opens", k): float(k == key) for k in opens.indices}
        answer = solve_whole(program.fixed(only))
        assert answer.objective * 1e6 == pytest.approx(outcome.objective, rel=SAME)
        assert chosen_window(instance, program, answer) == outcome.window


def test_two_windows_at_half_are_not_a_choice():
    """What the relaxation may do, and the whole columns forbid: the bound is then no cost."""
    instance = instance_of("window")
    program = build(instance, "window_choice")
    relaxed, whole = solve_whole(program.relaxed()), solve_whole(program)
    assert relaxed.objective <= whole.objective + 1e-6
    assert set(np.round(whole.primal[program.integer], 7)) == {0.0, 1.0}


@pytest.mark.parametrize("taken", [(2020, 1), (2021, 2), (2022, 3)])
def test_of_equal_windows_the_shortest_is_taken(monkeypatch, taken):
    """Where windows change nothing, none wins, whichever branch and bound happens to take."""
    changes = ("double_investment.protect_statutory=0", "budgets.transition.*.amount=0")
    instance = instance_of("window", *changes)
    enumerated = solve(instance)
    assert len({round(w.objective) for w in enumerated.windows}) == 1
    monkeypatch.setattr("allocator.solving.choice.chosen_window", lambda *words: taken)
    chosen = solve(instance, formulation="window_choice")
    assert chosen.window is None
    assert chosen.objective == pytest.approx(enumerated.objective, rel=SAME)


def test_a_wrong_branch_and_bound_is_caught(monkeypatch):
    honest = mip.solve_whole

    def boasting(*words, **options):
        answer = honest(*words, **options)
        return replace(answer, objective=answer.objective * (1 - 1e-5))

    monkeypatch.setattr("allocator.solving.choice.solve_whole", boasting)
    with pytest.raises(SolverError, match="branch and bound says"):
        WindowChoice("window_choice").solve(instance_of("window"))


def test_a_false_infeasible_is_caught(monkeypatch):
    def despairing(*words, **options):
        return replace(mip.solve_whole(*words, **options), status=Status.INFEASIBLE)

    monkeypatch.setattr("allocator.solving.choice.solve_whole", despairing)
    with pytest.raises(SolverError, match="branch and bound says"):
        WindowChoice("window_choice").solve(instance_of("window"))


def test_out_of_time():
    with pytest.raises(TimeLimitError, match="choosing the window"):
        solve(instance_of("two-areas"), formulation="window_choice", time_limit=1e-9)


def test_the_summary_says_how_the_window_was_chosen():
    told = " ".join(summary(plan_of("window", formulation="window_choice")).split())
    assert "Window chosen by branch and bound, 1 node: gap " in told
    assert "Window chosen" not in summary(plan_of("window"))


def test_it_is_saved_and_checked_again(tmp_path):
    plan = plan_of("window", formulation="window_choice")
    save(plan, tmp_path / "plan")
    assert load(tmp_path / "plan").branch_and_bound == plan.branch_and_bound
    assert recheck(tmp_path / "plan").passed


def test_enumerating_its_program_gives_the_same():
    found = Session("window_choice").solve(instance_of("window"))
    assert found.best.window == plan_of("window").window
    assert found.best.value(-1) * 1e6 == pytest.approx(plan_of("window").objective)
