"""Index values in force, held in the outermost frame in which they differ from entry to entry.

A sum over sets is worked out on a larger frame than what it stands in, and an index over a product
of sets on a frame for each of them.  What depends on the symbols of an outer frame alone is worked
out there, on fewer entries, and handed on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]


class Frame:
    """For each symbol, in order, an array with one code per entry.

    An entry may come of an entry of an ``outer`` frame, its ``owner``, and take that one's values
    over; they are worked out once they are asked for.
    """

    def __init__(
        self,
        size: int,
        own: Sequence[Codes],
        outer: Frame | None = None,
        owner: Codes | None = None,
    ) -> None:
        self.size, self.outer, self.owner = size, outer, owner
        self.first = outer.width if outer else 0  # of its own symbols
        before: list[Codes | None] = [None] * self.first
        self._values = [*before, *own]

    @classmethod
    def of(cls, codes: Codes) -> Frame:
        """Of indices by their codes, (parts, indices)."""
        return cls(codes.shape[1], tuple(codes))

    @property
    def width(self) -> int:
        """Number of symbols."""
        return len(self._values)

    @property
    def indices(self) -> list[FrameIndex]:
        """Every symbol as an index."""
        return [FrameIndex(n, partial(_codes, n)) for n in range(self.width)]

    def codes(self, symbol: int) -> Codes:
        """Codes of a symbol, one per entry."""
        known = self._values[symbol]
        if known is None:
            assert self.outer is not None
            known = self._values[symbol] = self.outer.codes(symbol)[self.owner]
        return known


@dataclass(frozen=True)
class FrameIndex:
    """Part of an index: its codes on a frame, and the last symbol that they depend on, or -1."""

    symbol: int
    on: Callable[[Frame], Codes]


def added(frame: Frame, parts: Sequence[FrameIndex]) -> Codes:
    """The sum of parts, each worked out on the outermost frame that has its symbols."""
    outer, total = frame.outer, None
    if outer is not None:
        before = [part for part in parts if part.symbol < frame.first]
        parts = [part for part in parts if part.symbol >= frame.first]
        if before:
            total = added(outer, before)[frame.owner]
    for part in parts:
        total = part.on(frame) if total is None else total + part.on(frame)
    assert total is not None
    return total


def _codes(symbol: int, frame: Frame) -> Codes:
    return frame.codes(symbol)
