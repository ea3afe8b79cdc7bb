"""An instance as lines of cells, its settings and the rows of its tables, wherever they go."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from allocator.instance.cells import shown
from allocator.instance.instance import Instance, Uncertainty
from allocator.instance.schema import ALL, PERIOD, TABLES, TIERS
from allocator.instance.settings import SETTINGS

SCHEMA: Final = 1


def settings_of(instance: Instance) -> Iterator[tuple[str, dict[str, Any]]]:
    """Sections of the settings with the values that are set, in the order of the schema."""
    window = instance.double_investment
    values: dict[str, dict[str, Any]] = {
        "instance": {c.name: getattr(instance, c.name, None) for c in SETTINGS["instance"]}
        | {"timing": None if instance.timing == PERIOD else instance.timing},
        "double_investment": {
            c.name: getattr(window, c.name, None) for c in SETTINGS["double_investment"]
        },
        "reinvestment": {"share": instance.reinvestment_share or None},
        "wider_benefits": {"weight": instance.benefit_weight or None},
        "shortfall": {
            c.name: getattr(instance.shortfall, c.name, None) for c in SETTINGS["shortfall"]
        },
        "uncertainty": {}
        if instance.uncertainty == Uncertainty()
        else {c.name: getattr(instance.uncertainty, c.name, None) for c in SETTINGS["uncertainty"]},
    }
    for place, text in instance.remarks.items():
        section, _, key = place.partition(".")
        values[section][key] = text
    for section, cells in values.items():
        given = {key: value for key, value in cells.items() if value is not None and value != ""}
        if given:
            yield section, given


def lines_of(instance: Instance, table: str) -> Iterator[list[Any]]:
    """Heading and rows of a table, with the columns in use; a blank cell is None."""
    rows = instance.tables[table]
    used = {name for row in rows for name in row.values}
    names = [c.name for c in TABLES[table].columns if c.required or c.name in used]
    yield names
    for row in rows:
        yield [row.values.get(name) for name in names]


def columns_of(instance: Instance, table: str) -> list[str]:
    """Columns that a table's sheet has: those in use, or all where it has no rows."""
    if instance.tables[table]:
        return [str(name) for name in next(lines_of(instance, table))]
    known = instance.has_areas or table == "areas"
    return [name for name in TABLES[table].names if name != "area" or known]


def cell_text(value: object) -> str:
    """A value as a cell spells it: floats with all their digits, flags as yes and no."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value == TIERS:
        return ALL
    return re.sub(r"\r\n?", "\n", shown(value))
