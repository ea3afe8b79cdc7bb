"""A stress test that was saved with a plan or a hedge, in its report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from allocator.instance.instance import financial_year
from allocator.report.saved_answers import FOLDER, SavedAnswers
from allocator.report.saved_hedge import SavedHedge
from allocator.report.saved_plan import SavedPlan
from allocator.wording import number, pounds

_DRAWN: Final = (
    "in draws of what is uncertain: rates, entries to care, effects, unit costs and what drives "
    "demand"
)


def held_said(saved: SavedPlan | SavedHedge) -> str:
    """What is held in the draws."""
    if isinstance(saved, SavedHedge):
        return (
            f"What is settled is held {_DRAWN}. After that a draw goes on by the levels of the "
            "future that is nearest to it in children in care and spend."
        )
    return f"The plan's levels are held {_DRAWN}."


def stress_command(saved: SavedPlan | SavedHedge) -> str:
    """What writes a stress test where a report looks for it."""
    return f"allocator stress {saved.place} --out {saved.place}/{FOLDER}/stress"


def stress_said(saved: SavedPlan | SavedHedge) -> str:
    """What the draws come to in the last year; blank where no stress test was saved."""
    bands, chances = _last(saved.answers, "bands"), _last(saved.answers, "chances")
    if not bands or not chances:
        return ""
    rows = {str(row["quantity"]): row for row in bands}
    care, position = rows["children_in_care"], rows["cumulative_position"]
    return (
        f"{held_said(saved)} In {financial_year(int(care['year']))} nine of ten draws have between "
        f"{number(care['p5'])} and {number(care['p95'])} children in care, half of them no more "
        f"than {number(care['p50'])}; {chances[0]['paid_back']:.0%} have paid back by then, and "
        f"nine of ten have saved between {pounds(position['p5'])} and {pounds(position['p95'])}."
    )


def _last(answers: SavedAnswers, name: str) -> list[Mapping[str, Any]]:
    """Rows of an answer's last year."""
    table = answers.get(name)
    if table is None:
        return []
    rows: list[Mapping[str, Any]] = table[table["year"] == table["year"].max()].to_dict("records")
    return rows
