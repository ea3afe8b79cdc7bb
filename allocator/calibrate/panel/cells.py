"""Cells of the published tables: numbers, the codes that stand for none, and years."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

# What the Department for Education writes where it gives no number.
CODES: Final = {
    "c": "suppressed",
    "low": "rounds to nothing",
    "k": "rounds to nothing",
    "u": "unreliable",
    "x": "not available",
    "z": "not applicable",
    ":": "not available",
    "..": "not available",
    "...": "not available",
    "-": "not available",
    "n/a": "not available",
    "na": "not available",
    "nan": "not available",
    "null": "not available",
    "": "blank",
}
_YEAR: Final = re.compile(r"(?P<first>\d{4})(?:\.0)?(?:\s*[-/–]?\s*(?P<last>\d{2}|\d{4}))?")


def numbers(text: pd.Series) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Values (missing where a code stands), why they are missing, and which are no number at all.

    Thousands may be parted by commas, a percentage may have its sign.
    """
    import pandas as pd

    plain = text.str.strip()
    why = plain.str.lower().map(CODES).fillna("")
    values = pd.to_numeric(plain.str.replace(",", "").str.rstrip("%"), errors="coerce")
    return values, why, values.isna() & (why == "")


def year(text: str) -> int | None:
    """The year in whose March a period ends: 202425, 2024-25, 2024/25 and 2025 are all 2025."""
    match = _YEAR.fullmatch(str(text).strip())
    if match is None:
        return None
    first, last = int(match["first"]), match["last"]
    if last is None:
        return first
    ended = int(last) if len(last) == 4 else first // 100 * 100 + int(last)
    ended += 100 if ended < first else 0
    return ended if ended == first + 1 else None
