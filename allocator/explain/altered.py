"""The same instance under other rules: rows rewritten, dropped or added, settings replaced."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from allocator.instance.instance import Instance, Row

Cells = Mapping[str, Any]


def with_cells(instance: Instance, table: str, new: Callable[[Row], Cells | None]) -> Instance:
    """The instance with the cells of each row of a table that ``new`` gives, None dropping the row.

    Cells have the schema's types; those that are not named stay.
    """
    rows = []
    for row in instance.tables[table]:
        cells = new(row)
        if cells is not None:
            rows.append(replace(row, values={**row.values, **cells}))
    return replace(instance, tables={**instance.tables, table: tuple(rows)})


def with_only(instance: Instance, table: str, rows: Sequence[Cells]) -> Instance:
    """The instance with these rows in the place of all of a table's."""
    return replace(instance, tables={**instance.tables, table: ()}).with_rows(table, rows)
