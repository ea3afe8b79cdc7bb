"""Profiles: numbers by a key and a whole number after it, as a rate by year, a level by period.

Most of what a formulation is made of is of this kind, a row of numbers for each key.  Held as
such, in arrays, it is worked out a row at a time and needs no dictionary of every cell; it reads
as one all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

RowKey = tuple[Any, ...]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Spans(Sequence[RowKey]):
    """Indices: each key with the whole numbers of its own range after it, in order."""

    def __init__(self, keys: Sequence[RowKey], starts: Ints, lengths: Ints) -> None:
        """Of the n-th key ``lengths[n]`` whole numbers from ``starts[n]`` on."""
        self.keys, self.starts, self.lengths = keys, starts, lengths

    @classmethod
    def of(cls, spans: Sequence[tuple[RowKey, range]]) -> Spans:
        """Each key with its own range, of steps of one."""
        starts = np.array([steps.start for _, steps in spans], dtype=np.int64)
        lengths = np.array([len(steps) for _, steps in spans], dtype=np.int64)
        return cls([key for key, _ in spans], starts, lengths)

    @classmethod
    def over(cls, keys: Sequence[RowKey], steps: range) -> Spans:
        """Every key with the same range."""
        return cls(keys, np.full(len(keys), steps.start), np.full(len(keys), len(steps)))

    @cached_property
    def begins(self) -> Ints:
        """Position of each key's first index."""
        return np.cumsum(self.lengths) - self.lengths

    @cached_property
    def owners(self) -> Ints:
        """Each index's key, by number."""
        return np.repeat(np.arange(len(self.keys)), self.lengths)

    @cached_property
    def steps(self) -> Ints:
        """Each index's whole number."""
        return np.arange(len(self.owners)) + (self.starts - self.begins)[self.owners]

    def __len__(self) -> int:
        return int(self.lengths.sum())

    def __iter__(self) -> Iterator[RowKey]:
        starts, ends = self.starts.tolist(), (self.starts + self.lengths).tolist()
        for key, start, end in zip(self.keys, starts, ends, strict=True):
            for step in range(start, end):
                yield (*key, step)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return [self[n] for n in range(*at.indices(len(self)))]
        return (*self.keys[self.owners[at]], int(self.steps[at]))

    def same(self, other: Spans) -> bool:
        """Whether both have the same indices in the same order."""
        return (
            np.array_equal(self.lengths, other.lengths)
            and np.array_equal(self.starts, other.starts)
            and self.keys == other.keys
        )

    def only(self, kept: NDArray[np.bool_]) -> Spans:
        """Without the other keys."""
        keys = [key for key, keep in zip(self.keys, kept.tolist(), strict=True) if keep]
        return Spans(keys, self.starts[kept], self.lengths[kept])


class Profiles(Mapping[RowKey, float]):
    """A number for each index of spans: ``numbers``, in their order.

    Where all keys have the same range, as those made by ``over`` have, ``rows`` are the numbers by
    key, (keys, steps).
    """

    def __init__(self, spans: Spans, numbers: Floats, steps: int = 0) -> None:
        self.spans, self.numbers = spans, numbers
        self.rows = numbers.reshape(len(spans.keys), steps) if steps else numbers

    @classmethod
    def over(cls, keys: Sequence[RowKey], steps: range, rows: Any) -> Profiles:
        """Of every key over the same range: ``rows`` are (keys, steps), or one number for all."""
        given = np.asarray(rows if keys else 0.0, dtype=float)  # of no keys, rows of any length
        full = np.broadcast_to(given, (len(keys), len(steps)))
        return cls(Spans.over(keys, steps), np.ascontiguousarray(full).reshape(-1), len(steps))

    def rows_of(self, keys: Sequence[RowKey]) -> Floats:
        """(keys, steps) of some keys; noughts of one that is not here."""
        padded = np.vstack([self.rows, np.zeros(self.rows.shape[1])])
        return padded[[self._place.get(key, -1) for key in keys]]

    @cached_property
    def _place(self) -> dict[RowKey, int]:
        return {key: n for n, key in enumerate(self.spans.keys)}

    def __getitem__(self, key: RowKey) -> float:
        *before, step = key
        at = self._place[tuple(before)]
        after = step - int(self.spans.starts[at])
        if not 0 <= after < self.spans.lengths[at]:
            raise KeyError(key)
        return float(self.numbers[self.spans.begins[at] + after])

    def __iter__(self) -> Iterator[RowKey]:
        return iter(self.spans)

    def __len__(self) -> int:
        return len(self.spans)
