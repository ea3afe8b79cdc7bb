"""A hedge for a page and a paper: its tables as figures, and the paper's items in their order."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.hedge import Hedge
from allocator.report.charts.futures import future_charts
from allocator.report.charts.stress import stress_charts
from allocator.report.figures import Figures, Header
from allocator.report.pages.hedge import (
    QUESTION,
    answered,
    futures_told,
    proof_lines,
    windows_told,
    worth_lines,
)
from allocator.report.pages.hedge_benefits import benefits_told
from allocator.report.pages.hedge_settled import (
    NO_REGRET_SAID,
    TextTable,
    settled_told,
    staff_told,
)
from allocator.report.pages.paper import PaperHeading, PaperItem, PaperLine
from allocator.report.pages.stressed import stress_said
from allocator.report.saved_hedge import SavedHedge


def told_figures(caption: str, told: TextTable, source: str) -> Figures:
    """A table of words, as it stands in the terminal's page."""
    head, rows = told
    return Figures(caption, tuple(map(Header, head)), tuple(map(tuple, rows)), source)


def settled_figures(hedge: Hedge) -> list[Figures]:
    """Levels, and hires where there are staff, to settle now."""
    if not hedge.settled_years:
        return []
    caption = f"What to settle now ({NO_REGRET_SAID})"
    made = [told_figures(caption, settled_told(hedge), "levels.csv")]
    if hedge.settled_staff:
        made.append(told_figures("Staff to settle now", staff_told(hedge), "staff.csv"))
    return made


def futures_figures(hedge: Hedge) -> Figures:
    """What each future then does."""
    return told_figures("What each future then does", futures_told(hedge), "futures.csv")


def benefits_figures(hedge: Hedge) -> list[Figures]:
    """The good done to others over the futures, where any is listed."""
    told = benefits_told(hedge)
    caption = "Good done to others over the futures, at present value"
    return [told_figures(caption, told, "hedge.json")] if told[1] else []


def windows_figures(hedge: Hedge) -> Figures:
    """Every window, the same in all futures."""
    return told_figures("Every window that was tried", windows_told(hedge), "windows.csv")


def worth_figures(hedge: Hedge) -> Figures:
    """What knowing, and what planning for more than one future, is worth."""
    rows = [[name, value] for name, value in worth_lines(hedge)]
    return told_figures(
        "What it costs, and what knowing is worth", (["What", "How much"], rows), "hedge.json"
    )


def hedge_paper(saved: SavedHedge) -> Iterator[PaperItem]:
    """Everything below the title of a committee paper, in order."""
    hedge = saved.hedge
    yield PaperHeading("Purpose")
    yield PaperLine(f"The question put was: {QUESTION}")
    yield PaperHeading("Recommendation")
    yield PaperLine(answered(hedge))
    yield from settled_figures(hedge)
    yield PaperLine("[the decisions asked of this committee].", prompt=True, bullet=True)
    yield PaperHeading("What each future then does")
    yield futures_figures(hedge)
    yield from future_charts(hedge)
    yield PaperHeading("Financial implications and risk")
    yield worth_figures(hedge)
    yield from benefits_figures(hedge)
    if len(hedge.windows) > 1:
        yield windows_figures(hedge)
    if held := stress_said(saved):
        yield PaperLine(held)
        yield from stress_charts(saved.answers)[:1]
    yield PaperHeading("Equality")
    unknown = "The plan knows no child's characteristics."
    yield PaperLine(f"[To be written: the equality impact assessment. {unknown}]", prompt=True)
    yield PaperHeading("How the figures are checked")
    for name, value in proof_lines(hedge):
        yield PaperLine(f"{name}: {value}", bullet=True)
