"""Numbers by key and year: a mapping that knows its rows, which are arrays' way in."""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator, Mapping, Sequence
from typing import Any

RowKey = tuple[Any, ...]


class YearRows(Mapping[Any, float]):
    """A number for each key with each year of the horizon after it, one key after the other.

    ``rows`` are the numbers by key, in the order of the years.
    """

    def __init__(self, horizon: Sequence[int], rows: Mapping[RowKey, Sequence[float]]) -> None:
        self.horizon, self.rows = horizon, rows
        self._places = {year: n for n, year in enumerate(horizon)}

    def __getitem__(self, key: RowKey) -> float:
        return self.rows[key[:-1]][self._places[key[-1]]]

    def __iter__(self) -> Iterator[RowKey]:
        return ((*key, year) for key in self.rows for year in self.horizon)

    def __len__(self) -> int:
        return len(self.rows) * len(self.horizon)

    def items(self) -> ItemsView[RowKey, float]:
        """Keys with their numbers."""
        return _YearItems(self)

    def changed(self, value: Callable[..., float]) -> YearRows:
        """Each number as ``value`` has it, which is given its key and the number."""
        rows = {
            key: [value((*key, year), n) for year, n in zip(self.horizon, row, strict=True)]
            for key, row in self.rows.items()
        }
        return YearRows(self.horizon, rows)


class _YearItems(ItemsView[RowKey, float]):
    """What ``ItemsView`` has, without looking up each number by its key."""

    def __init__(self, of: YearRows) -> None:
        super().__init__(of)
        self._of = of

    def __iter__(self) -> Iterator[tuple[RowKey, float]]:
        for key, row in self._of.rows.items():
            for year, value in zip(self._of.horizon, row, strict=True):
                yield (*key, year), value
