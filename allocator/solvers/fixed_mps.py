"""Fixed-format MPS, for what free format cannot hold: old files with blanks in their names.

In fixed format a field is known by where it stands: characters 2-3, 5-12, 15-22, 25-36,
40-47, 50-61.  Names may have blanks in them (they become ``_`` here), a name may be left out (that
of a column, or of a set of right-hand sides, ranges or bounds, is then the line before's),
and whatever comes after a ``$`` in the name fields is a comment.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from allocator.solvers.mps_reader import NUMBER, Words

_FIELDS: Final = ((1, 3), (4, 12), (14, 22), (24, 36), (39, 47), (49, 61))
_GAPS: Final = tuple(n for n in range(61) if not any(a <= n < b for a, b in _FIELDS))
_SETS: Final = ("RHS", "RANGES", "BOUNDS")


def fixed_to_free(text: str) -> str:
    """The same program in free format."""
    return "".join(
        f"{'' if begins else ' '}{' '.join(words)}\n" for _, words, begins in fixed_lines(text)
    )


def in_cards(text: str) -> bool:
    """Whether every line has its fields where fixed format has them, and nothing between."""
    section = ""
    for line in text.splitlines():
        if line.strip() and not line.startswith("*"):
            if not line[0].isspace():
                section = line.split()[0]
            elif section != "OBJSENSE" and not _is_card(line.expandtabs()):
                return False
            if section == "ENDATA":
                return True
    return False


def _is_card(line: str) -> bool:
    fields = _fields(line)
    there = " ".join(fields)
    if "$" not in line and (line[61:].strip() or any(line[n : n + 1].strip() for n in _GAPS)):
        return False
    numbers = [field for field in (fields[3], fields[5]) if field]
    return "'MARKER'" in there or all(NUMBER.fullmatch(field) for field in numbers)


def fixed_lines(text: str) -> Iterator[tuple[int, Words, bool]]:
    """Number, words, and whether it begins a section, of every line that says something."""
    section, column = "", ""
    sets: dict[str, str] = {}
    for number, raw in enumerate(text.expandtabs().splitlines(), 1):
        if not raw.strip() or raw.startswith("*"):
            continue
        if not raw.startswith(" "):
            section = raw.split()[0]
            yield number, raw.split("$")[0].split(), True
            continue
        fields = _fields(raw)
        if section == "COLUMNS":
            column = fields[1] = fields[1] or column
        elif section in _SETS:
            sets[section] = fields[1] = fields[1] or sets.get(section, "SET")
        yield number, [field for field in fields if field], False


def _fields(raw: str) -> Words:
    """The six fields, blank where there is nothing; nothing is left of a comment."""
    fields = [raw[start:stop].strip() for start, stop in _FIELDS]
    for name in (2, 4):
        if fields[name].startswith("$"):
            fields[name:] = [""] * (len(fields) - name)
    return [field.replace(" ", "_") for field in fields]
