"""A formulation kept alive in HiGHS, solved again as windows and instances change.

A window, a target, a budget, a price: whatever changes, the program's arrays are built
anew, which is quick, and only what differs is handed to HiGHS, which starts from the last
basis.  Since windows differ in bounds alone, the duals of one prove a bound on every other.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from allocator.certificate import Certificate, certify, lower_bound, refutes
from allocator.compile import compile_program
from allocator.errors import CertificateError, SolverError, TimeLimitError, UsageError
from allocator.instance import Instance, Window
from allocator.program import LinearProgram
from allocator.solvers.catalogue import DEFAULT, find_solver
from allocator.solvers.highs import HighsModel
from allocator.solvers.solution import Floats, Ranging, Solution, Status
from formulations.double_investment import window_columns
from formulations.windows import choice_columns

FORMULATIONS: Final = ("least_cost", "largest_reduction", "window_choice")
TIE: Final = 1e-8  # objectives closer than this, relative, are the same: the shorter window wins
HELD: Final = 1e-7  # slack, relative, with which an objective's best is held for the next one

Progress = Callable[[str, int, int], None]  # what is being done, steps done, steps in all


def build(instance: Instance, formulation: str = "least_cost") -> LinearProgram:
    """The program of an instance; UsageError for an unknown formulation.

    For no double-investment window, but of ``window_choice``, whose columns ``opens`` choose one.
    """
    if formulation not in FORMULATIONS:
        raise UsageError(
            f"there is no formulation {formulation!r}; choose one of {', '.join(FORMULATIONS)}"
        )
    module = importlib.import_module(f"formulations.{formulation}")
    program = compile_program(partial(module.build, instance))
    return program if program.integer is not None else at_window(program, instance, None)


def build_window(
    instance: Instance, window: Window | None, formulation: str = "least_cost"
) -> LinearProgram:
    """The program of an instance for one window."""
    return at_window(build(instance, formulation), instance, window)


def at_window(program: LinearProgram, instance: Instance, window: Window | None) -> LinearProgram:
    """An instance's program with a window's columns fixed: a linear program, whatever it was."""
    values = window_columns(instance, window)
    if "opens" in program.columns:
        values |= choice_columns(instance, window)
    return program.fixed(values).relaxed()


@dataclass(frozen=True)
class WindowSolved:
    """A window's program and what is known of it.

    ``solution`` is the last stage's, None where the window was not solved: then ``at_least``
    is a bound on its objective (program's money), infinite where it is shown to have no plan.
    """

    window: Window | None
    program: LinearProgram
    solution: Solution | None
    certificate: Certificate | None
    proved: bool
    at_least: float | None = None

    @property
    def optimal(self) -> bool:
        """Whether it was solved to an optimum."""
        return self.solution is not None and self.solution.status is Status.OPTIMAL

    def value(self, stage: int) -> float:
        """An objective at the solution."""
        assert self.solution is not None
        objective = self.program.objectives[stage]
        return float(objective.costs @ self.solution.primal) + objective.constant


@dataclass(frozen=True)
class Solved:
    """Every window, no window first, and the best of them (None where there is no plan)."""

    windows: tuple[WindowSolved, ...]
    best: WindowSolved | None
    ranging: Ranging | None


class Clock:
    """Seconds left of a time limit."""

    def __init__(self, limit: float | None) -> None:
        self._end = np.inf if limit is None else time.monotonic() + limit

    def left(self) -> float:
        """Seconds left; infinite without a limit."""
        return float(self._end - time.monotonic())


class Session:
    """Solves instances of one shape, one after the other, each from the basis of the last.

    ``log`` is a file that HiGHS writes its log to.  UsageError for an unknown solver.
    """

    def __init__(
        self, formulation: str = "least_cost", solver: str = DEFAULT, log: Path | None = None
    ) -> None:
        self.formulation, self.method = formulation, find_solver(solver)
        self._log = log
        self._model: HighsModel | None = None

    @property
    def solver(self) -> str:
        """Who solves: code, version, and the method if one was asked for."""
        version = "" if self._model is None else f" {self._model.version}"
        return f"HiGHS{version}{'' if self.method.name == DEFAULT else f' {self.method.name}'}"

    def solve(
        self, instance: Instance, *, every_window: bool = True, ranges: bool = False,
        time_limit: float | None = None, progress: Progress | None = None,
    ) -> Solved:  # fmt: skip
        """Solve for no window and for every admissible one, and choose the best.

        Without ``every_window``, those that the duals of the others rule out are not solved
        but bounded.  With ``ranges``, the ranges in which the best one's prices hold as well.
        Raises SolverError where HiGHS fails, TimeLimitError when ``time_limit`` seconds are
        over, CertificateError where the arrays do not confirm an optimum.
        """
        tell = progress or (lambda what, done, steps: None)
        clock, steps = Clock(time_limit), len(instance.windows) + 3
        tell("building the program", 0, steps)
        program = build(instance, self.formulation).relaxed()
        model = self._load(program)
        found: list[WindowSolved] = []
        # The longest windows first: a plan is likeliest there, and from its basis the dual
        # simplex method shows quickly that a shorter one has none.
        for n, window in enumerate((*reversed(instance.windows), None)):
            variant = at_window(program, instance, window)
            ruled_out = None if every_window else _ruled_out(window, variant, found)
            if ruled_out is None:
                tell(saying(window), n + 1, steps)
                found.insert(0, self._solve_window(window, variant, clock))
            else:
                found.insert(0, ruled_out)
        best = cheapest(found)
        if best is None or not ranges:
            return Solved(tuple(found), best, None)
        if best is not found[0]:  # ranges are of the last that was solved
            best = self._solve_window(best.window, at_window(program, instance, best.window), clock)
        return Solved(tuple(found), best, model.ranging())

    def _load(self, program: LinearProgram) -> HighsModel:
        if self._model is None or not self._model.takes(program):
            self._model = HighsModel(program, self.method, self._log)
        return self._model

    def _solve_window(
        self, window: Window | None, program: LinearProgram, clock: Clock
    ) -> WindowSolved:
        """Minimise the objectives in order, each held at its best while the next is minimised."""
        assert self._model is not None
        solution, certificate = None, None
        for stage, objective in enumerate(program.objectives):
            solution = self._model.solve(program, stage, clock.left())
            if solution.status is Status.INFEASIBLE:
                proved = solution.ray is not None and refutes(program, solution.ray)
                return WindowSolved(window, program, solution, None, proved)
            if solution.status is not Status.OPTIMAL:
                raise why_not(solution, saying(window))
            certificate = certify(program, solution.primal, solution.dual, stage)
            if not certificate.passed:
                raise CertificateError(
                    f"the optimum {saying(window)} is not proved: {certificate.failure()}"
                )
            if objective is not program.objectives[-1]:
                slack = HELD * max(1.0, abs(solution.objective))
                program = program.capped(f"{objective.name}_kept", solution.objective + slack)
        return WindowSolved(window, program, solution, certificate, True)


def _ruled_out(
    window: Window | None, program: LinearProgram, known: Sequence[WindowSolved]
) -> WindowSolved | None:
    """What others' duals say of a window, if it is enough to leave it unsolved; else None.

    Only with one objective: a second is minimised in a program that the first one changes.
    """
    if len(program.objectives) > 1:
        return None
    rays = [k.solution.ray for k in known if k.solution is not None]
    if any(ray is not None and refutes(program, ray) for ray in rays):
        return WindowSolved(window, program, None, None, True, np.inf)
    duals: list[Floats] = [k.solution.dual for k in known if k.optimal and k.solution is not None]
    values = [k.value(-1) for k in known if k.optimal]
    if not duals:
        return None
    bound = max(lower_bound(program, dual) for dual in duals)
    if bound <= min(values) + 2 * TIE * max(1.0, abs(min(values))):
        return None
    return WindowSolved(window, program, None, None, True, bound)


def cheapest(solved: Sequence[WindowSolved]) -> WindowSolved | None:
    """Best by the objectives in order; among equals the shorter window, then the earlier."""
    left = [each for each in solved if each.optimal]
    stages = len(left[0].program.objectives) if left else 0
    for stage in range(stages):
        values = [each.value(stage) for each in left]
        slack = TIE if stage == stages - 1 else 2 * HELD
        most = min(values) + slack * max(1.0, abs(min(values)))
        left = [each for each, value in zip(left, values, strict=True) if value <= most]
    return left[0] if left else None


def saying(window: Window | None) -> str:
    """What is being done, for progress and errors."""
    if window is None:
        return "solving without a double investment"
    years = "year" if window[1] == 1 else "years"
    return f"solving with {window[1]} {years} of double investment from {window[0]}"


def why_not(solution: Solution, doing: str) -> SolverError:
    """The error for a solve that ended without an answer while doing something."""
    if solution.status is Status.TIME_LIMIT:
        return TimeLimitError(f"out of time while {doing}; give it a longer time limit")
    return SolverError(f"the solver failed while {doing}: {solution.message}")
