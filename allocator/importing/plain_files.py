"""Solution files of CBC (``solution FILE``) and SCIP (``write solution FILE``)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from allocator.errors import UsageError
from allocator.importing.solution_file import SolutionFile, keyed, number

CBC, SCIP = "CBC", "SCIP"
_CBC_HEAD = re.compile(r"(.+?) - objective value +(\S+)\s*$")
_SCIP_HEAD = re.compile(r"objective value: +(\S+)\s*$")


def is_cbc(lines: Sequence[str]) -> bool:
    """Whether its first line says how it ended, and the objective."""
    return _CBC_HEAD.match(lines[0]) is not None


def read_cbc(lines: Sequence[str]) -> SolutionFile:
    """Eight digits.  With ``printingOptions all`` rows come first, and counting starts again.

    Without it, columns at 0 are left out, and there are no duals.
    """
    head = _CBC_HEAD.match(lines[0])
    assert head is not None
    cells = [line.replace("**", " ").split() for line in lines[1:] if line.strip()]
    if any(len(c) != 4 or not c[0].isdigit() for c in cells):
        raise UsageError("a line does not hold number, name, value and dual")
    again = [n for n, c in enumerate(cells) if n and int(c[0]) <= int(cells[n - 1][0])]
    if len(again) > 1:
        raise UsageError("its lines are counted neither once nor twice through")
    split = again[0] if again else 0
    columns = keyed(((c[1], c[2]) for c in cells[split:]), "column")
    duals = keyed(((c[1], c[3]) for c in cells[:split]), "row") if split else None
    return SolutionFile(
        CBC, head[1].lower(), number(head[2]), columns, duals, digits=8, sparse=not split
    )


def is_scip(lines: Sequence[str]) -> bool:
    """Whether one of its first lines states the objective, or how it ended."""
    return any(_SCIP_HEAD.match(line) or line.startswith("solution status:") for line in lines[:3])


def read_scip(lines: Sequence[str]) -> SolutionFile:
    """Every digit kept; columns at 0 are left out, and there are no duals."""
    said = [line.partition(":")[2].strip() for line in lines if line.startswith("solution status")]
    heads = [(n, match) for n, line in enumerate(lines) if (match := _SCIP_HEAD.match(line))]
    if not heads:
        raise UsageError(f"it holds no solution; SCIP says {said[0]!r}")
    at, head = heads[0]
    cells = [line.split() for line in lines[at + 1 :] if line.strip()]
    if any(len(c) < 2 for c in cells):
        raise UsageError("a line does not hold a name and a value")
    columns = keyed(((c[0], c[1]) for c in cells), "column")
    return SolutionFile(
        SCIP, said[0] if said else "", number(head[1]), columns, None, digits=15, sparse=True
    )
