"""What binds in a plan and what it is worth, in words.

A price is ∂ cost / ∂ right-hand side at present value: negative where more of the limit makes
the plan cheaper (targets, budgets, growth), positive where less of it does (a protected
floor).  Weight is the price times what is limited: by how much cost would change if all of
it went, at that price.  It puts children, cases and pounds on one scale.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pandas as pd

from allocator.instance.instance import Instance
from allocator.instance.schema import ALL, EXIT
from allocator.plan import Plan
from allocator.report.wording import between, number, pounds, shortened, years_said


@dataclass(frozen=True)
class Worth:
    """A constraint that binds: what it is, what one unit of it is worth, and its weight in £.

    A ``lever`` is set by those who hold the purse: a target, a fund, a limit on spend.
    """

    what: str
    worth: str
    weight: float
    lever: bool


_NEGLIGIBLE: Final = 1e-7  # of the plan's cost
_LEVERS: Final = frozenset({
    "target_met", "fund_balance", "spend_floor", "spend_ceiling", "statutory_protected",
    "prevention_uplifted", "savings_reinvested",
})  # fmt: skip

Wording = Callable[[Plan, tuple[str, ...], pd.DataFrame], tuple[str, str]]


def worths(plan: Plan) -> list[Worth]:
    """Every constraint that binds, by item: levers first, then by weight."""
    prices = plan.tables["prices"].assign(year=lambda t: t["year"].astype("Int64"))
    found = []
    for constraint, (keys, wording) in _KINDS.items():
        rows = prices[prices["constraint"] == constraint]
        if constraint == "target_met":
            rows = rows.assign(item=_targets_of(plan.instance, rows))
        rows = rows.assign(more=rows["price"] < 0)  # a maximum and a minimum are two things
        for (*key, _), part in rows.groupby([*keys, "more"], sort=False, dropna=False):
            weight = float((part["price"].abs() * _sizes(plan, part)).sum())
            words = wording(plan, tuple(map(str, key)), part)
            found.append(Worth(*words, weight, constraint in _LEVERS))
    least = _NEGLIGIBLE * abs(plan.objective or 0.0)
    counted = (each for each in found if each.weight > least)
    return sorted(counted, key=lambda each: (not each.lever, -each.weight, each.what))


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


def _sizes(plan: Plan, rows: pd.DataFrame) -> pd.Series[float]:
    """What each row limits: children, cases, moves or pounds."""
    constraint = rows["constraint"].iloc[0]
    if constraint not in _LIMITED:
        return rows["limit"].abs()
    name, column, keys = _LIMITED[constraint]
    by = [*keys, "period"]
    held = plan.tables[name].groupby(by)[column].sum()
    index = pd.MultiIndex.from_frame(rows[by].astype({"period": int}))
    return pd.Series(held.reindex(index, fill_value=0.0).abs().to_numpy(), index=rows.index)


def _where(plan: Plan, owner: str) -> str:
    """`` in Gateshead``; nothing where there is one area, or for all areas together."""
    if owner == ALL or not plan.instance.has_areas:
        return ""
    return f" in {shortened(plan.instance.label('areas', owner), 24)}"


def _years(rows: pd.DataFrame) -> str:
    return years_said(int(year) for year in rows["year"])


def _service(plan: Plan, name: str) -> str:
    return shortened(plan.instance.label("services", name))


def _state(plan: Plan, name: str) -> str:
    return name if name == EXIT else shortened(plan.instance.label("states", name), 24)


def _item(plan: Plan, name: str) -> str:
    if name in plan.tables["states"]["state"].unique():
        return _state(plan, name)
    return _service(plan, name).replace("_", " ")


def _each_pound(rows: pd.DataFrame) -> str:
    """``£1 more saves £0.12 to £0.61``, or ``£1 less`` for a floor."""
    low, high = float(rows["price"].abs().min()), float(rows["price"].abs().max())
    direction = "more" if rows["price"].sum() < 0 else "less"
    return f"£1 {direction} saves {between(low, high)}"


def _average(rows: pd.DataFrame) -> str:
    return pounds(float(rows["price"].abs().mean()))


def _target(plan: Plan, key: tuple[str, ...], rows: pd.DataFrame) -> tuple[str, str]:
    owner, _ = key
    what = f"Target of {number(float(rows['limit'].iloc[0]))} children{_where(plan, owner)}, "
    saved = pounds(float(rows["price"].abs().sum()))
    return what + _years(rows), f"one child more in the target saves {saved}"


def _fund(plan: Plan, key: tuple[str, ...], rows: pd.DataFrame) -> tuple[str, str]:
    label = shortened(plan.instance.label("funds", key[0]))
    return f"Fund {label}{_where(plan, key[1])}, {_years(rows)}", _each_pound(rows)


def _growth(plan: Plan, key: tuple[str, ...], rows: pd.DataFrame) -> tuple[str, str]:
    """The rows bound growth in a period; a year's growth is all of its periods'."""
    yearly = float(rows["price"].abs().sum()) / plan.instance.periods_per_year
    what = f"Growth of {_service(plan, key[1])}{_where(plan, key[0])}, {_years(rows)}"
    return what, f"growth of one case a year more saves {pounds(yearly)}"


def _level_bound(plan: Plan, key: tuple[str, ...], rows: pd.DataFrame) -> tuple[str, str]:
    """A maximum (price below 0), a minimum, or a service that may not start yet."""
    service = plan.instance.resolved.services[key[0], key[1]]
    above = rows["price"].sum() < 0
    rule = "Largest level" if above else "Smallest level"
    if above and int(rows["year"].max()) < service.first_year:
        rule = "Later start"
    what = f"{rule} of {_service(plan, key[1])}{_where(plan, key[0])}, {_years(rows)}"
    total = pounds(float(rows["price"].abs().sum()) / plan.instance.periods_per_year)
    return what, f"one case a year {'more' if above else 'fewer'} in each year saves {total}"


def _room(noun: str, of: str) -> Wording:
    def wording(plan: Plan, key: tuple[str, ...], rows: pd.DataFrame) -> tuple[str, str]:
        what = f"{noun} of {_service(plan, key[1])}{_where(plan, key[0])}, {_years(rows)}"
        total = pounds(float(rows["price"].abs().sum()))
        return what, f"room for one case a year more in {of} saves {total}"

    return wording


def _release(plan: Plan, key: tuple[str, ...], rows: pd.DataFrame) -> tuple[str, str]:
    what = f"Release of {_service(plan, key[1])}{_where(plan, key[0])}, {_years(rows)}"
    return what, f"one case a year more given up saves {_average(rows)}"


def _places(plan: Plan, key: tuple[str, ...], rows: pd.DataFrame) -> tuple[str, str]:
    what = f"Release of places in {_state(plan, key[1])}{_where(plan, key[0])}, {_years(rows)}"
    return what, f"one place more given up saves {_average(rows)}"


def _avoidable(plan: Plan, key: tuple[str, ...], rows: pd.DataFrame) -> tuple[str, str]:
    start, end = _state(plan, key[1]), _state(plan, key[2])
    move = f"staying in {start}" if key[1] == key[2] else f"{start} to {end}"
    what = f"Avoidable share of {move}{_where(plan, key[0])}, {_years(rows)}"
    return what, f"one more move that can be averted saves {_average(rows)}"


def _limit(plan: Plan, key: tuple[str, ...], rows: pd.DataFrame) -> tuple[str, str]:
    rule = "Most" if rows["price"].sum() < 0 else "Least"
    what = f"{rule} spend on {_item(plan, key[1])}{_where(plan, key[0])}, {_years(rows)}"
    return what, _each_pound(rows)


def _spending_rule(noun: str) -> Wording:
    def wording(plan: Plan, key: tuple[str, ...], rows: pd.DataFrame) -> tuple[str, str]:
        return f"{noun}, {_years(rows)}", _each_pound(rows)

    return wording


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
    "level_bound": (("area", "service"), _level_bound),
    "release_limited": (("area", "service"), _release),
    "places_kept": (("area", "state"), _places),
    "avoidable_limited": (("area", "from", "to"), _avoidable),
}
