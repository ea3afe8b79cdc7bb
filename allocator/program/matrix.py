"""A sparse matrix by columns, in numpy alone.

scipy.sparse does all of this and more.  It is left out of the path to a plan for one
reason, measured: with scipy present, importing Pyomo imports scipy.stats, half a second that
every ``allocator solve`` would wait for.  ``to_scipy`` is there for everything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csc_array

Floats = NDArray[np.float64]
Positions = NDArray[np.integer]

_FEW = 20  # a vector of which one in so many is not nought takes part in few products


@dataclass(frozen=True, eq=False)
class Matrix:
    """Compressed columns: those of column j lie from ``starts[j]`` to ``starts[j + 1]``.

    ``rows`` and ``values`` are each entry's row and coefficient, by row within a column.
    """

    shape: tuple[int, int]
    starts: NDArray[np.int32]
    rows: NDArray[np.int32]
    values: Floats

    @classmethod
    def of(
        cls, rows: Positions, columns: Positions, values: Floats, shape: tuple[int, int]
    ) -> Matrix:
        """From entries in any order: those of one place are added up, and zeros left out."""
        present = values != 0
        if not present.all():
            rows, columns, values = rows[present], columns[present], values[present]
        place = columns.astype(np.int64)
        place *= max(shape[0], 1)
        place += rows
        order = np.argsort(place, kind="stable")
        if (first := _firsts(place[order])).all():
            return cls(
                shape,
                _starts(columns, shape[1]),
                rows[order].astype(np.int32, copy=False),
                values[order],
            )
        at = np.flatnonzero(first)
        summed = np.add.reduceat(values[order], at)
        left = summed != 0
        order = order[at[left]]
        return cls(
            shape, _starts(columns[order], shape[1]), rows[order].astype(np.int32), summed[left]
        )

    @property
    def entries(self) -> int:
        """Number of coefficients."""
        return len(self.values)

    @cached_property
    def columns(self) -> NDArray[np.int32]:
        """Each entry's column."""
        return np.repeat(np.arange(self.shape[1], dtype=np.int32), np.diff(self.starts))

    def times(self, vector: Floats) -> Floats:
        """A x, by row."""
        products = self.values * vector.take(self.columns)
        return np.bincount(self.rows, products, self.shape[0]).astype(float)

    def transposed_times(self, vector: Floats) -> Floats:
        """A'y, by column."""
        there = vector != 0
        if _FEW * np.count_nonzero(there) < self.shape[0]:
            at = np.flatnonzero(there.take(self.rows))
            products = self.values[at] * vector[self.rows[at]]
            return np.bincount(self.columns[at], products, self.shape[1]).astype(float)
        products = self.values * vector.take(self.rows)
        return np.bincount(self.columns, products, self.shape[1]).astype(float)

    def times_and_sizes(self, vector: Floats) -> tuple[Floats, Floats]:
        """``A x``, and ``|A| |x|``, by row: how large the terms are that A x adds up."""
        products = self.values * vector.take(self.columns)
        summed, sizes = (
            np.bincount(self.rows, p, self.shape[0]) for p in (products, abs(products))
        )
        return summed.astype(float), sizes.astype(float)

    def transposed_times_and_sizes(self, vector: Floats) -> tuple[Floats, Floats]:
        """``A'y``, and ``|A'| |y|``, by column: how large the terms are that A'y adds up."""
        products = self.values * vector.take(self.rows)
        summed, sizes = (
            np.bincount(self.columns, p, self.shape[1]) for p in (products, abs(products))
        )
        return summed.astype(float), sizes.astype(float)

    def with_row(self, coefficients: Floats) -> Matrix:
        """With one more row at the end, given by column."""
        there = np.flatnonzero(coefficients)
        return Matrix.of(
            np.concatenate([self.rows, np.full(len(there), self.shape[0])]),
            np.concatenate([self.columns, there]),
            np.concatenate([self.values, coefficients[there]]),
            (self.shape[0] + 1, self.shape[1]),
        )

    def extended(
        self,
        shape: tuple[int, int],
        rows: Sequence[int],
        columns: Sequence[int],
        values: Sequence[float],
        start: tuple[int, int],
    ) -> Matrix:
        """In a larger shape, with more entries; their rows and columns count from ``start``."""
        return Matrix.of(
            np.concatenate([self.rows, np.asarray(rows, dtype=np.int64) + start[0]]),
            np.concatenate([self.columns, np.asarray(columns, dtype=np.int64) + start[1]]),
            np.concatenate([self.values, np.asarray(values, dtype=float)]),
            shape,
        )

    def only_rows(self, kept: NDArray[np.bool_]) -> Matrix:
        """Without the other rows."""
        return self.only(kept, np.ones(self.shape[1], dtype=bool))

    def only(self, rows: NDArray[np.bool_], columns: NDArray[np.bool_]) -> Matrix:
        """Without the other rows and columns."""
        inside = rows[self.rows] & columns[self.columns]
        return Matrix.of(
            (np.cumsum(rows) - 1)[self.rows[inside]],
            (np.cumsum(columns) - 1)[self.columns[inside]],
            self.values[inside],
            (int(rows.sum()), int(columns.sum())),
        )

    def same_pattern(self, other: Matrix) -> bool:
        """Whether the entries stand in the same places."""
        return (
            self.shape == other.shape
            and np.array_equal(self.starts, other.starts)
            and np.array_equal(self.rows, other.rows)
        )

    def to_scipy(self) -> csc_array:
        """As scipy's."""
        from scipy.sparse import csc_array

        return csc_array((self.values, self.rows, self.starts), shape=self.shape)


def _firsts(place: Positions) -> NDArray[np.bool_]:
    """Which entries, in order of their places, are the first of theirs."""
    first = np.ones(len(place), dtype=bool)
    np.not_equal(place[1:], place[:-1], out=first[1:])
    return first


def _starts(columns: Positions, width: int) -> NDArray[np.int32]:
    """Where the entries of each column begin, and at last where they end."""
    starts = np.zeros(width + 1, dtype=np.int32)
    np.cumsum(np.bincount(columns, minlength=width), out=starts[1:])
    return starts
