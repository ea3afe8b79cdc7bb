"""Index values as integers, and tables of them that are looked up by the million.

Whole numbers (periods, years) are coded as themselves, so that ``t - 1`` is arithmetic, and
names as negative numbers.  Codes of indices are held part by part: (parts, indices).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]

_FIRST_NAME = -1_000_000  # the code of the first name; whole numbers are far above it
_DENSE = 50_000_000  # cells of a direct table; above it a search in sorted keys takes less room
_ABSENT = -(2**50)  # outweighs any sum of places in a table


class Symbols(dict[Any, int]):
    """One code for each index value."""

    def __missing__(self, value: Any) -> int:
        """Code of a value not met before; a whole number is its own."""
        code = int(value) if isinstance(value, (int, np.integer)) else _FIRST_NAME - len(self)
        self[value] = code
        return code

    def codes(self, keys: Collection[Any], parts: int) -> Codes:
        """Codes of keys, (parts, keys); each is a tuple, or bare where it has but one part."""
        if isinstance(keys, range) and parts <= 1:
            return np.arange(keys.start, keys.stop, keys.step)[np.newaxis]
        flat = keys if parts <= 1 else chain.from_iterable(keys)
        flattened = np.fromiter(map(self.__getitem__, flat), np.int64, len(keys) * max(parts, 1))
        return np.ascontiguousarray(flattened.reshape(len(keys), max(parts, 1)).T)


class Keys:
    """Finds indices among the keys it was made of, each by its codes."""

    def __init__(self, keys: Codes) -> None:
        self._count = keys.shape[1]
        self._places: list[tuple[int, Codes]] = []
        total = 1
        for part in keys:
            low, high = (int(part.min()), int(part.max())) if part.size else (0, 0)
            there = np.zeros(high - low + 1, dtype=bool)
            there[part - low] = True
            # One more cell at either end stands for whatever lies outside.
            place = np.full(len(there) + 2, _ABSENT, dtype=np.int64)
            place[1:-1][there] = np.arange(np.count_nonzero(there)) * total
            self._places.append((low - 1, place))
            total *= max(int(np.count_nonzero(there)), 1)
        combined = self._combined(list(keys))
        self._dense: NDArray[np.int32] | None = None
        if total <= _DENSE:
            self._dense = np.full(total, -1, dtype=np.int32)
            self._dense[combined] = np.arange(self._count)
        else:
            self._order = np.argsort(combined, kind="stable")
            self._sorted = combined[self._order]

    def _combined(self, codes: Sequence[Codes]) -> Codes:
        """Place of each index in a table of all, negative where one of its parts is unknown."""
        (low, place), *others = self._places
        combined = place.take(codes[0] - low, mode="clip")
        for part, (low, place) in zip(codes[1:], others, strict=True):
            combined += place.take(part - low, mode="clip")
        return combined

    def find(self, codes: Sequence[Codes]) -> Codes:
        """Position of each index among the keys, -1 where it is not one of them."""
        if self._count == 0:
            return np.full(len(codes[0]), -1, dtype=np.int64)
        combined = self._combined(codes)
        known = combined >= 0
        if self._dense is not None:
            return np.where(known, self._dense.take(combined, mode="clip"), -1).astype(np.int64)
        at = np.minimum(np.searchsorted(self._sorted, combined), len(self._sorted) - 1)
        return np.where(known & (self._sorted[at] == combined), self._order[at], -1)
