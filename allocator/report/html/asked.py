"""What other verbs answered of a plan or a hedge, on its page, or the commands that would."""

from __future__ import annotations

from allocator.report.charts.stress import stress_charts
from allocator.report.html.blocks import Command, HtmlChart, PageBlock, Text
from allocator.report.pages.stressed import held_said, stress_command
from allocator.report.saved_hedge import SavedHedge
from allocator.report.saved_plan import SavedPlan


def stress_blocks(saved: SavedPlan | SavedHedge) -> tuple[PageBlock, ...]:
    """How it fares where its numbers turn out otherwise: the bands and chances of the draws."""
    charts = stress_charts(saved.answers)
    if charts:
        return (Text(held_said(saved), "note"), *map(HtmlChart, charts))
    return not_made(
        saved,
        "How the plan fares where its numbers turn out otherwise is not worked out here.",
        stress_command(saved),
    )


def not_made(saved: SavedPlan | SavedHedge, what: str, *lines: str) -> tuple[PageBlock, ...]:
    """What is not in a report, and the commands that bring it there."""
    refused = saved.answers.refused
    why = (Text(f"Answers are there but left out: {refused}.", "warning"),) if refused else ()
    how = f"To have it in this report, run {saved.whence}"
    return (*why, Text(f"{what} {how}:", "note"), *map(Command, lines))
