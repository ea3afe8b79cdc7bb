"""Linear expressions worked out for many indices at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from allocator.compile.codes import Codes
from allocator.program.matrix import Floats


@dataclass(frozen=True)
class Frame:
    """Index values in force: for each symbol, in order, an array with one code per entry."""

    size: int
    values: tuple[Codes, ...]


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
