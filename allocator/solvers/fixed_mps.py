"""Fixed-format MPS as free-format, for what HiGHS does not read: old files, mostly.

In fixed format a field is known by where it stands: characters 2-3, 5-12, 15-22, 25-36,
40-47, 50-61.  Names may have blanks in them (they become ``_`` here), a name may be left out (a
column's is then the line before's, that of a set of right-hand sides, ranges or bounds nothing),
and whatever comes after a ``$`` in the name fields is a comment.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

_FIELDS: Final = ((1, 3), (4, 12), (14, 22), (24, 36), (39, 47), (49, 61))
_SETS: Final = ("RHS", "RANGES", "BOUNDS")


def fixed_to_free(text: str) -> str:
    """The same program in free format."""
    return "".join(f"{line}\n" for line in _lines(text))


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
