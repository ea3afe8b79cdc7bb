"""Least and most of linear functions over a program's points: how wide a choice is.

The points may be all that cost no more than so much (``within``), or the optimal face
(``compare.face``).  One model serves every function, solved from the last basis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from allocator.clock import Clock
from allocator.errors import CertificateError, SolverError
from allocator.program.matrix import Floats
from allocator.program.program import LinearProgram, Objective
from allocator.solvers.catalogue import DEFAULT, PRIMAL, find_solver
from allocator.solvers.solution import Solution, Status
from allocator.solving.areas.ladder import AreaLadder, by_areas
from allocator.solving.proved import Ladder

PATIENCE: Final = 60.0  # seconds for any one solve
# Of the largest weight, from one try to the next: where rounding is too much for the proof of one,
# it is a lesser part of a larger value.
SCALES: Final = (1.0, 1.0, 4.0)
_DOING: Final = "looking for how far a choice goes"


@dataclass(frozen=True)
class Extreme:
    """A least or most value, and the point where it is reached."""

    value: float
    program: LinearProgram
    solution: Solution


class Extremes:
    """Extremes over the points of a program, whatever its own objective.

    A large program of several ``areas`` is solved area by area, each function from the points and
    bases that those before have left.  Now and then they are a poor start: where that comes to no
    end, or to none in time, areas begin anew, and once more at another scale.
    """

    def __init__(self, program: LinearProgram, areas: Sequence[str] = ()) -> None:
        self.program, self._areas = program, areas
        large = by_areas(None, areas, program, find_solver(DEFAULT))
        self._ladder = AreaLadder(areas) if large else Ladder(PRIMAL)
        self._begun = False

    @property
    def solver(self) -> str:
        """Who solves."""
        return self._ladder.name

    def of(self, weights: Floats) -> tuple[Extreme, Extreme]:
        """The least and the most of a function, given by column.  Raises as ``toward`` does."""
        return self.toward(weights, 1.0), self.toward(weights, -1.0)

    def range(self, weights: Floats) -> tuple[float, float]:
        """The same as numbers, infinite where no extreme is proved."""
        return self._value(weights, 1.0), self._value(weights, -1.0)

    def _value(self, weights: Floats, sign: float) -> float:
        try:
            return self.toward(weights, sign).value
        except SolverError:
            return -sign * np.inf

    def toward(self, weights: Floats, sign: float = 1.0) -> Extreme:
        """The least of a function, or with a ``sign`` of -1 the most.

        Raises what ``Ladder.solve`` does, and CertificateError where there are no points.
        """
        if not self._begun:
            return self._toward(weights, sign)
        for scale in SCALES:
            try:
                return self._toward(weights, sign, scale, in_time=True)
            except SolverError:
                if Clock().left() <= 0:
                    raise
            self._begin_anew()
        return self._toward(weights, sign, SCALES[-1])

    def _begin_anew(self) -> None:
        """Let go of what the functions before have left."""
        assert isinstance(self._ladder, AreaLadder)
        self._ladder.close()
        self._ladder, self._begun = AreaLadder(self._areas), False

    def _toward(
        self, weights: Floats, sign: float, scale: float = 1.0, *, in_time: bool = False
    ) -> Extreme:
        """The same; area by area with weights of at most so much.

        ``in_time`` gives it no more than the ladder's patience with what takes longer than usual.
        """
        aim = Objective("direction", sign * weights, 0.0, "")
        program = replace(self.program, objectives=(aim,))
        if isinstance(self._ladder, AreaLadder):
            fine = sign * scale / (float(np.max(np.abs(weights))) or 1.0)
            aim = Objective("direction", fine * weights, 0.0, "")
            program = replace(program, objectives=(aim, self.program.objectives[-1]))
            self._begin(self._ladder, program)
        patience = self._ladder.patience(in_time)
        solution = self._ladder.solve(program, 0, doing=_DOING, seconds=min(PATIENCE, patience))
        if solution.status is not Status.OPTIMAL:
            raise CertificateError("there are no points to choose among")
        return Extreme(float(weights @ solution.primal), program, solution)

    def _begin(self, ladder: AreaLadder, program: LinearProgram) -> None:
        """Where areas stand at the program's own optimum, which is nearer to most than others."""
        if not self._begun:
            ladder.solve(program, doing=_DOING, seconds=PATIENCE)
            self._begun = True
        ladder.turn(program)


def within(program: LinearProgram, most: float) -> LinearProgram:
    """The program with its last objective, but for its constant, held to no more than ``most``."""
    costs = program.objectives[-1].costs
    there = np.flatnonzero(costs)
    return program.with_rows(
        "as_good",
        program.objectives[-1].unit,
        np.array([-np.inf]),
        np.array([most]),
        rows=[0] * len(there),
        columns=there.tolist(),
        values=costs[there].tolist(),
    )
