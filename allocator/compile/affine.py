"""Linear expressions worked out for many indices at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from allocator.compile.frames import Codes
from allocator.program.matrix import Floats, Matrix

Numbers = Floats | float  # one for each entry of a frame, or one for all


class LinearTerm(NamedTuple):
    """Columns and their coefficients, each at an entry of a frame; None where at each in order."""

    entries: Codes | None
    columns: Codes
    values: Numbers

    def scaled(self, factor: Numbers) -> LinearTerm:
        """Each coefficient times its entry's factor."""
        if self.entries is not None and not isinstance(factor, float):
            factor = factor[self.entries]
        return self._replace(values=np.multiply(self.values, factor))

    def owned(self, owner: Codes) -> LinearTerm:
        """At the entries of another frame that own its own."""
        return self._replace(entries=owner if self.entries is None else owner[self.entries])


@dataclass(frozen=True)
class Affine:
    """A constant for each entry of a frame, and terms."""

    constant: Numbers
    terms: tuple[LinearTerm, ...] = ()

    def scaled(self, factor: Numbers) -> Affine:
        """Each entry times its factor."""
        return Affine(self.constant * factor, tuple(term.scaled(factor) for term in self.terms))

    def plus(self, other: Affine) -> Affine:
        """Entry by entry."""
        return Affine(self.constant + other.constant, self.terms + other.terms)

    def gathered(self, owner: Codes, size: int) -> Affine:
        """Entries added up by the entry of another frame that owns each of them."""
        constant: Numbers = 0.0
        if not isinstance(self.constant, float) or self.constant:
            weights = full(self.constant, len(owner))
            constant = np.bincount(owner, weights=weights, minlength=size).astype(np.float64)
        return Affine(constant, tuple(term.owned(owner) for term in self.terms))


def full(numbers: Numbers, size: int) -> Floats:
    """One number for each entry of a frame."""
    given = np.asarray(numbers, dtype=np.float64)
    return given if given.shape == (size,) else np.full(size, given)


def matrix_of(terms: Sequence[tuple[int, LinearTerm]], shape: tuple[int, int]) -> Matrix:
    """The matrix of terms, each of a frame whose entries are the rows from some row on.

    Those in the same row and column are added up, and zeros are left out.
    """
    total = sum(len(term.columns) for _, term in terms)
    rows, columns = np.empty((2, total), dtype=np.int32)
    values, start = np.empty(total), 0
    for height, term in terms:
        own = slice(start, start := start + len(term.columns))
        rows[own] = np.arange(len(term.columns)) if term.entries is None else term.entries
        rows[own] += height
        columns[own], values[own] = term.columns, term.values
    return Matrix.of(rows, columns, values, shape)
