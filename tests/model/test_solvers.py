"""Formulation × instance × solver: objectives and certificates compared, not vertices.

A solver that is not exact enough must say so: its answer is either right or an error.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from allocator.errors import SolverError
from allocator.instance import DoubleInvestment, Instance, Window, read
from allocator.plan.plan import Plan
from allocator.program.certificate import certify
from allocator.program.program import LinearProgram
from allocator.solvers.catalogue import find_solver
from allocator.solvers.highs import HighsModel
from allocator.solvers.solution import Status
from allocator.solving.solve import build_window, solve
from formulations import FORMULATIONS
from tests.model.agreement import agree
from tests.plans import EACH_FORM, INSTANCES, LARGEST, PERIOD, standing, yearly

TESTS = Path(__file__).parents[1]
CASES = {folder.name: folder for folder in sorted((TESTS / "cases").iterdir())}

# Relative tolerance of the objective, and whether the solver may fall short of a certificate.
# Measured: HiGHS's first-order method, pdlp, ends outside our tolerance on all but the smallest
# programs.
SOLVERS = {
    "highs": (1e-7, False),
    "simplex": (1e-7, False),
    "ipm": (1e-7, False),
    "hipo": (1e-7, False),
    "pdlp": (1e-6, True),
}
# Of the cases with windows: the interior points, which are solved anew by simplex where later
# objectives end in a limit of iterations, are asked about the shortest of them; pdlp needs minutes
# for one, and has windows of the hand case.
INTERIOR = ("ipm", "hipo")
SMALL = ("hand", "hand-infeasible")
WINDOWS = [name for name, folder in CASES.items() if read(folder).windows]
SHORTEST = ", its shortest window"
WINDOWED = "hand, with windows"
EXPECTED = 1e-6  # relative, of the reference cases


@cache
def instance_of(name: str) -> Instance:
    if name == WINDOWED:
        return replace(instance_of("hand"), double_investment=DoubleInvestment(longest=1))
    if name.endswith(SHORTEST):
        whole = instance_of(name.removesuffix(SHORTEST))
        assert whole.double_investment is not None
        (start, _), *_ = whole.windows
        return replace(
            whole, double_investment=replace(whole.double_investment, longest=1, starts=(start,))
        )
    return read(CASES.get(name) or INSTANCES / name)


@cache
def reference_plan(name: str, formulation: str) -> Plan:
    return solve(instance_of(name), formulation=formulation, solver="simplex")


def expected(name: str) -> dict[str, Any]:
    return json.loads((CASES[name] / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", CASES)
def test_reference_case(name: str) -> None:
    answer, plan = expected(name), reference_plan(name, "least_cost")
    assert plan.status == answer["status"].lower()
    assert plan.window == (tuple(answer["window"]) if answer["window"] else None)
    windows = {
        tuple(each["window"]) if each["window"] else None: each["objective"]
        for each in answer["windows"]
    }
    assert {each.window for each in plan.windows} == set(windows)
    for each in plan.windows:
        assert each.proved
        assert agree(each.objective, windows[each.window], EXPECTED), each.window
    assert agree(plan.objective, answer["objective"], EXPECTED)
    baseline = plan.years()["baseline_children_in_care"]
    for year, children in answer["baseline_children_in_care"].items():
        assert baseline[int(year)] == pytest.approx(children, rel=EXPECTED)


def formulations_asked(name: str, solver: str) -> list[str]:
    """All of them by the solver that is nobody's choice; by others, of all but the small cases,
    one in turn: each solver has each case, and each formulation of some of them.
    """
    if solver == "highs" or name in SMALL:
        return [*FORMULATIONS]
    return [[*FORMULATIONS][([*CASES].index(name) + [*SOLVERS].index(solver)) % len(FORMULATIONS)]]


@pytest.mark.parametrize(
    ("name", "formulation", "solver"),
    [
        (name, formulation, solver)
        for name in CASES
        for solver in SOLVERS
        for formulation in formulations_asked(name, solver)
        if solver != "simplex" and (name not in WINDOWS or solver != "pdlp")
    ]
    + [(WINDOWED, formulation, "pdlp") for formulation in FORMULATIONS],
)
def test_solvers_agree_or_say_that_they_fail(name: str, formulation: str, solver: str) -> None:
    tolerance, may_fail = SOLVERS[solver]
    asked = f"{name}{SHORTEST}" if solver in INTERIOR and name in WINDOWS else name
    right = reference_plan(asked, formulation)
    try:
        plan = solve(instance_of(asked), formulation=formulation, solver=solver)
    except SolverError:
        assert may_fail, f"{solver} is held to a certificate"
        return
    assert plan.status == right.status
    assert agree(plan.objective, right.objective, tolerance)
    for mine, its in zip(right.windows, plan.windows, strict=True):
        assert (its.window, its.status, its.proved) == (mine.window, mine.status, True)
        assert agree(its.objective, mine.objective, tolerance)
        assert agree(its.children_in_care, mine.children_in_care, tolerance)
    if plan.found:
        assert plan.certificate is not None
        assert plan.certificate.passed
        assert plan.audit is not None
        assert plan.audit.passed


def test_first_order_and_hipo_do_answer_somewhere() -> None:
    for solver in ("hipo", "pdlp"):
        plan = solve(instance_of("hand"), solver=solver)
        assert plan.objective == pytest.approx(expected("hand")["objective"], rel=1e-6)


@pytest.mark.parametrize("name", standing(LARGEST))
def test_instance_has_a_certified_audited_plan(name: str) -> None:
    """And ``largest_reduction`` with its money, year by year, reaches its target."""
    instance = instance_of(name)
    plan = solve(instance, every_window=False)
    assert plan.found, [outcome.status for outcome in plan.windows]
    assert plan.certificate is not None
    assert plan.certificate.passed
    assert plan.audit is not None
    assert plan.audit.passed
    assert all(outcome.proved for outcome in plan.windows)
    years = plan.years()
    capped = with_spend(instance, years["total"])
    fewest = certified(build_window(capped, plan.window, "largest_reduction"), "highs", 0)
    in_care = float(years["children_in_care"].iloc[-1])
    assert fewest <= in_care * (1 + 1e-6)


@pytest.mark.parametrize("formulation", FORMULATIONS)
@pytest.mark.parametrize("name", EACH_FORM)
def test_simplex_and_interior_point_agree(name: str, formulation: str) -> None:
    """On the program of the longest window that has a plan."""
    instance = yearly(name)
    longest = (instance.windows or (None,))[-2 if name == "england-2016" else -1]
    both_agree(build_window(instance, longest, formulation))


@pytest.mark.large
def test_so_they_do_on_the_largest_instance() -> None:
    both_agree(build_window(read(PERIOD / LARGEST), None))


def both_agree(program: LinearProgram) -> None:
    simplex = optimum(program, "simplex", 0)
    assert simplex is not None
    assert agree(simplex, optimum(program, "ipm", 0), 1e-7)


def with_spend(instance: Instance, spend: Any) -> Instance:
    """The instance with what is spent in each year capped."""
    return instance.with_rows(
        "limits",
        [
            {"item": "total", "year": int(year), "maximum": float(most) + 0.5}
            for year, most in spend.items()
        ],
    )


def optimum(program: LinearProgram, solver: str, stage: int) -> float | None:
    """A certified least value, None where it is infeasible."""
    solution = HighsModel(program, find_solver(solver)).solve(program, stage)
    if solution.status is Status.INFEASIBLE:
        return None
    assert solution.status is Status.OPTIMAL, solution.message
    certificate = certify(program, solution.primal, solution.dual, stage)
    assert certificate.passed, certificate.failure()
    return certificate.primal_objective


def certified(program: LinearProgram, solver: str, stage: int) -> float:
    value = optimum(program, solver, stage)
    assert value is not None
    return value


WITH_PLAN = [name for name in CASES if name != "hand-infeasible"]


@pytest.mark.parametrize("name", WITH_PLAN)
def test_largest_reduction_with_least_costs_money_reaches_the_target(name: str) -> None:
    instance, plan = instance_of(name), reference_plan(name, "least_cost")
    capped = with_spend(instance, plan.years()["total"])
    reached = in_care_at_end(solve(capped, formulation="largest_reduction"), plan.window)
    target = instance.resolved.targets["all", instance.last_year]
    assert reached <= target * (1 + 1e-6)


@pytest.mark.parametrize("name", CASES)
def test_least_cost_of_what_largest_reduction_reached_is_no_more(name: str) -> None:
    reduction = reference_plan(name, "largest_reduction")
    year = instance_of(name).last_year
    reached = float(reduction.years()["children_in_care"].iloc[-1])
    target = {"year": year, "children": reached * (1 + 1e-7)}
    bare = instance_of(name)
    aimed = replace(bare, tables={**bare.tables, "targets": ()})
    plan = solve(aimed.with_rows("targets", [target]))
    assert plan.found
    assert plan.objective is not None
    assert reduction.objective is not None
    assert plan.objective <= reduction.objective * (1 + 1e-6)


def in_care_at_end(plan: Plan, window: Window | None) -> float:
    """Children in care at the end of the best plan with a window."""
    [outcome] = [each for each in plan.windows if each.window == window]
    assert outcome.children_in_care is not None
    return outcome.children_in_care
