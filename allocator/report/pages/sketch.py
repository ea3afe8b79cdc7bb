"""A small chart of the children in care, in characters: for a terminal and for plain text.

A column for each year's end and a few rows; plan, baseline and target are told apart by their
characters, so that colour says nothing that they do not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from allocator.instance.instance import financial_year
from allocator.plan.plan import Plan
from allocator.report.charts.children import START, care_series
from allocator.report.charts.palette import BASELINE, PLAN, TARGET, Style
from allocator.report.charts.shapes import Series
from allocator.wording import number

ROWS: Final = 9
WIDTH: Final = 80
_WIDEST_STEP: Final = 9  # characters of a year
_LABEL: Final = 8  # of a year's label, with a blank

Coloured = tuple[str, str]  # text, and the name of its colour; blank for none
_COLOURS: Final[dict[Style, str]] = {PLAN: "cyan", BASELINE: "yellow", TARGET: "magenta"}


@dataclass(frozen=True)
class Characters:
    """What the chart is made of."""

    plan: str
    baseline: str
    target: str
    axis: str

    def of(self, style: Style) -> str:
        """The mark of a series."""
        return {PLAN: self.plan, BASELINE: self.baseline, TARGET: self.target}[style]


FINE: Final = Characters("●", "○", "─", "┤")
PLAIN: Final = Characters("*", "o", "-", "|")


def sketch(plan: Plan, characters: Characters = FINE) -> list[Coloured]:
    """The chart of the children in care, as texts and their colours."""
    series = care_series(plan)
    years = [START, *map(financial_year, plan.instance.horizon)]
    step = max(1, min(_WIDEST_STEP, (WIDTH - 12) // len(years)))
    every = -(-len(years) * step // (WIDTH - 12))  # of very long horizons, not every year
    years = years[::every]
    drawn = [(each.style, each.values[::every]) for each in series]
    values = [value for _, line in drawn for value in line if value is not None]
    grid = _Grid(max(values), min(values), step, len(years))
    for style, line in sorted(drawn, key=lambda each: _ORDER.index(each[0])):
        grid.draw(line, characters.of(style), style)
    lines = [_legend(series, characters), *grid.lines(characters.axis)]
    ended = [run for line in lines for run in (*line, ("\n", ""))]
    return [*ended, (grid.labels(years), "")]


_ORDER: Final = (TARGET, BASELINE, PLAN)  # what is drawn later stands in front


def _legend(series: Sequence[Series], characters: Characters) -> list[Coloured]:
    runs: list[Coloured] = [("Children in care:", "")]
    for each in sorted(series, key=lambda each: -_ORDER.index(each.style)):
        name = each.name[0].lower() + each.name[1:]
        runs += [("  ", ""), (characters.of(each.style), _COLOURS[each.style]), (f" {name}", "")]
    return runs


class _Grid:
    """Cells of the chart, a row for each step of the scale, from ``top`` down to ``bottom``."""

    def __init__(self, top: float, bottom: float, step: int, years: int) -> None:
        self.top, self.bottom, self.step = top, bottom, step
        self.rows = ROWS if top > bottom else 1
        blank = (" ", "")
        self.cells: list[list[Coloured]] = [[blank] * (step * years) for _ in range(self.rows)]
        scale = [number(self._value(row)) for row in range(self.rows)]
        self.margin = max(map(len, scale))
        self.scale = [text if self._labelled(row) else "" for row, text in enumerate(scale)]

    def _value(self, row: int) -> float:
        return self.top - (self.top - self.bottom) * row / max(1, self.rows - 1)

    def _labelled(self, row: int) -> bool:
        return row in (0, self.rows // 2, self.rows - 1)

    def draw(self, values: Sequence[float | None], mark: str, style: Style) -> None:
        """A mark in the middle of each year's column; a target fills its column."""
        span = (self.top - self.bottom) or 1.0
        for n, value in enumerate(values):
            if value is None:
                continue
            row = round((self.top - value) / span * (self.rows - 1))
            middle = n * self.step + self.step // 2
            wide = range(n * self.step, (n + 1) * self.step) if style is TARGET else [middle]
            for column in wide:
                self.cells[row][column] = (mark, _COLOURS[style])

    def lines(self, axis: str) -> Iterator[list[Coloured]]:
        """The rows with their scale, without blanks at the end."""
        for label, cells in zip(self.scale, self.cells, strict=True):
            used = max((n + 1 for n, (mark, _) in enumerate(cells) if mark != " "), default=0)
            runs = [
                ("".join(mark for mark, _ in run), colour)
                for colour, run in groupby(cells[:used], key=lambda cell: cell[1])
            ]
            yield [(f"{label:>{self.margin}} {axis}", ""), *runs]

    def labels(self, years: Sequence[str]) -> str:
        """Labels under the middles of their columns, as many as have room."""
        line, start = "", self.margin + 2
        for n in range(0, len(years), -(-_LABEL // self.step)):
            middle = start + n * self.step + self.step // 2
            at = max(middle - len(years[n]) // 2, len(line) + 1 if line.strip() else start)
            if at + len(years[n]) <= WIDTH:
                line = f"{line:{at}}{years[n]}"
        return line
