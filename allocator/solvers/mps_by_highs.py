"""An MPS file as HiGHS reads it, held against the text."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from allocator.program.matrix import Matrix
from allocator.program.program import LinearProgram
from allocator.solvers.loading import highspy


def by_highs(content: bytes) -> tuple[highspy.HighsLp, str]:
    """What HiGHS reads, and its first complaint; blank if it has none."""
    with tempfile.TemporaryDirectory() as folder:
        path, log = Path(folder) / "program.mps", Path(folder) / "log"
        path.write_bytes(content)
        highs = highspy.Highs()
        highs.setOptionValue("log_to_console", False)
        highs.setOptionValue("log_file", str(log))
        status = highs.readModel(str(path))
        highs.setOptionValue("log_file", "")
        said = log.read_text(errors="replace").splitlines() if log.exists() else []
    said = [line.replace(str(path), "the file") for line in said]
    lost = [line for line in said if "ignored" in line or line.startswith("ERROR")]
    if lost:
        return highs.getLp(), lost[0].split(":", 1)[-1].strip()
    return highs.getLp(), "" if status != highspy.HighsStatus.kError else "nothing of the reason"


def differs(program: LinearProgram, lp: highspy.HighsLp) -> str:
    """In what HiGHS has another program than the text, number by number; blank if in nothing."""
    mine, matrix = program.matrix, _matrix(lp)
    if (mine.shape, mine.entries) != (matrix.shape, matrix.entries):
        counts = [
            f"{m.shape[0]} rows, {m.shape[1]} columns and {m.entries} entries"
            for m in (mine, matrix)
        ]
        return f"the text has {counts[0]}, and HiGHS reads {counts[1]}"
    for what, (text, read) in _pairs(program, lp, matrix).items():
        if not np.array_equal(np.asarray(text), np.asarray(read)):
            return f"HiGHS reads other {what} than the text has"
    return ""


def _pairs(
    program: LinearProgram, lp: highspy.HighsLp, matrix: Matrix
) -> dict[str, tuple[object, object]]:
    """What the text has and what HiGHS reads, by what it is.

    HiGHS leaves a lower bound at 0 that a negative upper one takes away.
    """
    sign = -1.0 if lp.sense_ == highspy.ObjSense.kMaximize else 1.0
    lower = np.array(lp.col_lower_, dtype=float)
    lower[np.isneginf(program.lower) & (program.upper < 0) & (lower == 0)] = -np.inf
    whole = np.array([kind != highspy.HighsVarType.kContinuous for kind in lp.integrality_])
    objective, flags = program.objectives[-1], program.integer
    return {
        "coefficients": (program.matrix.values, matrix.values),
        "places of the coefficients": (program.matrix.rows, matrix.rows),
        "columns of the coefficients": (program.matrix.starts, matrix.starts),
        "costs": (objective.costs, sign * np.asarray(lp.col_cost_, dtype=float)),
        "constants": (objective.constant, sign * lp.offset_),
        "lower bounds": (program.lower, lower),
        "upper bounds": (program.upper, np.asarray(lp.col_upper_, dtype=float)),
        "left-hand sides": (program.row_lower, np.asarray(lp.row_lower_, dtype=float)),
        "right-hand sides": (program.row_upper, np.asarray(lp.row_upper_, dtype=float)),
        "whole columns": (
            np.zeros(0) if flags is None else flags,
            whole if whole.any() else np.zeros(0),
        ),
    }


def _matrix(lp: highspy.HighsLp) -> Matrix:
    a, shape = lp.a_matrix_, (lp.num_row_, lp.num_col_)
    assert a.format_ == highspy.MatrixFormat.kColwise  # as HiGHS reads it
    starts = np.asarray(a.start_, dtype=np.int64)
    columns = np.repeat(np.arange(shape[1]), np.diff(starts))
    rows, values = np.asarray(a.index_, dtype=np.int64), np.asarray(a.value_, dtype=float)
    return Matrix.of(rows, columns, values, shape)
