"""The regimes in words: what flexibility and certainty are worth."""

from __future__ import annotations

from typing import Any

import pandas as pd

from allocator.explain.regimes.regimes import FIXED, FREE, YEARLY, Regimes
from allocator.instance.instance import financial_year
from allocator.report.pages.heading import charged, heading
from allocator.wording import listed, number, paragraph, pounds, table, window_words

_NAMES = {
    FIXED: "Annual budgets, all known",
    FREE: "The same cash, free over the years",
    YEARLY: "Annual budgets, known a year at a time",
}
_NONE = "nothing short"
_NO_PLAN = (
    "Answer: there is no plan, however much money there is and whatever the targets, so no rule of "
    "money makes a difference; allocator explain says why."
)
_HOW = (
    "Free over the years: each balance has the cash of all its years from the first, and carries "
    "forward what is left.  Known a year at a time: each year's plan takes the years that are not "
    "settled yet to be as large as the last that is, keeps what was decided before, and is made "
    "anew a year later.  Where the money or the targets cannot be kept, the plan is the one with "
    "the least money short in settled years, then in years to come, then the fewest children above "
    "the targets, then the least cost.  Costs are at present value, with what comes after the plan."
)


def text(answer: Regimes) -> str:
    """The page."""
    asked = "what do annual budgets cost, and what is certainty worth?"
    head = [
        "",
        "Cost at present value",
        "More",
        "Money short",
        "Above targets",
        "In care at the end",
        "Double investment",
    ]
    ran = set(answer.tables["regimes"]["regime"])
    if not ran:
        return f"{heading(answer, asked)}\n\n{paragraph(_NO_PLAN)}\n"
    rows = [_row(answer.row(regime)) for regime in _NAMES if regime in ran]
    said = paragraph(_answer(answer)) if len(ran) == len(_NAMES) else ""
    settled = "" if answer.tables["settlements"].empty else _settled(answer)
    parts = [heading(answer, asked), said, table(head, rows), settled]
    return "\n\n".join(filter(None, [*parts, paragraph(_HOW + charged(answer))])) + "\n"


def _answer(answer: Regimes) -> str:
    fixed, free, yearly = (answer.row(regime) for regime in _NAMES)
    rigid = _said("annual budgets cost", fixed, free, "than the same cash free over the years")
    unsure = _said("Not knowing the next settlement costs", yearly, fixed, "than knowing them all")
    return f"Answer: {rigid}.  {unsure}."


def _said(costs: str, worse: dict[Any, Any], better: dict[Any, Any], than: str) -> str:
    """What one regime costs more than another, in money, shortfalls and children."""
    more = worse["cost"] - better["cost"]
    amount = pounds(abs(more)) if abs(more) >= 0.5 else "nothing"
    said = f"{costs} {amount} {'less' if more <= -0.5 else 'more'} {than}"
    if _short(worse) == _NONE:
        return said if _short(better) == _NONE else f"{said}, and makes good {_short(better)}"
    if _short(better) == _NONE:
        return f"{said}, and leaves {_short(worse)}"
    if _short(worse) == _short(better):
        return f"{said}, both with {_short(worse)}"
    return f"{said}, with {_short(worse)} and not {_short(better)}"


def _short(row: dict[Any, Any]) -> str:
    """What is short of money and of targets."""
    said = [f"{pounds(row['money_short'])} short"] if row["money_short"] else []
    if row["children_above"]:
        said.append(f"{number(row['children_above'])} children above the targets, over the years")
    return listed(said) or _NONE


def _row(row: dict[Any, Any]) -> list[str]:
    more = pounds(row["extra_cost"]) if abs(row["extra_cost"]) >= 0.5 else "–"
    return [
        _NAMES[row["regime"]],
        pounds(row["cost"]),
        more,
        pounds(row["money_short"]) if row["money_short"] else "–",
        number(row["children_above"]) if row["children_above"] else "–",
        number(row["children_in_care"]),
        window_words(_window(row)),
    ]


def _window(row: dict[Any, Any]) -> tuple[int, int] | None:
    if pd.isna(row["window_first_year"]):
        return None
    return int(row["window_first_year"]), int(row["window_years"])


def _settled(answer: Regimes) -> str:
    head = [
        "Settled a year at a time",
        "Expected cost",
        "Expected short",
        "Children above targets",
        "Double investment planned",
    ]
    rows = [
        [
            financial_year(int(row["year"])),
            pounds(row["expected_cost"]),
            pounds(row["expected_short"]) if row["expected_short"] else "–",
            number(row["expected_above"]) if row["expected_above"] else "–",
            window_words(_window(row)),
        ]
        for row in answer.tables["settlements"].to_dict("records")
    ]
    return table(head, rows)
