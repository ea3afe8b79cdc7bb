"""What binds in a plan and what it is worth, in words.

A price is ∂ cost / ∂ right-hand side at present value: negative where more of the limit makes
the plan cheaper (targets, budgets, growth), positive where less of it does (a protected
floor).  Weight is the price times what is limited: by how much cost would change if all of
it went, at that price.  It puts children, cases and pounds on one scale.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np

from allocator.instance.instance import Instance
from allocator.instance.rows import table_of
from allocator.instance.schema import ALL, EXIT
from allocator.plan.plan import Plan
from allocator.program.matrix import Floats
from allocator.table import RowKey, Table
from allocator.vocabulary import CONSTRAINTS, FIRST_YEAR, OF_SERVICES, OF_STAFF, Relief, reliefs
from allocator.wording import between, listed, number, shortened, years_said
from formulations.names import KEYS


@dataclass(frozen=True)
class PricedLimit:
    """A constraint that binds, in one area or several: what it is, in which years, at what price.

    ``saves`` is a sentence with a gap for the price of one unit, £, from ``low`` to ``high``.
    A ``lever`` is set by those who hold the purse: a target, a fund, a limit on spend.
    ``counted`` is what one and several are called where they are only counted, and ``rows`` are
    the labels of its rows in the table of prices.
    """

    noun: str
    places: tuple[str, ...]
    years: frozenset[int]
    saves: str
    low: float
    high: float
    weight: float
    lever: bool
    counted: tuple[str, str] = OF_SERVICES
    rows: tuple[int, ...] = ()

    @property
    def of_staff(self) -> bool:
        """Whether it is of those who do the work."""
        return self.counted == OF_STAFF

    @property
    def what(self) -> str:
        """``Growth of Family hubs in 9 areas, 2016-17 to 2018-19``."""
        few = listed(self.places) if len(self.places) < 3 else f"{len(self.places)} areas"
        what = f"{self.noun}{f' in {few}' if few else ''}"
        return f"{what}, {years_said(self.years)}" if self.years else what

    @property
    def worth(self) -> str:
        """``growth of one case a year more saves £9,120``."""
        return self.saves.format(between(self.low, self.high))


_WITHIN: Final = ("band", "year", "period")  # in which the rows of one thing differ
LONGEST: Final = 60  # characters of a name
_NEGLIGIBLE: Final = 1e-7  # of the plan's cost
_FOUND: Final[WeakKeyDictionary[Plan, list[PricedLimit]]] = WeakKeyDictionary()


def priced_limits(plan: Plan) -> list[PricedLimit]:
    """Every constraint that binds, by item, areas together: levers first, then by weight.

    Kept with the plan, since half of what is told of it reads them.
    """
    if plan not in _FOUND:
        _FOUND[plan] = _by_weight(plan)
    return _FOUND[plan]


def _by_weight(plan: Plan) -> list[PricedLimit]:
    limits: dict[tuple[str, str], PricedLimit] = {}
    for each in _by_area(plan):
        key = (each.noun, each.saves)
        limits[key] = _joined(limits[key], each) if key in limits else each
    least = _NEGLIGIBLE * abs(plan.objective or 0.0)
    counted = (each for each in limits.values() if each.weight > least)
    return sorted(counted, key=lambda each: (not each.lever, -each.weight, each.what))


def _by_area(plan: Plan) -> Iterable[PricedLimit]:
    prices = plan.table("prices")
    prices = prices.assign(place=np.arange(len(prices)))
    for constraint, relief in reliefs().items():
        rows = prices.only("constraint", constraint)
        if not len(rows):
            continue
        keys = [key for key in _keys(rows) if key not in _WITHIN]
        if CONSTRAINTS[constraint].table == "targets":
            keys.append("item")
            rows = rows.assign(item=_target_years(plan.instance, rows))
        price = rows.numbers("price")
        rows = rows.assign(weight=np.abs(price) * sizes(plan, rows), saves=price < 0)
        cells = rows.keys(["price", "year", "weight", "place", "limit"])
        for (*named, _), part in rows.parts([*keys, "saves"]):  # a maximum, a minimum: two things
            labelled = dict(zip(keys, map(str, named), strict=True))
            yield _priced(plan, relief, labelled, [cells[n] for n in part.tolist()])


def _keys(rows: Table) -> list[str]:
    """What the rows of one constraint are told apart by."""
    return [key for key in KEYS if not all(map(_missing, set(rows[key])))]


def _missing(cell: object) -> bool:
    return cell is None or (isinstance(cell, float) and math.isnan(cell))


def _priced(
    plan: Plan, relief: Relief, keys: Mapping[str, str], rows: Sequence[RowKey]
) -> PricedLimit:
    """Of rows of one thing, which differ in band, period and year alone.

    Each has its price, year, weight, place and limit.
    """
    prices, years, weights, places, limits = zip(*rows, strict=True)
    labels = _labels(plan, keys)
    labels["limit"] = number(limits[0])
    fewer = "less" if relief.step == "pound" else "fewer"
    more = "more" if sum(prices) < 0 else fewer
    area = keys.get("area", keys.get("owner", ALL))
    whole = area == ALL or not plan.instance.has_areas
    low, high = _unit_price(plan, relief, [*map(abs, prices)])
    return PricedLimit(
        relief.title.format(**labels),
        () if whole else (shortened(plan.instance.label("areas", area), 24),),
        frozenset(int(year) for year in years if not _missing(year)),
        relief.saves.format(more=more, price="{}"),
        low,
        high,
        sum(weights),
        relief.lever,
        relief.counted,
        places,
    )


def _unit_price(plan: Plan, relief: Relief, prices: Sequence[float]) -> tuple[float, float]:
    """The least and the largest price of a unit of relief."""
    if relief.price == "each":
        return min(prices), max(prices)
    if relief.price == "mean":
        return (sum(prices) / len(prices),) * 2
    periods = plan.instance.periods_per_year if relief.price == "year" else 1
    return (sum(prices) / periods,) * 2


def _joined(one: PricedLimit, other: PricedLimit) -> PricedLimit:
    return PricedLimit(
        one.noun,
        (*one.places, *other.places),
        one.years | other.years,
        one.saves,
        min(one.low, other.low),
        max(one.high, other.high),
        one.weight + other.weight,
        one.lever,
        one.counted,
        (*one.rows, *other.rows),
    )


def _target_years(instance: Instance, rows: Table) -> list[str]:
    """Which target row each year belongs to: it holds until the next one's year."""
    listed = [(r["area"] or ALL, r["year"]) for r in instance.tables["targets"]]
    return [
        str(max((y for area, y in listed if area == owner and y <= year), default=year))
        for owner, year in rows.keys(["owner", "year"])
    ]


def sizes(plan: Plan, rows: Table) -> Floats:
    """What each row of one constraint limits: children, cases, moves or pounds.

    Where a row's right-hand side is 0, what is limited stands on its left.
    """
    said = CONSTRAINTS[rows["constraint"][0]]
    if said.source == FIRST_YEAR:
        return _started_earlier(plan, rows)
    if said.relief is None or not said.relief.size:
        return np.abs(rows.numbers("limit"))
    name, _, column = said.relief.size.partition(".")
    by = [key for key in _keys(rows) if key != "year"]
    return np.abs(rows.sums_of(plan.table(name), by, column, missing=0.0))


def _started_earlier(plan: Plan, rows: Table) -> Floats:
    """Cases a year by which a level held at its baseline would differ with a start a year earlier.

    Taken to be what it comes to a year later; none where it is held then too.
    """
    services, each = plan.instance.resolved.services, plan.instance.periods_per_year
    levels = plan.table("services").sums(["area", "service", "period"], "level")
    differences = []
    for area, service, period in rows.keys(["area", "service", "period"]):
        baseline = services[area, service].baseline
        (level,) = levels.get((area, service, period + each), [baseline])
        differences.append(abs(level - baseline))
    return np.array(differences)


def _service(plan: Plan, name: str) -> str:
    return shortened(plan.instance.label("services", name), LONGEST)


def _state(plan: Plan, name: str) -> str:
    return name if name == EXIT else shortened(plan.instance.label("states", name), LONGEST)


def _role(plan: Plan, name: str) -> str:
    return shortened(plan.instance.label("roles", name), LONGEST).replace("_", " ")


def _practice(plan: Plan, name: str) -> str:
    return shortened(plan.instance.label("practices", name), LONGEST).replace("_", " ")


_ITEMS: Final = {"states": _state, "services": _service, "roles": _role}


def _item(plan: Plan, name: str) -> str:
    return _ITEMS[table_of(plan.instance, name)](plan, name).replace("_", " ")


def _labels(plan: Plan, keys: Mapping[str, str]) -> dict[str, str]:
    """What fills the gaps of a title."""
    labels = dict(keys)
    said_of = {"service": _service, "state": _state, "item": _item, "role": _role}
    for key, said in {**said_of, "practice": _practice}.items():
        if key in keys:
            labels[key] = said(plan, keys[key])
    if "fund" in keys:
        labels["fund"] = shortened(plan.instance.label("funds", keys["fund"]), LONGEST)
    if "from" in keys:
        start, end = _state(plan, keys["from"]), _state(plan, keys["to"])
        labels["move"] = (
            f"staying in {start}" if keys["from"] == keys["to"] else f"{start} to {end}"
        )
    return labels
