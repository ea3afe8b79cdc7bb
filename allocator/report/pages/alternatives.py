"""Near-optimal plans in words: what all of them do, and where they differ."""

from __future__ import annotations

from typing import Any

import pandas as pd

from allocator.explain.alternatives.alternatives import AS_TODAY, FEWER, MORE, OPEN, Alternatives
from allocator.explain.spending import service_names
from allocator.instance.instance import financial_year
from allocator.report.pages.heading import heading
from allocator.wording import (
    TIER_LABELS,
    counted,
    decimals_for,
    listed,
    millions,
    paragraph,
    pounds,
    table,
    window_words,
)

_TIERS = {**TIER_LABELS, "total": "Everything"}
_DOES = {
    MORE: "gives more cases of {} than today",
    FEWER: "gives fewer cases of {} than today",
    AS_TODAY: "leaves {} as it is",
}


def text(answer: Alternatives) -> str:
    """The page."""
    if answer.cost is None:
        asked = "which other plans are nearly as cheap?"
        none = "Answer: there is no plan at all; allocator explain says why."
        return f"{heading(answer, asked)}\n\n{paragraph(none)}\n"
    asked = (
        f"which other plans cost at most {pounds(answer.allowed)} more, and what do all of them do?"
    )
    how = (
        f"Plans {_windows(answer)} that cost at most {pounds(answer.allowed)} "
        f"({answer.allowed / answer.cost:.2%}) more than the least, {pounds(answer.cost)} at "
        "present value.  The most can hold idle places and cases that are set up and given up "
        "again: the program allows it, as long as the plan costs no more.  Nearest is the plan "
        "whose spend on services is nearest to today's, year by year.  Each least and each most "
        "is a plan of its "
        f"own; all {answer.audits:,} were re-run by the simulator."
    )
    asked_of_all = len(answer.tables["alternatives_services"]) == len(
        service_names(answer.instance)
    )
    said = paragraph(_answer(answer)) if asked_of_all else ""
    parts = [heading(answer, asked), said, _whole(answer), _by_year(answer), paragraph(how)]
    return "\n\n".join(filter(None, parts)) + "\n"


def _windows(answer: Alternatives) -> str:
    said = [window_words(window) for window in answer.windows]
    return (
        f"with a double investment of {listed(said)}"
        if said != ["none"]
        else "without a double investment"
    )


def _answer(answer: Alternatives) -> str:
    services = answer.tables["alternatives_services"].to_dict("records")
    told = []
    for verdict, does in _DOES.items():
        names = [row["label"] for row in services if row["every_plan"] == verdict]
        told += [does.format(listed(names))] if names else []
    used = sum(row["every_plan"] == MORE for row in services)
    differ = [row["label"] for row in services if row["every_plan"] == OPEN]
    said = (
        f"Answer: every one of them {listed(told)}."
        if told
        else "Answer: they have no service in common."
    )
    if used:
        said += (
            f"  So {used} of {counted(len(services), 'service')} would grow whichever is chosen."
        )
    if differ:
        said += f"  They differ in what they do with {listed(differ)}."
    return f"{said}  {_as_good(answer)}"


def _as_good(answer: Alternatives) -> str:
    """Which of them are as good as the cheapest, by the rule for the windows of a plan."""
    least = (
        f"within {pounds(answer.margin)} of the cheapest, 1% of what that saves or costs against "
        "doing nothing new"
    )
    if answer.allowed <= answer.margin * (1 + 1e-9):
        return f"All of them are as good: {least}."
    return f"As good are those {least}; `--within {answer.margin:.0f}` asks of them alone."


def _whole(answer: Alternatives) -> str:
    """All years together."""
    rows = [row for row in _records(answer) if pd.isna(row["year"])]
    decimals = decimals_for(max((row["most"] for row in rows), default=0.0) / 10)
    head = ["Spend in all years, £m", "Today's", "Cheapest", "Least", "Most", "Nearest"]
    return table(head, [[_named(row), *_amounts(row, decimals)] for row in rows]) if rows else ""


def _by_year(answer: Alternatives) -> str:
    """Each tier, year by year."""
    rows = [row for row in _records(answer) if row["kind"] == "tier" and not pd.isna(row["year"])]
    decimals = decimals_for(max((row["most"] for row in rows), default=0.0))
    head = ["By tier, £m", "Year", "Today's", "Cheapest", "Least", "Most", "Nearest"]
    cells = [
        [_named(row), financial_year(int(row["year"])), *_amounts(row, decimals)] for row in rows
    ]
    return table(head, cells, left=2) if cells else ""


def _records(answer: Alternatives) -> list[dict[Any, Any]]:
    return answer.tables["alternatives"].to_dict("records")


def _named(row: dict[Any, Any]) -> str:
    return _TIERS[row["item"]] if row["kind"] != "service" else f"  {row['label']}"


def _amounts(row: dict[Any, Any], decimals: int) -> list[str]:
    names = ("baseline", "planned", "least", "most", "nearest")
    return ["–" if pd.isna(row[name]) else millions(row[name], decimals) for name in names]
