"""The master: the cheapest mixture of the areas' points, and what each tying row is then worth.

Its prices are held to a box around the best ones so far: a tying row may give way, at a cost of
the box's edge (du Merle, Villeneuve, Desrosiers and Hansen, *Stabilized column generation*,
Discrete Mathematics 194 (1999)).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from allocator.errors import SolverError
from allocator.program.matrix import Floats, Matrix
from allocator.program.program import LinearProgram
from allocator.solvers.pricing import MasterModel
from allocator.solvers.solution import Status
from allocator.solving.areas.pricing import AreaPoint
from allocator.solving.areas.split import Split

NEGLIGIBLE: Final = 1e-11  # of the largest price: rounding
_HELD: Final = 1e-9  # of the largest price: a reduced cost of a shared column


@dataclass(frozen=True, eq=False)
class MasterPoint:
    """Its answer: value, prices by tying row, each area's least, weights, what gave way."""

    value: float
    prices: Floats
    least: Floats
    shared: Floats
    weights: Floats
    given_way: Floats


class AreaMaster:
    """The master of one window, for one stage; ``counts`` says whether costs do."""

    def __init__(
        self, split: Split, program: LinearProgram, stage: int, columns: Iterable[AreaPoint]
    ) -> None:
        self.lower, self.upper = program.row_lower[split.ties], program.row_upper[split.ties]
        self._columns_at = program.lower[split.shared], program.upper[split.shared]
        self.stage, self.counts = stage, True
        self._costs = program.objectives[stage].costs[split.shared]
        self._shared, self.areas = split.coefficients, len(split.areas)
        self.columns: list[AreaPoint] = []
        self._model = self._made()
        self.add(list(columns))

    @property
    def ties(self) -> int:
        """Number of tying rows."""
        return len(self.lower)

    def _made(self) -> MasterModel:
        """Shared columns, then what each row may be given, then what may be taken from it."""
        ties, shared = self._shared.shape
        there = np.nonzero(self._shared)
        each = np.arange(ties)
        matrix = Matrix.of(
            np.concatenate([there[0], each, each]),
            np.concatenate([there[1], shared + each, shared + ties + each]),
            np.concatenate([self._shared[there], np.ones(ties), -np.ones(ties)]),
            (ties + self.areas, shared + 2 * ties),
        )
        free, whole = np.zeros(2 * ties), np.ones(self.areas)
        low, high = self._columns_at
        return MasterModel(
            matrix,
            np.concatenate([self._costs, free]),
            (np.concatenate([low, free]), np.concatenate([high, free + np.inf])),
            (np.concatenate([self.lower, whole]), np.concatenate([self.upper, whole])),
        )

    def begin(self, other: AreaMaster) -> None:
        """Go on from where another one of the split ended, as far as it has the same points."""
        ended = other._model.ended()
        if ended is None:
            return
        columns, rows = ended
        first = len(self._costs) + 2 * self.ties
        stood = zip(other.columns, columns[first:], strict=True)
        known = {(each.area, each.number): status for each, status in stood}
        own = [known.get((each.area, each.number)) for each in self.columns]
        self._model.begin_at([*columns[:first], *own], rows)

    def add(self, columns: Sequence[AreaPoint]) -> None:
        """Some more points of areas."""
        if not columns:
            return
        ties = np.array([each.ties for each in columns])
        column, row = np.nonzero(ties)
        added = Matrix.of(
            np.concatenate([row, [self.ties + each.area for each in columns]]),
            np.concatenate([column, np.arange(len(columns))]),
            np.concatenate([ties[column, row], np.ones(len(columns))]),
            (self.ties + self.areas, len(columns)),
        )
        self._model.add(np.array([self._cost(each) for each in columns]), added)
        self.columns += columns

    def _cost(self, column: AreaPoint) -> float:
        return float(column.costs[self.stage]) if self.counts else 0.0

    def count(self, counts: bool) -> None:
        """Whether costs count; where they do not, only what gives way does."""
        if counts == self.counts:
            return
        self.counts = counts
        shared = len(self._costs)
        first = shared + 2 * self.ties
        columns = np.concatenate([np.arange(shared), first + np.arange(len(self.columns))])
        own = self._costs if counts else np.zeros(shared)
        costs = np.concatenate([own, [self._cost(each) for each in self.columns]])
        self._model.price(columns.astype(np.int32), costs)

    def solve(self, low: Floats, high: Floats) -> MasterPoint:
        """The cheapest mixture with prices between two bounds.  Raises SolverError."""
        ties, shared = self.ties, len(self._costs)
        slack = np.arange(shared, shared + 2 * ties, dtype=np.int32)
        self._model.price(slack, np.concatenate([high, -low]))
        if (status := self._model.run()) is not Status.OPTIMAL:
            raise SolverError(f"the master is {status.value}")
        primal, dual = self._model.primal(), self._model.dual()
        given, taken = primal[shared : shared + ties], primal[shared + ties : shared + 2 * ties]
        return MasterPoint(
            self._model.value,
            self.clean(dual[:ties]),
            dual[ties:],
            primal[:shared],
            primal[shared + 2 * ties :],
            np.maximum(given, taken),
        )

    def clean(self, prices: Floats) -> Floats:
        """Without what is rounding, and without prices of a side that a row lacks."""
        largest = max(1.0, float(np.max(np.abs(prices), initial=0.0)))
        tiny = np.abs(prices) < NEGLIGIBLE * largest
        unbacked = np.isinf(np.where(prices > 0, self.lower, self.upper))
        return np.where(tiny | unbacked, 0.0, prices)

    def least(self, prices: Floats, counts: bool = True) -> float:
        """What tying rows and shared columns add to the bound that prices prove; may be -inf."""
        rows = np.where(prices > 0, self.lower, self.upper)
        reduced = (self._costs if counts else 0.0) - prices @ self._shared
        largest = max(1.0, float(np.max(np.abs(prices), initial=0.0)))
        reduced = np.where(np.abs(reduced) <= _HELD * largest, 0.0, reduced)
        low, high = self._columns_at
        ends = np.where(reduced > 0, low, high)
        if np.isinf(ends[reduced != 0]).any() or np.isinf(rows[prices != 0]).any():
            return -np.inf
        at = prices != 0
        away = reduced != 0
        return float(prices[at] @ rows[at]) + float(reduced[away] @ ends[away])
