"""What a chart shows, whoever draws it: panels of lines and bars, ranked bars, flows.

Values are those of the plan's tables, in their units (pounds, children, cases per year); a
panel's ``scale`` says by what they are divided on its axis.  Nothing here draws.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from allocator.report.charts.palette import Style
from allocator.report.figures import Figures

MILLION: Final = 1e6
_UNDER, _OVER = 0.3, 0.15  # of a panel's values: room for a mark's word below and above them

SeriesKind = Literal["bar", "line", "step"]


@dataclass(frozen=True)
class Series:
    """One value for each point of the axis; None where there is none."""

    name: str
    values: tuple[float | None, ...]
    style: Style
    kind: SeriesKind = "line"


@dataclass(frozen=True)
class Mark:
    """A point with a word beside it: a peak, a payback."""

    at: int  # position on the axis
    value: float
    text: str
    below: bool = False


@dataclass(frozen=True)
class Pane:
    """One pair of axes.  Bars of a panel are stacked, negative ones downwards."""

    title: str
    unit: str
    series: tuple[Series, ...]
    scale: float = 1.0
    from_zero: bool = True
    marks: tuple[Mark, ...] = ()

    def room(self) -> tuple[float, float] | None:
        """Ends of the axis of values that leave room for the marks' words; None without marks.

        Below, a strip along the foot fits under them.
        """
        if not self.marks:
            return None
        values = [v / self.scale for each in self.series for v in each.values if v is not None]
        low, high = min(0.0, *values), max(0.0, *values)
        tall = high - low or 1.0
        under = _UNDER if any(mark.below for mark in self.marks) else _OVER
        return low - under * tall, high + _OVER * tall


@dataclass(frozen=True)
class Chart:
    """What every chart has.  ``about`` says in words what it shows, for who cannot see it.

    ``name`` is its file's name and its anchor on a page; ``figures`` is all of its numbers.
    """

    name: str
    title: str
    about: str
    figures: Figures


@dataclass(frozen=True)
class Panels(Chart):
    """Panels over the same axis: labels at equal steps, or numbers.

    ``shaded`` is a stretch of the axis in positions, with its name; ``underlined`` are others,
    which have a strip along the foot, by one name; ``small`` panels stand side by side as many as
    fit, others below each other.
    """

    axis: tuple[str | float, ...]
    axis_title: str
    panels: tuple[Pane, ...]
    shaded: tuple[float, float, str] | None = None
    small: bool = False
    underlined: tuple[tuple[float, float, str], ...] = ()

    @property
    def has_numbers(self) -> bool:
        """Whether the axis is a scale, not labels."""
        return bool(self.axis) and not isinstance(self.axis[0], str)


@dataclass(frozen=True)
class Ranked(Chart):
    """Horizontal bars, the longest at the top: one or two series, side by side or from a middle.

    ``endless`` are positions, for each series, of bars that go to the edge with a word inside,
    since what they would measure has no value.
    """

    labels: tuple[str, ...]
    unit: str
    series: tuple[Series, ...]
    scale: float = 1.0
    endless: tuple[frozenset[int], ...] = ()
    word: str = ""

    def bars(self) -> list[tuple[Series, list[float | None], list[str]]]:
        """Each series with the lengths of its bars on the axis, and the words inside them."""
        known = [abs(v) for each in self.series for v in each.values if v is not None]
        edge = 1.1 * max(known, default=self.scale)
        ends = self.endless or (frozenset[int](),) * len(self.series)
        return [
            (
                each,
                [
                    edge / self.scale if n in end else None if v is None else v / self.scale
                    for n, v in enumerate(each.values)
                ],
                [self.word if n in end else "" for n in range(len(each.values))],
            )
            for each, end in zip(self.series, ends, strict=True)
        ]


@dataclass(frozen=True)
class Flow:
    """Children who go from one group, left, to another, right."""

    start: str
    end: str
    value: float


@dataclass(frozen=True)
class FlowChart(Chart):
    """Sankey diagrams beside each other, each with its title and drawn to its own scale.

    ``cut`` has the groups whose names are cut off, each with its name in full.
    """

    unit: str
    diagrams: tuple[tuple[str, tuple[Flow, ...]], ...]
    styles: dict[str, Style]
    cut: Mapping[str, str] = field(default_factory=dict)


def floats(values: Iterable[Any]) -> tuple[float | None, ...]:
    """Values of a column for a series; None for one that is missing."""
    return tuple(None if math.isnan(float(value)) else float(value) for value in values)
