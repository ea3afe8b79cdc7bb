"""Who gains and who loses, area by area, and how unequal need is before and after."""

from __future__ import annotations

import math
from typing import Any, Final

import pandas as pd

from allocator.plan.fairness import Fairness, fairness
from allocator.plan.plan import Plan
from allocator.report.figures import Figures, Header, Value
from allocator.wording import number, pounds, shortened

SOURCE: Final = "plan.json, fairness"
_MOMENTS: Final = {
    "start": "At the start",
    "unchanged": "At the end, if nothing changes",
    "plan": "At the end, by the plan",
}
_RATES: Final = (
    Header("Per 10,000 at the start", "plain"),
    Header("At the end unchanged", "plain"),
    Header("At the end by the plan", "plain"),
)
_MONEY: Final = (
    Header("Prevention, £", "pounds"),
    Header("Against today's split, £", "pounds"),
    Header("Against a split by children, £", "pounds"),
)


def fairness_said(plan: Plan) -> str:
    """In words: how many areas gain, and whether need becomes more alike; blank for one area."""
    comparison = fairness(plan)
    if comparison is None:
        return ""
    told = [
        _gained(comparison, "by_today", "today's split"),
        _gained(comparison, "by_children", "a split by children"),
    ]
    told = [each for each in told if each]
    if told:
        money = pounds(float(comparison.areas["money"].sum()))
        told = [f"The plan's prevention money is {money} over its years.", *told]
    if comparison.spread:
        start, unchanged, after = (comparison.spread[each]["gini"] for each in _MOMENTS)
        told.append(
            f"Gini's coefficient of children in care per 10,000 is {start:.3f} at the start; at "
            f"the end it is {after:.3f} by the plan and {unchanged:.3f} unchanged (0 where "
            "all areas are alike)."
        )
    return "  ".join(told)


def _gained(comparison: Fairness, split: str, name: str) -> str:
    more = (comparison.areas["money"] - comparison.areas[split]).dropna()
    if more.empty:
        return ""
    gain, lose = int((more > 0.5).sum()), int((more < -0.5).sum())
    moved = pounds(float(more[more > 0].sum()))
    return f"Against {name} {gain} of {len(more)} areas gain and {lose} lose: {moved} in all."


def area_figures(plan: Plan, comparison: Fairness) -> Figures:
    """A row for each area."""
    columns = (Header("Area"), Header("Group"), *_MONEY, *_RATES)
    rows = [
        (
            shortened(plan.instance.label("areas", str(area))),
            str(row["group"]),
            *_amounts(row),
            *_rates(row),
        )
        for area, row in comparison.areas.iterrows()
    ]
    caption = (
        "Who gains and who loses: prevention money over the plan's years against two other splits "
        "of the same total"
    )
    return Figures(caption, columns, tuple(rows), SOURCE)


def group_figures(plan: Plan, comparison: Fairness) -> Figures:
    """A row for each group of areas: those alike in need may differ in what they do."""
    per_child = (
        Header("£ per child aged 0-17", "plain"),
        Header("Least of its areas", "plain"),
        Header("where"),
        Header("Most of its areas", "plain"),
        Header("where"),
    )
    columns = (Header("Group"), *_MONEY, *per_child, *_RATES)
    rows = [
        (
            str(group),
            *_amounts(row),
            _there(row["money"] / row["children"]),
            *_end(plan, row, "least"),
            *_end(plan, row, "most"),
            *_rates(row),
        )
        for group, row in comparison.groups.iterrows()
    ]
    return Figures("Groups of areas compared", columns, tuple(rows), SOURCE)


def _end(plan: Plan, row: pd.Series[Any], end: str) -> tuple[Value, Value]:
    """The least or most of a group's areas, per child, and which it is."""
    area = row[f"{end}_area"]
    if not isinstance(area, str):
        return None, ""
    return _there(row[f"{end}_per_child"]), shortened(plan.instance.label("areas", area))


def spread_figures(comparison: Fairness) -> Figures:
    """How unequal need is before and after."""
    columns = (
        Header("Children in care per 10,000"),
        Header("Gini"),
        Header("Lower quartile"),
        Header("Median"),
        Header("Upper quartile"),
    )
    rows = [
        (
            _MOMENTS[moment],
            f"{each['gini']:.3f}",
            number(each["lower_quartile"]),
            number(each["median"]),
            number(each["upper_quartile"]),
        )
        for moment, each in comparison.spread.items()
    ]
    return Figures("How unequal need is among areas", columns, tuple(rows), SOURCE)


def _amounts(row: pd.Series[float]) -> tuple[Value, ...]:
    money = float(row["money"])
    return money, _there(money - row["by_today"]), _there(money - row["by_children"])


def _rates(row: pd.Series[float]) -> tuple[Value, ...]:
    return tuple(_there(row[f"{name}_per_10000"]) for name in _MOMENTS)


def _there(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
