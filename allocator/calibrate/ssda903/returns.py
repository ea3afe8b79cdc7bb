"""Finding the files of the returns in a folder, and the year that each is for."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from allocator.errors import UsageError

_BLOCK: Final = 1 << 22
_RANGE = re.compile(r"(?<!\d)(20\d\d|\d\d)\s?(?:-|_|/|to|\s)?\s?(20\d\d|\d\d)(?!\d)")
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")


@dataclass(frozen=True)
class ReturnFile:
    """One file of a return.

    ``year`` is that of the 31 March with which the return ends, None where no name tells it.
    ``name`` is the path below the folder.
    """

    path: Path
    name: str
    kind: str  # "episodes" or "header"
    year: int | None


def find_returns(folder: Path) -> list[ReturnFile]:
    """Every episodes and header file below a folder, the earliest return first.

    A file is known by ``episodes`` or ``header`` in its name; its year stands in its own name or
    that of a folder above it.  Raises UsageError where either kind is missing.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: is no folder; give the one that holds the returns")
    found = [
        ReturnFile(path, path.relative_to(folder).as_posix(), kind, _year(path, folder))
        for path in sorted(folder.rglob("*"))
        for kind in ("episodes", "header")
        if path.suffix.lower() == ".csv" and kind.rstrip("s") in path.stem.lower()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]  # fmt: skip
    for kind in ("episodes", "header"):
        if not any(file.kind == kind for file in found):
            raise UsageError(
                f"{folder}: has no {kind}.csv, in it or below; a return is a pair of episodes.csv "
                "and header.csv, of several years in a folder each or with the year in their names"
            )
    return sorted(found, key=lambda file: (file.year or 0, file.name))


def year_in(text: str) -> int | None:
    """Year ending March that a name tells: ``2022-23`` and ``2023`` are both 2023."""
    for first, second in _RANGE.findall(text):
        if int(second) % 100 == (int(first) + 1) % 100 and (len(first) == 4 or len(second) == 2):
            return 2000 + int(second) % 100
    found = _YEAR.findall(text)
    return int(found[-1]) if found else None


def _year(path: Path, folder: Path) -> int | None:
    parts = path.relative_to(folder).parts
    years = (year_in(part) for part in (path.stem, *reversed(parts[:-1])))
    return next((year for year in years if year), None)


def encoding_of(path: Path) -> str:
    """UTF-8 (with or without a mark), else Windows-1252: that in which the bytes can be read."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"
