"""MPS files: read into arrays, twice over, and written in one plain form.

What is written is what every reader takes alike: free format with the fields where fixed
format has them, minimised, columns c0, c1, … and rows r0, r1, …, numbers in full, every bound
stated.  A constant in the objective stays out, since readers differ in its sign, and rows
without bounds must have gone.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from allocator.errors import UsageError
from allocator.program.matrix import Floats
from allocator.program.program import Family, Flags, LinearProgram, Objective
from allocator.solvers.fixed_mps import fixed_lines, fixed_to_free, in_cards
from allocator.solvers.mps_by_highs import by_highs, differs
from allocator.solvers.mps_reader import BadLine, free_lines, read_text
from allocator.solvers.mps_text import MpsText
from allocator.solvers.task import COLUMN, COST, ROW

_SMALL: Final = 1e-9  # coefficients that HiGHS passes over
_LARGE: Final = 1e15  # and that it refuses


def read_mps(path: str | Path) -> LinearProgram:
    """The program of a file, free or fixed format, compressed or not; a maximisation turned round.

    The text is read strictly (see ``mps_reader``) and then by HiGHS, which never ends on some that
    is damaged, and both must have the same program.  The columns are one family ``column`` and the
    rows another, by the file's names.  Raises UsageError, with the line, for a file that is not
    plainly such a program, or that HiGHS complains of.
    """
    path = Path(path)
    content = _content(path)
    text = content.decode("utf-8", errors="replace")
    said, given = _said(path, text, content)
    lp, complaint = by_highs(given)
    if complaint:
        raise _unreadable(path, f"{_where(said, complaint)}HiGHS says: {complaint}")
    program = _program(said, path)
    difference = differs(program, lp)
    if difference:
        raise _unreadable(path, difference)
    return program


def _said(path: Path, text: str, content: bytes) -> tuple[MpsText, bytes]:
    """What the text says, and a free-format file that says it."""
    try:
        return read_text(free_lines(text)), content
    except BadLine as error:
        bad = error
    if in_cards(text):
        try:
            return read_text(fixed_lines(text)), fixed_to_free(text).encode()
        except BadLine as error:
            bad = error
    raise _unreadable(path, str(bad))


def _program(said: MpsText, path: Path) -> LinearProgram:
    sign = -1.0 if said.maximise else 1.0
    (row_lower, row_upper), (lower, upper) = said.row_bounds(), said.column_bounds()
    return LinearProgram(
        said.name or path.stem,
        said.matrix(),
        row_lower,
        row_upper,
        lower,
        upper,
        (Objective(COST, sign * said.cost_of_each(), sign * said.offset, ""),),
        _family("row", list(said.rows), len(said.rows)),
        _family("column", list(said.columns), len(said.columns)),
        said.integer(),
    )


def _unreadable(path: Path, why: str) -> UsageError:
    return UsageError(f"{path}: this cannot be read as a linear program: {why}")


def _where(said: MpsText, complaint: str) -> str:
    """The line that HiGHS means, where it complains of the size of a coefficient."""
    small = "less than" in complaint
    for line, value in zip(said.lines, said.entries.values(), strict=True):
        size = abs(value)
        if (0 < size <= _SMALL) if small else size >= _LARGE:
            return f"line {line}: "
    return ""


def _content(path: Path) -> bytes:
    """Of a file, unpacked."""
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file")
    raw = path.read_bytes()
    try:
        if raw.startswith(b"\x1f\x8b"):
            return gzip.decompress(raw)
        return bz2.decompress(raw) if raw.startswith(b"BZh") else raw
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise UsageError(f"{path}: cannot be unpacked: {error}") from error


def _family(name: str, names: list[str], count: int) -> dict[str, Family]:
    labels = names if len(names) == count else [f"{n}" for n in range(count)]
    return {name: Family(name, 0, count, "", partial(iter, labels))}


def write_mps(program: LinearProgram, path: Path) -> str:
    """Write the last objective's program to a file; returns the file's SHA-256."""
    text = "".join(f"{line}\n" for line in _lines(program))
    path.write_text(text, encoding="ascii", newline="\n")
    return hashlib.sha256(text.encode()).hexdigest()


def _lines(program: LinearProgram) -> Iterator[str]:
    lower, upper = program.row_lower, program.row_upper
    yield "NAME program"
    yield "ROWS"
    yield f" N  {COST}"
    for n, (low, high) in enumerate(zip(lower, upper, strict=True)):
        kind = "E" if low == high else "L" if np.isfinite(high) else "G"
        yield f" {kind}  {ROW}{n}"
    yield "COLUMNS"
    yield from _columns(program)
    yield "RHS"
    for n, (low, high) in enumerate(zip(lower, upper, strict=True)):
        side = high if np.isfinite(high) else low
        if side:
            yield _entry("RHS", f"{ROW}{n}", side)
    yield "RANGES"
    for n in map(int, np.flatnonzero(np.isfinite(upper - lower) & (lower != upper))):
        yield _entry("RANGE", f"{ROW}{n}", upper[n] - lower[n])
    yield "BOUNDS"
    yield from _bounds(program.lower, program.upper, program.integer)
    yield "ENDATA"


def _columns(program: LinearProgram) -> Iterator[str]:
    matrix, costs = program.matrix, program.objectives[-1].costs
    whole = np.zeros(matrix.shape[1] + 1, dtype=bool)
    whole[:-1] = False if program.integer is None else program.integer
    for column in range(matrix.shape[1]):
        if whole[column] != whole[column - 1]:
            yield _marker(bool(whole[column]))
        yield _entry(f"{COLUMN}{column}", COST, costs[column])
        for entry in range(matrix.starts[column], matrix.starts[column + 1]):
            row, value = matrix.rows[entry], matrix.values[entry]
            yield _entry(f"{COLUMN}{column}", f"{ROW}{row}", value)
    if whole[-2:].any():
        yield _marker(False)


def _marker(whole: bool) -> str:
    """The line that begins or ends columns that must be whole."""
    return f"    MARKER    'MARKER'  {'INTORG' if whole else 'INTEND'!r}"


def _bounds(lower: Floats, upper: Floats, integer: Flags | None) -> Iterator[str]:
    """A column's lower bound is stated first: a negative upper one alone means many things.

    Without any, a column that must be whole would be 0 or 1 to some readers.
    """
    for n, (low, high) in enumerate(zip(lower, upper, strict=True)):
        column = f"{COLUMN}{n}"
        if low == high:
            yield _entry("BOUND", column, low, "FX")
            continue
        if np.isfinite(low):
            if low or high < 0:
                yield _entry("BOUND", column, low, "LO")
        else:
            yield f" {'MI' if np.isfinite(high) else 'FR'} BOUND     {column}"
        if np.isfinite(high):
            yield _entry("BOUND", column, high, "UP")
        elif integer is not None and integer[n] and np.isfinite(low):
            yield f" PL BOUND     {column}"


def _entry(first: str, second: str, value: float, kind: str = "") -> str:
    """A line whose fields stand where fixed format has them, so that free and fixed agree."""
    return f" {kind:2} {first:<8}  {second:<8}  {float(value)!r}"


def without_free_rows(program: LinearProgram) -> LinearProgram:
    """The same program without the rows that have no bounds; their prices are nought."""
    kept = np.isfinite(program.row_lower) | np.isfinite(program.row_upper)
    if kept.all():
        return program
    labels = [program.row_name(int(n)) for n in np.flatnonzero(kept)]
    return replace(
        program,
        matrix=program.matrix.only_rows(kept),
        row_lower=program.row_lower[kept],
        row_upper=program.row_upper[kept],
        rows=_family("row", labels, len(labels)),
    )
