"""A linear program as a file that other solvers read: free-format MPS, or CPLEX LP.

Money in the file is in millions of pounds, as in the program.  A name is its family's and then
its indices, joined by two underscores: ``children__derbyshire__need__3``.  Names hold letters,
digits, ``_`` and ``.`` alone, which every reader takes; a minus before a number becomes ``m``,
any other character ``_``, and a name that is too long is cut.  Names that would then be the
same end in ``.2``, ``.3`` and so on.  Rows without bounds are left out.

Beside the file goes a sidecar, ``<file>.names.json``, that says what each name stands for.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from allocator.errors import UsageError
from allocator.files import place_file
from allocator.program.program import Family, LinearProgram
from allocator.solvers.catalogue import DEFAULT, find_solver
from allocator.solvers.highs import HighsModel
from allocator.solvers.loading import highspy

COMMENT: Final = {".mps": "*", ".lp": "\\"}
SCHEMA: Final = 1  # of the sidecar
LONGEST: Final = 200  # characters; readers stop at 255


def export(
    program: LinearProgram,
    path: str | Path,
    *,
    about: Sequence[str] = (),
    source: Mapping[str, Any] | None = None,
    force: bool = False,
) -> None:
    """Write a program to a file ending in .mps or .lp, and its sidecar, each whole or not at all.

    Minimises the first of its objectives.  ``about`` is lines of comment at the top, ``source``
    facts for the sidecar: whose program it is.  Raises UsageError for another ending, or if
    something is there already and ``force`` is false.
    """
    path = Path(path)
    check_suffix(path)
    names_file = sidecar_of(path)
    if names_file.exists() and not force:
        raise UsageError(f"{names_file}: exists already; choose another path, or use force")
    place_file(path, partial(_write, program, path.suffix.lower(), tuple(about)), force=force)
    place_file(names_file, partial(_write_names, program, path, dict(source or {})), force=force)


def sidecar_of(path: Path) -> Path:
    """``england.mps.names.json`` beside ``england.mps``."""
    return path.with_name(f"{path.name}.names.json")


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
    if suffix == ".lp" and program.integer is not None:
        text = _one_section(text)
    lines = "".join(f"{COMMENT[suffix]} {_ascii(line)}\n" for line in comments)
    path.write_text(lines + text, encoding="utf-8", newline="\n")


def _one_section(text: str) -> str:
    """An LP file with its whole columns under ``general``, their bounds being written already.

    HiGHS writes ``bin``, ``gen`` and ``semi``, empty or not: CBC takes those for columns, GLPK
    the last of them.
    """
    rest, _, whole = text.partition("\nbin\n")
    lines = [line for line in whole.splitlines() if line.startswith(" ")]
    return "\n".join([rest, "general", *lines, "end", ""])


def _write_names(program: LinearProgram, file: Path, source: Mapping[str, Any], path: Path) -> None:
    """Whose program the file holds, and family, unit and index of each name, in its order."""
    read = highspy.Highs()
    read.setOptionValue("output_flag", False)
    read.readModel(str(file))
    facts = {
        "schema": SCHEMA,
        "file": file.name,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        **source,
        "minimises": program.objectives[0].name,
        "money": "£m",
    }
    columns = _meanings(program.columns.values(), read.getLp().col_names_)
    rows = _meanings(program.rows.values(), read.getLp().row_names_)
    head = json.dumps(facts, indent=1, ensure_ascii=False).removesuffix("\n}")
    text = f'{head},\n "columns": {{\n{columns}\n }},\n "rows": {{\n{rows}\n }}\n}}\n'
    path.write_text(text, encoding="utf-8", newline="\n")


def _meanings(families: Collection[Family], order: Sequence[str]) -> str:
    """``"name": ["family", "unit", index, ...]`` for each name, one a line."""
    meant = ([f.name, f.unit, *index] for f in families for index in f.indices)
    known = dict(zip(names(families), meant, strict=True))
    return ",\n".join(
        f"  {json.dumps(name)}: {json.dumps(known[name], ensure_ascii=False)}" for name in order
    )


def _ascii(line: str) -> str:
    return " ".join(line.encode("ascii", "replace").decode().split())
