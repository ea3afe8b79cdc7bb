"""Money in cash beside money at the price base, since budget papers are in cash."""

from __future__ import annotations

from typing import Final

from allocator.instance.instance import financial_year
from allocator.plan.cash_prices import drawn_in_cash, in_cash
from allocator.plan.plan import Plan
from allocator.report.figures import Figures, Header, Value
from allocator.wording import TIER_LABELS, listed, pounds

_SHOWN: Final = (*TIER_LABELS, "total", "baseline_total", "net", "cumulative", "one_off")
_COLUMNS: Final = (
    Header("Year", "year"),
    Header("£ in cash for £1", "plain"),
    *(Header(f"{label}, £m", "millions") for label in TIER_LABELS.values()),
    Header("In all, £m", "millions"),
    Header("Doing nothing new, £m", "millions"),
    Header("Net, £m", "millions"),
    Header("Cumulative, £m", "millions"),
    Header("One-off money, £m", "millions"),
)


def cash_lines(plan: Plan) -> list[tuple[str, str]]:
    """What the plan spends in cash, and needs of one-off money; blank without a series."""
    cash = in_cash(plan)
    if not cash:
        return []
    spent, unchanged = (sum(cash[name].values()) for name in ("total", "baseline_total"))
    net = unchanged - spent
    said = (
        f"{pounds(spent)}, {pounds(abs(net))} {'less' if net >= 0 else 'more'} than doing nothing"
    )
    lines = [("Spend in cash", f"{said} new ({pounds(unchanged)})")]
    needed = {year: amount for year, amount in cash["one_off"].items() if amount > 0.5}
    if needed:
        by_year = listed([f"{pounds(v)} in {financial_year(y)}" for y, v in needed.items()])
        lines.append(("  one-off money", f"{pounds(sum(needed.values()))}: {by_year}"))
    worst = min(cash["cumulative"], key=lambda year: cash["cumulative"][year])
    if cash["cumulative"][worst] < -plan.cash().tolerance:
        deepest = pounds(-cash["cumulative"][worst])
        lines.append(("  peak deficit", f"{deepest}, reached in {financial_year(worst)}"))
    return lines


def cash_figures(plan: Plan) -> Figures:
    """By year, areas together: spend by tier, against doing nothing new, in cash."""
    cash, unchanged = in_cash(plan), plan.yearly()["baseline_total"]
    rows: list[tuple[Value, ...]] = [
        (
            year,
            cash["baseline_total"][year] / unchanged[year] if unchanged[year] else None,
            *(cash[name][year] for name in _SHOWN),
        )
        for year in plan.instance.horizon
    ]
    return Figures(
        "The same in cash, at the prices of each year; the plan itself is worked out at prices of "
        f"{plan.instance.price_base}",
        _COLUMNS,
        tuple(rows),
        "cash.csv",
    )


def cash_fund_figures(plan: Plan, most: int) -> Figures:
    """By year: what is drawn from each of the first funds, in cash."""
    drawn = drawn_in_cash(plan)
    labels = [Header(plan.instance.label("funds", fund), "millions") for fund in [*drawn][:most]]
    rows: list[tuple[Value, ...]] = [
        (year, *(by_year[year] for by_year in [*drawn.values()][:most]))
        for year in plan.instance.horizon
    ]
    caption = "Drawn from each fund in cash, £m, at the prices of each year"
    columns = (Header("Year", "year"), *labels)
    return Figures(caption, columns, tuple(rows), "drawn.csv, inflation")
