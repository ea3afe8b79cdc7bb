"""Spend by tier against the money there is, what it adds to the baseline, and the position."""

from __future__ import annotations

from collections.abc import Sequence

from allocator.instance.instance import financial_year
from allocator.instance.schema import TIERS
from allocator.plan.plan import Plan
from allocator.report.charts.children import double_running, stretches_said, window_in_years
from allocator.report.charts.palette import (
    BASELINE,
    CUMULATIVE,
    GAIN,
    LOSS,
    MONEY,
    TIER_STYLES,
)
from allocator.report.charts.shapes import MILLION, Mark, Pane, Panels, Series, floats
from allocator.report.figures import Form, Value, by_year
from allocator.wording import TIER_LABELS, pounds

MoneyColumns = list[tuple[str, Form, Sequence[Value]]]


def spend(plan: Plan) -> Panels:
    """Spend by tier with the cap and the baseline; below it what the plan spends more or less."""
    years, before = plan.years(), "" if plan.found else "baseline_"
    tiers = tuple(
        Series(TIER_LABELS[t], floats(years[f"{before}{t}"]), TIER_STYLES[t], "bar")
        for t in reversed(TIERS)
    )
    cap = Series("Money there is", available(plan), MONEY, "step")
    unchanged = Series("If nothing changes", floats(years["baseline_total"]), BASELINE)
    panels = [
        Pane("Spend by tier", "£m", (*tiers, cap, *([unchanged] if plan.found else ())), MILLION)
    ]
    if plan.found:
        panels.append(_extra(plan))
    columns: MoneyColumns = [(f"{s.name}, £m", "millions", s.values) for s in panels[0].series]
    if plan.found:
        columns += [(f"{s.name}, more or less, £m", "millions", s.values) for s in panels[1].series]
    figures = by_year(
        f"Spend by tier, £m at {plan.instance.price_base} prices",
        plan.instance.horizon,
        columns,
        "years.csv; money there is: funds.csv (drawn and unspent, of the funds that may pay in "
        "the year)"
        if plan.found
        else "years.csv; the instance's budgets",
    )
    title = "Spend by tier, and what it adds" if plan.found else "Spend by tier if nothing changes"
    return Panels(
        "spend",
        title,
        _about_spend(plan) + stretches_said(plan),
        figures,
        tuple(map(financial_year, plan.instance.horizon)),
        "",
        tuple(panels),
        window_in_years(plan),
        underlined=double_running(plan),
    )


def _extra(plan: Plan) -> Pane:
    """What the plan spends beyond the baseline, tier by tier: the double investment's hump."""
    years = plan.years()
    tiers = tuple(
        Series(TIER_LABELS[t], floats(years[t] - years[f"baseline_{t}"]), TIER_STYLES[t], "bar")
        for t in reversed(TIERS)
    )
    total = Series("All tiers", floats(-years["net"]), CUMULATIVE)
    return Pane(
        "More or less than if nothing changes; the line: all tiers", "£m", (*tiers, total), MILLION
    )


def available(plan: Plan) -> tuple[float | None, ...]:
    """Money that may be drawn in each year, £: budgets and what was carried forward.

    A fund for the window alone counts in its years.  Without a plan, the budgets of the
    funds that need no window.
    """
    data, horizon = plan.instance.resolved, plan.instance.horizon
    if not plan.found:
        ordinary = {key for key, fund in data.accounts.items() if not fund.window_only}
        return tuple(
            sum(data.budgets[fund, owner, year] for fund, owner in ordinary) for year in horizon
        )
    funds = plan.tables["funds"]
    start, length = plan.window or (plan.instance.last_year + 1, 0)
    pays = [
        start <= year < start + length or not data.accounts[fund, owner].window_only
        for fund, owner, year in zip(funds["fund"], funds["owner"], funds["year"], strict=True)
    ]
    summed = funds[pays].groupby("year")[["drawn", "unspent"]].sum().sum(axis=1)
    return tuple(float(summed.get(year, 0.0)) for year in horizon)


def position(plan: Plan) -> Panels:
    """What is saved in each year and in all so far, the peak deficit and payback marked."""
    cash, years = plan.cash(), plan.years()
    net = floats(years["net"])
    saved = tuple(value if value is not None and value >= 0 else None for value in net)
    lost = tuple(value if value is not None and value < 0 else None for value in net)
    series = (
        Series("Saved in the year", saved, GAIN, "bar"),
        Series("Extra cost in the year", lost, LOSS, "bar"),
        Series("Cumulative", floats(years["cumulative"]), CUMULATIVE),
    )
    figures = by_year(
        f"Net position against doing nothing new, £m at {plan.instance.price_base} prices",
        plan.instance.horizon,
        [("Net, £m", "millions", net), ("Cumulative, £m", "millions", series[2].values)],
        "years.csv: baseline_total less total, by year and added up",
    )
    return Panels(
        "position",
        "Net position against doing nothing new",
        _about_position(plan) + stretches_said(plan),
        figures,
        tuple(map(financial_year, cash.net)),
        "",
        (Pane("", "£m", series, MILLION, marks=_marks(plan)),),
        window_in_years(plan),
        underlined=double_running(plan),
    )


def _marks(plan: Plan) -> tuple[Mark, ...]:
    cash, first = plan.cash(), plan.instance.first_year
    marks = []
    if cash.peak_deficit_year is not None:
        at = cash.peak_deficit_year
        text = f"Peak deficit {pounds(cash.peak_deficit)}"
        marks.append(Mark(at - first, cash.cumulative[at], text, below=True))
    if cash.payback_year is not None and cash.payback_year > first:
        at = cash.payback_year
        marks.append(Mark(at - first, cash.cumulative[at], f"Payback {financial_year(at)}"))
    return tuple(marks)


def _about_spend(plan: Plan) -> str:
    years = plan.years()
    total = years["total" if plan.found else "baseline_total"]
    ends = (plan.instance.first_year, plan.instance.last_year)
    first, last = (f"{pounds(float(total[year]))} in {financial_year(year)}" for year in ends)
    said = f"Spend in all goes from {first} to {last}."
    if not plan.found:
        return said
    cash = plan.cash()
    dearest = min(cash.net, key=lambda year: cash.net[year])
    if cash.net[dearest] < -cash.tolerance:
        said += (
            f" Against doing nothing new the dearest year is {financial_year(dearest)}, "
            f"{pounds(-cash.net[dearest])} more."
        )
    return said


def _about_position(plan: Plan) -> str:
    cash = plan.cash()
    end = cash.cumulative[plan.instance.last_year]
    marks = "; ".join(mark.text for mark in _marks(plan))
    said = "saved" if end >= 0 else "more spent"
    told = f"By {financial_year(plan.instance.last_year)} {pounds(abs(end))} is {said} in all."
    return f"{marks}. {told}" if marks else told
