"""A linear program as a file that other solvers read: free-format MPS, or CPLEX LP.

Money in the file is in millions of pounds, as in the program.  A name is its family's and then
its indices, joined by two underscores: ``children__derbyshire__need__3``.  Names hold letters,
digits, ``_`` and ``.`` alone, which every reader takes; a minus before a number becomes ``m``,
any other character ``_``, and a name that is too long is cut.  Names that would then be the
same end in ``.2``, ``.3`` and so on.  Rows without bounds are left out.
"""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from allocator.errors import UsageError
from allocator.instance.placing import place_file
from allocator.program import Family, LinearProgram
from allocator.solvers.catalogue import DEFAULT, find_solver
from allocator.solvers.highs import HighsModel

COMMENT: Final = {".mps": "*", ".lp": "\\"}
LONGEST: Final = 200  # characters; readers stop at 255


def export(
    program: LinearProgram, path: str | Path, *, about: Sequence[str] = (), force: bool = False
) -> None:
    """Write a program to a file ending in .mps or .lp, whole or not at all.

    Minimises the first of its objectives.  ``about`` is lines of comment at the top.  Raises
    UsageError for another ending, or if something is there already and ``force`` is false.
    """
    path = Path(path)
    check_suffix(path)
    place_file(path, partial(_write, program, path.suffix.lower(), tuple(about)), force=force)


def check_suffix(path: Path) -> None:
    """Raise UsageError unless the file's ending says which format it is to have."""
    if path.suffix.lower() not in COMMENT:
        raise UsageError(f"{path}: a program is written to a file that ends in .mps or .lp")


def names(families: Iterable[Family]) -> list[str]:
    """Names of rows or columns that any reader takes, in order, all different."""
    seen: Counter[str] = Counter()
    unique = []
    for family in families:
        for index in family.indices:
            name = "__".join([family.name, *map(_part, index)])[:LONGEST]
            seen[name] += 1
            unique.append(name if seen[name] == 1 else f"{name}.{seen[name]}")
    return unique


def _part(index: object) -> str:
    text = str(index)
    if isinstance(index, int) and index < 0:
        text = f"m{-index}"
    return re.sub(r"[^A-Za-z0-9_]", "_", text)


def _write(program: LinearProgram, suffix: str, about: tuple[str, ...], path: Path) -> None:
    objective = program.objectives[0]
    bounded = np.isfinite(program.row_lower) | np.isfinite(program.row_upper)
    rows = np.array(names(program.rows.values()), dtype=object)[bounded]
    plain = replace(
        program,
        matrix=program.matrix.only_rows(bounded),
        row_lower=program.row_lower[bounded],
        row_upper=program.row_upper[bounded],
        objectives=(objective,),
        rows={},
    )
    comments = [
        *about,
        f"Minimises {objective.name}; all money is in millions of pounds.",
        "A name is its family's and then its indices, joined by two underscores.",
    ]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"program{suffix}"
        HighsModel(plain, find_solver(DEFAULT)).write(file, rows, names(program.columns.values()))
        text = file.read_text(encoding="utf-8")
    lines = "".join(f"{COMMENT[suffix]} {_ascii(line)}\n" for line in comments)
    path.write_text(lines + text, encoding="utf-8", newline="\n")


def _ascii(line: str) -> str:
    return " ".join(line.encode("ascii", "replace").decode().split())
