"""A row added to an instance as ``+table.key.column=value`` asks, unchecked."""

from __future__ import annotations

from typing import Any, Final

from allocator.instance.cell_changes import Change, column_meant, new_value, read_change
from allocator.instance.cells import CellError, parse
from allocator.instance.instance import Instance
from allocator.instance.keys import Key
from allocator.instance.schema import TABLES
from allocator.instance.settings import SETTINGS

ADD: Final = "+"


def with_row(instance: Instance, text: str) -> Instance:
    """The instance with a row of its whole key and one cell more, all else at its default.

    Raises UsageError where the row is there, is not whole, or a cell can't be one.
    """
    change = read_change(text, ADD)
    if change.table in SETTINGS:
        raise change.refuse(f"settings have no rows; leave out the {ADD}")
    column, table = column_meant(change), TABLES[change.table]
    cells = _new_key(change)
    if column.name in cells:
        raise change.refuse(f"{column.name} is of the key; end in another column")
    cells[column.name] = new_value(change, column, None)
    if cells[column.name] is None:
        raise change.refuse(f"a new row needs a value of {column.name}, not a factor or none")
    if lacking := [c.name for c in table.columns if c.required and c.name not in cells]:
        raise change.refuse(
            f"a row of {table.name} needs {', '.join(lacking)} too; add it to the table itself"
        )
    grown = instance.with_rows(table.name, [cells])
    *before, new = (Key.of(grown, row) for row in grown.tables[table.name])
    if new in before:
        raise change.refuse(f"{table.name} has the row {new} already; leave out the {ADD}")
    return grown


def _new_key(change: Change) -> dict[str, Any]:
    """The key's cells of a new row: all of them, the area first or left out."""
    table, parts = TABLES[change.table], change.key.split(".")
    names = [name for name in table.key if name != "area" or table.name == "areas"]
    if len(parts) == len(names) + 1 and "area" in table.key:
        names = ["area", *names]
    if len(parts) != len(names) or not all(parts):
        raise change.refuse(
            f"a new row of {table.name} needs its whole key, {'.'.join(names)}, with no dots within"
        )
    try:
        return {n: parse(table.column(n), part) for n, part in zip(names, parts, strict=True)}
    except CellError as error:
        raise change.refuse(f"{change.key!r} is no key: a part {error}") from error
