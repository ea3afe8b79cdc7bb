"""A program of several areas taken apart: a block for each, and the few rows that tie them.

An area's columns meet those of another area only in rows that are about all of them: a shared
fund's balance, a target of all areas, protected spend.  Such a row *ties*.  Columns that belong to
no area are shared: a shared fund's unspent money, and what says which years the window has.  The
latter are fixed, so that a row of one area that holds them is the area's own, and a window moves
its bounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allocator.program.matrix import Floats, Matrix
from allocator.program.program import Family, LinearProgram

Places = NDArray[np.int64]

_NOBODY: Final = -1  # in place of an area's number


@dataclass(frozen=True, eq=False)
class AreaBlock:
    """An area's part of the whole.

    Attributes:
        name: the area.
        rows, columns: where its own rows and columns lie in the whole.
        matrix: its coefficients in its own rows.
        ties: which of the tying rows it meets, numbered as they are in the split.
        tied: which of its columns meet them, numbered within the block.
        coefficients: of the tied columns in the tying rows, dense, a row for each of ``ties``.
        moved: rows, numbered within the block, that a fixed shared column moves.
        moving: coefficients of fixed shared columns there, dense, a row for each of ``moved``.
    """

    name: str
    rows: Places
    columns: Places
    matrix: Matrix
    ties: Places
    tied: NDArray[np.int32]
    coefficients: Floats
    moved: NDArray[np.int32]
    moving: Floats


@dataclass(frozen=True, eq=False)
class Split:
    """The whole taken apart: ``ties`` are its tying rows, ``shared`` its shared columns.

    ``fixed`` says which of the shared columns are fixed; ``coefficients`` are those of the shared
    columns in the tying rows, dense.
    """

    areas: tuple[AreaBlock, ...]
    ties: Places
    shared: Places
    fixed: NDArray[np.bool_]
    coefficients: Floats

    @cached_property
    def window(self) -> Places:
        """The fixed shared columns, where they lie in the whole."""
        return self.shared[self.fixed]

    def fits(self, program: LinearProgram) -> bool:
        """Whether a variant of the program still fixes what is fixed here."""
        return np.array_equal(program.lower[self.window], program.upper[self.window])


def split(program: LinearProgram, areas: Sequence[str]) -> Split:
    """A program taken apart by area, from its matrix and from whose its columns are."""
    numbers = {area: n for n, area in enumerate(areas)}
    columns = _Owned(_owners(program.columns, numbers, program.shape[1]), len(areas))
    rows = _Owned(_owners_of_rows(program, columns.owner), len(areas))
    blocks = _Blocks(program.matrix, rows, columns)
    fixed = program.lower[columns.shared] == program.upper[columns.shared]
    return Split(
        tuple(blocks.block(name, n, fixed) for name, n in numbers.items()),
        rows.shared,
        columns.shared,
        fixed,
        blocks.shared(),
    )


def _owners(columns: Mapping[str, Family], numbers: Mapping[str, int], width: int) -> Places:
    """By column the number of its area; of one that is every area's, ``_NOBODY``."""
    owners = np.full(width, _NOBODY, dtype=np.int64)
    for family in columns.values():
        keys = [key for key in ("area", "owner") if key in family.keys]
        if keys:
            areas, which = family.coded(keys[0])
            owner = np.array([numbers.get(area, _NOBODY) for area in areas], dtype=np.int64)
            owners[family.slice] = owner[which]
    return owners


def _owners_of_rows(program: LinearProgram, of_column: Places) -> Places:
    """By row the number of its area; of a tying one, ``_NOBODY``."""
    matrix, height = program.matrix, program.shape[0]
    nobodys = np.flatnonzero(of_column == _NOBODY)
    owner = of_column[matrix.columns]
    own = (owner != _NOBODY) & (matrix.values != 0)
    first, last = np.full(height, len(of_column)), np.full(height, _NOBODY)
    np.minimum.at(first, matrix.rows[own], owner[own])
    np.maximum.at(last, matrix.rows[own], owner[own])
    free = nobodys[program.lower[nobodys] < program.upper[nobodys]]
    last[first != last] = _NOBODY
    last[matrix.rows[_entries(matrix, free)]] = _NOBODY
    return last


def _entries(matrix: Matrix, columns: Places) -> Places:
    """Where the coefficients of some columns lie that are not nought, column by column."""
    first = matrix.starts[columns]
    count = matrix.starts[columns + 1] - first
    before = np.cumsum(count) - count
    at = np.repeat(first - before, count) + np.arange(int(count.sum()))
    kept: Places = at[matrix.values[at] != 0]
    return kept


class _Owned:
    """Rows, or columns, by owner, each with its number among those of the same owner."""

    def __init__(self, owner: Places, owners: int) -> None:
        self.owner = owner
        order = np.argsort(owner, kind="stable")
        counts = np.bincount(owner - _NOBODY, minlength=owners + 1)
        starts = np.cumsum(counts) - counts
        self.number = np.empty(len(owner), dtype=np.int64)
        self.number[order] = np.arange(len(owner)) - np.repeat(starts, counts)
        self.shared, *self.of = np.split(order, starts[1:])


class _Blocks:
    """Takes the matrix apart by the owner of a coefficient's row and of its column."""

    def __init__(self, matrix: Matrix, rows: _Owned, columns: _Owned) -> None:
        self._matrix, self._rows, self._columns = matrix, rows, columns
        at = _entries(matrix, columns.shared)
        of_row = rows.owner[matrix.rows[at]]
        order = np.argsort(of_row, kind="stable")
        ends = np.searchsorted(of_row[order], np.arange(len(rows.of)))
        self._shared, *self._moved = np.split(at[order], ends)
        self._patterns: dict[bytes, Matrix] = {}

    def block(self, name: str, area: int, fixed: NDArray[np.bool_]) -> AreaBlock:
        """An area's block; ``fixed`` says which of the shared columns are."""
        rows, columns = self._rows.of[area], self._columns.of[area]
        at = _entries(self._matrix, columns)
        own = self._rows.owner[self._matrix.rows[at]] == area
        matrix = self._alike(Matrix.of(*self._numbered(at[own]), (len(rows), len(columns))))
        ties, tied, coefficients = self._dense(at[~own])
        moved, movers, moving = self._dense(self._moved[area])
        by_window = np.zeros((len(moved), len(fixed)))
        by_window[:, movers] = moving
        return AreaBlock(
            name,
            rows,
            columns,
            matrix,
            ties,
            tied.astype(np.int32),
            coefficients,
            moved.astype(np.int32),
            by_window[:, fixed],
        )

    def _alike(self, matrix: Matrix) -> Matrix:
        """The same; areas of one pattern have it in common, which takes less room where it goes."""
        pattern = matrix.starts.tobytes() + matrix.rows.tobytes()
        like = self._patterns.setdefault(pattern, matrix)
        return replace(matrix, starts=like.starts, rows=like.rows)

    def shared(self) -> Floats:
        """Coefficients of the shared columns in the tying rows, dense."""
        row, column, values = self._numbered(self._shared)
        dense = np.zeros((len(self._rows.shared), len(self._columns.shared)))
        dense[row, column] = values
        return dense

    def _numbered(self, at: Places) -> tuple[Places, Places, Floats]:
        """Rows and columns of some entries, numbered among their owners', and their values."""
        row, column = self._matrix.rows[at], self._matrix.columns[at]
        return self._rows.number[row], self._columns.number[column], self._matrix.values[at]

    def _dense(self, at: Places) -> tuple[Places, Places, Floats]:
        """Rows and columns of some entries, and their values as a table of these."""
        row, column, values = self._numbered(at)
        rows, row = np.unique(row, return_inverse=True)
        columns, column = np.unique(column, return_inverse=True)
        table = np.zeros((len(rows), len(columns)))
        table[row, column] = values
        return rows, columns, table
