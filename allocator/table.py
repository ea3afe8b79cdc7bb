"""Tidy tables as columns: frames of pandas are made of them where somebody asks for a frame.

Whatever is worked out on the way to a plan, its audit and its summary reads columns; a question
asked of a plan, or a reader in a notebook, has frames.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    import pandas as pd

RowKey = tuple[Any, ...]
Places = NDArray[np.int64]

_MOST_CODES: Final = 2**62  # that a whole number tells apart


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
        self._cells: dict[str, tuple[dict[Any, int], Places]] = {}
        self._groups: dict[tuple[str, ...], tuple[list[RowKey], Places]] = {}

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
        """Only the rows that are so; the same table where all are."""
        kept = np.asarray(rows, dtype=bool)
        return self if len(kept) == len(self) and kept.all() else self._at(np.flatnonzero(kept))

    def only(self, column: str, value: Any) -> Table:
        """Only the rows with a value in a column."""
        numbers, own = self._numbered(column)
        return self._at(np.flatnonzero(own == numbers.get(value, -1)))

    def _numbered(self, column: str) -> tuple[dict[Any, int], Places]:
        """A column's cells numbered as they come first, and by row which it has; read once."""
        if column not in self._cells:
            cells = _plain(self._columns[column])
            numbers = {cell: n for n, cell in enumerate(dict.fromkeys(cells))}
            own = np.fromiter(map(numbers.__getitem__, cells), np.int64, len(cells))
            self._cells[column] = numbers, own
        return self._cells[column]

    def _at(self, rows: Places) -> Table:
        return Table({name: _taken(column, rows) for name, column in self._columns.items()})

    def assign(self, **columns: Any) -> Table:
        """With columns added, or others in their place."""
        return Table(self._columns | columns)

    def select(self, names: Sequence[str]) -> Table:
        """Only some columns, in their order."""
        return Table({name: self._columns[name] for name in names})

    def distinct(self, by: Sequence[str]) -> list[RowKey]:
        """The different cells of some columns, in the order in which they come first."""
        return self._grouped(by)[0]

    def _grouped(self, by: Sequence[str]) -> tuple[list[RowKey], Places]:
        """``distinct``, and by row which of those it has; worked out once."""
        if (known := tuple(by)) not in self._groups:
            group, different = np.zeros(len(self), dtype=np.int64), 1
            for numbers, own in map(self._numbered, by):
                if different * len(numbers) > _MOST_CODES:
                    group, different = _numbered_anew(group)[0], len(self)
                group, different = group * len(numbers) + own, different * len(numbers)
            group, rows = _numbered_anew(group)
            columns = [_plain(_taken(self._columns[name], rows)) for name in by]
            keys = list(zip(*columns, strict=True)) if by else [()] * len(rows)
            self._groups[known] = keys, group
        return self._groups[known]

    def parts(self, by: Sequence[str]) -> Iterator[tuple[RowKey, Places]]:
        """Each of ``distinct``, with its rows."""
        keys, group = self._grouped(by)
        rows = np.split(np.argsort(group, kind="stable"), np.cumsum(np.bincount(group))[:-1])
        return zip(keys, rows, strict=True) if keys else iter(())

    def sums(self, by: Sequence[str], *columns: str) -> dict[RowKey, list[float]]:
        """Sums of columns by key, in the order in which keys come first.

        What is missing adds nothing; where all is, the sum is.
        """
        keys, _ = self._grouped(by)
        summed = [self._sums(by, column).tolist() for column in columns]
        rows = map(list, zip(*summed, strict=True)) if summed else ([] for _ in keys)
        return dict(zip(keys, rows, strict=True))

    def _sums(self, by: Sequence[str], column: str) -> NDArray[np.float64]:
        """A column's by ``distinct``."""
        keys, at = self._grouped(by)
        values = self.numbers(column)
        there = ~np.isnan(values)
        sums = np.bincount(at, np.where(there, values, 0.0), len(keys)).astype(float)
        if not there.all():
            sums[np.bincount(at, there, len(keys)) == 0] = math.nan
        return sums

    def sums_of(
        self, other: Table, by: Sequence[str], column: str, missing: float = math.nan
    ) -> NDArray[np.float64]:
        """For each row the sum of another table's column, where that has the row's cells."""
        place = {key: n for n, key in enumerate(other.distinct(by))}
        keys, group = self._grouped(by)
        sums = np.append(other._sums(by, column), missing)
        result: NDArray[np.float64] = sums[[place.get(key, -1) for key in keys]][group]
        return result

    def looked_up(
        self, by: Sequence[str], other: Table, column: str, missing: float = math.nan
    ) -> NDArray[np.float64]:
        """A column of another table for each row, by the cells of the columns they share."""
        if all(_same(self._columns[name], other[name]) for name in by):
            return other.numbers(column)
        return self.sums_of(other, by, column, missing)

    def wide(
        self,
        keys: Sequence[str],
        column: str,
        order: Sequence[RowKey],
        times: range,
        along: str = "period",
    ) -> NDArray[np.float64]:
        """A column by time, which is in the column ``along``, and by key, (times, keys).

        NaN where there is no row.
        """
        position = {key: n for n, key in enumerate(order)}
        values = np.full((len(times), len(position)), np.nan)
        own, group = self._grouped(keys)
        columns = np.array([position.get(key, -1) for key in own], dtype=int)[group]
        rows = self.numbers(along).astype(int) - times.start
        there = (columns >= 0) & (rows >= 0) & (rows < len(times))
        values[rows[there], columns[there]] = self.numbers(column)[there]
        return values

    def check_keys(self, keys: Sequence[str], wanted: Iterable[RowKey]) -> None:
        """KeyError for the first of the keys that are wanted which has no row, or the reverse."""
        own, wanted = dict.fromkeys(self.distinct(keys)), dict.fromkeys(wanted)
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


def of_codes(values: list[Any], which: Places) -> Any:
    """A column whose cells are some of the values; ``which`` of them, by row."""
    return _taken(as_column(values), which)


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


def _same(one: Any, other: Any) -> bool:
    """Whether two columns have the same cells."""
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return np.array_equal(one, other)
    return _plain(one) == _plain(other)


def _numbered_anew(codes: Places) -> tuple[Places, Places]:
    """Codes numbered as they come first, from nought, and where each of them does."""
    _, first, number = np.unique(codes, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank[number], first[order]


def _taken(column: Any, rows: NDArray[np.int64]) -> Any:
    if isinstance(column, np.ndarray):
        return column[rows]
    return [*map(column.__getitem__, rows.tolist())]


def _written(column: Any) -> list[Any]:
    """Cells as a file has them: blank for what is missing, nought without a sign."""
    numbers = isinstance(column, np.ndarray) and column.dtype.kind == "f"
    cells = _plain(column + 0.0 if numbers else column)
    missing = (cell is None or (isinstance(cell, float) and math.isnan(cell)) for cell in cells)
    return ["" if gone else cell for cell, gone in zip(cells, missing, strict=True)]
