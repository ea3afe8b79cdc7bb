"""A formulation that chooses the window solved: by branch and bound, proved by a linear program.

Branch and bound has no prices and no certificate, so its window is fixed and the linear
program solved, certified and priced like any other.  A window that would come before it, being
shorter or earlier, is solved as well unless prices rule it out, and taken if it costs the same.
All others are told with a bound: what those prices prove, or else what branch and bound says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from allocator.clock import Clock
from allocator.errors import SolverError
from allocator.instance import Instance, Window
from allocator.program.program import LinearProgram
from allocator.program.proofs import lower_bound, refutes
from allocator.progress import Progress, silent
from allocator.solvers.mip import WholeSolution, solve_whole
from allocator.solvers.solution import Floats, Solution, Status
from allocator.solving.proved import why_not
from allocator.solving.session import Session, Solved, at_window, build
from allocator.solving.windows import TIE, WindowSolved, cheapest, saying

SAME: Final = 1e-6  # relative, of branch and bound's objective and the linear program's
_STEPS: Final = 5


@dataclass(frozen=True)
class SolvedByChoice(Solved):
    """With branch and bound's own answer."""

    whole: WholeSolution | None = None


class WindowChoice(Session):
    """A session of a formulation that chooses the window; of every other see ``Session``."""

    def solve(
        self,
        instance: Instance,
        *,
        program: LinearProgram | None = None,
        every_window: bool = True,
        ranges: bool = False,
        time_limit: float | None = None,
        progress: Progress | None = None,
    ) -> SolvedByChoice:
        """Choose the window by branch and bound, then solve and prove it.

        ``every_window`` changes nothing: the program holds them all.  Raises what ``Session.solve``
        does, and SolverError where the linear programs contradict branch and bound.
        """
        tell = progress or silent
        clock = Clock(time_limit)
        tell("building the program", 0, _STEPS)
        program = program or build(instance, self.formulation)
        tell("choosing the window by branch and bound", 1, _STEPS)
        whole = solve_whole(program, clock.left(), self._log)
        self._load(program.relaxed())
        if whole.status is Status.INFEASIBLE:
            doing = "proving that there is no plan"
            tell(doing, 2, _STEPS)
            ray = self.ladder.solve(program.relaxed(), doing=doing, seconds=clock.left()).ray
            return self._without_plan(instance, program, whole, ray, clock)
        if whole.status is not Status.OPTIMAL:
            raise _unchosen(whole)
        chosen = chosen_window(instance, program, whole)
        tell(saying(chosen), 2, _STEPS)
        known = self._contenders(instance, program, chosen, clock)
        best = cheapest(known)
        _check(best, whole)
        assert best is not None
        windows = _every(instance, program, known, whole)
        if not ranges:
            return SolvedByChoice(windows, best, None, whole)
        best = self._solve_window(best.window, best.program, clock)  # ranges are of the last
        return SolvedByChoice(windows, best, self.ladder.ranging(), whole)

    def _contenders(
        self, instance: Instance, program: LinearProgram, chosen: Window | None, clock: Clock
    ) -> list[WindowSolved]:
        """The chosen window solved last, after those before it that may cost as little."""
        first = self._solve_window(chosen, at_window(program, instance, chosen), clock)
        order, before = (None, *instance.windows), []
        for window in order[: order.index(chosen)]:
            variant = at_window(program, instance, window)
            if first.optimal and _least(variant, [first]) > _no_tie(first):
                continue
            before.append(self._solve_window(window, variant, clock))
            if before[-1].optimal and before[-1].value(-1) <= _no_tie(first):
                break
        return [*before, first]

    def _without_plan(
        self,
        instance: Instance,
        program: LinearProgram,
        whole: WholeSolution,
        ray: Floats | None,
        clock: Clock,
    ) -> SolvedByChoice:
        """Every window proved to have no plan: by the relaxation's ray, or else by its own."""
        windows = []
        for window in (None, *instance.windows):
            variant = at_window(program, instance, window)
            if ray is not None and refutes(variant, ray):
                windows.append(WindowSolved(window, variant, None, None, True, np.inf))
            else:
                windows.append(self._solve_window(window, variant, clock))
        _check(cheapest(windows), whole)
        return SolvedByChoice(tuple(windows), None, None, whole)


def chosen_window(
    instance: Instance, program: LinearProgram, whole: WholeSolution
) -> Window | None:
    """The window whose ``opens`` is nearest to 1."""
    family = program.columns["opens"]
    opens = whole.primal[family.start : family.stop]
    return (None, *instance.windows)[int(np.argmax(opens))]


def _every(
    instance: Instance, program: LinearProgram, known: Sequence[WindowSolved], whole: WholeSolution
) -> tuple[WindowSolved, ...]:
    """No window and then each, as solved or with a bound on what it costs."""
    solved, windows = {each.window: each for each in known}, []
    for window in (None, *instance.windows):
        if window in solved:
            windows.append(solved[window])
            continue
        variant = at_window(program, instance, window)
        least = _least(variant, known)
        proved = least >= whole.bound
        windows.append(
            WindowSolved(window, variant, None, None, proved, least if proved else whole.bound)
        )
    return tuple(windows)


def _least(variant: LinearProgram, known: Sequence[WindowSolved]) -> float:
    """What others' duals prove that a window's program costs at the least, £m."""
    bounds = [-np.inf]
    for each in known:
        if each.optimal and each.solution is not None:
            bounds.append(lower_bound(variant, each.solution.dual))
        elif each.solution is not None and each.solution.ray is not None:
            bounds.append(np.inf if refutes(variant, each.solution.ray) else -np.inf)
    return max(bounds)


def _no_tie(solved: WindowSolved) -> float:
    """Most that a window may cost to be as good, £m."""
    return solved.value(-1) + TIE * max(1.0, abs(solved.value(-1)))


def _check(best: WindowSolved | None, whole: WholeSolution) -> None:
    """Raise SolverError where the linear programs contradict branch and bound."""
    infeasible = whole.status is Status.INFEASIBLE
    said = "that there is no plan" if infeasible else f"£{whole.objective:.9g}m"
    optimum = "have none" if best is None else f"have one of £{best.value(-1):.9g}m"
    if best is None or infeasible:
        agree = best is None and infeasible
    else:
        agree = abs(best.value(-1) - whole.objective) <= SAME * max(1.0, abs(best.value(-1)))
    if not agree:
        raise SolverError(f"branch and bound says {said}, the windows' linear programs {optimum}")


def _unchosen(whole: WholeSolution) -> SolverError:
    nothing = np.zeros(0)
    answer = Solution(whole.status, nothing, nothing, np.nan, 0, whole.seconds, whole.message)
    error = why_not(answer, "choosing the window by branch and bound")
    if len(whole.primal):
        error.args = (
            f"{error}; the best found costs £{whole.objective:.6g}m, and none less than "
            f"£{whole.bound:.6g}m",
        )
    return error
