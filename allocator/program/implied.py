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

from allocator.program.matrix import Floats, Matrix
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
    entries = _Entries(program)
    for _ in range(MOST_PASSES):
        found_low, found_high = entries.bounds(lower, upper)
        new_low = np.isinf(lower) & np.isfinite(found_low)
        new_high = np.isinf(upper) & np.isfinite(found_high)
        if not new_low.any() and not new_high.any():
            break
        lower, upper = np.where(new_low, found_low, lower), np.where(new_high, found_high, upper)
        entries = entries.beside(new_low | new_high)
    return lower, upper


class _Entries:
    """A program's coefficients that are not nought, each with its row and its column.

    Of all rows, or of those that are ``asked``.
    """

    def __init__(self, program: LinearProgram, asked: Flags | None = None) -> None:
        matrix = program.matrix
        there = matrix.values != 0  # variants keep the places of coefficients that are nought
        if asked is not None:
            there &= asked[matrix.rows]
        self._program = program
        self.height, self.width = program.shape
        self.row, self.column = matrix.rows[there], matrix.columns[there]
        self.value = matrix.values[there]
        self.row_lower, self.row_upper = program.row_lower, program.row_upper
        self.up = self.value > 0

    def beside(self, columns: Flags) -> _Entries:
        """Those of the rows that hold one of the columns: others say what they said before."""
        matrix, asked = self._program.matrix, np.zeros(self.height, dtype=bool)
        asked[matrix.rows[columns[matrix.columns] & (matrix.values != 0)]] = True
        return _Entries(self._program, asked)

    def bounds(self, lower: Floats, upper: Floats) -> Interval:
        """What each row says of each of its columns, given bounds of the others; the best of it."""
        low, high = lower[self.column], upper[self.column]
        most = self._limits(np.where(self.up, low, high), self.row_upper, 1.0)
        least = self._limits(np.where(self.up, high, low), self.row_lower, -1.0)
        found_low, found_high = np.full(self.width, -np.inf), np.full(self.width, np.inf)
        for limits, of_upper in ((most, True), (least, False)):
            to_high = np.isfinite(limits) & (self.up == of_upper)
            to_low = np.isfinite(limits) & (self.up != of_upper)
            np.minimum.at(found_high, self.column[to_high], limits[to_high])
            np.maximum.at(found_low, self.column[to_low], limits[to_low])
        return found_low, found_high

    def _limits(self, at: Floats, sides: Floats, sign: float) -> Floats:
        """Where one side of each row ends a column if the others are ``at`` theirs; by entry.

        Not finite where the row has no such side, or another of its columns no such bound.
        """
        terms = self.value * at
        open_ = ~np.isfinite(terms)
        terms = np.where(open_, 0.0, terms)
        missing = np.bincount(self.row, open_, self.height)[self.row] - open_
        summed = np.bincount(self.row, terms, self.height)[self.row]
        sizes = np.bincount(self.row, np.abs(terms), self.height)[self.row]
        side = sides[self.row]
        ends = (missing == 0) & np.isfinite(side)
        held = np.where(ends, side, 0.0)
        rest = held - (summed - terms) + sign * OUTWARDS * (np.abs(held) + sizes)
        return np.where(ends, rest / self.value, np.nan)
