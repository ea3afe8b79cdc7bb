"""Numbers by key and year: a dictionary that knows its rows, which are arrays' way in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

RowKey = tuple[Any, ...]


class YearRows(dict[Any, float]):
    """A number for each key with each year of the horizon after it, one key after the other.

    ``rows`` are the numbers by key, in the order of the years.
    """

    def __init__(self, horizon: Sequence[int], rows: Mapping[RowKey, Sequence[float]]) -> None:
        super().__init__(
            ((*key, year), value)
            for key, row in rows.items()
            for year, value in zip(horizon, row, strict=True)
        )
        self.horizon, self.rows = horizon, rows

    def changed(self, value: Callable[..., float]) -> YearRows:
        """Each number as ``value`` has it, which is given its key and the number."""
        rows = {
            key: [value((*key, year), n) for year, n in zip(self.horizon, row, strict=True)]
            for key, row in self.rows.items()
        }
        return YearRows(self.horizon, rows)
