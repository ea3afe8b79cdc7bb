"""Least and most of linear functions over a program's points: how wide a choice is.

The points may be all that cost no more than so much (``within``), or the optimal face
(``compare.face``).  One model serves every function, solved from the last basis.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from allocator.program.matrix import Floats
from allocator.program.program import LinearProgram, Objective
from allocator.solvers.catalogue import find_solver
from allocator.solvers.highs import HighsModel
from allocator.solvers.solution import Solution, Status

PATIENCE: Final = 60.0  # seconds for any one solve

# Only the objective changes from one function to the next: the last point stays feasible, and the
# primal simplex method goes on from there, several times faster than the dual one.
_SIMPLEX: Final = find_solver("simplex")
PRIMAL: Final = replace(
    _SIMPLEX, meaning="primal simplex", options={**_SIMPLEX.options, "simplex_strategy": 4}
)


@dataclass(frozen=True)
class Extreme:
    """A least or most value, and the point where it is reached; infinite where none was found."""

    value: float
    program: LinearProgram
    solution: Solution


class Extremes:
    """Extremes over the points of a program, whatever its own objective."""

    def __init__(self, program: LinearProgram) -> None:
        self.program = program
        self._model = HighsModel(program, PRIMAL)

    @property
    def solver(self) -> str:
        """Who solves."""
        return f"HiGHS {self._model.version}"

    def of(self, weights: Floats) -> tuple[Extreme, Extreme]:
        """The least and the most of a function, given by column."""
        return self.toward(weights, 1.0), self.toward(weights, -1.0)

    def range(self, weights: Floats) -> tuple[float, float]:
        """The same as numbers."""
        least, most = self.of(weights)
        return least.value, most.value

    def toward(self, weights: Floats, sign: float = 1.0) -> Extreme:
        """The least of a function, or with a ``sign`` of -1 the most."""
        aim = Objective("direction", sign * weights, 0.0, "")
        program = replace(self.program, objectives=(aim,))
        solution = self._model.solve(program, seconds=PATIENCE)
        if solution.status is not Status.OPTIMAL:
            return Extreme(-sign * np.inf, program, solution)
        return Extreme(float(weights @ solution.primal), program, solution)


def within(program: LinearProgram, most: float) -> LinearProgram:
    """The program with its last objective, but for its constant, held to no more than ``most``."""
    costs = program.objectives[-1].costs
    there = np.flatnonzero(costs)
    return program.with_rows(
        "as_good", program.objectives[-1].unit, np.array([-np.inf]), np.array([most]),
        rows=[0] * len(there), columns=there.tolist(), values=costs[there].tolist(),
    )  # fmt: skip
