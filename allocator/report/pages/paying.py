"""What falling short is worth, and whose money pays in which order, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from allocator.explain.answers import records
from allocator.explain.explanation import Explanation
from allocator.instance.instance import financial_year
from allocator.instance.schema import ALL
from allocator.report.pages.position import LEAST_POUNDS
from allocator.report.pages.targets import LEAST_CHILDREN
from allocator.wording import between, listed, number, paragraph, pounds, shortened, years_said

Record = dict[str, Any]


def short_lines(answer: Explanation) -> Iterator[str]:
    """What a child above a target, and a pound beyond the funds, are worth; none without prices."""
    if "short" not in answer.tables:
        return
    rows = records(answer.tables["short"])
    yield "What falling short is worth, at present value"
    for kind, said in (("child", _child), ("pound", _pound)):
        own = [row for row in rows if row["kind"] == kind]
        if own:
            yield paragraph(said(answer, own), "  ")


def _child(answer: Explanation, rows: Sequence[Record]) -> str:
    """The charge beside what the next child would cost."""
    above = [row for row in rows if row["short"] > LEAST_CHILDREN]
    within = [row for row in rows if row["short"] <= LEAST_CHILDREN]
    said = [f"A child above a target at a year's end is charged {_charged(rows)}."]
    if above:
        by = [
            f"{number(r['short'])}{_whose(answer, r)} in {financial_year(r['year'])}" for r in above
        ]
        said.append(
            f"The plan is above by {listed(by)}: any other way to bring one child more below it "
            f"costs at least as much, and one more in the target saves {_worth(above)}."
        )
    if within:
        said.append(_met(within, "one more in the target", "Where a target is met"))
    return "  ".join(said)


def _pound(answer: Explanation, rows: Sequence[Record]) -> str:
    """The charge beside what a pound more from a fund would save."""
    beyond = [row for row in rows if row["short"] > LEAST_POUNDS]
    within = [row for row in rows if row["short"] <= LEAST_POUNDS]
    said = [f"A pound of overspend is charged {_charged(rows)} on top of itself."]
    if beyond:
        total, years = sum(row["short"] for row in beyond), {row["year"] for row in beyond}
        said.append(
            f"The plan overspends {pounds(total)}, in {years_said(years)}: there a pound more "
            f"from a fund saves {_worth(beyond)}, the charge."
        )
    if within:
        said.append(_met(within, "a pound more from a fund", "Where the funds are enough"))
    return "  ".join(said)


def _met(rows: Sequence[Record], more: str, where: str) -> str:
    """That where nothing is short, one unit more saves less than the charge."""
    if max(row["worth"] for row in rows) <= 0.005:
        return f"{where}, {more} saves nothing."
    return f"{where}, {more} saves {_worth(rows)}, less than the charge."


def _charged(rows: Sequence[Record]) -> str:
    charges = [row["charged"] for row in rows]
    return between(min(charges), max(charges))


def _worth(rows: Sequence[Record]) -> str:
    worths = [row["worth"] for row in rows]
    return between(min(worths), max(worths))


def _whose(answer: Explanation, row: Record) -> str:
    owner = row["owner"]
    if owner == ALL or not answer.instance.has_areas:
        return ""
    return f" in {shortened(answer.instance.label('areas', owner), 24)}"


def paying_lines(answer: Explanation) -> Iterator[str]:
    """Each fund in the order in which it pays, why there, and what is drawn of it."""
    rows = records(answer.tables["paying"])
    if not rows:
        return
    yield "Whose money pays, and in which order"
    if len(rows) > 1:
        yield paragraph(
            "Any fund that may pay for a tier would do, since the cost is the same: so the least "
            "one-off money is drawn, then what would lapse, then the funds as they are listed.",
            "  ",
        )
    for n, row in enumerate(rows):
        name = answer.instance.label("funds", row["fund"])
        place = f"{row['file']}, row {row['row']}"
        why = _why(row, rows[n - 1] if n else None)
        yield paragraph(f"{n + 1}. {shortened(name, 60)} ({place}): {why}.  {_drawn(row)}.", "  ")


def _why(row: Record, before: Record | None) -> str:
    """Why a fund stands where it does."""
    lapses = 1 - row["carry_forward"]
    if lapses >= 1:
        left = "what is left of it at a year's end lapses"
    elif lapses > 0:
        left = f"{100 * lapses:.3g}% of what is left of it at a year's end lapses"
    else:
        left = "what is left of it is carried forward"
    if row["window_only"] == "yes":
        return f"one-off money, only for what no other fund can pay in the window; {left}"
    alike = before is not None and all(
        before[name] == row[name] for name in ("window_only", "carry_forward")
    )
    return f"{left}, as of the fund before it, which is listed first" if alike else left


def _drawn(row: Record) -> str:
    """How much of what it is given is drawn, when, and what lapses."""
    if row["first_year"] is None:
        return f"Nothing is drawn of {pounds(row['given'])}"
    said = f"It pays {pounds(row['drawn'])} of {pounds(row['given'])}"
    said += f", {_span(row['first_year'], row['last_year'])}"
    return f"{said}; {pounds(row['lapsed'])} lapses" if row["lapsed"] > LEAST_POUNDS else said


def _span(first: int, last: int) -> str:
    years = years_said(range(first, last + 1))
    return f"in {years}" if last - first < 2 else f"from {years}"
