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
        place = columns.astype(np.int64) * max(shape[0], 1) + rows
        order = np.argsort(place, kind="stable")
        place, values = place[order], values[order]
        first = np.flatnonzero(np.diff(place, prepend=-1))
        if len(first) < len(place):
            values = np.add.reduceat(values, first)
            place = place[first]
        kept = values != 0
        place, values = place[kept], values[kept]
        entry_columns, entry_rows = np.divmod(place, max(shape[0], 1))
        counts = np.bincount(entry_columns, minlength=shape[1])
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        return cls(shape, starts, entry_rows.astype(np.int32), values)

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
        products = self.values * vector[self.columns]
        return np.bincount(self.rows, products, self.shape[0]).astype(float)

    def transposed_times(self, vector: Floats) -> Floats:
        """A'y, by column."""
        products = self.values * vector[self.rows]
        return np.bincount(self.columns, products, self.shape[1]).astype(float)

    def times_and_sizes(self, vector: Floats) -> tuple[Floats, Floats]:
        """``A x``, and ``|A| |x|``, by row: how large the terms are that A x adds up."""
        products = self.values * vector[self.columns]
        summed, sizes = (
            np.bincount(self.rows, p, self.shape[0]) for p in (products, abs(products))
        )
        return summed.astype(float), sizes.astype(float)

    def transposed_times_and_sizes(self, vector: Floats) -> tuple[Floats, Floats]:
        """``A'y``, and ``|A'| |y|``, by column: how large the terms are that A'y adds up."""
        products = self.values * vector[self.rows]
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
