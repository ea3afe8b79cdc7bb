"""The least cost of a program as one number in its right-hand sides moves: exact, not a grid.

The value of a linear program is a convex, piecewise linear function of its right-hand sides,
and the prices of an optimum give a line that lies below it and touches it there.  Where the lines
of two points meet the function is evaluated again: either it is on the lines, and that is a
breakpoint, or a third line is found.  Every breakpoint is so found in finitely many solves
(Eisner and Severance, *Mathematical techniques for efficient record segmentation in large
shared databases*, 1976).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allocator.errors import SolverError
from allocator.program.matrix import Floats, Matrix
from allocator.program.program import LinearProgram, Objective
from allocator.program.proofs import lower_bound
from allocator.solvers.solution import Solution, Status
from allocator.solving.areas.ladder import ladder_for
from allocator.solving.proved import Ladder

SAME: Final = 1e-9  # relative: values nearer than this are the same
INSIDE: Final = 1e-7  # relative: how far inside the end of its range a program is first solved

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Touch:
    """A point of the function: where, its value, and the slope of a line that touches it."""

    at: float
    value: float
    slope: float

    def line(self, at: float) -> float:
        """Value of the touching line somewhere."""
        return self.value + self.slope * (at - self.at)


@dataclass(frozen=True)
class Shift:
    """Which right-hand sides move, and by how much each for a unit of the number that moves."""

    rows: Rows
    steps: Floats

    def of(self, program: LinearProgram, at: float) -> LinearProgram:
        """The program with its right-hand sides moved from where they are."""
        row_lower, row_upper = program.row_lower.copy(), program.row_upper.copy()
        row_lower[self.rows] += at * self.steps
        row_upper[self.rows] += at * self.steps
        return replace(program, row_lower=row_lower, row_upper=row_upper)


class Parametric:
    """Programs of one shape, such as an instance's for each window, along one move.

    ``areas`` are the instance's: a large program of many is solved area by area.
    """

    def __init__(self, move: Shift, areas: Sequence[str] = ()) -> None:
        self.move, self._areas = move, tuple(areas)
        self._ladder, self._limits = Ladder(), Ladder()
        self._aim: LinearProgram | None = None
        self._of: Matrix | None = None  # of the program whose aim it is
        self._touched: list[tuple[float, Floats]] = []  # where, and the optimum's prices by row

    @property
    def solves(self) -> int:
        """How many points have been solved."""
        return self._ladder.solves

    @property
    def solver(self) -> str:
        """Who solves."""
        return self._ladder.name

    def least(self, program: LinearProgram) -> float | None:
        """The least number at which the program has a solution; None where it never has."""
        aim = self._least_of(program)
        if self._limits.solves == 0:
            self._limits = ladder_for(self._areas, aim)
        solution = self._limits.solve(aim, doing="asking how far the frontier reaches")
        return float(solution.primal[-1]) if solution.status is Status.OPTIMAL else None

    def _least_of(self, program: LinearProgram) -> LinearProgram:
        """The program whose one aim is a low number: of one matrix for all windows."""
        if self._aim is None or self._of is not program.matrix:
            moved = program.with_columns(
                "moved",
                "",
                1,
                rows=self.move.rows.tolist(),
                columns=[0] * len(self.move.rows),
                values=(-self.move.steps).tolist(),
                lower=-np.inf,
            )
            costs = np.zeros(moved.shape[1])
            costs[-1] = 1.0
            self._of = program.matrix
            self._aim = replace(moved, objectives=(Objective("moved", costs, 0.0, ""),))
        return replace(
            self._aim,
            row_lower=program.row_lower,
            row_upper=program.row_upper,
            lower=np.append(program.lower, -np.inf),
            upper=np.append(program.upper, np.inf),
        )

    def solution(self, program: LinearProgram, at: float) -> Solution:
        """The optimum at a number; SolverError where there is none."""
        doing = "following the frontier"
        if self._ladder.solves == 0:
            self._ladder = ladder_for(self._areas, program)
        solution = self._ladder.solve(self.move.of(program, at), 0, doing=doing)
        if solution.status is not Status.OPTIMAL:
            raise SolverError(f"{doing}, there is no plan at {at:.9g}, which is inside its range")
        return solution

    def touch(self, program: LinearProgram, at: float) -> Touch:
        """The value at a number, and a line that touches the function there."""
        solution = self.solution(program, at)
        self._touched.append((at, solution.dual))
        return Touch(at, solution.objective, self._slope(solution.dual))

    def _slope(self, dual: Floats) -> float:
        return float(dual[self.move.rows] @ self.move.steps)

    def floor(self, program: LinearProgram) -> list[Touch]:
        """Lines that another program's function stays above: by weak duality, from every touch."""
        aimed = replace(program, objectives=program.objectives[:1])
        return [
            Touch(at, lower_bound(self.move.of(aimed, at), dual), self._slope(dual))
            for at, dual in self._touched
        ]


Worthless = Callable[[Touch, Touch], bool]  # whether what lies between two points is of no use


def lines(
    touch: Callable[[float], Touch], left: Touch, right: Touch, worthless: Worthless
) -> Iterator[Touch]:
    """Touching lines that make up the function strictly between two points of it.

    ``worthless`` may end the search between two points; what is there is then left out, and
    the lines on either side stand for a lower bound.
    """
    waiting = [(left, right)]  # a stack, since there may be many
    while waiting:
        left, right = waiting.pop()
        meet = meeting(left, right)
        if meet is None or worthless(left, right):
            continue
        touched = touch(meet)
        known = left.line(meet)
        if touched.value - known <= SAME * max(1.0, abs(known)):
            continue
        waiting += [(touched, right), (left, touched)]
        yield touched


def apart(left: Touch, right: Touch) -> float:
    """How far the function may be above the lines of two of its points, at most, between them.

    It is convex, so that it lies below what joins the two.
    """
    meet = meeting(left, right)
    if meet is None:
        return 0.0
    share = (meet - left.at) / (right.at - left.at)
    return left.value + share * (right.value - left.value) - left.line(meet)


def meeting(left: Touch, right: Touch) -> float | None:
    """Where two lines meet strictly between their points; None where they do not."""
    bend = right.slope - left.slope
    if bend <= SAME * max(abs(left.slope), abs(right.slope), 1e-12):
        return None
    meet = left.at + (left.value - right.line(left.at)) / bend
    near = 1e-10 * max(1.0, abs(left.at), abs(right.at))
    return meet if left.at + near < meet < right.at - near else None
