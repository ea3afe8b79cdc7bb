"""Cells of an instance changed, by a function or as ``table.key.column=value`` asks, unchecked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from allocator.errors import UsageError
from allocator.instance.cells import CellError, parse
from allocator.instance.columns import Column, Kind
from allocator.instance.instance import DoubleInvestment, Instance, Row
from allocator.instance.keys import UNFIT, Key
from allocator.instance.problems import did_you_mean, one_of
from allocator.instance.schema import FUTURES, TABLES
from allocator.instance.settings import SETTINGS

NewCells = Mapping[str, Any]

EVERY = "*"
_FIELDS = {"reinvestment": "reinvestment_share", "wider_benefits": "benefit_weight"}
_FACTOR = re.compile(r"[*x]\s*(?P<factor>\S+)")


@dataclass(frozen=True, slots=True)
class Change:
    """One request: where, which cell, and the text of its new value."""

    text: str
    table: str
    key: str
    column: str
    value: str

    def refuse(self, why: str) -> UsageError:
        """An error to raise, which quotes the request."""
        return UsageError(f"{self.text!r}: {why}")


def with_cells(instance: Instance, table: str, new: Callable[[Row], NewCells | None]) -> Instance:
    """The instance with the cells of each row of a table that ``new`` gives, None dropping the row.

    Cells have the schema's types; those that are not named stay.
    """
    rows = []
    for row in instance.tables[table]:
        cells = new(row)
        if cells is not None:
            rows.append(replace(row, values={**row.values, **cells}))
    return replace(instance, tables={**instance.tables, table: tuple(rows)})


def with_only(instance: Instance, table: str, rows: Sequence[NewCells]) -> Instance:
    """The instance with these rows in the place of all of a table's."""
    return replace(instance, tables={**instance.tables, table: ()}).with_rows(table, rows)


def changed(instance: Instance, text: str) -> Instance:
    """The instance with the cells or the setting changed that a change names, unchecked.

    Raises UsageError if it names nothing or too much, or its value can't be one.
    """
    change = read_change(text)
    if change.table in SETTINGS:
        return _change_setting(instance, change)
    return _change_rows(instance, change)


def with_cell(instance: Instance, place: str, value: str) -> Instance:
    """The instance with one number of its tables changed, unchecked, as a scenario changes it.

    ``place`` and ``value`` are the two sides of a change.  A factor multiplies a cell or its
    default; a limit that is not set stays none.  Raises UsageError if the place names nothing,
    a setting, or what is no number.
    """
    change = read_change(f"{place}={value}")
    if change.table in SETTINGS:
        raise change.refuse("a future changes the tables' numbers alone, and this is a setting")
    if change.table in FUTURES:
        raise change.refuse("a future changes nothing of the futures themselves")
    columns = {column.name: column for column in TABLES[change.table].columns}
    if change.column in columns and columns[change.column].kind is not Kind.NUMBER:
        raise change.refuse(f"a future changes numbers, and {change.column} is none")
    if not change.value:
        raise change.refuse("give a number, or a factor such as *1.1")
    return _change_rows(instance, change, absent=True)


def without_futures(instance: Instance) -> Instance:
    """The instance itself, as though its future were known."""
    tables = {name: () if name in FUTURES else rows for name, rows in instance.tables.items()}
    return replace(instance, tables=tables)


def cells_meant(instance: Instance, place: str) -> tuple[tuple[Row, ...], str]:
    """Rows and column that the left side of a change names; no rows where it names a setting.

    Raises UsageError if it names nothing, or several rows without a ``*``.
    """
    change = read_change(f"{place}=")
    columns = SETTINGS if change.table in SETTINGS else TABLES
    if change.table in SETTINGS:
        known = {column.name for column in SETTINGS[change.table]}
    else:
        known = set(TABLES[change.table].names)
    if change.column not in known or (columns is SETTINGS and change.key):
        raise change.refuse(f"there is no such cell; {did_you_mean(change.column, known)}")
    if columns is SETTINGS:
        return (), change.column
    return tuple(_rows_meant(instance, change).values()), change.column


def read_change(text: str, mark: str = "") -> Change:
    """A change as it is spelt, after a mark before it."""
    place, equals, value = text.partition("=")
    table, _, rest = place.strip().removeprefix(mark).partition(".")
    key, _, column = rest.rpartition(".")
    known = [*(section for section in SETTINGS if section), *TABLES]
    if not equals or not column:
        raise UsageError(
            f"{text!r}: is not a change; write table.key.column=value, as in "
            "targets.2025.children=60000, or section.setting=value"
        )
    if table not in known:
        raise UsageError(
            f"{text!r}: {table!r} is no table of an instance; {did_you_mean(table, known)}"
        )
    return Change(text, table, key, column, value.strip())


def _change_setting(instance: Instance, change: Change) -> Instance:
    columns = {column.name: column for column in SETTINGS[change.table]}
    if change.key or change.column not in columns:
        name = f"{change.key}.{change.column}".lstrip(".")
        raise change.refuse(f"{name!r} is not a setting; {did_you_mean(name, columns)}")
    column = columns[change.column]
    value = new_value(change, column, _setting(instance, change.table, column.name))
    if column.name in ("source", "note"):
        remarks = {**instance.remarks, f"{change.table}.{column.name}": value or ""}
        return replace(instance, remarks={k: text for k, text in remarks.items() if text})
    if value is None:
        value = column.value_when_blank
    if change.table == "double_investment":
        window = instance.double_investment or DoubleInvestment()
        return replace(instance, double_investment=replace(window, **{column.name: value}))
    if change.table in ("shortfall", "uncertainty"):
        section = replace(getattr(instance, change.table), **{column.name: value})
        return replace(instance, **{change.table: section})
    if change.table in _FIELDS:
        return replace(instance, **{_FIELDS[change.table]: value})
    named: dict[str, Any] = {column.name: "" if value is None else value}
    return replace(instance, **named)


def _setting(instance: Instance, section: str, name: str) -> Any:
    if section in _FIELDS:
        return getattr(instance, _FIELDS[section])
    if section in ("shortfall", "uncertainty"):
        return getattr(getattr(instance, section), name, None)
    window = instance.double_investment or DoubleInvestment()
    return getattr(window if section == "double_investment" else instance, name, None)


def _change_rows(instance: Instance, change: Change, *, absent: bool = False) -> Instance:
    column = column_meant(change)
    chosen = _rows_meant(instance, change)
    old = {number: chosen_row[column.name] for number, chosen_row in chosen.items()}
    factor = _FACTOR.fullmatch(change.value)
    if factor and not absent and all(value is None for value in old.values()):
        raise change.refuse("there is no value to multiply")
    rows = list(instance.tables[change.table])
    for number, row in chosen.items():
        rows[number] = _changed(row, column.name, new_value(change, column, old[number]))
    return replace(instance, tables={**instance.tables, change.table: tuple(rows)})


def column_meant(change: Change) -> Column:
    """The column that a change ends in; UsageError where its table has none of that name."""
    columns = {column.name: column for column in TABLES[change.table].columns}
    if change.column not in columns:
        raise change.refuse(
            f"{change.column!r} is not a column of {change.table}; "
            f"{did_you_mean(change.column, columns)}"
        )
    return columns[change.column]


def _changed(row: Row, column: str, value: object) -> Row:
    values = {name: cell for name, cell in row.values.items() if name != column}
    return replace(row, values=values if value is None else {**values, column: value})


def new_value(change: Change, column: Column, old: Any) -> Any:
    """The value asked for, in the column's type; None for the default."""
    if not change.value and column.required:
        raise change.refuse(f"{column.name} has no default; give a value")
    factor = _FACTOR.fullmatch(change.value) if column.kind is Kind.NUMBER else None
    try:
        if factor is None:
            return parse(column, change.value)
        times = parse(replace(column, low=None, high=None), factor["factor"])
        return None if old is None else parse(column, old * times)
    except CellError as error:
        raise change.refuse(f"{change.value!r} {error}") from error


def _rows_meant(instance: Instance, change: Change) -> dict[int, Row]:
    """Rows by their place in the table: all that fit a ``*``, else the one that fits best.

    Or one of each area, where the key is whole but for the area.
    """
    rows = dict(enumerate(instance.tables[change.table]))
    keys = {number: Key.of(instance, row) for number, row in rows.items()}
    if EVERY in change.key:
        fits = re.compile(re.escape(change.key).replace(r"\*", ".*") + r"(\..*)?")
        numbers = [n for n, key in keys.items() if any(map(fits.fullmatch, key.spellings()))]
    else:
        ranks = {n: key.rank(change.key) for n, key in keys.items()}
        best = min(ranks.values(), default=UNFIT)
        numbers = [n for n, rank in ranks.items() if rank == best < UNFIT]
        if len(numbers) > 1 and any(keys[n].cells != tuple(change.key.split(".")) for n in numbers):
            named = one_of(str(keys[n]) for n in numbers)
            raise change.refuse(f"fits {len(numbers)} rows of {change.table}; name {named}")
    if not numbers:
        remedy = did_you_mean(change.key, {str(key) for key in keys.values()})
        raise change.refuse(f"no row of {change.table} has the key {change.key!r}; {remedy}")
    return {n: rows[n] for n in numbers}
