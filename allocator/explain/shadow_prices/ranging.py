"""A program solved again with a limit moved: what a unit more and a unit less are worth.

Cost is a convex, piecewise linear function of a right-hand side.  Where the limit is a kink of
it, a vertex's dual is any slope between those of the two sides; each side's own is the dual a
little further on, if the line through it meets the function at the limit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allocator.clock import Overrun
from allocator.program.program import LinearProgram
from allocator.solvers.catalogue import LARGE, find_solver
from allocator.solvers.solution import Floats, Solution, Status
from allocator.solving.proved import Ladder

AT_LIMIT: Final = 1e-7  # relative (to at least 1): nearer than this is at the limit
STEPS: Final = (1e-3, 1e-4, 1e-5, 1e-6)  # relative to the limit (at least 1)
MOST_TRIES: Final = 40  # solves to find where a slope ends
FURTHER: Final = 8.0  # times as far with each try, while the slope holds
ON_THE_LINE: Final = 1e-11  # relative to the cost (at least 1)


Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Side:
    """By how much cost rises for a unit's move, in the program's money; infinite: no plan there.

    ``exact`` is false where no step was short enough to show it, ``settled`` where it is that of a
    vertex, not this side's own.
    """

    price: float
    exact: bool = True
    settled: bool = True


class Trial:
    """A program and its optimum.  ``ladder`` is one that has last solved it.

    ``overrun`` says whether there was time for all that was asked.
    """

    def __init__(
        self, program: LinearProgram, solution: Solution, ladder: Ladder | None = None
    ) -> None:
        self.program, self.solution = program, solution
        self._ladder = ladder or Ladder(find_solver("simplex"))
        self.overrun = Overrun()

    def begin(self) -> None:
        """Limits of another kind are asked from here on."""

    @property
    def large(self) -> bool:
        """Whether the program is one of which each solve takes long."""
        return self.program.shape[0] > LARGE

    def solve(self, program: LinearProgram) -> Solution:
        """Its optimum, or that it has no solution.  Raises what ``Ladder.solve`` does."""
        return self._ladder.solve(program, doing="solving again with a limit moved")

    def tried(self, rows: Rows, steps: Floats, units: float) -> tuple[float, float] | None:
        """Cost, and its rise for a unit more, with limits moved so far; None where no plan is."""
        solution = self.solve(self.moved(rows, units * steps))
        if solution.status is Status.INFEASIBLE:
            return None
        return solution.objective, float(solution.dual[rows] @ steps)

    def side(self, rows: Rows, steps: Floats) -> Side:
        """What moving the limits of rows by some way along ``steps`` does to the cost.

        ``steps`` are for one unit, which sets the scale of the first try; prices are per unit.
        """
        best, last, unit = self.solution.objective, None, 0.0
        scale = self._scale(rows, steps)
        for relative in STEPS:
            unit = relative * scale
            there = self.tried(rows, steps, unit)
            if there is None:
                continue
            last, slope = there
            if self._on_line(slope, unit, last):
                return Side(slope)
        if last is None:
            return Side(np.inf)
        return Side((last - best) / unit, exact=False)

    def reach(
        self,
        rows: Rows,
        steps: Floats,
        slope: float,
        most: float,
        *,
        first: float | None = None,
        short: float = 2.0,
    ) -> float:
        """How many units a slope holds for, at most ``most``: where another line takes over.

        NaN where that does not show, or the time was over first.
        """
        far = np.nan
        with self.overrun.kept():
            far = self._followed(rows, steps, slope, most, first, short)
        return far

    def _followed(
        self,
        rows: Rows,
        steps: Floats,
        slope: float,
        most: float,
        first: float | None,
        short: float,
    ) -> float:
        """See ``reach``.

        Outwards from the limit as long as the slope holds, so that each basis is near the next.
        From where it does not, each try is where the line through the last one meets the first:
        Newton's method on a convex, piecewise linear function, which ends at the breakpoint.
        ``first`` is where to look first, if something is known of it.  Where there is no plan
        further out, what is given holds, and ``short`` times as much may not.
        """
        best, past, held, lost = self.solution.objective, False, 0.0, np.inf
        far = min(most, first or STEPS[0] * self._scale(rows, steps))
        for _ in range(MOST_TRIES):
            tangent = self.tried(rows, steps, far)
            if tangent is None:
                lost, past = far, True
                far = far / 2 if far / 2 > held else (held + far) / 2
            elif self._on_line(slope, far, tangent[0]):
                held = far
                if far >= most or (past and not short * far < lost < np.inf):
                    return far
                far = (far + lost) / 2 if past else min(most, FURTHER * far)
            else:
                (cost, there), past = tangent, True
                if abs(there - slope) <= 1e-12 * max(1.0, abs(slope)):
                    return np.nan
                far = (cost - there * far - best) / (slope - there)
        return np.nan

    def moved(self, rows: Rows, steps: Floats) -> LinearProgram:
        """The program with the limits that rows stand at moved; both bounds of an equality."""
        row_lower, row_upper = self.program.row_lower.copy(), self.program.row_upper.copy()
        equal = row_lower[rows] == row_upper[rows]
        below = np.array([at_lower(self.program, self.solution, int(row)) for row in rows])
        row_lower[rows] += np.where(below | equal, steps, 0.0)
        row_upper[rows] += np.where(~below | equal, steps, 0.0)
        return replace(self.program, row_lower=row_lower, row_upper=row_upper)

    def _on_line(self, slope: float, units: float, value: float) -> bool:
        best = self.solution.objective
        return abs(best + slope * units - value) <= ON_THE_LINE * max(1.0, abs(best))

    def _scale(self, rows: Rows, steps: Floats) -> float:
        """Units that move the limits by about what they are, or by 1 where they are less."""
        limits = [abs(limit_of(self.program, self.solution, int(row))) for row in rows]
        return max(1.0, float(np.median(limits))) / max(float(np.max(np.abs(steps))), 1e-12)


def limit_of(program: LinearProgram, solution: Solution, row: int) -> float:
    """The bound that a row stands at."""
    lower = at_lower(program, solution, row)
    return float((program.row_lower if lower else program.row_upper)[row])


def at_lower(program: LinearProgram, solution: Solution, row: int) -> bool:
    """Whether a row that binds is held from below."""
    lower, upper = program.row_lower[row], program.row_upper[row]
    if lower == upper:
        return True
    if np.isfinite(lower) and np.isfinite(upper):
        return bool(solution.dual[row] > 0)
    return bool(np.isfinite(lower))
