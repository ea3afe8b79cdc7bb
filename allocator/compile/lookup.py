"""Sets, parameters and columns of a Pyomo model as arrays that are looked up by the million.

An index value is coded as an integer: whole numbers (periods, years) as themselves, so that
``t - 1`` is arithmetic, and names as negative numbers.  A table of keys answers where each
row of an array of codes stands.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]

_DENSE = 50_000_000  # cells of a direct table; above it a search in sorted keys takes less room


class Symbols:
    """One code for each index value."""

    def __init__(self) -> None:
        self._codes: dict[Hashable, int] = {}

    def code(self, value: Any) -> int:
        """Code of a value; a whole number is its own."""
        if isinstance(value, (int, np.integer)):
            return int(value)
        found = self._codes.get(value)
        if found is None:
            found = self._codes[value] = -1_000_000 - len(self._codes)
        return found

    def codes(self, keys: Iterable[Any], dimension: int) -> Codes:
        """Keys as rows of codes, (keys, dimension)."""
        flat = [self.code(part) for key in keys for part in (key if type(key) is tuple else (key,))]
        return np.array(flat, dtype=np.int64).reshape(-1, max(dimension, 1))


class Keys:
    """Finds rows of codes among the keys it was made of."""

    def __init__(self, keys: Codes) -> None:
        self._count = len(keys)
        self._remaps: list[tuple[int, Codes]] = []
        self._strides: list[int] = []
        total, columns = 1, []
        for column in keys.T:
            low = int(column.min()) if len(column) else 0
            distinct = np.unique(column - low)
            remap = np.full(int(distinct[-1]) + 1 if len(distinct) else 1, -1, dtype=np.int64)
            remap[distinct] = np.arange(len(distinct))
            self._remaps.append((low, remap))
            columns.append(remap[column - low])
            self._strides.append(total)
            total *= max(len(distinct), 1)
        combined = self._combined(columns, len(keys))
        self._dense: Codes | None = None
        if total <= _DENSE:
            self._dense = np.full(total, -1, dtype=np.int64)
            self._dense[combined] = np.arange(len(keys))
        else:
            self._order = np.argsort(combined, kind="stable")
            self._sorted = combined[self._order]

    def _combined(self, columns: Sequence[Codes], count: int) -> Codes:
        combined = np.zeros(count, dtype=np.int64)
        for column, stride in zip(columns, self._strides, strict=True):
            combined += column * stride
        return combined

    def find(self, codes: Sequence[Codes]) -> Codes:
        """Position of each row among the keys, -1 where it is not one of them."""
        if self._count == 0:
            return np.full(len(codes[0]), -1, dtype=np.int64)
        columns, there = [], np.ones(len(codes[0]), dtype=bool)
        for column, (low, remap) in zip(codes, self._remaps, strict=True):
            shifted = column - low
            inside = (shifted >= 0) & (shifted < len(remap))
            mapped = remap[np.where(inside, shifted, 0)]
            there &= inside & (mapped >= 0)
            columns.append(np.where(there, mapped, 0))
        combined = self._combined(columns, len(there))
        if self._dense is not None:
            return np.where(there, self._dense[combined], -1)
        at = np.minimum(np.searchsorted(self._sorted, combined), len(self._sorted) - 1)
        found = there & (self._sorted[at] == combined)
        return np.where(found, self._order[at], -1)
