"""What a page is made of: sections of text, figures and charts, before any markup."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from allocator.report.charts.shapes import Chart
from allocator.report.figures import Figures


@dataclass(frozen=True)
class Text:
    """A paragraph; a ``note`` is set apart, a ``warning`` more so."""

    text: str
    role: Literal["plain", "note", "warning"] = "plain"
    kind: str = "text"


@dataclass(frozen=True)
class Command:
    """A line for a terminal."""

    line: str
    kind: str = "command"


@dataclass(frozen=True)
class Facts:
    """Names and what is said of each."""

    lines: tuple[tuple[str, str], ...]
    kind: str = "facts"


@dataclass(frozen=True)
class HtmlTable:
    """A table; ``folded`` under its caption until it is opened, rows in ``marked`` set apart."""

    figures: Figures
    folded: bool = False
    marked: frozenset[int] = frozenset()
    kind: str = "figures"


@dataclass(frozen=True)
class HtmlChart:
    """A chart, with its figures folded below it."""

    chart: Chart
    kind: str = "chart"


PageBlock = Text | Command | Facts | HtmlTable | HtmlChart


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it; ``name`` is its anchor."""

    name: str
    title: str
    blocks: tuple[PageBlock, ...] = ()


@dataclass(frozen=True)
class KeyFigure:
    """A figure for the top of the page."""

    name: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Part:
    """The report of one plan, or of several side by side; ``first`` is its first screen."""

    prefix: str
    title: str
    question: str
    answer: tuple[str, ...]  # its paragraphs
    keys: tuple[KeyFigure, ...] = ()
    first: tuple[PageBlock, ...] = ()
    sections: tuple[Section, ...] = field(default_factory=tuple)
    asked: str = ""  # by the instance's author, in their words
