"""The rows of the instance that set a member of a family, by its keys and the table it is from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from allocator.instance.instance import Instance, Row
from allocator.instance.rows import area_rows, band_rows, key_value
from allocator.instance.schema import ALL, TABLES, TIERS
from allocator.instance.settings import SETTINGS
from allocator.vocabulary import Term

KeyCells = Mapping[str, Any]


class Sources:
    """The rows of an instance that are in force, found by area, name and year."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        # Table, area and names of key cells -> the cells -> rows: so many are asked for.
        self._found: dict[tuple[Any, ...], dict[tuple[Any, ...], list[Row]]] = {}

    def named(self, table: str, area: str, **keys: Any) -> list[Row]:
        """Rows in force in an area whose key cells are these."""
        asked = (table, area, tuple(keys))
        if asked not in self._found:
            self._found[asked] = defaultdict(list)
            for row in area_rows(self.instance, table)[area]:
                cells = tuple(key_value(self.instance, row, name) for name in keys)
                self._found[asked][cells].append(row)
        return self._found[asked].get(tuple(keys.values()), [])

    def latest(self, table: str, area: str, year: int, **keys: Any) -> list[Row]:
        """Of those, the one that holds in a year; where none does yet, the first to come."""
        rows = self.named(table, area, **keys)
        past = [row for row in rows if key_value(self.instance, row, "year") <= year]
        chosen = (past or rows)[-1:]
        if past:
            chosen = [max(past, key=lambda row: key_value(self.instance, row, "year"))]
        return chosen

    @cached_property
    def bands(self) -> dict[tuple[str, str], list[Row]]:
        """Rows of ``returns`` by area and service, in order."""
        return {
            key: sorted(rows, key=lambda row: float(row["up_to"]))
            for key, rows in band_rows(self.instance).items()
        }


Finder = Callable[[Sources, KeyCells, int | None], Sequence[Row]]


def rows_of(s: Sources, term: Term, keys: KeyCells, year: int | None) -> Sequence[Row]:
    """The rows that set a member of a family, by its keys; none where a setting does."""
    if is_setting(term):
        return ()
    if "tier" in keys and "fund" not in keys:
        return _tier(s, keys, year) if term.table == "states" else _payers(s, keys, year)
    if term.table == "limits":
        return _limit(s, keys, year, term.column)
    return _FINDERS[term.table](s, keys, year)


def is_setting(term: Term) -> bool:
    """Whether a setting of the instance is its source, and not rows of a table."""
    return term.table in SETTINGS


def column_of(term: Term, row: Row) -> str:
    """The column that says the limit; in a row that stands in for none, what it is about."""
    if row.table == "targets" and row["children"] is None:
        return "per_10000"
    return term.column if term.column in TABLES[row.table].names else _STANDING_IN[row.table]


_STANDING_IN: Final[Mapping[str, str]] = {"states": "opening", "funds": "fund"}


def _state(s: Sources, keys: KeyCells, year: int | None) -> Sequence[Row]:
    return s.named("states", keys["area"], state=keys["state"])


def _arrivals(s: Sources, keys: KeyCells, year: int | None) -> Sequence[Row]:
    """Arrivals in the state where there are some, else the state itself."""
    arrivals = s.latest("arrivals", keys["area"], year or 0, state=keys["state"])
    return arrivals or _state(s, keys, year)


def _service(s: Sources, keys: KeyCells, year: int | None) -> Sequence[Row]:
    return s.named("services", keys["area"], service=keys["service"])


def _role(s: Sources, keys: KeyCells, year: int | None) -> Sequence[Row]:
    return s.named("roles", keys["area"], role=keys["role"])


def _practice(s: Sources, keys: KeyCells, year: int | None) -> Sequence[Row]:
    named = {name: keys[name] for name in ("practice", "role")}
    return s.named("practices", keys["area"], **named)


def _bands(s: Sources, keys: KeyCells, year: int | None) -> Sequence[Row]:
    """The band's own, or all of the service's where the keys name none."""
    bands = s.bands[keys["area"], keys["service"]]
    return (bands[int(keys["band"])],) if "band" in keys else bands


def _effect(s: Sources, keys: KeyCells, year: int | None) -> Sequence[Row]:
    named = {name: keys[name] for name in ("service", "from", "to", "instead")}
    return s.named("effects", keys["area"], **named)


def _move(s: Sources, keys: KeyCells, year: int | None) -> Sequence[Row]:
    move = {name: keys[name] for name in ("from", "to")}
    return s.latest("transitions", keys["area"], year or s.instance.first_year, **move)


def _tier(s: Sources, keys: KeyCells, year: int | None) -> Sequence[Row]:
    """States, services and roles whose cost the tier counts."""
    tables = ("states", "services", "roles")
    rows = [row for table in tables for row in s.named(table, keys["area"])]
    return [row for row in rows if row["tier"] == keys["tier"]]


def _payers(s: Sources, keys: KeyCells, year: int | None) -> Sequence[Row]:
    """Funds that may pay for the tier."""
    return [
        row
        for row in s.named("funds", keys["area"])
        if keys["tier"] in (TIERS if row["tiers"] == ALL else row["tiers"])
    ]


def _fund(s: Sources, keys: KeyCells, year: int | None) -> Sequence[Row]:
    area = s.instance.areas[0] if keys["owner"] == ALL else keys["owner"]
    return s.named("funds", area, fund=keys["fund"])


def _budget(s: Sources, keys: KeyCells, year: int | None) -> Sequence[Row]:
    """The amount of the year; where none is listed, and so it is 0, the fund."""
    rows = [
        row
        for row in s.instance.tables["budgets"]
        if (row["fund"], row["area"] or ALL) == (keys["fund"], keys["owner"])
    ]
    return [row for row in rows if row["year"] == year] or _fund(s, keys, year)


def _limit(s: Sources, keys: KeyCells, year: int | None, column: str) -> Sequence[Row]:
    """The tightest row that holds in the year."""
    rows = [
        row
        for row in s.instance.tables["limits"]
        if (row["area"] or ALL, row["item"]) == (keys["owner"], keys["item"])
        and row["year"] in (None, year)
        and row[column] is not None
    ]
    tightest = max if column == "minimum" else min
    return [tightest(rows, key=lambda row: float(row[column]))] if rows else []


def _target(s: Sources, keys: KeyCells, year: int | None) -> Sequence[Row]:
    rows = [
        row
        for row in s.instance.tables["targets"]
        if (row["area"] or ALL) == keys["owner"] and row["year"] <= (year or 0)
    ]
    return [max(rows, key=lambda row: int(row["year"]))] if rows else []


_FINDERS: Final[Mapping[str, Finder]] = {
    "states": _state, "arrivals": _arrivals, "services": _service, "returns": _bands,
    "effects": _effect, "transitions": _move, "funds": _fund, "budgets": _budget,
    "targets": _target, "roles": _role, "practices": _practice,
}  # fmt: skip
