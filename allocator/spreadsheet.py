"""Text in CSV files that a spreadsheet would run as a formula, kept from it and read back.

A cell that begins with = + - @ or a tab is a formula to a spreadsheet that opens the file, unless
it is a number.  It is written with an apostrophe before it, the spreadsheets' own sign for text,
which is dropped where the file is read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

FORMULA: Final = re.compile(r"[=+\-@\t\r]")
_GUARDED: Final = re.compile(r"'+[=+\-@\t\r]")
_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


def guarded(text: str) -> str:
    """The text as a CSV file may have it; a number stays one."""
    bare = (FORMULA.match(text) and not _NUMBER.fullmatch(text)) or _GUARDED.match(text)
    return f"'{text}" if bare else text


def unguarded(text: str) -> str:
    """What ``guarded`` was given."""
    return text[1:] if text.startswith("'") and _GUARDED.match(text) else text


def as_csv(table: pd.DataFrame) -> str:
    """A table as CSV: every digit that tells a number apart, nought unsigned, no text a formula."""
    safe = table.copy(deep=False)
    for name in table.select_dtypes(include=["float"]).columns:
        safe[name] = table[name] + 0.0
    for name in table.select_dtypes(include=["object", "string"]).columns:
        safe[name] = [guarded(each) if isinstance(each, str) else each for each in table[name]]
    return safe.to_csv(index=False, lineterminator="\n")


def write_csv(table: pd.DataFrame, file: Path) -> None:
    """Write a table as ``as_csv`` has it, in UTF-8."""
    file.write_text(as_csv(table), encoding="utf-8", newline="\n")
