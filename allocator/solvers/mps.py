"""MPS files: read (by HiGHS: any of them) into arrays, and written in one plain form.

What is written is what every reader takes alike: free format with the fields where fixed
format has them, minimised, columns c0, c1, … and rows r0, r1, …, numbers in full, every bound
stated.  A constant in the objective stays out, since readers differ in its sign, and rows
without bounds must have gone.
"""

from __future__ import annotations

import gzip
import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import highspy
import numpy as np

from allocator.errors import UsageError
from allocator.program.matrix import Floats, Matrix
from allocator.program.program import Family, Flags, LinearProgram, Objective
from allocator.solvers.fixed_mps import crowded, fixed_to_free
from allocator.solvers.task import COLUMN, COST, ROW


def read_mps(path: str | Path) -> LinearProgram:
    """The program of a file, free or fixed format; a maximisation turned round.

    A column whose upper bound is negative and whose lower bound is nought, as it is where the
    file states none, has no lower bound.  The columns are one family ``column`` and the rows
    another, by the file's names.  Raises UsageError for a file that HiGHS cannot read, or that has
    more than linear rows and columns that are continuous or whole.
    """
    highs = _read(Path(path))
    lp = highs.getLp()
    integer = _integer(path, lp)
    if highs.getModel().hessian_.dim_:
        raise UsageError(f"{path}: its objective is not linear")
    sign = -1.0 if lp.sense_ == highspy.ObjSense.kMaximize else 1.0
    shape = (lp.num_row_, lp.num_col_)
    a = lp.a_matrix_
    assert a.format_ == highspy.MatrixFormat.kColwise  # as HiGHS reads it
    starts = np.asarray(a.start_, dtype=np.int64)
    columns = np.repeat(np.arange(shape[1]), np.diff(starts))
    matrix = Matrix.of(np.asarray(a.index_, dtype=np.int64), columns, np.asarray(a.value_), shape)
    costs = sign * np.asarray(lp.col_cost_, dtype=float)
    lower, upper = np.array(lp.col_lower_, dtype=float), np.array(lp.col_upper_, dtype=float)
    lower[(lower == 0) & (upper < 0)] = -np.inf  # the format's custom, which HiGHS leaves out
    return LinearProgram(
        lp.model_name_ or Path(path).stem, matrix,
        np.asarray(lp.row_lower_, dtype=float), np.asarray(lp.row_upper_, dtype=float),
        lower, upper,
        (Objective(COST, costs, sign * lp.offset_, ""),),
        _family("row", list(lp.row_names_), shape[0]),
        _family("column", list(lp.col_names_), shape[1]),
        integer,
    )  # fmt: skip


def _integer(path: str | Path, lp: highspy.HighsLp) -> Flags | None:
    """Which columns must be whole; None where none has to be."""
    kinds = set(lp.integrality_)
    if not kinds <= {highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger}:
        raise UsageError(
            f"{path}: it has semi-continuous columns; only such as are continuous or whole can be "
            "compared"
        )
    if highspy.HighsVarType.kInteger not in kinds:
        return None
    return np.array([kind == highspy.HighsVarType.kInteger for kind in lp.integrality_])


def _read(path: Path) -> highspy.Highs:
    """HiGHS with the file's program in it, as it is or else laid out anew (see ``fixed_mps``)."""
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file")
    with tempfile.TemporaryDirectory() as folder:
        highs, complaint = _try(path, Path(folder) / "log")
        if complaint and path.suffix.lower() in (".mps", ".sif"):
            plain = Path(folder) / "plain.mps"
            text = path.read_text(encoding="utf-8", errors="replace")
            plain.write_text(fixed_to_free(text), encoding="utf-8")
            again, others = _try(plain, Path(folder) / "log again")
            highs, complaint = (again, "") if not others else (highs, complaint)
    crowd = None if complaint else crowded(_text(path))
    if crowd is not None:
        raise UsageError(
            f"{path}: line {crowd} has a third entry, which MPS has no room for; "
            "put it on a line of its own"
        )
    if complaint:
        raise UsageError(f"{path}: this cannot be read as a linear program: {complaint}")
    return highs


def _text(path: Path) -> str:
    """Of an MPS file, compressed with gzip or not; blank for what is compressed otherwise."""
    raw = path.read_bytes()
    if raw.startswith(b"\x1f\x8b"):
        raw = gzip.decompress(raw)
    return "" if raw.startswith(b"BZh") else raw.decode("utf-8", errors="replace")


def _try(path: Path, log: Path) -> tuple[highspy.Highs, str]:
    """HiGHS after reading a file, and what it could not make sense of; blank if nothing."""
    highs = highspy.Highs()
    highs.setOptionValue("log_to_console", False)
    highs.setOptionValue("log_file", str(log))
    status = highs.readModel(str(path))
    highs.setOptionValue("log_file", "")
    said = log.read_text(errors="replace").splitlines() if log.exists() else []
    left_out = [line for line in said if "ignored" in line or line.startswith("ERROR")]
    if left_out:
        return highs, left_out[0].split(":", 1)[-1].strip()
    return highs, "" if status != highspy.HighsStatus.kError else "HiGHS gives no reason"


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
        program, matrix=program.matrix.only_rows(kept), row_lower=program.row_lower[kept],
        row_upper=program.row_upper[kept], rows=_family("row", labels, len(labels)),
    )  # fmt: skip
