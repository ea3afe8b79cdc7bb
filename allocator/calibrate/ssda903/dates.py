"""Dates as returns write them.  What a number before the month means is found out from the cells.

``dd/mm/yyyy`` is the return's own form; a spreadsheet set to another country writes
``mm/dd/yyyy``.  A month by its name and a year that comes first can be read in one way only.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

import numpy as np

DAY_FIRST: Final = "dd/mm/yyyy"
MONTH_FIRST: Final = "mm/dd/yyyy"
MISSING: Final = np.iinfo(np.int32).min  # a blank cell
UNREADABLE: Final = MISSING + 1  # a cell that is no date
_TIME: Final = r"(?:[T ]\d\d?:.*)?"
_NUMBERS: Final = re.compile(rf"(\d\d?)([/.-])(\d\d?)\2(\d{{4}}){_TIME}", re.ASCII)
_YEAR_FIRST: Final = re.compile(rf"(\d{{4}})([/-])(\d\d?)\2(\d\d?){_TIME}", re.ASCII)
_NAMED: Final = re.compile(rf"(\d\d?)[ /-]([a-z]{{3,9}})[ /-](\d{{4}}){_TIME}", re.ASCII | re.I)
_MONTHS: Final = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_EPOCH: Final = date(1970, 1, 1).toordinal()
_FIRST, _LAST = 1900, 2100  # years that a child's date may have
_SHOWN: Final = 20  # characters of a form


def day_of(text: str, month_first: bool = False) -> int:
    """Days since 1970 of a date, a time of day after it ignored; UNREADABLE if it is none."""
    try:
        if len(text) == 10 and text[2] == text[5] == "/":  # nearly all
            first, second, year = int(text[:2]), int(text[3:5]), int(text[6:])
        else:
            first, second, year = _parts(text, month_first)
        day, month = (second, first) if month_first else (first, second)
        return (
            date(year, month, day).toordinal() - _EPOCH if _FIRST <= year <= _LAST else UNREADABLE
        )
    except ValueError:
        return UNREADABLE


def _parts(text: str, month_first: bool) -> tuple[int, int, int]:
    """The numbers of a date in the order asked for; ValueError if it has no known form."""
    if match := _NUMBERS.fullmatch(text):
        return int(match[1]), int(match[3]), int(match[4])
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day = int(match[1]), int(match[3]), int(match[4])
    elif match := _NAMED.fullmatch(text):
        day, year, name = int(match[1]), int(match[3]), match[2].casefold()
        month = next((n for n, full in enumerate(_MONTHS, 1) if name in (full, full[:3])), 0)
    else:
        raise ValueError("no date")
    return (month, day, year) if month_first else (day, month, year)


def form_of(text: str) -> str:
    """A cell's form without its value: ``99/99/99``, ``99-aaa-9999``."""
    plain = re.sub(r"\d", "9", text)
    return re.sub(r"[^\W\d_]", "a", plain)[:_SHOWN]
