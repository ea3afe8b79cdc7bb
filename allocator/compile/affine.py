"""Linear expressions worked out for many indices at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from allocator.compile.codes import Codes
from allocator.program.matrix import Floats


class Frame:
    """Index values in force: for each symbol, in order, an array with one code per entry.

    An entry may come of an entry of an ``outer`` frame, its ``owner``, and take that one's values
    over; they are worked out once they are asked for.
    """

    def __init__(
        self,
        size: int,
        own: Iterable[Codes],
        outer: Frame | None = None,
        owner: Codes | None = None,
    ) -> None:
        self.size = size
        self._outer, self._owner = outer, owner
        before: list[Codes | None] = [None] * (outer.width if outer else 0)
        self._values = [*before, *own]

    @property
    def width(self) -> int:
        """Number of symbols."""
        return len(self._values)

    def codes(self, symbol: int) -> Codes:
        """Codes of a symbol, one per entry."""
        known = self._values[symbol]
        if known is None:
            assert self._outer is not None
            known = self._values[symbol] = self._outer.codes(symbol)[self._owner]
        return known


@dataclass(frozen=True)
class Affine:
    """A constant for each entry of a frame, and terms: entry, column and coefficient."""

    constant: Floats
    terms: tuple[tuple[Codes, Codes, Floats], ...] = ()

    def scaled(self, factor: Floats) -> Affine:
        """Each entry times its factor."""
        terms = tuple(
            (rows, columns, values * factor[rows]) for rows, columns, values in self.terms
        )
        return Affine(self.constant * factor, terms)

    def plus(self, other: Affine) -> Affine:
        """Entry by entry."""
        return Affine(self.constant + other.constant, self.terms + other.terms)

    def gathered(self, owner: Codes, size: int) -> Affine:
        """Entries added up by the entry of another frame that owns each of them."""
        constant = np.bincount(owner, weights=self.constant, minlength=size).astype(np.float64)
        return Affine(constant, tuple((owner[r], c, v) for r, c, v in self.terms))
