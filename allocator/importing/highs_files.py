"""Solution files of HiGHS: ``raw`` (write_solution style 0) and ``pretty`` (style 1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from allocator.errors import UsageError
from allocator.importing.solution_file import SolutionFile, keyed, number

RAW, PRETTY = "HiGHS, raw", "HiGHS, pretty"


def is_raw(lines: Sequence[str]) -> bool:
    """Whether the file begins as style 0 does."""
    return lines[0].strip() == "Model status"


def read_raw(lines: Sequence[str]) -> SolutionFile:
    """Names and values under headings, every digit kept."""
    claims = lines[1].strip()
    primal = _after(lines, "# Primal solution values")
    if primal[:1] == ["None"]:
        raise UsageError(f"it holds no solution; HiGHS says {claims!r}")
    stated = next((line for line in primal if line.startswith("Objective ")), None)
    columns = keyed(_pairs(primal, "# Columns"), "column")
    dual = _after(lines, "# Dual solution values")
    duals = None
    if dual[:1] not in (["None"], []):
        duals = keyed(_pairs(dual, "# Rows"), "row")
    objective = None if stated is None else number(stated.split()[-1])
    return SolutionFile(RAW, claims, objective, columns, duals, digits=15)


def _after(lines: Sequence[str], heading: str) -> list[str]:
    """Lines after a heading; none where it is missing."""
    places = [n for n, line in enumerate(lines) if line.strip() == heading]
    return [line.strip() for line in lines[places[0] + 1 :]] if places else []


def _pairs(lines: Sequence[str], heading: str) -> Iterator[tuple[str, str]]:
    """Name and value of each line below the first ``# Columns n`` or ``# Rows n``."""
    start = next((n for n, line in enumerate(lines) if line.startswith(heading)), None)
    if start is None:
        raise UsageError(f"it lacks the heading {heading!r}")
    count = int(lines[start].split()[-1])
    for line in lines[start + 1 : start + 1 + count]:
        name, _, value = line.partition(" ")
        yield name, value


def is_pretty(lines: Sequence[str]) -> bool:
    """Whether the file begins as style 1 does."""
    return lines[0].strip() == "Columns" and lines[1].split()[:2] == ["Index", "Status"]


def read_pretty(lines: Sequence[str]) -> SolutionFile:
    """Two tables of six digits, their cells under the ends of their headings."""
    heading = next(n for n, line in enumerate(lines) if line.strip() == "Rows")
    columns = keyed(_cells(lines[1:], "Primal"), "column")
    duals = keyed(_cells(lines[heading + 1 :], "Dual"), "row")
    has_duals = any(text for _, text in _cells(lines[heading + 1 :], "Dual", blank=""))
    tail = "\n".join(lines)
    claims = re.search(r"^Model status: *(.*)$", tail, re.MULTILINE)
    stated = re.search(r"^Objective value: *(\S+)$", tail, re.MULTILINE)
    return SolutionFile(
        PRETTY,
        claims[1].strip() if claims else "",
        number(stated[1]) if stated else None,
        columns,
        duals if has_duals else None,
        digits=6,
    )


def _cells(lines: Sequence[str], heading: str, blank: str = "0") -> Iterator[tuple[str, str]]:
    """Name and one cell of each line of a table; a blank cell is ``blank``."""
    ends = {m[0]: m.end() for m in re.finditer(r"\S+", lines[0])}
    before = max(end for end in ends.values() if end < ends[heading])
    for line in takewhile(lambda line: line[:9].strip().isdigit(), lines[1:]):
        yield line.split()[-1], line[before : ends[heading]].strip() or blank
