"""Bounds of columns that the rows imply: interval propagation.

Few columns of a model have a bound above, yet none can go for ever: a balance, a budget or a
coverage holds each of them.  A row bounds one of its columns as soon as all its others are bounded
on the side that counts; that column then bounds another in the next pass.  Only bounds that are
missing are filled in, each rounded away from the column.  See Savelsbergh, *Preprocessing and
probing techniques for mixed integer programming problems*, ORSA Journal on Computing 6 (1994).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np

from allocator.program.matrix import Floats, Matrix, Positions
from allocator.program.program import Flags, LinearProgram

MOST_PASSES: Final = 40
OUTWARDS: Final = 1e-9  # by which a bound is loosened, relative to the terms it comes from
KEPT: Final = 8  # programs of a matrix whose bounds are kept, the last to be of use first

Interval = tuple[Floats, Floats]


@dataclass(frozen=True)
class _Known:
    """Bounds found for a program: they hold for any that is nowhere looser."""

    of: tuple[Floats, Floats, Floats, Floats]
    bounds: Interval

    @classmethod
    def of_program(cls, program: LinearProgram, bounds: Interval | None = None) -> _Known:
        of = (program.row_lower, program.row_upper, program.lower, program.upper)
        return cls(of, bounds or (program.lower, program.upper))

    def is_of(self, program: LinearProgram) -> bool:
        return all(map(np.array_equal, self.of, self.of_program(program).of))

    def hold(self, program: LinearProgram) -> bool:
        row_lower, row_upper, lower, upper = self.of
        return bool(
            np.all(program.row_lower >= row_lower)
            and np.all(program.row_upper <= row_upper)
            and np.all(program.lower >= lower)
            and np.all(program.upper <= upper)
        )

    def within(self, program: LinearProgram) -> Interval:
        """The bounds, or the program's own where these are tighter."""
        lower, upper = self.bounds
        return np.maximum(lower, program.lower), np.minimum(upper, program.upper)


_KNOWN: Final[WeakKeyDictionary[Matrix, list[_Known]]] = WeakKeyDictionary()
_SHARED: Final[WeakKeyDictionary[Matrix, LinearProgram]] = WeakKeyDictionary()


def share_bounds(program: LinearProgram) -> None:
    """Have a program's bounds, which are found when any are asked for, serve all tighter ones.

    Of its matrix: windows tighten a few columns each, and need not be gone through one by one.
    """
    _SHARED[program.matrix] = program


def implied_bounds(program: LinearProgram, *, own: bool = False) -> Interval:
    """Lower and upper bound by column, its own or else what rows imply; infinite where nothing is.

    Every feasible point lies between them.  They are kept with the matrix, and serve every program
    of it of which no bound is looser than in the one that they were found for.  ``own`` are found
    for this one, and may be tighter.
    """
    known = _KNOWN.setdefault(program.matrix, [])
    for n, each in enumerate(known):
        if each.hold(program) and (not own or each.is_of(program)):
            known.insert(0, known.pop(n))
            return each.within(program)
    shared, wider = None if own else _SHARED.pop(program.matrix, None), program
    if shared is not None and _Known.of_program(shared).hold(program):
        wider = shared
    known.insert(0, _Known.of_program(wider, _propagated(wider)))
    del known[KEPT:]
    return known[0].within(program)


def _propagated(program: LinearProgram) -> Interval:
    lower, upper = program.lower.copy(), program.upper.copy()
    entries = every = _Entries.of(program)
    for _ in range(MOST_PASSES):
        found_low, found_high = entries.bounds(lower, upper)
        new_low, new_high = np.isfinite(found_low), np.isfinite(found_high)
        if not new_low.any() and not new_high.any():
            break
        lower, upper = np.where(new_low, found_low, lower), np.where(new_high, found_high, upper)
        unbounded = np.isinf(lower) | np.isinf(upper)
        if 2 * np.count_nonzero(unbounded) < len(unbounded):
            every = every.beside(unbounded)  # others have no more to say
        entries = every.beside(new_low | new_high)  # others say what they said before
    return lower, upper


class _Entries:
    """Coefficients of a program that are not nought, each with its row and its column."""

    def __init__(
        self, program: LinearProgram, row: Positions, column: Positions, value: Floats
    ) -> None:
        self._program, self.row, self.column, self.value = program, row, column, value
        self.height, self.width = program.shape
        self.up = value > 0

    @classmethod
    def of(cls, program: LinearProgram) -> _Entries:
        """All of a program's: variants keep the places of what is nought."""
        matrix = program.matrix
        every = cls(program, matrix.rows, matrix.columns, matrix.values)
        return every if matrix.values.all() else every._only(matrix.values != 0)

    def beside(self, columns: Flags) -> _Entries:
        """Those of the rows that hold one of the columns."""
        asked = np.zeros(self.height, dtype=bool)
        asked[self.row[columns[self.column]]] = True
        return self._only(asked[self.row])

    def _only(self, which: Flags) -> _Entries:
        at = np.flatnonzero(which)
        return _Entries(self._program, self.row[at], self.column[at], self.value[at])

    def bounds(self, lower: Floats, upper: Floats) -> Interval:
        """What rows say of their columns that have no bound, given those of the others; the best.

        Infinite where they say nothing, and where there is a bound.
        """
        no_low, no_high = np.isinf(lower)[self.column], np.isinf(upper)[self.column]
        no_least, no_most = np.where(self.up, (no_low, no_high), (no_high, no_low))
        found_low, found_high = np.full(self.width, -np.inf), np.full(self.width, np.inf)
        for open_, sought, ends, sides, sign in (
            (no_least, no_most, (lower, upper), self._program.row_upper, 1.0),
            (no_most, no_least, (upper, lower), self._program.row_lower, -1.0),
        ):
            entries, limits = self._limits(open_, sought, ends, sides, sign)
            is_high = self.up[entries] == (sign > 0)
            np.minimum.at(found_high, self.column[entries[is_high]], limits[is_high])
            np.maximum.at(found_low, self.column[entries[~is_high]], limits[~is_high])
        return found_low, found_high

    def _limits(
        self, open_: Flags, sought: Flags, ends: Interval, sides: Floats, sign: float
    ) -> tuple[Positions, Floats]:
        """Entries that are ``sought`` whose columns one side of their rows ends, and where.

        The other columns are at one of their ``ends``, the first where the coefficient is above
        nought, and some are ``open_`` there: in such a row, or one without that side, no column
        ends.
        """
        missing = np.bincount(self.row[open_], minlength=self.height)
        ending = np.isfinite(sides) & (missing < 2)
        entries = np.flatnonzero(sought & ending[self.row])
        entries = entries[missing[self.row[entries]] == open_[entries]]
        if not len(entries):
            return entries, np.empty(0)
        row = self.row[entries]
        ended = np.zeros(self.height, dtype=bool)
        ended[row] = True
        inside = np.flatnonzero(ended[self.row])
        terms = self._terms(inside, open_, ends)
        summed = np.bincount(self.row[inside], terms, self.height)[row]
        sizes = np.bincount(self.row[inside], np.abs(terms), self.height)[row]
        own, held = self._terms(entries, open_, ends), sides[row]
        rest = held - (summed - own) + sign * OUTWARDS * (np.abs(held) + sizes)
        return entries, rest / self.value[entries]

    def _terms(self, entries: Positions, open_: Flags, ends: Interval) -> Floats:
        """What some entries add to their rows, with their columns at these ends; nought if open."""
        column = self.column[entries]
        at = np.where(self.up[entries], ends[0][column], ends[1][column])
        return np.where(open_[entries], 0.0, self.value[entries] * at)
