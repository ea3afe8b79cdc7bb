"""Tidy tables as columns: frames of pandas are made of them where somebody asks for a frame.

Whatever is worked out on the way to a plan, its audit and its summary reads columns; a question
asked of a plan, or a reader in a notebook, has frames.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    import pandas as pd

RowKey = tuple[Any, ...]


class Table:
    """Columns by name, all of one length: arrays of numbers, lists of names.

    ``make`` makes its frame where types of pandas' own are wanted, such as whole numbers of which
    some are missing (None in a list).
    """

    def __init__(
        self, columns: Mapping[str, Any], make: Callable[[], pd.DataFrame] | None = None
    ) -> None:
        self._columns, self._make = dict(columns), make
        self._frame: pd.DataFrame | None = None
        self._rows: dict[str, dict[Any, list[int]]] = {}

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Table:
        """A frame's columns."""
        table = cls({str(name): _column(frame[name]) for name in frame.columns})
        table._frame = frame
        return table

    @classmethod
    def of_rows(cls, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
        """Rows of names and numbers, each in the order of the columns' names."""
        columns = zip(*rows, strict=True) if rows else ([] for _ in names)
        return cls({n: as_column(list(column)) for n, column in zip(names, columns, strict=True)})

    @property
    def columns(self) -> Mapping[str, Any]:
        """Columns by name."""
        return self._columns

    @property
    def names(self) -> list[str]:
        """Names of the columns, in order."""
        return list(self._columns)

    @property
    def frame(self) -> pd.DataFrame:
        """The table as a frame of pandas, made once."""
        if self._frame is None:
            import pandas as pd

            self._frame = pd.DataFrame(self._typed()) if self._make is None else self._make()
        return self._frame

    def _typed(self) -> dict[str, Any]:
        """Columns with their types, which pandas can't tell from a list of nothing."""
        return {
            name: column
            if len(column)
            else np.array(column, dtype=getattr(column, "dtype", object))
            for name, column in self._columns.items()
        }

    def __len__(self) -> int:
        return len(next(iter(self._columns.values()), ()))

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def __getitem__(self, name: str) -> Any:
        return self._columns[name]

    def numbers(self, name: str) -> NDArray[np.float64]:
        """A column of numbers; NaN where one is missing."""
        return np.asarray(self._columns[name], dtype=float)

    def keys(self, names: Sequence[str]) -> list[RowKey]:
        """The cells of some columns, row by row."""
        if not names:
            return [()] * len(self)
        return list(zip(*(_plain(self._columns[name]) for name in names), strict=True))

    def records(self) -> Iterator[dict[str, Any]]:
        """Rows, each by the columns' names."""
        names = self.names
        return (dict(zip(names, row, strict=True)) for row in self.keys(names))

    def where(self, rows: ArrayLike) -> Table:
        """Only the rows that are so."""
        return self._at(np.flatnonzero(np.asarray(rows, dtype=bool)))

    def only(self, column: str, value: Any) -> Table:
        """Only the rows with a value in a column; a column is read once for all of its values."""
        if column not in self._rows:
            rows: dict[Any, list[int]] = {}
            for n, cell in enumerate(_plain(self._columns[column])):
                rows.setdefault(cell, []).append(n)
            self._rows[column] = rows
        return self._at(np.array(self._rows[column].get(value, []), dtype=int))

    def _at(self, rows: NDArray[np.int64]) -> Table:
        return Table({name: _taken(column, rows) for name, column in self._columns.items()})

    def assign(self, **columns: Any) -> Table:
        """With columns added, or others in their place."""
        return Table(self._columns | columns)

    def select(self, names: Sequence[str]) -> Table:
        """Only some columns, in their order."""
        return Table({name: self._columns[name] for name in names})

    def sums(self, by: Sequence[str], *columns: str) -> dict[RowKey, list[float]]:
        """Sums of columns by key, in the order in which keys come first.

        What is missing adds nothing; where all is, the sum is.
        """
        place: dict[RowKey, int] = {}
        at = [place.setdefault(key, len(place)) for key in self.keys(by)]
        summed = []
        for values in map(self.numbers, columns):
            there = ~np.isnan(values)
            sums = np.bincount(at, np.where(there, values, 0.0), len(place)) if at else values
            if not there.all():
                sums[np.bincount(at, there, len(place)) == 0] = math.nan
            summed.append(sums.tolist())
        rows = map(list, zip(*summed, strict=True)) if summed else ([] for _ in place)
        return dict(zip(place, rows, strict=True))

    def looked_up(
        self, by: Sequence[str], other: Table, column: str, missing: float = math.nan
    ) -> NDArray[np.float64]:
        """A column of another table for each row, by the cells of the columns they share."""
        mine, theirs, values = self.keys(by), other.keys(by), other.numbers(column)
        if mine == theirs:
            return values
        by_key = dict(zip(theirs, values.tolist(), strict=True))
        return np.array([by_key.get(key, missing) for key in mine], dtype=float)

    def wide(
        self, keys: Sequence[str], column: str, order: Sequence[RowKey], periods: range
    ) -> NDArray[np.float64]:
        """A column by period and by key, (periods, keys); NaN where there is no row."""
        position = {key: n for n, key in enumerate(order)}
        values = np.full((len(periods), len(position)), np.nan)
        columns = np.array([position.get(key, -1) for key in self.keys(keys)], dtype=int)
        rows = self.numbers("period").astype(int) - periods.start
        there = (columns >= 0) & (rows >= 0) & (rows < len(periods))
        values[rows[there], columns[there]] = self.numbers(column)[there]
        return values

    def check_keys(self, keys: Sequence[str], wanted: Iterable[RowKey]) -> None:
        """KeyError for the first of the keys that are wanted which has no row, or the reverse."""
        own, wanted = dict.fromkeys(self.keys(keys)), dict.fromkeys(wanted)
        for key in (*wanted, *own):
            if key not in own or key not in wanted:
                raise KeyError(key)

    def csv(self) -> str:
        """As a file has it: every digit that tells a number apart, blank where one is missing."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.names)
        writer.writerows(zip(*map(_written, self._columns.values()), strict=True))
        return text.getvalue()


class Tables(Mapping[str, "pd.DataFrame"]):
    """Tables by name, each a frame to whoever asks for it; ``table`` gives its columns."""

    def __init__(self, tables: Mapping[str, Any] | None = None, **more: Any) -> None:
        self._tables: dict[str, Table] = {}
        for name, given in {**_as_they_are(tables or {}), **more}.items():
            self._tables[name] = given if isinstance(given, Table) else Table.of(given)

    @classmethod
    def of(cls, tables: Mapping[str, Any]) -> Tables:
        """Tables of frames, or of what is none; the same where they are some already."""
        return tables if isinstance(tables, cls) else cls(tables)

    def table(self, name: str) -> Table:
        """A table's columns; KeyError where there is none of that name."""
        return self._tables[name]

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self._tables[name].frame

    def __contains__(self, name: object) -> bool:
        return name in self._tables

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


def _as_they_are(tables: Mapping[str, Any]) -> Mapping[str, Any]:
    return tables._tables if isinstance(tables, Tables) else tables


def as_column(values: list[Any]) -> Any:
    """Numbers as an array; names, or what has a gap, as the list that they are."""
    kinds = set(map(type, values))
    numeric = all(issubclass(kind, (int, float)) and kind is not bool for kind in kinds)
    return np.array(values) if values and numeric else values


def _column(series: pd.Series[Any]) -> Any:
    """A frame's column: numbers as they are, all else as a list with None for what is missing."""
    if isinstance(series.dtype, np.dtype) and series.dtype.kind in "iufb":
        return series.to_numpy()
    return [
        None if missing else value
        for value, missing in zip(series.tolist(), series.isna(), strict=True)
    ]


def _plain(column: Any) -> list[Any]:
    """Cells as Python has them."""
    return column.tolist() if isinstance(column, np.ndarray) else column  # type: ignore[no-any-return]


def _taken(column: Any, rows: NDArray[np.int64]) -> Any:
    return column[rows] if isinstance(column, np.ndarray) else [column[n] for n in rows.tolist()]


def _written(column: Any) -> list[Any]:
    """Cells as a file has them: blank for what is missing, nought without a sign."""
    numbers = isinstance(column, np.ndarray) and column.dtype.kind == "f"
    cells = _plain(column + 0.0 if numbers else column)
    missing = (cell is None or (isinstance(cell, float) and math.isnan(cell)) for cell in cells)
    return ["" if gone else cell for cell, gone in zip(cells, missing, strict=True)]
