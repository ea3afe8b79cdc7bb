"""One cell: text or a workbook's value, read as what its column holds.

Spreadsheets damage data in known ways: years and ranges become dates, numbers gain
thousands separators and pound signs, formulas leave ``#REF!`` behind, and text saved in
one encoding and read in another turns to mojibake.  Each is told apart from a plain
slip, so that the message can say how it came about and how to undo it.
"""

from __future__ import annotations

import datetime
import math
import re
from typing import Final

from allocator.instance.columns import Column, Kind
from allocator.instance.schema import ALL, TIERS
from allocator.spreadsheet import FORMULA

CellValue = str | int | float | bool | datetime.date | datetime.time | None

LARGEST = 1e15  # more than any money or count; solvers take much larger ones for no limit
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?(0,\d+|\d+,(\d{1,2}|\d{4,}))")
# Of terminals and of the direction of writing: what is shown would not be what is there.
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff]"
)
_DATE = re.compile(
    r"\d{1,2}[-/ ](jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*([-/ ]\d{2,4})?"
    r"|(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-/ ]\d{1,4}"
    r"|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}( \d\d:\d\d(:\d\d)?)?",
    re.IGNORECASE,
)
_MOJIBAKE = re.compile("\ufffd|Ã[\u0080-\u00bf]|Â[£\u0080-\u00bf]|â€|ï»¿")
_SHEET_ERRORS = ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!")
_FLAGS: Final = {
    "yes": True, "true": True, "1": True, "y": True,
    "no": False, "false": False, "0": False, "n": False,
}  # fmt: skip


class CellError(ValueError):
    """A cell that cannot be read: what is wrong, and what to do."""

    def __init__(self, rule: str, remedy: str) -> None:
        self.rule, self.remedy = rule, remedy
        super().__init__(f"{rule}; {remedy}")


def shown(cell: object) -> str:
    """A cell as it is quoted in a message."""
    if isinstance(cell, (list, tuple)):
        return ";".join(shown(item) for item in cell)
    if isinstance(cell, float):
        return repr(cell).removesuffix(".0")
    return "" if cell is None else str(cell)


def is_blank(cell: object) -> bool:
    """Whether a cell holds nothing: blank cell = default."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def is_mojibake(cell: object) -> bool:
    """Whether text shows the marks of having been read in the wrong encoding."""
    return isinstance(cell, str) and _MOJIBAKE.search(cell) is not None


def parse(column: Column, cell: object) -> object:
    """The cell's value in the column's type; None when blank.

    Returns str for names, tiers and text, float for numbers, int for years and whole
    numbers, bool for flags, and a tuple for lists.  Raises CellError.
    """
    if is_blank(cell):
        return None
    text = str(cell).strip()
    if text in _SHEET_ERRORS:
        raise CellError("is a spreadsheet's error value", "mend the formula it came from")
    if column.kind is Kind.TEXT:
        return _read_text(column, text)
    if text.startswith("="):
        raise CellError(
            "is a formula that was never calculated",
            "open and save the workbook in a spreadsheet, or enter the value",
        )
    if _is_date(column, cell, text):
        raise CellError(
            "is a date, made by a spreadsheet from something else",
            "format the column as text or number and enter the value again",
        )
    if column.kind is Kind.CHOICE:
        return _read_choice(column, text)
    value = _READERS[column.kind](cell, text)
    check_bounds(column, value)
    return value


def _is_date(column: Column, cell: object, text: str) -> bool:
    if isinstance(cell, (datetime.date, datetime.time)):
        return True
    return column.kind not in (Kind.YEARS, Kind.TIERS) and _DATE.fullmatch(text) is not None


def check_bounds(column: Column, value: object) -> None:
    """Raise CellError where a number is outside the column's bounds."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return
    if column.low is not None and column.low == column.high != value:
        raise CellError(f"is not {column.low:g}, which is all there is", f"write {column.low:g}")
    if column.low is not None and value < column.low:
        if column.low == 0 and column.high is None:
            raise CellError("is negative", "give a number of 0 or more")
        raise CellError(f"is below {column.low:g}", _between(column))
    if column.high is not None and value > column.high:
        what = "is a share above 1" if column.unit == "share" else f"is above {column.high:g}"
        raise CellError(what, _between(column))


def _between(column: Column) -> str:
    top = "" if column.high is None else f" to {column.high:g}"
    return f"give a number from {column.low:g}{top}"


def _read_number(cell: object, text: str) -> float:
    if isinstance(cell, bool):
        raise CellError("is not a number", "give a number")
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    if abs(value) <= LARGEST:
        return value
    if _NUMBER.fullmatch(text):
        raise CellError("is too large", f"give a number of no more than {LARGEST:,.0f}")
    if _DECIMAL_COMMA.fullmatch(text):
        raise CellError("has a decimal comma", "write a decimal point, as in 0.5")
    if _NUMBER.fullmatch(re.sub(r"[£,\s]", "", text)):
        raise CellError(
            "is not a plain number", "leave out the pound sign and the thousands separators"
        )
    if text.endswith("%"):
        raise CellError("is not a plain number", "write a percentage as a share: 5% is 0.05")
    raise CellError("is not a number", "give a number, or leave the cell blank for the default")


def _read_whole(cell: object, text: str) -> int:
    value = _read_number(cell, text)
    if value != int(value):
        raise CellError("is not a whole number", "give a whole number")
    return int(value)


def _read_year(cell: object, text: str) -> int:
    if pair := re.fullmatch(r"(\d{4})[-/–](\d{2}|\d{4})", text):
        first, second = pair.groups()
        if not str(int(first) + 1).endswith(second):
            raise CellError(
                "is not a financial year",
                f"name it by the year it begins, {first}, or write "
                f"{first}-{(int(first) + 1) % 100:02}",
            )
        text = cell = first
    year = _read_whole(cell, text)
    if not 1900 <= year <= 2200:
        raise CellError("is not a year", "give the four digits of the year it begins, as 2016")
    return year


def _read_flag(cell: object, text: str) -> bool:
    if text.lower() not in _FLAGS:
        raise CellError("is neither yes nor no", "write yes or no")
    return _FLAGS[text.lower()]


def _read_tier(cell: object, text: str) -> str:
    if text not in TIERS:
        raise CellError("is not a tier", f"use one of {', '.join(TIERS)}")
    return text


def _read_tiers(cell: object, text: str) -> tuple[str, ...]:
    if text == ALL:
        return TIERS
    named = [part.strip() for part in text.split(";") if part.strip()]
    for tier in named:
        if tier not in TIERS:
            raise CellError(
                f"names {tier!r}, which is not a tier",
                f"use all, or some of {', '.join(TIERS)} separated by ;",
            )
    return tuple(tier for tier in TIERS if tier in named)


def _read_years(cell: object, text: str) -> tuple[int, ...]:
    parts = cell if isinstance(cell, (list, tuple)) else re.split(r"[;,\s]+", text.strip("[] "))
    return tuple(_read_year(part, str(part).strip()) for part in parts if str(part).strip())


def _read_text(column: Column, text: str) -> str:
    """Text with one kind of line break, and nothing that a file format would lose."""
    text = re.sub(r"\r\n?", "\n", text)
    if _CONTROL.search(text):
        raise CellError(
            "holds a control character or a mark of writing direction", "type the text again"
        )
    if column.high is not None and len(text) > column.high:
        raise CellError(f"is {len(text)} characters", f"say it in {column.high:g} or fewer")
    return text


def _read_choice(column: Column, text: str) -> str:
    if text not in column.choices:
        raise CellError("is not one of its choices", f"write {' or '.join(column.choices)}")
    return text


def _read_name(cell: object, text: str) -> str:
    if isinstance(cell, float) and not math.isfinite(cell):
        raise CellError("is not a name", "write the name in quotes")
    if isinstance(cell, float) and cell == int(cell):
        return str(int(cell))
    if is_mojibake(text):
        raise CellError(
            "was saved in one encoding and read in another",
            "save the file again as CSV UTF-8 from the original",
        )
    if not text.isprintable():
        raise CellError("holds a line break or a control character", "type the name again")
    if FORMULA.match(text):
        raise CellError(
            "begins as a formula of a spreadsheet does", "begin the name with a letter or a digit"
        )
    return text


_READERS = {
    Kind.NAME: _read_name,
    Kind.NUMBER: _read_number,
    Kind.WHOLE: _read_whole,
    Kind.YEAR: _read_year,
    Kind.FLAG: _read_flag,
    Kind.TIER: _read_tier,
    Kind.TIERS: _read_tiers,
    Kind.YEARS: _read_years,
}
