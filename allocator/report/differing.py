"""What differs between instances, of what the arithmetic uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from allocator.instance import Instance
from allocator.instance.columns import Column, Kind
from allocator.instance.instance import financial_year
from allocator.instance.rows import key_value
from allocator.instance.schema import TABLES
from allocator.report.figures import Value
from allocator.wording import plain

_REMARKS: Final = frozenset({"label", "source", "note"})


def differing(instances: Sequence[Instance]) -> list[tuple[Value, ...]]:
    """What the arithmetic uses and is not the same in all: table, row, column, each one's value."""
    return [*_settings(instances), *_rows(instances)]


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


def _rows(instances: Sequence[Instance]) -> Iterator[tuple[Value, ...]]:
    """Cells that differ, row by row; a row that an instance lacks is told once."""
    for name, table in TABLES.items():
        keyed = [{_key(each, row): row for row in each.tables[name]} for each in instances]
        for key in dict.fromkeys(key for rows in keyed for key in rows):
            said = " ".join(word for word in key if word) or "every one"
            there = [rows.get(key) for rows in keyed]
            if any(row is None for row in there):
                cells = ("there" if row is not None else "not there" for row in there)
                yield (name, said, "", *cells)
            yield from (
                (name, said, column.name, *values)
                for column in table.columns
                if column.name not in (*table.key, *_REMARKS)
                and len(set(values := [_cell(row, column) for row in there if row is not None])) > 1
                and len(values) == len(there)
            )


def _key(instance: Instance, row: Any) -> tuple[str, ...]:
    cells = []
    for column in TABLES[row.table].columns:
        if column.key:
            value = key_value(instance, row, column.name)
            year = column.kind is Kind.YEAR and value is not None
            cells.append(financial_year(value) if year else "" if value is None else str(value))
    return tuple(cells)


def _cell(row: Any, column: Column) -> str:
    value = row[column.name]
    return column.default_text if value is None else _said(value)
