"""What the columns of a plan's tables are called, in which unit, and how they are shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from allocator.plan.columns import COLUMNS
from allocator.plan.columns.measure import Measure
from allocator.report.workbook.book import COUNT, MONEY, PRICE, RATIO, TEXT, WHOLE, Heading

_SHAPES: Final = {"money": MONEY, "count": COUNT, "price": PRICE, "ratio": RATIO, "whole": WHOLE}


def heading(column: str, base: str) -> Heading:
    """A column of a plan's table; KeyError for one of which nothing is said."""
    return told(column, COLUMNS[column], base)


def told(column: str, said: Measure, base: str) -> Heading:
    """A column of which ``said`` is what it holds."""
    label = column.replace("_", " ").capitalize()
    if said.shape == "name":
        return Heading(column, label)
    return Heading(column, label, said.unit.format(prices=base), _SHAPES[said.shape])


def headings(columns: Iterable[str], base: str) -> list[Heading]:
    """Columns of a plan's table."""
    return [heading(column, base) for column in columns]


def names(*columns: tuple[str, str]) -> list[Heading]:
    """Columns of text, each a key and a heading."""
    return [Heading(key, label, shape=TEXT) for key, label in columns]
