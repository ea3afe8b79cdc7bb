"""Solution files of GLPK: what ``glpsol -w`` and ``glpsol -o`` write, and HiGHS in its styles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import isclose

from allocator.errors import UsageError
from allocator.importing.solution_file import SolutionFile, keyed, number

RAW, PRETTY = "GLPK, -w", "GLPK, -o"
_ENDINGS = {"f": "feasible", "o": "optimal", "u": "undefined", "n": "no feasible solution",
            "i": "infeasible"}  # fmt: skip
_NAME = slice(7, 19)
_ACTIVITY, _MARGINAL = slice(23, 36), slice(65, 78)


def is_raw(lines: Sequence[str]) -> bool:
    """Whether it is ``glpsol -w``'s: comments, then a line ``s`` with the kind of solution."""
    first = next((line for line in lines if not line.startswith("c")), "")
    return re.match(r"s (bas|mip|ipt) \d+ \d+ ", first) is not None


def read_raw(lines: Sequence[str]) -> SolutionFile:
    """Values by position, every digit kept."""
    _, kind, rows, columns, *ending, objective = next(
        line for line in lines if line.startswith("s ")
    ).split()
    duals = None if kind == "mip" else _by_position(lines, "i", -1)
    values = _by_position(lines, "j", 2 if kind == "mip" else -2)
    if len(values) != int(columns) or (duals is not None and len(duals) != int(rows)):
        raise UsageError(f"it is cut short: {columns} columns and {rows} rows were to come")
    claims = ", ".join(_ENDINGS.get(each, each) for each in dict.fromkeys(ending))
    if kind == "bas" and ending == ["f", "f"]:
        claims = "optimal"
    return SolutionFile(
        RAW,
        claims,
        number(objective),
        values,
        duals,
        digits=15,
        by_position=True,
        objective_row=_objective_row(lines, objective),
    )


def _objective_row(lines: Sequence[str], objective: str) -> int | None:
    """The first or last row, if it has the objective's value: HiGHS writes the objective there."""
    rows = [line.split() for line in lines if line.startswith("i ")]
    value = number(objective)
    ends = [
        cells
        for cells in (*rows[:1], *rows[-1:])
        if any(isclose(number(c), value, rel_tol=1e-11) for c in cells[3:] or cells[2:])
    ]
    return int(ends[0][1]) if ends else None


def _by_position(lines: Sequence[str], letter: str, cell: int) -> dict[int, float]:
    cells = (line.split() for line in lines if line.startswith(f"{letter} "))
    return {int(c[1]): number(c[cell]) for c in cells}


def is_pretty(lines: Sequence[str]) -> bool:
    """Whether it is ``glpsol -o``'s."""
    return lines[0].startswith("Problem:") and any(line.startswith("Rows:") for line in lines[:3])


def read_pretty(lines: Sequence[str]) -> SolutionFile:
    """Two tables of six digits; a long name stands on a line of its own."""
    heads = [n for n, line in enumerate(lines) if line.startswith("   No. ")]
    if len(heads) != 2 or not any(line.startswith("End of output") for line in lines):
        raise UsageError("it is cut short: the tables of rows and columns were to come")
    stated = _head(lines, "Objective")
    name, value = re.match(r"(\S*) *= *(\S+)", stated).groups()  # type: ignore[union-attr]
    rows, columns = lines[heads[0] : heads[1]], lines[heads[1] :]
    values = keyed(_cells(columns, _ACTIVITY), "column")
    duals = None
    if "Marginal" in rows[0]:
        duals = keyed(_cells(rows, _MARGINAL), "row")
        duals.pop(name, None)
    return SolutionFile(
        PRETTY, _head(lines, "Status").lower(), number(value), values, duals, digits=6
    )


def _head(lines: Sequence[str], name: str) -> str:
    line_of_name = next((line for line in lines[:12] if line.startswith(f"{name}:")), None)
    if line_of_name is None:
        raise UsageError(f"it lacks the line {name!r}")
    return line_of_name.partition(":")[2].strip()


def _cells(lines: Sequence[str], place: slice) -> Iterator[tuple[str, str]]:
    """Name and one cell of each row of a table; blank and ``< eps`` stand for 0."""
    for n, line in enumerate(lines):
        if line[:6].strip().isdigit():
            name = line[_NAME.start :].split()[0]
            cells = lines[n + 1] if len(name) > _NAME.stop - _NAME.start else line
            text = cells[place].strip()
            yield name, "0" if text in ("", "< eps") else text
