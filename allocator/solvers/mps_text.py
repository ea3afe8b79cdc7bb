"""What the text of an MPS file says, as its readers agree on it.

The first N row is the objective, others are left out; columns between markers are whole, and 0
or 1 where no bound is stated; a negative upper bound takes the lower one away unless that is
stated; from 1e20 on a side is infinite.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from allocator.program.matrix import Floats, Matrix
from allocator.program.program import Flags

INFINITE: Final = 1e20  # HiGHS's own


@dataclass
class MpsText:
    """What a text says: rows (the objective left out) and columns by place, entries in turn."""

    name: str = ""
    maximise: bool = False
    objective: str | None = None
    left_out: set[str] = field(default_factory=set)
    rows: dict[str, int] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)
    columns: dict[str, int] = field(default_factory=dict)
    entries: dict[tuple[int, int], float] = field(default_factory=dict)
    costs: dict[int, float] = field(default_factory=dict)
    sides: dict[str, float] = field(default_factory=dict)
    ranges: dict[str, float] = field(default_factory=dict)
    bounds: dict[tuple[int, str], float] = field(default_factory=dict)  # column, "l" or "u"
    whole: set[int] = field(default_factory=set)
    lines: list[int] = field(default_factory=list)  # of the entries, from 1

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.rows), len(self.columns)

    @property
    def offset(self) -> float:
        """The objective's constant: its right-hand side with the sign changed."""
        return -self.sides.get(self.objective or "", 0.0)

    def matrix(self) -> Matrix:
        """Of the entries."""
        places = np.array(list(self.entries), dtype=np.int64).reshape(-1, 2)
        return Matrix.of(
            places[:, 0], places[:, 1], np.array(list(self.entries.values())), self.shape
        )

    def cost_of_each(self) -> Floats:
        """By column."""
        costs = np.zeros(len(self.columns))
        costs[list(self.costs)] = list(self.costs.values())
        return costs

    def integer(self) -> Flags | None:
        """Which columns must be whole; None where none has to be."""
        flags = np.zeros(len(self.columns), dtype=bool)
        flags[sorted(self.whole)] = True
        return flags if self.whole else None

    def row_bounds(self) -> tuple[Floats, Floats]:
        """Lower and upper, by row."""
        pairs = [self._sides(name, kind) for name, kind in zip(self.rows, self.kinds, strict=True)]
        return _pair(pairs)

    def column_bounds(self) -> tuple[Floats, Floats]:
        """Lower and upper, by column."""
        return _pair([self._ends(column) for column in range(len(self.columns))])

    def _sides(self, name: str, kind: str) -> tuple[float, float]:
        side, span = self.sides.get(name, 0.0), self.ranges.get(name)
        if kind == "E":
            span = span or 0.0
            return side + min(span, 0.0), side + max(span, 0.0)
        if kind == "L":
            return (-np.inf if span is None else side - abs(span)), side
        return side, (np.inf if span is None else side + abs(span))

    def _ends(self, column: int) -> tuple[float, float]:
        low, high = (self.bounds.get((column, end)) for end in "lu")
        if low is None and high is None and column in self.whole:
            return 0.0, 1.0
        high = np.inf if high is None else high
        if low is None:
            low = -np.inf if high < 0 else 0.0
        return low, high


def _pair(pairs: list[tuple[float, float]]) -> tuple[Floats, Floats]:
    both = np.array(pairs, dtype=float).reshape(-1, 2)
    both[both >= INFINITE] = np.inf
    both[both <= -INFINITE] = -np.inf
    return both[:, 0], both[:, 1]
