"""Instance, formulation and solver to a plan: every window solved, the cheapest kept and proved."""

from __future__ import annotations

import importlib
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from allocator.audit import audit
from allocator.certificate import Certificate, certify, refutes
from allocator.compile import compile_program
from allocator.errors import AuditError, CertificateError, SolverError, TimeLimitError, UsageError
from allocator.instance import Instance, Window
from allocator.plan import Plan, WindowOutcome
from allocator.program import LinearProgram
from allocator.simulate import baseline
from allocator.solvers.catalogue import DEFAULT, find_solver
from allocator.solvers.highs import HighsModel
from allocator.solvers.solution import Ranging, Solution, Status
from allocator.tables import (
    MONEY,
    POUNDS,
    decision_tables,
    present_value,
    price_table,
    year_table,
)
from formulations.double_investment import window_columns

FORMULATIONS: Final = ("least_cost", "largest_reduction")
TIE = 1e-8  # objectives closer than this, relative, are the same: the shorter window wins

Progress = Callable[[str, int, int], None]  # what is being done, steps done, steps in all


@dataclass(frozen=True)
class _Solved:
    """A window's program and its last stage's answer."""

    window: Window | None
    program: LinearProgram
    solution: Solution
    certificate: Certificate | None
    proved: bool


def solve(
    instance: Instance,
    *,
    formulation: str = "least_cost",
    solver: str = DEFAULT,
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> Plan:
    """The plan of an instance that has passed its checks (``read`` sees to that).

    Solved for no double-investment window and for every admissible one; the cheapest wins,
    ties to the shorter, then the earlier.  ``time_limit`` is seconds for all of it.  A plan
    whose status is ``infeasible`` is an answer, with the baseline filled in.

    Raises UsageError for an unknown formulation or solver, SolverError where the solver
    fails or runs out of time, CertificateError or AuditError where its answer does not hold.
    """
    tell = progress or (lambda what, done, steps: None)
    method = find_solver(solver)
    steps = len(instance.windows) + 3
    tell("building the program", 0, steps)
    program = build(instance, formulation)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "solver.log"
        model = HighsModel(program, method, log)
        clock = _Clock(time_limit)
        solved: list[_Solved] = []
        # The longest windows first: a plan is likeliest there, and from its basis the dual
        # simplex method shows quickly that a shorter one has none.
        for n, window in enumerate((*reversed(instance.windows), None)):
            tell(_saying(window), n + 1, steps)
            solved.insert(0, _solve_window(model, program, instance, window, clock))
        best = _cheapest(solved)
        ranging = None
        if best is not None:
            best, ranging = _with_ranging(model, program, instance, best, clock, solved)
        del model  # closes the log
        text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    tell("auditing the plan", steps - 1, steps)
    plan = _plan(instance, formulation, f"HiGHS {_version()} {method.name}", solved, best, ranging)
    tell("done", steps, steps)
    return replace(plan, log=text)


def build(instance: Instance, formulation: str = "least_cost") -> LinearProgram:
    """The program of an instance, for no double-investment window; UsageError if unknown."""
    return compile_program(partial(_formulation(formulation), instance))


def build_window(
    instance: Instance, window: Window | None, formulation: str = "least_cost"
) -> LinearProgram:
    """The program of an instance for one window."""
    return build(instance, formulation).fixed(window_columns(instance, window))


def _formulation(name: str) -> Callable[[Instance], object]:
    if name not in FORMULATIONS:
        raise UsageError(
            f"there is no formulation {name!r}; choose one of {', '.join(FORMULATIONS)}"
        )
    module = importlib.import_module(f"formulations.{name}")
    return module.build  # type: ignore[no-any-return]


def _version() -> str:
    import highspy

    return str(highspy.Highs().version())


def _saying(window: Window | None) -> str:
    if window is None:
        return "solving without a double investment"
    years = "year" if window[1] == 1 else "years"
    return f"solving with {window[1]} {years} of double investment from {window[0]}"


class _Clock:
    """Seconds left of a time limit."""

    def __init__(self, limit: float | None) -> None:
        self._end = np.inf if limit is None else time.monotonic() + limit

    def left(self) -> float:
        """Seconds left; infinite without a limit."""
        return float(self._end - time.monotonic())


def _solve_window(
    model: HighsModel, program: LinearProgram, instance: Instance, window: Window | None,
    clock: _Clock,
) -> _Solved:  # fmt: skip
    """Minimise the objectives in order, each held at its best while the next is minimised."""
    variant = program.fixed(window_columns(instance, window))
    solution, certificate = None, None
    for stage, objective in enumerate(program.objectives):
        solution = model.solve(variant, stage, clock.left())
        if solution.status is Status.INFEASIBLE:
            proved = solution.ray is not None and refutes(variant, solution.ray)
            return _Solved(window, variant, solution, None, proved)
        if solution.status is not Status.OPTIMAL:
            raise _why_not(solution, window)
        certificate = certify(variant, solution.primal, solution.dual, stage)
        if not certificate.passed:
            raise CertificateError(
                f"the optimum {_saying(window)} is not proved: {certificate.failure()}"
            )
        if objective is not program.objectives[-1]:
            slack = 1e-7 * max(1.0, abs(solution.objective))
            variant = variant.capped(f"{objective.name}_kept", solution.objective + slack)
    assert solution is not None  # a formulation has an objective
    return _Solved(window, variant, solution, certificate, True)


def _why_not(solution: Solution, window: Window | None) -> SolverError:
    if solution.status is Status.TIME_LIMIT:
        return TimeLimitError(f"out of time while {_saying(window)}; give it a longer time limit")
    return SolverError(f"the solver failed while {_saying(window)}: {solution.message}")


def _cheapest(solved: Sequence[_Solved]) -> _Solved | None:
    """Best by the objectives in order; among equals the shorter window, then the earlier."""
    left = [s for s in solved if s.solution.status is Status.OPTIMAL]
    for stage in range(len(left[0].program.objectives) if left else 0):
        values = [float(s.program.objectives[stage].costs @ s.solution.primal)
                  + s.program.objectives[stage].constant for s in left]  # fmt: skip
        slack = max(TIE, 0 if stage == len(left[0].program.objectives) - 1 else 2e-7)
        least = min(values) + slack * max(1.0, abs(min(values)))
        left = [s for s, value in zip(left, values, strict=True) if value <= least]
    return left[0] if left else None


def _with_ranging(
    model: HighsModel, program: LinearProgram, instance: Instance, best: _Solved, clock: _Clock,
    solved: Sequence[_Solved],
) -> tuple[_Solved, Ranging | None]:  # fmt: skip
    """Ranges of the best window's prices, which the solver gives of its last solve alone."""
    if best is not solved[0]:  # the last that was solved
        best = _solve_window(model, program, instance, best.window, clock)
    return best, model.ranging()


def _plan(
    instance: Instance, formulation: str, solver: str, solved: Sequence[_Solved],
    best: _Solved | None, ranging: Ranging | None,
) -> Plan:  # fmt: skip
    unchanged = baseline(instance)
    outcomes = tuple(_outcome(instance, each) for each in solved)
    years = year_table(instance, unchanged)
    if best is None:
        return Plan(
            instance, formulation, solver, "infeasible", None, None, unchanged.terminal_value,
            None, outcomes, {"years": years}, None, None,
        )  # fmt: skip
    program, solution = best.program, best.solution
    tables = decision_tables(instance, program, solution.primal)
    costs = program.objectives[-1].costs
    prices = price_table(instance, program, solution.primal, solution.dual, costs, ranging)
    objective = float(costs @ solution.primal) * POUNDS
    spent = present_value(instance, tables["spend"])
    tables |= {"years": year_table(instance, unchanged, tables), "prices": prices}
    checked = audit(
        instance, tables, best.window, objective=objective, terminal_value=objective - spent,
        targets="target_met" in program.rows,
    )  # fmt: skip
    if not checked.passed:
        raise AuditError(f"the plan does not stand up to its audit: {checked.failure()}")
    return Plan(
        instance, formulation, solver, "optimal", objective, objective - spent,
        unchanged.terminal_value, best.window, outcomes, tables, best.certificate, checked,
    )  # fmt: skip


def _outcome(instance: Instance, solved: _Solved) -> WindowOutcome:
    if solved.solution.status is not Status.OPTIMAL:
        return WindowOutcome(solved.window, "infeasible", None, None, solved.proved)
    program, primal = solved.program, solved.solution.primal
    assert program.objectives[-1].unit == MONEY
    cost = float(program.objectives[-1].costs @ primal) + program.objectives[-1].constant
    family, last = program.columns["children"], instance.number_of_periods
    in_care = sum(
        float(primal[family.positions[area, state, last]])
        for (area, state), rules in instance.resolved.states.items()
        if rules.in_care
    )
    return WindowOutcome(solved.window, "optimal", cost * POUNDS, in_care, solved.proved)
