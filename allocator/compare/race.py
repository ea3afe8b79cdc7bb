"""Runs: one algorithm on one program in a process of its own, watched from outside.

``watch`` measures: wall time from the start of the process to its end, reading the file and
starting Python among it, the same for all; memory as the kernel's count of the largest
resident set of the process or of one it started, where the system is POSIX and counts it.  Past
its time the process is killed.  Whatever else ends it, or its watcher, is told as such.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from allocator.compare import watch
from allocator.program.program import LinearProgram
from allocator.progress import Progress
from allocator.solvers.algorithms import SEED, Algorithm
from allocator.solvers.solution import Status
from allocator.solvers.task import Reply, Task

GRACE: Final = 5.0  # seconds past the limit that a solver has to stop by itself
# Signals that no solver gives itself: somebody ended it, or the system, short of memory.
OUTSIDE: Final = ("SIGKILL", "SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGSTOP")
SHOWN: Final = 4_000  # characters of a solver's log that are kept, from its end


@dataclass(frozen=True)
class Terms:
    """What every run is given: seconds, threads, seed and bytes of memory."""

    seconds: float = 600.0
    threads: int = 1
    seed: int = SEED
    memory: int = 0  # 0: all that the machine has

    @property
    def bytes(self) -> int:
        """The limit on memory; 0, none, where the system does not say what it has."""
        if self.memory or not hasattr(os, "sysconf"):
            return self.memory
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


@dataclass(frozen=True)
class Run:
    """One run.  ``seconds`` of wall time and ``memory`` in bytes are measured from outside.

    ``memory`` is None where the system does not count it, ``ended`` whether something from outside
    ended the solver, or what watched it, before its time.
    """

    algorithm: Algorithm
    answer: Reply
    seconds: float
    memory: int | None
    log: str = ""
    ended: bool = False


def race(
    program: LinearProgram,
    path: Path,
    algorithms: Sequence[Algorithm],
    terms: Terms,
    repeat: int,
    tell: Progress,
) -> dict[str, list[Run]]:
    """Runs by algorithm: each of them once, then each again, ``repeat`` times in all.

    ``path`` is the program's file, ``program`` the same as arrays.
    """
    runs: dict[str, list[Run]] = {each.name: [] for each in algorithms}
    steps = repeat * len(algorithms)
    for turn in range(repeat):
        for n, algorithm in enumerate(algorithms):
            tell(f"{algorithm.name} on {program.name}", turn * len(algorithms) + n, steps)
            runs[algorithm.name].append(run(program, path, algorithm, terms))
    return runs


def run(program: LinearProgram, path: Path, algorithm: Algorithm, terms: Terms) -> Run:
    """One run.  Whatever becomes of it, it is a Run: nothing is raised for a solver's failure."""
    options = dict(algorithm.options)
    if algorithm.program:
        options["program"] = algorithm.program
    task = Task(
        str(path),
        *program.shape,
        algorithm.bridge,
        terms.seconds,
        terms.threads,
        terms.seed,
        algorithm.tolerance,
        options,
        program.integer is not None,
    )
    with tempfile.TemporaryDirectory() as folder:
        answer, log = Path(folder) / "answer.npz", Path(folder) / "log"
        code, killed, seconds, memory, lost = _watched(task, answer, log, terms)
        text = _end_of(log)
        ended = bool(lost) or (not killed and code < 0 and _signal(code) in OUTSIDE)
        if lost:
            reply = Reply(Status.FAILED, message=lost)
        elif killed:
            reply = Reply(Status.TIME_LIMIT, message=f"killed after {seconds:.0f} s")
        elif code:
            reply = Reply(Status.FAILED, message=_why(code, text))
        else:
            reply = _answer(answer)
    return Run(algorithm, reply, seconds, memory, text, ended)


def _watched(
    task: Task, answer: Path, log: Path, terms: Terms
) -> tuple[int, bool, float, int | None, str]:
    """Exit code (negative: the signal), whether it was killed for time, seconds, bytes.

    And what became of the watcher, blank if it ended as it should.
    """
    started = time.monotonic()
    limit, python = terms.seconds + GRACE, sys.executable
    child = [python, "-m", "allocator.solvers.child", str(answer), str(terms.bytes)]
    watcher = subprocess.Popen(
        [python, "-I", "-S", watch.__file__, str(limit), str(log), *child],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=log.parent,
        text=True,
        env={**os.environ, **_environment(terms)},
    )
    try:
        said, _ = watcher.communicate(task.to_json())
    except BaseException:
        watcher.terminate()  # interrupted: it takes the solver with it
        watcher.wait()
        raise
    try:
        code, killed, seconds, memory = json.loads(said)
    except ValueError:
        _end_unwatched(log)
        lost = f"what watched it was ended ({_signal(watcher.returncode)})"
        return watcher.returncode, False, time.monotonic() - started, None, lost
    return code, killed, seconds, memory, ""


def _end_unwatched(log: Path) -> None:
    """End a solver whose watcher is gone."""
    with suppress(OSError, ValueError):
        watch.end(int(Path(f"{log}.pid").read_text(encoding="ascii")))


def _signal(code: int) -> str:
    """``SIGKILL`` of an exit code that says so, else ``exit code 1``."""
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"exit code {code}"


def _environment(terms: Terms) -> dict[str, str]:
    """Numerical libraries keep to the threads that were asked for; the child finds this package."""
    counts = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    here = str(Path(__file__).parents[2])
    paths = [here, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {"PYTHONPATH": os.pathsep.join(paths), **dict.fromkeys(counts, str(terms.threads))}


def _answer(path: Path) -> Reply:
    try:
        return Reply.load(path)
    except Exception as error:  # noqa: BLE001  (nonsense can fail to be read in any way)
        return Reply(Status.FAILED, message=f"its answer cannot be read: {error}")


def _end_of(log: Path) -> str:
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - SHOWN))
        return file.read().decode(errors="replace")


def _why(code: int, log: str) -> str:
    """``killed by SIGSEGV``, ``out of memory``, or the last line that it wrote."""
    if "MemoryError" in log or "bad_alloc" in log:
        return "out of memory"
    if code < 0 and _signal(code) in OUTSIDE:
        return f"ended from outside ({_signal(code)}): by somebody, or for want of memory"
    if code < 0:
        return f"crashed: {_signal(code)}"
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    return (lines[-1] if lines else f"ended with code {code}")[:200]
