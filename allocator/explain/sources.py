"""Which rows of the instance each family of constraints and columns comes from, and its words.

One table, ``FAMILIES``.  Gaps in the words are filled with labels: of the service, the state, the
move, the fund, the item; ``{place}`` with the areas and ``{years}`` with the years.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from allocator.instance.instance import Instance, Row
from allocator.instance.resolved import area_rows, band_rows, key_value
from allocator.instance.schema import ALL, TABLES, TIERS

Keys = Mapping[str, Any]


class Sources:
    """The rows of an instance that are in force, found by area, name and year."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance

    @cached_property
    def _in_force(self) -> dict[str, dict[str, list[Row]]]:
        """Table -> area -> rows."""
        return {table: area_rows(self.instance, table) for table in TABLES if table != "areas"}

    def named(self, table: str, area: str, **keys: Any) -> list[Row]:
        """Rows in force in an area whose key cells are these."""
        return [
            row
            for row in self._in_force[table][area]
            if all(key_value(self.instance, row, name) == value for name, value in keys.items())
        ]

    def latest(self, table: str, area: str, year: int, **keys: Any) -> list[Row]:
        """Of those, the one that holds in a year; where none does yet, the first to come."""
        found = self.named(table, area, **keys)
        past = [row for row in found if key_value(self.instance, row, "year") <= year]
        chosen = (past or found)[-1:]
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


Finder = Callable[[Sources, Keys, int | None], Sequence[Row]]


@dataclass(frozen=True, slots=True)
class FamilySource:
    """Words of a family, the rows it comes from, and the column that says the limit.

    ``setting`` is ``section.name`` where it comes from a setting and not from rows.
    """

    words: str
    rows: Finder
    column: str
    setting: str = ""

    def column_of(self, row: Row) -> str:
        """The column that says the limit; in a row that stands in for none, what it is about."""
        return self.column if self.column in TABLES[row.table].names else _STANDING_IN[row.table]


_STANDING_IN: Final[Mapping[str, str]] = {"states": "opening", "funds": "fund"}


def _state(s: Sources, keys: Keys, year: int | None) -> Sequence[Row]:
    return s.named("states", keys["area"], state=keys["state"])


def _flow(s: Sources, keys: Keys, year: int | None) -> Sequence[Row]:
    """Arrivals in the state where there are some, else the state itself."""
    arrivals = s.latest("arrivals", keys["area"], year or 0, state=keys["state"])
    return arrivals or _state(s, keys, year)


def _service(s: Sources, keys: Keys, year: int | None) -> Sequence[Row]:
    return s.named("services", keys["area"], service=keys["service"])


def _band(s: Sources, keys: Keys, year: int | None) -> Sequence[Row]:
    return (s.bands[keys["area"], keys["service"]][int(keys["band"])],)


def _bands(s: Sources, keys: Keys, year: int | None) -> Sequence[Row]:
    return s.bands[keys["area"], keys["service"]]


def _effect(s: Sources, keys: Keys, year: int | None) -> Sequence[Row]:
    named = {name: keys[name] for name in ("service", "from", "to", "instead")}
    return s.named("effects", keys["area"], **named)


def _move(s: Sources, keys: Keys, year: int | None) -> Sequence[Row]:
    move = {name: keys[name] for name in ("from", "to")}
    return s.latest("transitions", keys["area"], year or s.instance.first_year, **move)


def _tier(s: Sources, keys: Keys, year: int | None) -> Sequence[Row]:
    """States and services whose cost the tier counts."""
    tables = ("states", "services")
    found = [row for table in tables for row in s.named(table, keys["area"])]
    return [row for row in found if row["tier"] == keys["tier"]]


def _payers(s: Sources, keys: Keys, year: int | None) -> Sequence[Row]:
    """Funds that may pay for the tier."""
    return [
        row
        for row in s.named("funds", keys["area"])
        if keys["tier"] in (TIERS if row["tiers"] == ALL else row["tiers"])
    ]


def _fund(s: Sources, keys: Keys, year: int | None) -> Sequence[Row]:
    area = s.instance.areas[0] if keys["owner"] == ALL else keys["owner"]
    return s.named("funds", area, fund=keys["fund"])


def _budget(s: Sources, keys: Keys, year: int | None) -> Sequence[Row]:
    """The amount of the year; where none is listed, and so it is 0, the fund."""
    rows = [
        row
        for row in s.instance.tables["budgets"]
        if (row["fund"], row["area"] or ALL) == (keys["fund"], keys["owner"])
    ]
    return [row for row in rows if row["year"] == year] or _fund(s, keys, year)


def _limit(column: str) -> Finder:
    """The tightest row that holds in the year."""

    def find(s: Sources, keys: Keys, year: int | None) -> Sequence[Row]:
        rows = [
            row
            for row in s.instance.tables["limits"]
            if (row["area"] or ALL, row["item"]) == (keys["owner"], keys["item"])
            and row["year"] in (None, year)
            and row[column] is not None
        ]
        tightest = max if column == "minimum" else min
        return [tightest(rows, key=lambda row: float(row[column]))] if rows else []

    return find


def _target(s: Sources, keys: Keys, year: int | None) -> Sequence[Row]:
    rows = [
        row
        for row in s.instance.tables["targets"]
        if (row["area"] or ALL) == keys["owner"] and row["year"] <= (year or 0)
    ]
    return [max(rows, key=lambda row: int(row["year"]))] if rows else []


def _none(s: Sources, keys: Keys, year: int | None) -> Sequence[Row]:
    return ()


FAMILIES: Final[Mapping[str, FamilySource]] = {
    # columns
    "children": FamilySource("the children in {state}{place} in {years}", _state, "opening"),
    "places": FamilySource("the places funded for {state}{place} in {years}", _state, "opening"),
    "level": FamilySource("the cases of {service}{place} in {years}", _service, "baseline"),
    "expansion": FamilySource(
        "the expansion of {service}{place} in {years}", _service, "growth_per_year"
    ),
    "contraction": FamilySource(
        "the contraction of {service}{place} in {years}", _service, "release_per_year"
    ),
    "in_band": FamilySource(
        "the cases of {service}{place} in band {band} of its diminishing returns in {years}",
        _band, "multiplier",
    ),
    "diverted": FamilySource(
        "what {service}{place} averts of {move} in {years}", _effect, "effect"
    ),
    "spend": FamilySource("the spend on {tier}{place} in {years}", _tier, "unit_cost"),
    "drawn": FamilySource("what {tier}{place} draws from {fund} in {years}", _fund, "tiers"),
    "unspent": FamilySource(
        "what is left unspent of the {years} {budget}{place}", _budget, "amount"
    ),
    # rows
    "children_opening": FamilySource(
        "the children in {state}{place} at the start", _state, "opening"
    ),
    "children_balance": FamilySource(
        "the count of children in {state}{place} in {years}", _flow, "children"
    ),
    "diverted_by_service": FamilySource(
        "the effect of {service}{place} on {move} in {years}", _effect, "effect"
    ),
    "harm_by_service": FamilySource(
        "the effect of {service}{place} on {move} in {years}", _effect, "effect"
    ),
    "avoidable_limited": FamilySource(
        "the avoidable share of {move}{place} in {years}", _move, "avoidable_share"
    ),
    "avoidable_limited_late": FamilySource(
        "the avoidable share of {move}{place} after {years}", _move, "avoidable_share"
    ),
    "level_held": FamilySource(
        "the first year of {service}{place}, before which it stays as it is in {years}",
        _service, "first_year",
    ),
    "level_at_least": FamilySource(
        "the minimum of {service}{place} in {years}", _service, "minimum"
    ),
    "level_at_most": FamilySource(
        "the maximum of {service}{place} in {years}", _service, "maximum"
    ),
    "level_change": FamilySource(
        "the level of {service}{place}, which builds on the year before, in {years}",
        _service, "baseline",
    ),
    "growth_limited": FamilySource(
        "the growth limit of {service}{place} in {years}", _service, "growth_per_year"
    ),
    "release_limited": FamilySource(
        "the release limit of {service}{place} in {years}", _service, "release_per_year"
    ),
    "coverage_limited": FamilySource(
        "the coverage limit of {service}{place} in {years}", _service, "coverage"
    ),
    "bands_filled": FamilySource(
        "the diminishing returns of {service}{place} in {years}", _bands, "multiplier"
    ),
    "bands_held": FamilySource(
        "the opening cases of {service}{place} in band {band} of its diminishing returns",
        _band, "multiplier",
    ),
    "band_limited": FamilySource(
        "the room in band {band} of the diminishing returns of {service}{place} in {years}",
        _band, "up_to",
    ),
    "places_opening": FamilySource(
        "the places funded for {state}{place} at the start", _state, "opening"
    ),
    "places_needed": FamilySource(
        "a place for every child in {state}{place} in {years}", _state, "opening"
    ),
    "places_kept": FamilySource(
        "the release limit of places in {state}{place} in {years}", _state, "release_per_year"
    ),
    "tier_spend": FamilySource("the cost of {tier}{place} in {years}", _tier, "unit_cost"),
    "spend_funded": FamilySource(
        "the need to fund {tier}{place} in {years}", _payers, "tiers"
    ),
    "fund_opening": FamilySource(
        "the empty balance of {fund}{place} at the start", _fund, "carry_forward"
    ),
    "fund_balance": FamilySource("the {years} {budget}{place}", _budget, "amount"),
    "spend_floor": FamilySource(
        "the least that must be spent on {item}{place} in {years}", _limit("minimum"), "minimum"
    ),
    "spend_ceiling": FamilySource(
        "the most that may be spent on {item}{place} in {years}", _limit("maximum"), "maximum"
    ),
    "window_only": FamilySource(
        "the rule that {fund}{place} pays in double-investment years alone, in {years}",
        _fund, "window_only",
    ),
    "statutory_protected": FamilySource(
        "the protection of statutory spend in the double-investment year {years}{place}",
        _none, "", "double_investment.protect_statutory",
    ),
    "prevention_uplifted": FamilySource(
        "the prevention uplift in the double-investment year {years}{place}",
        _none, "", "double_investment.prevention_uplift",
    ),
    "savings_reinvested": FamilySource(
        "the reinvestment of savings in {years}{place}", _none, "", "reinvestment.share"
    ),
    "target_met": FamilySource(
        "the target of {children} children in care{place} by the end of {years}",
        _target, "children",
    ),
}  # fmt: skip
