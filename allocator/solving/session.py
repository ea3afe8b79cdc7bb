"""A formulation kept alive in HiGHS, solved again as windows and instances change.

A window, a target, a budget, a price: whatever changes, the program's arrays are built
anew, which is quick, and only what differs is handed to HiGHS, which starts from the last
basis.  Since windows differ in bounds alone, the duals of one prove a bound on every other.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Final

from allocator.clock import Clock
from allocator.compile import compile_program
from allocator.errors import UsageError
from allocator.instance import Instance, Window
from allocator.program.implied import share_bounds
from allocator.program.program import LinearProgram
from allocator.progress import Progress, silent
from allocator.solvers.catalogue import DEFAULT, FROM_NEARBY, find_solver
from allocator.solvers.solution import Ranging, Status
from allocator.solving.areas.ladder import AreaLadder, By, by_areas
from allocator.solving.proved import Ladder
from allocator.solving.windows import (
    Trace,
    WindowSolved,
    cheapest,
    most_kept,
    not_kept,
    ruled_out,
    saying,
    told_so_far,
)
from allocator.vocabulary import AFTER_WINDOW, IN_WINDOW
from formulations import FORMULATIONS, USUAL
from formulations.double_investment import window_columns
from formulations.windows import choice_columns

__all__ = [
    "Session",
    "Solved",
    "WindowSolved",
    "at_window",
    "build",
    "build_window",
    "check_formulation",
    "saying",
]  # fmt: skip

BUILDING: Final = Lock()  # Pyomo makes templates in one thread at a time


def build(instance: Instance, formulation: str = USUAL) -> LinearProgram:
    """The program of an instance; UsageError for an unknown formulation.

    For no double-investment window, but where columns that must be whole choose one.  Rows and
    columns are arrays of their number (``shape``), the matrix is sparse (rows, columns); money is
    £m, rows and columns are in the units of their families.
    """
    check_formulation(formulation)
    with BUILDING:
        program = compile_program(partial(FORMULATIONS[formulation].build, instance))
    return program if program.integer is not None else at_window(program, instance, None)


def check_formulation(name: str) -> None:
    """UsageError if there is no formulation of that name."""
    if name not in FORMULATIONS:
        raise UsageError(
            f"there is no formulation {name!r}; choose one of {', '.join(FORMULATIONS)}"
        )


def build_window(
    instance: Instance, window: Window | None, formulation: str = USUAL
) -> LinearProgram:
    """The program of an instance for one window."""
    return at_window(build(instance, formulation), instance, window)


def at_window(program: LinearProgram, instance: Instance, window: Window | None) -> LinearProgram:
    """An instance's program with a window's columns fixed: a linear program, whatever it was."""
    values = window_columns(instance, window)
    if "opens" in program.columns:
        values |= choice_columns(instance, window)
    return program.fixed(values).relaxed()


def any_window(program: LinearProgram) -> LinearProgram:
    """A program whose window's columns are free: every window's is as tight or tighter."""
    lower, upper = program.lower.copy(), program.upper.copy()
    for name in (IN_WINDOW, AFTER_WINDOW):
        family = program.columns[name]
        lower[family.start : family.stop], upper[family.start : family.stop] = 0.0, 1.0
    return replace(program, lower=lower, upper=upper)


@dataclass(frozen=True)
class Solved:
    """Every window, no window first, and the best of them (None where there is no plan)."""

    windows: tuple[WindowSolved, ...]
    best: WindowSolved | None
    ranging: Ranging | None


class Session:
    """Solves instances of one shape, one after the other, each from the basis of the last.

    ``log`` is a file that HiGHS writes its log to.  ``by`` says whether programs of several areas
    are solved as a whole or area by area; without it their size does.  ``workers``, executors of
    one worker each, solve areas side by side, and are a reason to go by areas.  UsageError for an
    unknown solver, or one that does not solve by areas where that is asked for.
    """

    def __init__(
        self,
        formulation: str = USUAL,
        solver: str = DEFAULT,
        log: Path | None = None,
        by: By | None = None,
        workers: Sequence[Executor] = (),
    ) -> None:
        self.formulation, self.method = formulation, find_solver(solver)
        self.ladder, self._log = Ladder(self.method, log), log
        self._by, self._workers = by or ("areas" if workers else None), workers
        self._traces: dict[Window | None, Trace] = {}
        self._leader: Window | None = None  # the best window of the last instance
        self._latest: Window | None = None  # the window that was solved last

    @property
    def solver(self) -> str:
        """Who solves: code, version, and the method if one was asked for."""
        return self.ladder.name

    def nearby(self) -> Session:
        """One for programs that differ in little from the last, which goes on from its basis."""
        if isinstance(self.ladder, AreaLadder):
            return self
        other = Session(self.formulation)
        other.ladder = Ladder(FROM_NEARBY)
        other.ladder.begin(self.ladder)
        return other

    def close(self) -> None:
        """Let go of areas' programs, here and with workers."""
        if isinstance(self.ladder, AreaLadder):
            self.ladder.close()

    def solve(
        self,
        instance: Instance,
        *,
        program: LinearProgram | None = None,
        every_window: bool = True,
        ranges: bool = False,
        time_limit: float | None = None,
        progress: Progress | None = None,
    ) -> Solved:
        """Solve for no window and for every admissible one, and choose the best.

        ``program`` is the instance's, where it is at hand already.  Without ``every_window``,
        those that the duals of the others rule out, or what they left themselves when they were
        last solved, are not solved but bounded.  With ``ranges``, the ranges in which the best
        one's prices hold as well.
        Raises TimeLimitError when ``time_limit`` seconds are over, and as ``Ladder.solve`` does.
        """
        tell = progress or silent
        clock, steps = Clock(time_limit), len(instance.windows) + 3
        tell("building the program", 0, steps)
        program = (program or build(instance, self.formulation)).relaxed()
        share_bounds(any_window(program))
        self.choose(instance.areas, program)
        self._load(program)
        windows = self._solve_windows(instance, program, every_window, clock, tell)
        best = cheapest(windows)
        if best is None:
            return Solved(windows, best, None)
        self._leader = best.window
        if not ranges:
            return Solved(windows, best, None)
        if best.window != self._latest and self.ladder.tells_ranges:  # of the last that was solved
            variant = at_window(program, instance, best.window)
            best = self._solve_window(best.window, variant, clock)
        return Solved(windows, best, self.ladder.ranging())

    def solve_window(
        self, window: Window | None, program: LinearProgram, areas: Sequence[str] = ()
    ) -> WindowSolved:
        """Solve one program, whose window columns are fixed already: infeasible is an answer.

        A program of these ``areas`` as ``solve`` does.  Raises what ``Ladder.solve`` does.
        """
        self.choose(areas, program)
        self._load(program)
        return self._solve_window(window, program, Clock(None))

    def goes_by_areas(self, instance: Instance, program: LinearProgram) -> bool:
        """Whether an instance's program is solved area by area.  UsageError as for ``by``."""
        return by_areas(self._by, instance.areas, program, self.method)

    def choose(self, areas: Sequence[str], program: LinearProgram) -> Ladder:
        """Take the ladder that goes by areas where that is asked for, or is the faster one."""
        asked = bool(areas) and by_areas(self._by, areas, program, self.method)
        if asked and not isinstance(self.ladder, AreaLadder):
            self.ladder = AreaLadder(areas, self.method, self._log, self._workers)
        return self.ladder

    def _load(self, program: LinearProgram) -> None:
        """Forget the windows of the last instance where its program had another shape."""
        if not self.ladder.takes(program):
            self._traces.clear()

    def _solve_windows(
        self,
        instance: Instance,
        program: LinearProgram,
        every_window: bool,
        clock: Clock,
        tell: Progress,
    ) -> tuple[WindowSolved, ...]:
        """Solve every window, or bound it where it cannot win; no window first."""
        preferred: tuple[Window | None, ...] = (None, *instance.windows)
        solved: dict[Window | None, WindowSolved] = {}
        order = self._sequence(instance, every_window)
        variants = [at_window(program, instance, window) for window in order]
        self.ladder.hand_out(variants[0])
        after = [*variants[1:], None] if every_window else [None] * len(order)
        for n, (window, variant, then) in enumerate(zip(order, variants, after, strict=True)):
            known = None
            if not every_window:
                known = ruled_out(window, variant, self._traces, solved, preferred)
            if known is None:
                tell(saying(window), n + 1, len(preferred) + 2)
                with told_so_far(solved, len(preferred)):
                    known = self._solve_window(window, variant, clock, then)
            solved[window] = known
        return tuple(solved[window] for window in preferred)

    def _sequence(self, instance: Instance, every_window: bool) -> list[Window | None]:
        """Windows in the order in which they are solved.

        The longest first: a plan is likeliest there, and from its basis the dual simplex
        method shows quickly that a shorter one has none.  Before them, where windows are to be
        ruled out, the one that won last.
        """
        order: list[Window | None] = [*reversed(instance.windows), None]
        if not every_window and self._leader in self._traces and self._leader in order:
            order.remove(self._leader)
            order.insert(0, self._leader)
        return order

    def _solve_window(
        self,
        window: Window | None,
        program: LinearProgram,
        clock: Clock,
        then: LinearProgram | None = None,
    ) -> WindowSolved:
        """Minimise the objectives in order, each held at its best while the next is minimised.

        ``then`` is the window's program that is solved next, where that is certain.
        """
        solution = None
        self._latest = window
        for stage, objective in enumerate(program.objectives):
            left = clock.left()
            if then is not None and objective is program.objectives[-1]:
                self.ladder.expect(then)
            solution = self.ladder.solve(program, stage, doing=saying(window), seconds=left)
            self._traces[window] = Trace(solution, program.matrix)
            if solution.status is Status.INFEASIBLE and stage == 0:
                return WindowSolved(window, program, solution, None, True)
            if solution.certificate is None:
                raise not_kept(program, stage, saying(window))
            if objective is not program.objectives[-1]:
                most = most_kept(solution.certificate)
                program = program.capped(f"{objective.name}_kept", most)
        assert solution is not None
        return WindowSolved(window, program, solution, solution.certificate, True)
