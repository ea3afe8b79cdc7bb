"""Finding the files of the returns in a folder, and the year that each is for."""

from __future__ import annotations

import codecs
import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from allocator.calibrate.ssda903.codes import EPISODES_READ, HEADER_READ
from allocator.errors import UsageError

_BLOCK: Final = 1 << 22
_NAMED: Final = 5  # files passed over, in an error
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
    month_first: bool = False  # of its dates
    council: str = ""  # whose rows are read, where a column names councils


def find_returns(folder: Path) -> list[ReturnFile]:
    """Every episodes and header file below a folder, the earliest return first.

    A file is known by ``episodes`` or ``header`` in its name and by its headings; its year stands
    in its own name or that of a folder above it.  Raises UsageError where either kind is missing.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: is no folder; give the one that holds the returns")
    returns = [
        ReturnFile(path, path.relative_to(folder).as_posix(), _kind(path), _year(path, folder))
        for path in _below(folder)
        if not _why_not(path)
    ]
    for kind in ("episodes", "header"):
        if not any(file.kind == kind for file in returns):
            why = "".join(f"; {name}: {reason}" for name, reason in passed_over(folder)[:_NAMED])
            raise UsageError(
                f"{folder}: has no {kind}.csv, in it or below; a return is a pair of episodes.csv "
                "and header.csv, of several years in a folder each or with the year in their names"
                f"{why}"
            )
    return sorted(returns, key=lambda file: (file.year or 0, file.name))


def passed_over(folder: Path) -> list[tuple[str, str]]:
    """Files below a folder that are not read, each with the reason."""
    told = ((path.relative_to(folder).as_posix(), _why_not(path)) for path in _below(folder))
    return [(name, why) for name, why in told if why]


def _below(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def _kind(path: Path) -> str:
    """``episodes`` or ``header`` by the name of a file, else nothing."""
    kinds = ("episodes", "header")
    return next((kind for kind in kinds if kind.rstrip("s") in path.stem.lower()), "")


def _why_not(path: Path) -> str:
    """Why a file is not read; nothing for one that is."""
    kind = _kind(path)
    if path.name.startswith("~$"):
        return "a mark that an office program leaves beside an open file"
    if path.suffix.lower() != ".csv":
        return "no CSV file; save it as one" if kind else "no CSV file"
    if not kind:
        return "neither episodes nor header in its name"
    if re.sub(r"[\W\d_]", "", path.stem.lower()) == kind:  # the very name: its headings are checked
        return ""
    wanted = EPISODES_READ if kind == "episodes" else HEADER_READ
    have = {plain(name) for name in headings(path)}
    missing = [name for name in wanted if name not in have]
    if 2 * len(missing) < len(wanted):
        return ""
    return f"another module of the return: it has no {', '.join(missing)}"


def plain(heading: str) -> str:
    """A heading as it is compared."""
    return heading.strip().strip('"').strip().upper()


def headings(path: Path) -> list[str]:
    """Headings of a CSV file as they stand; UsageError where its first line is none."""
    with path.open(encoding=encoding_of(path), errors="replace", newline="") as file:
        try:
            return next(csv.reader([file.readline().rstrip("\r\n")]), [])
        except csv.Error as error:
            raise UsageError(
                f"{path}: is not valid CSV: {error}; export the return anew"
            ) from error


def year_in(text: str) -> int | None:
    """Year ending March that a name tells: ``2022-23`` and ``2023`` are both 2023."""
    for first, second in _RANGE.findall(text):
        if int(second) % 100 == (int(first) + 1) % 100 and (len(first) == 4 or len(second) == 2):
            return 2000 + int(second) % 100
    years = _YEAR.findall(text)
    return int(years[-1]) if years else None


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
