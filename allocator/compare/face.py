"""The optimal face: is there one optimum, or a choice of them, and how wide is the choice?

By complementary slackness with any optimal dual, a column with a reduced cost stands at its
bound in every optimum, and so does a row with a price; what else is left to move, under a
cap on the objective, is the face.  A linear function with random coefficients is constant on
it only where it is one point (Mangasarian, *Uniqueness of solution in linear programming*,
1979, gives the algebra).  The same is done to the dual for prices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allocator.program.certificate import certify
from allocator.program.matrix import Floats, Matrix
from allocator.program.program import LinearProgram, Objective
from allocator.solving.extremes import Extremes, within

Where = NDArray[np.bool_]

PRICED: Final = 1e-7  # a price larger than this, relative to the largest cost, is no rounding
AT_BOUND: Final = 1e-7  # nearer to a bound than this, relative to it (at least 1), is at it
SLACK: Final = 1e-9  # by which the objective may be above the best, relative (at least 1)
POINT: Final = 1e-5  # a face narrower than this, relative, is one point


@dataclass(frozen=True)
class Range:
    """Least and most of a column over the optimal face (infinite where a solve does not end)."""

    column: int
    least: float
    most: float


class Face:
    """All points that are as good as a certified optimum; solved over from the last basis."""

    def __init__(self, program: LinearProgram, primal: Floats, dual: Floats) -> None:
        self._primal = primal
        self._extremes = Extremes(_face(program, primal, dual))

    def unique(self) -> bool:
        """Whether the optimum is shown to be the only one."""
        weights = _random(len(self._primal)) / (1.0 + np.abs(self._primal))
        least, most = self._extremes.range(weights)
        return most - least <= POINT

    def range(self, column: int) -> Range:
        """How far a column can go without any loss."""
        weights = np.zeros(len(self._primal))
        weights[column] = 1.0
        return Range(column, *self._extremes.range(weights))


def unique_prices(program: LinearProgram, primal: Floats) -> bool:
    """Whether the duals are shown to be the only ones: no other has a primal to go with it."""
    dual = _dual_face(program, primal)
    least, most = Extremes(dual).range(_random(dual.shape[1]))
    size = max(1.0, float(np.max(np.abs(program.objectives[-1].costs), initial=0.0)))
    return most - least <= POINT * size


def widest(vectors: Sequence[Floats]) -> float:
    """The largest difference between vectors in any place, relative to its size (at least 1)."""
    if len(vectors) < 2:
        return 0.0
    stack = np.vstack(vectors)
    apart = stack.max(axis=0) - stack.min(axis=0)
    return float(np.max(apart / np.maximum(1.0, np.abs(stack).max(axis=0)), initial=0.0))


def _random(count: int) -> Floats:
    return np.random.default_rng(1).uniform(0.5, 1.5, count) * np.where(np.arange(count) % 2, 1, -1)


def _face(program: LinearProgram, primal: Floats, dual: Floats) -> LinearProgram:
    """The program with all that has a price held, and the objective capped at its best."""
    objective = program.objectives[-1]
    best = certify(program, primal, dual).primal_objective - objective.constant
    priced = PRICED * max(1.0, float(np.max(np.abs(objective.costs), initial=0.0)))
    reduced = objective.costs - program.matrix.transposed_times(dual)
    row_lower, row_upper = _held(dual, priced, program.row_lower, program.row_upper)
    lower, upper = _held(reduced, priced, program.lower, program.upper)
    held = replace(program, lower=lower, upper=upper, row_lower=row_lower, row_upper=row_upper)
    return within(held, best + SLACK * max(1.0, abs(best)))


def _held(price: Floats, priced: float, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
    """Bounds that hold what has a price at the bound that it is the price of."""
    up = (price > priced) & np.isfinite(lower)
    down = (price < -priced) & np.isfinite(upper)
    return np.where(down, upper, lower), np.where(up, lower, upper)


def _dual_face(program: LinearProgram, primal: Floats) -> LinearProgram:
    """Every dual that goes with a primal, as a program: a column per row, a row per column."""
    activity, matrix = program.matrix.times(primal), program.matrix
    costs = program.objectives[-1].costs
    row_low, row_high = _at(activity, program.row_lower, program.row_upper)
    low, high = _at(primal, program.lower, program.upper)
    return LinearProgram(
        "duals",
        Matrix.of(matrix.columns, matrix.rows, matrix.values, matrix.shape[::-1]),
        row_lower=np.where(low, -np.inf, costs),
        row_upper=np.where(high, np.inf, costs),
        lower=np.where(row_high, -np.inf, 0.0),
        upper=np.where(row_low, np.inf, 0.0),
        objectives=(Objective("direction", np.zeros(matrix.shape[0]), 0.0, ""),),
        rows=program.columns,
        columns=program.rows,
    )


def _at(value: Floats, lower: Floats, upper: Floats) -> tuple[Where, Where]:
    """Whether values stand at their lower, and at their upper, bounds."""
    near = AT_BOUND * np.maximum(1.0, np.abs(value))
    return value - lower <= near, upper - value <= near
