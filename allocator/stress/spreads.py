"""How far unit costs and their prices may be off: a file, or what councils' own costs have done.

A table with a row an item: a state, a service, a role, or `all` for those without a row of their
own, which then move together.  ``spread`` is the relative deviation of its unit cost from the first
year on, ``growth`` that of its yearly rise.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from allocator.errors import UsageError
from allocator.instance import Instance
from allocator.instance.problems import did_you_mean
from allocator.instance.schema import ALL

_COLUMNS: Final = ("item", "spread", "growth", "source", "note")
_MOST: Final = 2.0  # a deviation of 200%


@dataclass(frozen=True)
class Spread:
    """Relative deviations of an item's unit cost, and of its growth a year."""

    spread: float
    growth: float
    source: str


# Councils' log growth of unit cost over one to five years, between the quartiles: what is there
# after a year, and what each year adds to it.
_LAIT: Final = (
    "{}: how far councils' unit costs grew apart over one to five years (between the quartiles), "
    "2016-17 to 2024-25, DfE Local Authority Interactive Tool"
)
_IN_CARE: Final = Spread(0.06, 0.021, _LAIT.format("a child in care"))
_OUTSIDE: Final = Spread(0.12, 0.037, _LAIT.format("social work for a child in need"))
_SERVICE: Final = Spread(
    0.12, 0.037, "a case: assumption, as social work for a child in need, since services are staff"
)
_ROLE: Final = Spread(0.12, 0.037, "staff: assumption, as social work for a child in need")


def default_spreads(instance: Instance) -> dict[str, Spread]:
    """By state, service and role."""
    states = {
        name: _IN_CARE if state.in_care else _OUTSIDE
        for (_, name), state in instance.resolved.states.items()
    }
    services = {name: _SERVICE for _, name in instance.resolved.services}
    return states | services | {name: _ROLE for _, name in instance.resolved.roles}


def read_spreads(file: Path, instance: Instance) -> dict[str, Spread]:
    """By state, service, role or `all`; what is not listed is certain.

    Raises UsageError naming row and column where a cell cannot be right.
    """
    items = _items(instance)
    spreads: dict[str, Spread] = {}
    for number, row in _rows(file):
        item = (row.get("item") or "").strip()
        if item not in items:
            hint = did_you_mean(item, items)
            raise _wrong(
                file, number, "item", item, f"is no state, service or role and not all; {hint}"
            )
        if item in spreads:
            raise _wrong(file, number, "item", item, "stands twice; keep one of the rows")
        spread, growth = (_deviation(file, number, row, name) for name in ("spread", "growth"))
        spreads[item] = Spread(spread, growth, (row.get("source") or "").strip() or file.name)
    return spreads


def _items(instance: Instance) -> Mapping[str, None]:
    data = instance.resolved
    return dict.fromkeys([name for _, name in (*data.states, *data.services, *data.roles)] + [ALL])


def _rows(file: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            table = csv.DictReader(lines, strict=True, restkey="")
            rows = list(enumerate(table, 2))
            heading = list(table.fieldnames or ())
    except FileNotFoundError as error:
        raise UsageError(f"{file}: there is no such file") from error
    except (ValueError, csv.Error) as error:
        raise UsageError(f"{file}: is no CSV table in UTF-8: {error}") from error
    strange = [name for name in heading if name not in _COLUMNS]
    if strange or "item" not in heading:
        said = f"has a column {strange[0]!r}" if strange else "lacks the column item"
        raise UsageError(f"{file}, row 1: {said}; its columns are {', '.join(_COLUMNS)}")
    return rows


def _deviation(file: Path, number: int, row: Mapping[str, str], name: str) -> float:
    cell = (row.get(name) or "").strip()
    try:
        value = float(cell or 0)
    except ValueError:
        value = math.nan
    if not 0 <= value <= _MOST:
        rule = f"is no deviation; write a share from 0 to {_MOST:g}, 0.05 for 5%"
        raise _wrong(file, number, name, cell, rule)
    return value


def _wrong(file: Path, number: int, column: str, cell: str, rule: str) -> UsageError:
    return UsageError(f"{file}, row {number}, column {column}: {cell!r} {rule}")
