"""What differs between instances, of what the arithmetic uses."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

from allocator.instance import Instance
from allocator.instance.columns import Column, Kind
from allocator.instance.instance import financial_year
from allocator.instance.rows import key_value
from allocator.instance.schema import TABLES
from allocator.report.figures import Value
from allocator.wording import plain, years_said

NamedRow = tuple[str | int | None, ...]  # the cells of a row's key

_REMARKS: Final = frozenset({"label", "source", "note"})


def differing(
    instances: Sequence[Instance], most_lacking: float = math.inf
) -> list[tuple[Value, ...]]:
    """What the arithmetic uses and is not the same in all: table, row, column, each one's value.

    Of the rows of a table that the same instances lack, more than ``most_lacking`` are counted.
    """
    return [*_settings(instances), *_rows(instances, most_lacking)]


def _settings(instances: Sequence[Instance]) -> Iterator[tuple[Value, ...]]:
    for name, values in _named_settings(instances).items():
        if len(set(values)) > 1:
            yield ("settings", "", name, *values)


def _named_settings(instances: Sequence[Instance]) -> dict[str, list[str]]:
    def window(instance: Instance, name: str) -> str:
        settings = instance.double_investment
        return "none allowed" if settings is None else _said(getattr(settings, name))

    plain = (
        "name",
        "first_year",
        "years",
        "periods_per_year",
        "discount_rate",
        "price_base",
        "terminal_value",
        "reinvestment_share",
    )
    said = {name: [_said(getattr(each, name)) for each in instances] for name in plain}
    for name in ("longest", "starts", "protect_statutory", "prevention_uplift"):
        said[f"double_investment {name}"] = [window(each, name) for each in instances]
    return said


def _said(value: Any) -> str:
    if value is None:
        return "any"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "; ".join(map(str, value))
    return plain(value, 10) if isinstance(value, float) else str(value)


def _rows(instances: Sequence[Instance], most: float) -> Iterator[tuple[Value, ...]]:
    """Cells that differ, table by table, then the rows that an instance lacks."""
    for name in TABLES:
        keyed = [{_key(each, row): row for row in each.tables[name]} for each in instances]
        keys = list(dict.fromkeys(key for rows in keyed for key in rows))
        lacking: dict[tuple[str, ...], list[NamedRow]] = {}
        for key in keys:
            there = [rows.get(key) for rows in keyed]
            if any(row is None for row in there):
                cells = tuple("there" if row is not None else "not there" for row in there)
                lacking.setdefault(cells, []).append(key)
            else:
                yield from _unlike_cells(name, key, there)
        for cells, group in lacking.items():
            for said in [_row_said(key) for key in group] if len(group) <= most else _few(group):
                yield (name, said, "", *cells)


def _unlike_cells(name: str, key: NamedRow, rows: Sequence[Any]) -> Iterator[tuple[Value, ...]]:
    table = TABLES[name]
    for column in table.columns:
        if column.name not in (*table.key, *_REMARKS):
            values = [_cell(row, column) for row in rows]
            if len(set(values)) > 1:
                yield (name, _row_said(key), column.name, *values)


def _row_said(key: NamedRow) -> str:
    return " ".join(filter(None, map(_key_said, key))) or "every one"


def _key_said(cell: str | int | None) -> str:
    return "" if cell is None else financial_year(cell) if isinstance(cell, int) else cell


def _few(group: Sequence[NamedRow]) -> list[str]:
    """``168 rows, of 2016-17 to 2018-19``."""
    years = {cell for key in group for cell in key if isinstance(cell, int)}
    return [f"{len(group):,} rows{f', of {years_said(years)}' if years else ''}"]


def _key(instance: Instance, row: Any) -> NamedRow:
    """Its cells; a year as a number, all else as text."""
    cells: list[str | int | None] = []
    for column in TABLES[row.table].columns:
        if column.key:
            value = key_value(instance, row, column.name)
            year = column.kind is Kind.YEAR and value is not None
            cells.append(int(value) if year else None if value is None else str(value))
    return tuple(cells)


def _cell(row: Any, column: Column) -> str:
    value = row[column.name]
    return column.default_text if value is None else _said(value)
