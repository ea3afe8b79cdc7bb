"""What binds in a plan and what it is worth, in words.

A price is ∂ cost / ∂ right-hand side at present value: negative where more of the limit makes
the plan cheaper (targets, budgets, growth), positive where less of it does (a protected
floor).  Weight is the price times what is limited: by how much cost would change if all of
it went, at that price.  It puts children, cases and pounds on one scale.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import pandas as pd

from allocator.instance.instance import Instance
from allocator.instance.schema import ALL, EXIT
from allocator.plan.plan import Plan
from allocator.wording import between, listed, number, shortened, years_said


@dataclass(frozen=True)
class Worth:
    """A constraint that binds, in one area or several: what it is, in which years, at what price.

    ``saves`` is a sentence with a gap for the price of one unit, £, from ``low`` to ``high``.
    A ``lever`` is set by those who hold the purse: a target, a fund, a limit on spend.
    ``rows`` are the labels of its rows in the table of prices.
    """

    noun: str
    places: tuple[str, ...]
    years: frozenset[int]
    saves: str
    low: float
    high: float
    weight: float
    lever: bool
    rows: tuple[int, ...] = ()

    @property
    def what(self) -> str:
        """``Growth of Family hubs in 9 areas, 2016-17 to 2018-19``."""
        few = listed(self.places) if len(self.places) < 3 else f"{len(self.places)} areas"
        return f"{self.noun}{f' in {few}' if few else ''}, {years_said(self.years)}"

    @property
    def worth(self) -> str:
        """``growth of one case a year more saves £9,120``."""
        return self.saves.format(between(self.low, self.high))


LONGEST: Final = 46  # characters of a service's name
_NEGLIGIBLE: Final = 1e-7  # of the plan's cost
LEVERS: Final = frozenset({
    "target_met", "fund_balance", "spend_floor", "spend_ceiling", "statutory_protected",
    "prevention_uplifted", "savings_reinvested",
})  # fmt: skip

# Of the rows of one item: the noun, the sentence, and the lowest and highest price of a unit.
Said = tuple[str, str, float, float]
Wording = Callable[[Plan, tuple[str, ...], pd.DataFrame], Said]


def worths(plan: Plan) -> list[Worth]:
    """Every constraint that binds, by item, areas together: levers first, then by weight."""
    found: dict[tuple[str, str], Worth] = {}
    for each in _by_area(plan):
        key = (each.noun, each.saves)
        found[key] = _joined(found[key], each) if key in found else each
    least = _NEGLIGIBLE * abs(plan.objective or 0.0)
    counted = (each for each in found.values() if each.weight > least)
    return sorted(counted, key=lambda each: (not each.lever, -each.weight, each.what))


def _by_area(plan: Plan) -> Iterable[Worth]:
    prices = plan.tables["prices"]
    for constraint, (keys, wording) in _KINDS.items():
        rows = prices[prices["constraint"] == constraint]
        if constraint == "target_met":
            rows = rows.assign(item=_targets_of(plan.instance, rows))
        if rows.empty:
            continue
        weight = rows["price"].abs() * sizes(plan, rows)
        rows = rows.assign(
            weight=weight, more=rows["price"] < 0
        )  # a maximum, a minimum: two things
        for (*key, _), part in rows.groupby([*keys, "more"], sort=False, dropna=False):
            yield Worth(
                *_said(plan, tuple(map(str, key)), part, wording),
                weight=float(part["weight"].sum()),
                lever=constraint in LEVERS,
                rows=tuple(part.index),
            )


def _said(
    plan: Plan, key: tuple[str, ...], rows: pd.DataFrame, wording: Wording
) -> tuple[str, tuple[str, ...], frozenset[int], str, float, float]:
    noun, saves, low, high = wording(plan, key, rows)
    area = next((name for name in key if name in plan.instance.areas), ALL)
    whole = area == ALL or not plan.instance.has_areas
    places = () if whole else (shortened(plan.instance.label("areas", area), 24),)
    return noun, places, frozenset(int(year) for year in rows["year"]), saves, low, high


def _joined(one: Worth, other: Worth) -> Worth:
    return Worth(
        one.noun, (*one.places, *other.places), one.years | other.years, one.saves,
        min(one.low, other.low), max(one.high, other.high), one.weight + other.weight, one.lever,
        (*one.rows, *other.rows),
    )  # fmt: skip


def _targets_of(instance: Instance, rows: pd.DataFrame) -> list[str]:
    """Which target row each year belongs to: it holds until the next one's year."""
    listed = [(r["area"] or ALL, r["year"]) for r in instance.tables["targets"]]
    return [
        str(max((y for o, y in listed if o == owner and y <= year), default=year))
        for owner, year in zip(rows["owner"], rows["year"], strict=True)
    ]


# Where a row's right-hand side is 0, what is limited stands on its left: the table, its column.
_LIMITED: Final = {
    "coverage_limited": ("services", "level", ("area", "service")),
    "release_limited": ("services", "contraction", ("area", "service")),
    "band_limited": ("bands", "in_band", ("area", "service", "band")),
    "places_kept": ("states", "places", ("area", "state")),
    "avoidable_limited": ("diverted", "diverted", ("area", "from", "to")),
}


def sizes(plan: Plan, rows: pd.DataFrame) -> pd.Series[float]:
    """What each row of one constraint limits: children, cases, moves or pounds."""
    constraint = rows["constraint"].iloc[0]
    if constraint == "level_held":
        return _started_earlier(plan, rows)
    if constraint not in _LIMITED:
        return rows["limit"].abs()
    name, column, keys = _LIMITED[constraint]
    by = [*keys, "period"]
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


def _item(plan: Plan, name: str) -> str:
    if name in plan.tables["states"]["state"].unique():
        return _state(plan, name)
    return _service(plan, name).replace("_", " ")


def _total(rows: pd.DataFrame) -> tuple[float, float]:
    return (float(rows["price"].abs().sum()),) * 2


def _average(rows: pd.DataFrame) -> tuple[float, float]:
    return (float(rows["price"].abs().mean()),) * 2


def _each_pound(rows: pd.DataFrame) -> tuple[str, float, float]:
    """``£1 more saves £0.12 to £0.61``, or ``£1 less`` for a floor."""
    direction = "more" if rows["price"].sum() < 0 else "less"
    prices = rows["price"].abs()
    return f"£1 {direction} saves {{}}", float(prices.min()), float(prices.max())


def _target(plan: Plan, key: tuple[str, ...], rows: pd.DataFrame) -> Said:
    most = number(float(rows["limit"].iloc[0]))
    return f"Target of {most} children", "one child more in the target saves {}", *_total(rows)


def _fund(plan: Plan, key: tuple[str, ...], rows: pd.DataFrame) -> Said:
    return f"Fund {shortened(plan.instance.label('funds', key[0]))}", *_each_pound(rows)


def _limit(plan: Plan, key: tuple[str, ...], rows: pd.DataFrame) -> Said:
    rule = "Most" if rows["price"].sum() < 0 else "Least"
    return f"{rule} spend on {_item(plan, key[1])}", *_each_pound(rows)


def _spending_rule(noun: str) -> Wording:
    return lambda plan, key, rows: (noun, *_each_pound(rows))


def _growth(plan: Plan, key: tuple[str, ...], rows: pd.DataFrame) -> Said:
    """The rows bound growth in a period; a year's growth is all of its periods'."""
    yearly = float(rows["price"].abs().sum()) / plan.instance.periods_per_year
    said = "growth of one case a year more saves {}"
    return f"Growth of {_service(plan, key[1])}", said, yearly, yearly


def _room(noun: str, where: str) -> Wording:
    said = f"room for one case a year more in {where} saves {{}}"
    return lambda plan, key, rows: (f"{noun} of {_service(plan, key[1])}", said, *_total(rows))


def _level(noun: str) -> Wording:
    """A level's own bound, or a service that may not start yet."""

    def wording(plan: Plan, key: tuple[str, ...], rows: pd.DataFrame) -> Said:
        word = "more" if rows["price"].sum() < 0 else "fewer"
        said = f"one case a year {word} throughout saves {{}}"
        return f"{noun} of {_service(plan, key[1])}", said, *_total(rows)

    return wording


def _release(plan: Plan, key: tuple[str, ...], rows: pd.DataFrame) -> Said:
    noun = f"Release of {_service(plan, key[1])}"
    return noun, "one case a year more given up saves {}", *_average(rows)


def _places(plan: Plan, key: tuple[str, ...], rows: pd.DataFrame) -> Said:
    noun = f"Release of places in {_state(plan, key[1])}"
    return noun, "one place more given up saves {}", *_average(rows)


def _avoidable(plan: Plan, key: tuple[str, ...], rows: pd.DataFrame) -> Said:
    start, end = _state(plan, key[1]), _state(plan, key[2])
    move = f"staying in {start}" if key[1] == key[2] else f"{start} to {end}"
    noun = f"Avoidable share of {move}"
    return noun, "one more move that can be averted saves {}", *_average(rows)


_KINDS: Final[dict[str, tuple[tuple[str, ...], Wording]]] = {
    "target_met": (("owner", "item"), _target),
    "fund_balance": (("fund", "owner"), _fund),
    "spend_floor": (("owner", "item"), _limit),
    "spend_ceiling": (("owner", "item"), _limit),
    "statutory_protected": (("constraint",), _spending_rule("Statutory spend protected")),
    "prevention_uplifted": (("constraint",), _spending_rule("Prevention uplift asked for")),
    "savings_reinvested": (("constraint",), _spending_rule("Savings to be reinvested")),
    "growth_limited": (("area", "service"), _growth),
    "coverage_limited": (("area", "service"), _room("Coverage", "each period")),
    "band_limited": (("area", "service"), _room("Diminishing returns", "each better band")),
    "level_at_most": (("area", "service"), _level("Largest level")),
    "level_at_least": (("area", "service"), _level("Smallest level")),
    "level_held": (("area", "service"), _level("Level before the first year")),
    "release_limited": (("area", "service"), _release),
    "places_kept": (("area", "state"), _places),
    "avoidable_limited": (("area", "from", "to"), _avoidable),
}
LIMITS: Final = tuple(_KINDS)  # constraints that a council or its funders could change
