"""Index values as integers, and sets of them that are looked up by the million.

Whole numbers (periods, years) are coded as themselves, so that ``t - 1`` is arithmetic, and
names as negative numbers.  Codes of indices are held part by part: (parts, indices).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allocator.compile.frames import Codes, Frame, FrameIndex, added

_FIRST_NAME = -1_000_000  # the code of the first name; whole numbers are far above it
_DENSE = 50_000_000  # cells of a direct table; above it a search in sorted keys takes less room
_ABSENT = -(2**29)  # outweighs any position


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
    """Finds indices among those of a product of sets, each set's elements by their codes.

    What an element adds to the position of its index is looked up set by set.
    """

    def __init__(self, sets: Sequence[Codes]) -> None:
        self._tables: list[tuple[int, _Elements]] = []
        stride = 1
        for codes in reversed(sets):
            self._tables.insert(0, (codes.shape[0], _Elements(codes, stride)))
            stride *= codes.shape[1]

    def find(self, frame: Frame, indices: Sequence[FrameIndex]) -> Codes:
        """Position of the index at each entry of a frame, negative where it is not one of them."""
        parts, start = list[FrameIndex](), 0
        for width, table in self._tables:
            own = indices[start : start + width]
            parts.append(FrameIndex(max(each.symbol for each in own), partial(table.find, own)))
            start += width
        return added(frame, parts)


class RangedKeys:
    """The same among keys each of which has whole numbers of its own range after it."""

    def __init__(self, keys: Codes, starts: Codes, lengths: Codes) -> None:
        self._keys = Keys([keys])
        # One more key, the last, stands for one that is unknown: it has no range.
        self._starts, self._lengths = np.append(starts, 0), np.append(lengths, 0)
        self._begins = np.cumsum(self._lengths) - self._lengths

    def find(self, frame: Frame, indices: Sequence[FrameIndex]) -> Codes:
        """Position of the index at each entry of a frame, negative where it is not one of them."""
        *before, step = indices
        keys = partial(self._found, before)
        key = added(frame, [FrameIndex(max(each.symbol for each in before), keys)])
        after = added(frame, [step]) - self._starts[key]
        inside = (after >= 0) & (after < self._lengths[key])
        return np.where(inside, self._begins[key] + after, -1)

    def _found(self, indices: Sequence[FrameIndex], frame: Frame) -> Codes:
        return np.maximum(self._keys.find(frame, indices), -1)


class _Elements:
    """What each element of a set adds to a position: its number times ``stride``."""

    def __init__(self, codes: Codes, stride: int) -> None:
        parts, count = codes.shape
        adds, total = np.arange(count) * stride, 1
        self._places: list[tuple[int, Codes]] = []
        for part in codes:
            low, size, there = _there(part)
            # One more cell at either end stands for whatever lies outside.
            place = np.full(size + 2, _ABSENT, dtype=np.int64)
            if parts == 1:
                place[part - low + 1] = adds
            else:
                place[1:-1][there] = np.arange(len(there)) * total
            self._places.append((low - 1, place))
            total *= max(len(there), 1)
        self._direct: NDArray[np.int32] | None = None
        self._is_single = parts == 1
        if self._is_single:
            return
        combined = added(frame := Frame.of(codes), self._parts(frame.indices))
        if total <= _DENSE:
            self._direct = np.full(total + 1, _ABSENT, dtype=np.int32)  # the first for the absent
            self._direct[combined + 1] = adds
        else:
            order = np.argsort(combined, kind="stable")
            self._sorted, self._adds = combined[order], adds[order]

    def find(self, indices: Sequence[FrameIndex], frame: Frame) -> Codes:
        """What the element at each entry of a frame adds, far below nought where there is none."""
        combined = added(frame, self._parts(indices))
        if self._is_single:
            return combined
        if self._direct is not None:
            return self._direct.take(combined + 1, mode="clip").astype(np.int64)
        if not len(self._sorted):
            return np.full(frame.size, _ABSENT)
        at = np.minimum(np.searchsorted(self._sorted, combined), len(self._sorted) - 1)
        return np.where(self._sorted[at] == combined, self._adds[at], _ABSENT)

    def _parts(self, indices: Sequence[FrameIndex]) -> list[FrameIndex]:
        """What each part of the index gives, to be added up."""
        return [
            FrameIndex(index.symbol, partial(_place, low, place, index))
            for index, (low, place) in zip(indices, self._places, strict=True)
        ]


def _there(part: Codes) -> tuple[int, int, Codes]:
    """The lowest code, how many there are from it to the highest, and which of those occur."""
    low, high = (int(part.min()), int(part.max())) if part.size else (0, 0)
    there = np.zeros(high - low + 1, dtype=bool)
    there[part - low] = True
    return low, len(there), np.flatnonzero(there)


def _place(low: int, place: Codes, index: FrameIndex, frame: Frame) -> Codes:
    """The place of one part, where it is in a table of those that occur."""
    return place.take(index.on(frame) - low, mode="clip")
