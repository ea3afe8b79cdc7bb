"""Fixed-format MPS as free-format, for what HiGHS does not read: old files, mostly.

In fixed format a field is known by where it stands: characters 2-3, 5-12, 15-22, 25-36,
40-47, 50-61.  Names may have blanks in them (they become ``_`` here), a name may be left out (a
column's is then the line before's, that of a set of right-hand sides, ranges or bounds nothing),
and whatever comes after a ``$`` in the name fields is a comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from typing import Final

_FIELDS: Final = ((1, 3), (4, 12), (14, 22), (24, 36), (39, 47), (49, 61))
_NUMBER: Final = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eEdD][-+]?\d+)?")
_SETS: Final = ("RHS", "RANGES", "BOUNDS")


def fixed_to_free(text: str) -> str:
    """The same program in free format."""
    return "".join(f"{line}\n" for line in _lines(text))


def crowded(text: str) -> int | None:
    """Number of the first line with a third entry, which the format has no room for; or None.

    HiGHS reads the first two and says nothing of the rest.
    """
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words or line.startswith("*"):
            continue
        if not line[0].isspace():
            section = words[0].upper()
        elif (
            section in ("COLUMNS", "RHS", "RANGES")
            and (
                _numbers(words[2::2]) >= 3 or (section != "COLUMNS" and _numbers(words[1::2]) >= 3)
            )
            and not _fixed(line.expandtabs())
        ):
            return number
    return None


def _fixed(line: str) -> bool:
    """Whether a line has its numbers where fixed format has them, and nothing after."""
    fields = _fields(line)
    there = [field for field in (fields[3], fields[5]) if field]
    return bool(there) and not line[61:].strip() and _numbers(there) == len(there)


def _numbers(words: list[str]) -> int:
    """How many words from the first on are numbers."""
    return len(list(takewhile(_NUMBER.fullmatch, words)))


def _lines(text: str) -> Iterator[str]:
    section, column = "", ""
    for raw in text.expandtabs().splitlines():
        if not raw.strip() or raw.startswith("*"):
            continue
        if not raw.startswith(" "):
            section = raw.split()[0].upper()
            yield raw.split("$")[0].rstrip()
            continue
        fields = _fields(raw)
        if section == "COLUMNS":
            column = fields[1] = fields[1] or column
        elif section in _SETS:
            fields[1] = fields[1] or "SET"
        yield " " + " ".join(field for field in fields if field)


def _fields(raw: str) -> list[str]:
    """The six fields, blank where there is nothing; nothing is left of a comment."""
    fields = [raw[start:stop].strip() for start, stop in _FIELDS]
    for name in (2, 4):
        if fields[name].startswith("$"):
            fields[name:] = [""] * (len(fields) - name)
    return [field.replace(" ", "_") for field in fields]
