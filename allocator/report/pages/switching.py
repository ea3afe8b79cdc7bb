"""Switching values in words: what the plan hangs on first, then every input."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from allocator.explain.switching.outcomes import CHOICE, EVENTS, PAYBACK, REACH
from allocator.explain.switching.search import STEPS, TOLERANCE
from allocator.explain.switching.switching import Switching
from allocator.report.pages.heading import heading
from allocator.report.pages.need import driver_said
from allocator.report.pages.weaker import cheaper_if_weaker
from allocator.wording import (
    counted,
    listed,
    paragraph,
    plain,
    pounds,
    shortened,
    table,
    with_window,
)

_SAID = {
    CHOICE: "other services or another window are chosen",
    PAYBACK: "the plan no longer pays back",
    REACH: "the target is out of reach",
}
WIDE = 60  # characters of an input


def text(answer: Switching) -> str:
    """The page."""
    asked = "how far can each input move, alone, before what the plan concludes changes?"
    if answer.usual.cost is None:
        none = "Answer: there is no plan to begin with; allocator explain says why."
        return f"{heading(answer, asked)}\n\n{paragraph(none)}\n"
    rows = answer.table.to_dict("records")
    cheaper = paragraph(cheaper_if_weaker(rows, answer.usual.cost))
    first = [heading(answer, asked), paragraph(_answer(answer, rows)), _weak(rows), cheaper]
    parts = [*first, _need(rows), _all(rows)]
    return "\n\n".join([*filter(None, parts), paragraph(_how(answer))]) + "\n"


def _answer(answer: Switching, rows: list[dict[Any, Any]]) -> str:
    usual = answer.usual
    labels = [answer.instance.label("services", name) for name in sorted(usual.services)]
    told = (
        f"Answer: as the inputs stand, the cheapest plan costs {pounds(usual.cost or 0.0)} at "
        f"present value {with_window(usual.window)}, changes "
        f"{listed(labels) if labels else 'no service'} and "
        f"{'pays back' if usual.pays_back else 'does not pay back'} within its years."
    )
    ranged = [row for row in rows if not pd.isna(row["low"]) and row["low"] != row["high"]]
    hanging = [row for row in ranged if row["hangs_on"]]
    if not ranged:
        return told
    return (
        f"{told}  Of {counted(len(ranged), 'effect')} with a range of evidence, "
        f"{len(hanging)} would change that at one end of it."
    )


def _weak(rows: list[dict[Any, Any]]) -> str:
    """Effects whose own range changes a conclusion, and how good their evidence is."""
    lines = []
    for row in rows:
        if not row["hangs_on"] or pd.isna(row["hangs_on"]):
            continue
        events = [_SAID[event] for event in EVENTS if event in row["hangs_on"].split(";")]
        grade = f"; evidence: {row['evidence']}" if row["evidence"] else ""
        value, low, high = (plain(row[column], 3) for column in ("value", "low", "high"))
        lines.append(
            paragraph(
                f"- {row['label']} ({row['file']}, row {row['row']}), {value}, between {low} and "
                f"{high}: {listed(events)}{grade}"
            )
        )
    return (
        "\n".join(["What the plan hangs on, within the range of the evidence", *lines])
        if lines
        else ""
    )


def _need(rows: list[dict[Any, Any]]) -> str:
    """How far each driver of need may rise or fall before something changes, and what does."""
    lines = [
        paragraph(f"- {driver_said(row['label'])}, at {plain(row['value'], 3)} now, {way}")
        for row in rows
        if row["file"].startswith("drivers")
        for way in _ways(row)
    ]
    return "\n".join(["How far need may move", *lines]) if lines else ""


def _ways(row: dict[Any, Any]) -> Iterator[str]:
    """``may rise to 29.7 (+15%) before the target is out of reach``, and so for its fall."""
    for side, verb in (("above", "rise"), ("below", "fall")):
        ends = {event: row[f"{event}_{side}"] for event in EVENTS}
        near = sorted((v for v in ends.values() if not pd.isna(v)), reverse=side == "below")
        if near:
            at = near[0]
            changes = [_SAID[event] for event, value in ends.items() if value == at]
            share = plain(100 * (at / row["value"] - 1), 2)
            sign = "+" if at > row["value"] else ""
            yield f"may {verb} to {plain(at, 3)} ({sign}{share}%) before {listed(changes)}"
        elif side == "above":
            yield f"may {verb} to {max(STEPS['higher']):g} times that and no conclusion changes"


def _all(rows: list[dict[Any, Any]]) -> str:
    head = ["Input", "Stands at", "Choice changes", "No payback", "Out of reach"]
    cells = [
        [shortened(row["label"], WIDE), plain(row["value"], 3), *(_pair(row, e) for e in EVENTS)]
        for row in rows
    ]
    return table(head, cells) if cells else ""


def _pair(row: dict[Any, Any], event: str) -> str:
    """``< 2.1``, ``> 3.4``, both, or a dash where nothing changes."""
    below, above = row[f"{event}_below"], row[f"{event}_above"]
    said = [] if pd.isna(below) else [f"< {plain(below, 3)}"]
    said += [] if pd.isna(above) else [f"> {plain(above, 3)}"]
    return ", ".join(said) or "–"


def _how(answer: Switching) -> str:
    low, high = min(STEPS["lower"]), max(STEPS["higher"])
    return (
        f"Each input is moved alone, from {low:g} to {high:g} times its value, and the plan made "
        "anew; a dash says that nothing changes in that range.  Values are found to "
        f"{TOLERANCE:.0%}, with the program solved on both sides of each ({answer.solves:,} "
        "solves); what changes and changes back between "
        f"{listed([f'{f:g}' for f in sorted({*STEPS['lower'], 1.0, *STEPS['higher']})])} times the "
        "value is not seen.  A service counts as chosen where its level leaves its baseline by "
        "more than 1%, or a hundredth of a case; no payback means that the plan's cumulative "
        "position against the baseline is negative at the end.  Budgets, prices, coverage, "
        "avoidable shares and release limits are not moved.  --out writes what --set calls each."
    )
