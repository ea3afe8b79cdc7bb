"""What binds in a plan and what it is worth, in words.

A price is ∂ cost / ∂ right-hand side at present value: negative where more of the limit makes
the plan cheaper (targets, budgets, growth), positive where less of it does (a protected
floor).  Weight is the price times what is limited: by how much cost would change if all of
it went, at that price.  It puts children, cases and pounds on one scale.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from allocator.instance.instance import Instance
from allocator.instance.resolved import table_of
from allocator.instance.schema import ALL, EXIT
from allocator.plan.plan import Plan
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
LONGEST: Final = 46  # characters of a service's name
_NEGLIGIBLE: Final = 1e-7  # of the plan's cost


def priced_limits(plan: Plan) -> list[PricedLimit]:
    """Every constraint that binds, by item, areas together: levers first, then by weight."""
    found: dict[tuple[str, str], PricedLimit] = {}
    for each in _by_area(plan):
        key = (each.noun, each.saves)
        found[key] = _joined(found[key], each) if key in found else each
    least = _NEGLIGIBLE * abs(plan.objective or 0.0)
    counted = (each for each in found.values() if each.weight > least)
    return sorted(counted, key=lambda each: (not each.lever, -each.weight, each.what))


def _by_area(plan: Plan) -> Iterable[PricedLimit]:
    prices = plan.tables["prices"]
    for constraint, relief in reliefs().items():
        rows = prices[prices["constraint"] == constraint]
        if rows.empty:
            continue
        keys = [key for key in KEYS if key not in _WITHIN and rows[key].notna().any()]
        if CONSTRAINTS[constraint].table == "targets":
            rows, keys = rows.assign(item=_targets_of(plan.instance, rows)), [*keys, "item"]
        weight = rows["price"].abs() * sizes(plan, rows)
        # a maximum, a minimum: two things
        rows = rows.assign(weight=weight, more=rows["price"] < 0)
        for _, part in rows.groupby(["constraint", *keys, "more"], sort=False, dropna=False):
            yield _priced(plan, relief, part.iloc[0][keys], part)


def _priced(plan: Plan, relief: Relief, keys: pd.Series[Any], rows: pd.DataFrame) -> PricedLimit:
    """Of the rows of one thing, which differ in band, period and year alone."""
    labels = _labels(plan, {str(name): str(key) for name, key in keys.items()})
    labels["limit"] = number(float(rows["limit"].iloc[0]))
    fewer = "less" if relief.step == "pound" else "fewer"
    more = "more" if rows["price"].sum() < 0 else fewer
    area = keys.get("area", keys.get("owner", ALL))
    whole = area == ALL or not plan.instance.has_areas
    low, high = _unit_price(plan, relief, rows["price"].abs())
    return PricedLimit(
        relief.title.format(**labels),
        () if whole else (shortened(plan.instance.label("areas", area), 24),),
        frozenset(int(year) for year in rows["year"].dropna()),
        relief.saves.format(more=more, price="{}"),
        low,
        high,
        float(rows["weight"].sum()),
        relief.lever,
        relief.counted,
        tuple(rows.index),
    )


def _unit_price(plan: Plan, relief: Relief, prices: pd.Series[float]) -> tuple[float, float]:
    """The least and the largest price of a unit of relief."""
    if relief.price == "each":
        return float(prices.min()), float(prices.max())
    if relief.price == "mean":
        return (float(prices.mean()),) * 2
    periods = plan.instance.periods_per_year if relief.price == "year" else 1
    return (float(prices.sum()) / periods,) * 2


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


def _targets_of(instance: Instance, rows: pd.DataFrame) -> list[str]:
    """Which target row each year belongs to: it holds until the next one's year."""
    listed = [(r["area"] or ALL, r["year"]) for r in instance.tables["targets"]]
    return [
        str(max((y for o, y in listed if o == owner and y <= year), default=year))
        for owner, year in zip(rows["owner"], rows["year"], strict=True)
    ]


def sizes(plan: Plan, rows: pd.DataFrame) -> pd.Series[float]:
    """What each row of one constraint limits: children, cases, moves or pounds.

    Where a row's right-hand side is 0, what is limited stands on its left.
    """
    said = CONSTRAINTS[rows["constraint"].iloc[0]]
    if said.source == FIRST_YEAR:
        return _started_earlier(plan, rows)
    if said.relief is None or not said.relief.size:
        return rows["limit"].abs()
    name, _, column = said.relief.size.partition(".")
    by = [key for key in KEYS if key != "year" and rows[key].notna().any()]
    held = plan.tables[name].groupby(by)[column].sum()
    index = pd.MultiIndex.from_frame(rows[by].astype({"period": int}))
    return pd.Series(held.reindex(index, fill_value=0.0).abs().to_numpy(), index=rows.index)


def _started_earlier(plan: Plan, rows: pd.DataFrame) -> pd.Series[float]:
    """Cases a year by which a level held at its baseline would differ with a start a year earlier.

    Taken to be what it comes to a year later; none where it is held then too.
    """
    services = plan.instance.resolved.services
    later = rows[["area", "service", "period"]].astype({"period": int})
    later["period"] += plan.instance.periods_per_year
    levels = plan.tables["services"].set_index(["area", "service", "period"])["level"]
    found = levels.reindex(pd.MultiIndex.from_frame(later)).to_numpy()
    keys = zip(later["area"], later["service"], strict=True)
    held = [services[key].baseline for key in keys]
    return pd.Series(abs(found - held), index=rows.index).fillna(0.0)


def _service(plan: Plan, name: str) -> str:
    return shortened(plan.instance.label("services", name), LONGEST)


def _state(plan: Plan, name: str) -> str:
    return name if name == EXIT else shortened(plan.instance.label("states", name), 24)


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
        labels["fund"] = shortened(plan.instance.label("funds", keys["fund"]))
    if "from" in keys:
        start, end = _state(plan, keys["from"]), _state(plan, keys["to"])
        labels["move"] = (
            f"staying in {start}" if keys["from"] == keys["to"] else f"{start} to {end}"
        )
    return labels
