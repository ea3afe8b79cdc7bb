"""The cost of delay in words."""

from __future__ import annotations

from typing import Any

import pandas as pd

from allocator.explain.delay import HELD, SHIFTED, Delay
from allocator.instance.instance import financial_year
from allocator.report.pages.heading import charged, heading
from allocator.report.pages.position import LEAST_POUNDS
from allocator.report.pages.targets import LEAST_CHILDREN
from allocator.wording import counted, number, paragraph, pounds, signed, table, window_words


def text(answer: Delay) -> str:
    """The page."""
    head = [
        "Begun",
        "Targets",
        "Cost at present value",
        "More",
        "Child-years in care",
        "More",
        "Pays back",
        "Double investment",
    ]
    prices = answer.instance.shortfall
    may = (prices.excess_price is not None, prices.overspend_price is not None)
    head += [name for name, so in zip(("Above targets", "Overspent"), may, strict=True) if so]
    rows = [
        [*_row(row), *(cell for cell, so in zip(_short(row), may, strict=True) if so)]
        for row in answer.table.to_dict("records")
    ]
    told = (
        "Until it begins, every service stays at its baseline.  Starts of the double investment, "
        "and money that pays in its years alone, move by as many years; other budgets stay.  "
        "Shifted targets move too; held ones stay in their years.  Child-years are those in the "
        "years of the plan; costs have what comes after it." + charged(answer)
    )
    asked = "what does it cost to begin the same plan later?"
    parts = [heading(answer, asked), paragraph(_answer(answer)), table(head, rows, left=2)]
    return "\n\n".join([*parts, *_reasons(answer), paragraph(told)]) + "\n"


def _reasons(answer: Delay) -> list[str]:
    """Why there is no plan, delay by delay."""
    lines = [
        f"{counted(row['years_late'], 'year')} late, targets {row['targets']}: {row['why']}"
        for row in answer.table.to_dict("records")
        if row["why"] and row["years_late"]
    ]
    return ["\n".join(["Where there is no plan", *lines])] if lines else []


def _answer(answer: Delay) -> str:
    records = answer.table.to_dict("records")
    if records[0]["status"] != "optimal":
        return (
            "Answer: there is no plan even if it begins at once, so a delay has no cost of its own."
        )
    late = [row for row in records if row["years_late"]]
    if late and not any(row["status"] == "optimal" for row in late):
        return (
            "Answer: there is no slack to wait: begun at once there is a plan, begun a year late "
            "or more there is none, whatever becomes of the targets."
        )
    said = []
    for targets, so in (
        (SHIFTED, "with its targets as much later"),
        (HELD, "for the same targets"),
    ):
        first = next((r for r in records if r["years_late"] == 1 and r["targets"] == targets), None)
        if first is not None and first["status"] == "optimal":
            said.append(
                f"a year's delay {so} costs {signed(first['extra_cost'])} at present value and "
                f"{number(first['extra_child_years'])} more child-years in care"
            )
        elif first is not None:
            said.append(f"a year's delay {so} leaves no plan: {first['why']}")
    return f"Answer: {'; '.join(said)}." if said else "Answer: no delay was asked for."


def _short(row: dict[Any, Any]) -> list[str]:
    """Children above the targets at year ends, added up, and £ beyond the funds."""
    if row["status"] != "optimal":
        return ["", ""]
    above, beyond = row["children_above"], row["overspent"]
    return [
        number(above) if above > LEAST_CHILDREN else "–",
        pounds(beyond) if beyond > LEAST_POUNDS else "–",
    ]


def _row(row: dict[Any, Any]) -> list[str]:
    late = "at once" if row["years_late"] == 0 else f"{counted(row['years_late'], 'year')} late"
    targets = "" if row["years_late"] == 0 else row["targets"]
    if row["status"] != "optimal":
        return [late, targets, "no plan", "", "", "", "", ""]
    window = None
    if not pd.isna(row["window_first_year"]):
        window = (int(row["window_first_year"]), int(row["window_years"]))
    return [
        late,
        targets,
        pounds(row["cost"]),
        "" if pd.isna(row["extra_cost"]) or not row["years_late"] else pounds(row["extra_cost"]),
        f"{row['child_years']:,.0f}",
        ""
        if pd.isna(row["extra_child_years"]) or not row["years_late"]
        else f"{row['extra_child_years']:,.0f}",
        "never" if pd.isna(row["payback_year"]) else financial_year(int(row["payback_year"])),
        window_words(window),
    ]
