"""Charts of a stress test: what the draws come to by year, and with what chance.

Lines are the plan's own, and what 5%, 50% and 95% of the draws are not above.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pandas as pd

from allocator.instance.instance import financial_year
from allocator.report.charts.palette import BLACK, GREEN, PLAN, PURPLE, SKY, VERMILION, Style
from allocator.report.charts.shapes import MILLION, Pane, Panels, Series, floats
from allocator.report.figures import Figures, Form, Header
from allocator.report.saved_answers import SavedAnswers

LINES: Final = {
    "planned": ("Plan", PLAN),
    "p5": ("5% of the draws are not above", Style(GREEN, "dot", "diamond")),
    "p50": ("Half of the draws are not above", Style(BLACK, "dash")),
    "p95": ("95% of the draws are not above", Style(VERMILION, "dashdot", "triangle")),
}
SHOWN: Final[dict[str, tuple[str, str, float, Form]]] = {
    "children_in_care": ("Children in care in the draws", "Children", 1.0, "children"),
    "spend": ("Spend in the draws", "£m", MILLION, "millions"),
    "cumulative_position": ("Saved by then in the draws", "£m", MILLION, "millions"),
}
CHANCES: Final = {
    "targets_met": ("Targets met", Style(VERMILION, "solid", "circle")),
    "funds_suffice": ("Funds suffice", Style(PURPLE, "dash", "square")),
    "paid_back": ("Paid back by then", Style(SKY, "dot", "diamond")),
}


def stress_charts(answers: SavedAnswers) -> list[Panels]:
    """Bands of each quantity, and the chances; none where no stress test has been saved."""
    return [*_bands(answers.get("bands")), *_chances(answers.get("chances"))]


def _bands(table: pd.DataFrame | None) -> Iterator[Panels]:
    for quantity, (title, unit, scale, form) in SHOWN.items() if table is not None else ():
        assert table is not None
        own = table[table["quantity"] == quantity].sort_values("year")
        if own.empty:
            continue
        series = [
            Series(name, floats(own[column]), style) for column, (name, style) in LINES.items()
        ]
        headings = [Header(name, form) for name, _ in LINES.values()]
        last = own.iloc[-1]
        about = (
            f"In {financial_year(int(last['year']))} the plan and the draws between their lines, "
            "of which one in ten lies outside."
        )
        yield _panels(
            f"stress-{quantity.replace('_', '-')}",
            title,
            about,
            own,
            (list(LINES), headings, "bands.csv of the answers"),
            Pane("", unit, tuple(series), scale, from_zero=False),
        )


def _chances(table: pd.DataFrame | None) -> Iterator[Panels]:
    if table is None:
        return
    own = table.sort_values("year")
    series = [Series(name, floats(own[column]), style) for column, (name, style) in CHANCES.items()]
    headings = [Header(name, "percent") for name, _ in CHANCES.values()]
    yield _panels(
        "stress-chances",
        "Chances in the draws",
        "Share of the draws that meet the targets, whose funds suffice, and that have paid back.",
        own,
        (list(CHANCES), headings, "chances.csv of the answers"),
        Pane("", "Share of the draws", tuple(series)),
    )


def _panels(
    name: str,
    title: str,
    about: str,
    table: pd.DataFrame,
    shown: tuple[list[str], list[Header], str],
    pane: Pane,
) -> Panels:
    """One pane over the years of a table, with its columns as figures."""
    columns, headings, source = shown
    years = [int(year) for year in table["year"]]
    rows = tuple(zip(years, *(floats(table[column]) for column in columns), strict=True))
    figures = Figures(title, (Header("Year", "year"), *headings), rows, source)
    axis = tuple(map(financial_year, years))
    return Panels(name, title, about, figures, axis, "Financial year", (pane,))
