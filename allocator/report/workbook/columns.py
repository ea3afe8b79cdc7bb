"""What the columns of a plan's tables are called, in which unit, and how they are shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from allocator.instance.schema import TIERS
from allocator.plan.saving.layout import NAMES
from allocator.report.workbook.book import COUNT, MONEY, PRICE, TEXT, WHOLE, Heading

_POUNDS: Final = ("£, prices of {base}", MONEY)
_PRESENT: Final = ("£ at present value, prices of {base}", MONEY)
_CHILDREN: Final = ("children", COUNT)
_CASES: Final = ("cases per year", COUNT)
_YEAR: Final = ("year it begins", WHOLE)
_ITS_UNIT: Final = ("in its unit", PRICE)

# Column -> unit and number format; names have neither.
_UNITS: Final[dict[str, tuple[str, str]]] = {
    **dict.fromkeys(("spend", "drawn", "amount", "unspent", "total", "baseline_total"), _POUNDS),
    **dict.fromkeys(("brought_forward", "lapsed"), _POUNDS),
    **dict.fromkeys(TIERS, _POUNDS),
    **{f"baseline_{tier}": _POUNDS for tier in TIERS},
    **dict.fromkeys(("objective", "at_least"), _PRESENT),
    "price": ("£ at present value per unit", PRICE),
    **dict.fromkeys(("activity", "limit", "holds_from", "holds_to"), _ITS_UNIT),
    **dict.fromkeys(
        ("children", "children_in_care", "baseline_children_in_care", "children_in_care_at_end"),
        _CHILDREN,
    ),
    "places": ("funded places", COUNT),
    **dict.fromkeys(("moves", "baseline_moves"), ("children in the year", COUNT)),
    "diverted": ("children in the period", COUNT),
    **dict.fromkeys(("level", "expansion", "contraction", "in_band"), _CASES),
    **dict.fromkeys(("year", "first_year"), _YEAR),
    "years": ("years", WHOLE),
    "period": ("0: opening", WHOLE),
    "band": ("0: first", WHOLE),
}


def heading(column: str, base: str) -> Heading:
    """A column of a plan's table; KeyError for one that has no unit and is no name."""
    label = column.replace("_", " ").capitalize()
    if column in NAMES or column == "proved":
        return Heading(column, label)
    unit, shape = _UNITS[column]
    return Heading(column, label, unit.format(base=base), shape)


def headings(columns: Iterable[str], base: str) -> list[Heading]:
    """Columns of a plan's table."""
    return [heading(column, base) for column in columns]


def names(*columns: tuple[str, str]) -> list[Heading]:
    """Columns of text, each a key and a heading."""
    return [Heading(key, label, shape=TEXT) for key, label in columns]
