"""Clp and CBC, by their command lines.

Both write the solution twice: as text, whose first line holds the status, and (with
``-saveSolution``) in full precision, two counts and an objective before the four vectors
row activity, row dual, column value, reduced cost.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import numpy as np

from allocator.solvers.solution import Floats, Status
from allocator.solvers.task import GAP, Reply, Task

_STATUS: Final = {
    "optimal": Status.OPTIMAL,
    "infeasible": Status.INFEASIBLE,
    "integer infeasible": Status.INFEASIBLE,
    "unbounded": Status.UNBOUNDED,
    "stopped": Status.TIME_LIMIT,
}
_HEADER: Final = np.dtype([("rows", "i4"), ("columns", "i4"), ("objective", "f8")])


def solve(task: Task) -> Reply:
    """Run the executable, read what it wrote."""
    with tempfile.TemporaryDirectory() as folder:
        text, full = Path(folder) / "solution.txt", Path(folder) / "solution.bin"
        words = [
            task.options["program"],
            task.path,
            "-seconds",
            f"{task.seconds:g}",
            "-primalT",
            f"{task.tolerance:g}",
            "-dualT",
            f"{task.tolerance:g}",
            "-randomS",
            str(task.seed),
            *_more(task),
            task.options["method"],
            "-solution",
            str(text),
            "-saveS",
            str(full),
            "-quit",
        ]
        started = time.perf_counter()
        ran = subprocess.run(
            words,
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            check=False,
        )
        seconds = time.perf_counter() - started
        sys.stdout.write(ran.stdout + ran.stderr)
        _end_as(ran.returncode)
        said = text.read_text(errors="replace").splitlines()[0] if text.exists() else ""
        primal, dual = _read(full, task) if full.exists() else (None, None)
    status = next(
        (s for word, s in _STATUS.items() if said.lower().startswith(word)), Status.FAILED
    )
    if "dual infeasible" in ran.stdout.lower().replace("dualinfeasible", "dual infeasible"):
        status = Status.UNBOUNDED if status is Status.FAILED else status
    counts = re.findall(r"(\d+) iterations", ran.stdout)
    iterations = int(counts[-1]) if counts else None
    if not task.whole:
        return Reply(status, primal, dual, iterations=iterations, solving=seconds, message=said)
    return Reply(
        status,
        primal,
        solving=seconds,
        message=said,
        bound=_bound(ran.stdout, status),
        nodes=_nodes(ran.stdout),
    )


def _end_as(code: int) -> None:
    """Where a signal ended the executable, end this process by it too: it is seen from outside."""
    if code < 0:
        sys.stdout.flush()
        os.kill(os.getpid(), -code)


def _more(task: Task) -> list[str]:
    """What only CBC can be told."""
    if task.options["program"] != "cbc":
        return []
    gap = ["-ratio", f"{GAP:g}", "-allow", "0", "-integerT", f"{task.tolerance:g}"]
    threads = ["-threads", str(task.threads)] if task.threads > 1 else []
    return [*threads, *(gap if task.whole else [])]


def _bound(said: str, status: Status) -> float | None:
    """CBC's bound; where it says optimal without one, its objective is what it claims."""
    name = "Lower bound" if "Lower bound:" in said else "Objective value"
    match = re.search(rf"^{name}: +(\S+)$", said, re.MULTILINE)
    return (
        float(match[1]) if match and (name == "Lower bound" or status is Status.OPTIMAL) else None
    )


def _nodes(said: str) -> int | None:
    match = re.search(r"^Enumerated nodes: +(\d+)$", said, re.MULTILINE)
    return int(match[1]) if match else None


def _read(path: Path, task: Task) -> tuple[Floats, Floats]:
    """Primal and dual; ValueError where the file is not of this program."""
    with path.open("rb") as file:
        header = np.fromfile(file, _HEADER, 1)
        vectors = np.fromfile(file, float)
    rows, columns = task.rows, task.columns
    if (int(header["rows"][0]), int(header["columns"][0])) != (rows, columns):
        raise ValueError("the solution has another shape than the program")
    return vectors[2 * rows : 2 * rows + columns], vectors[rows : 2 * rows]
