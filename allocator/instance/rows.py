"""Which rows of a table hold where, and what their blank cells stand for.

An area's own row takes the place of the blank row with the same key, a year not listed takes the
last listed year before it, and a target per 10,000 children is of those of its areas.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from allocator.instance.schema import ALL, TABLES

if TYPE_CHECKING:
    from allocator.instance.instance import Instance, Row
    from allocator.instance.records import AreaService


PER = 10_000  # children, of whom councils quote so many in care


def area_rows(instance: Instance, table: str) -> Mapping[str, Sequence[Row]]:
    """Rows in force in each area: its own in place of the blank rows with the same key."""
    return instance.once(("rows in force", table), lambda: _area_rows(instance, table))


def _area_rows(instance: Instance, table: str) -> dict[str, list[Row]]:
    key = [name for name in TABLES[table].key if name != "area"]
    owned: dict[str | None, dict[tuple[Any, ...], Row]] = defaultdict(dict)
    for row in instance.tables[table]:
        named = tuple(key_value(instance, row, name) for name in key) or (row.number,)
        owned[row["area"]][named] = row
    shared = owned[None]
    return {area: [*(shared | owned.get(area, {})).values()] for area in instance.areas}


def key_value(instance: Instance, row: Row, column: str) -> Any:
    """A key cell with its default: a blank year is the first, a blank `instead` is `from`."""
    value = row[column]
    if value is None and column == "year" and row.table == "transitions":
        return instance.first_year
    if value is None and column == "instead":
        return row["from"]
    return value


def held(listed: Mapping[int, float], years: Iterable[int], before: float) -> dict[int, float]:
    """A value for every year: the last listed year's, or ``before`` where none is listed yet."""
    value, filled = before, {}
    for year in years:
        value = listed.get(year, value)
        filled[year] = value
    return filled


def band_rows(instance: Instance) -> dict[AreaService, list[Row]]:
    """Rows of ``returns`` by area and service.

    The bands of a service are one curve: an area's own bands take the place of all the
    blank-area bands of that service, since half of one curve and half of another is neither.
    """
    curves: dict[tuple[str | None, str], list[Row]] = defaultdict(list)
    for row in instance.tables["returns"]:
        curves[row["area"], row["service"]].append(row)
    named = dict.fromkeys(service for _, service in curves)
    return {
        (area, service): curves.get((area, service)) or curves[None, service]
        for area in instance.areas
        for service in named
        if (area, service) in curves or (None, service) in curves
    }


def table_of(instance: Instance, item: str) -> str:
    """The table that defines an item of prices, limits, workloads or benefits."""
    kinds = {"states": "state", "roles": "role"}
    for table, kind in kinds.items():
        if any(row[kind] == item for row in instance.tables[table]):
            return table
    return "services"


def target_children(instance: Instance, row: Row) -> float:
    """Most children in care that a row of ``targets`` allows; NaN where it does not say."""
    if row["children"] is not None:
        return float(row["children"])
    there = population(instance, row["area"] or ALL)
    rate = row["per_10000"]
    return math.nan if rate is None or there is None else float(rate) * there / PER


def population(instance: Instance, owner: str) -> float | None:
    """Children aged 0-17 of an owner's areas; None where the table ``areas`` lacks one."""
    listed = [row["children"] for row in instance.tables["areas"] if owner in (ALL, row["area"])]
    known = [children for children in listed if children is not None]
    return sum(known) if known and len(known) == len(listed) else None
