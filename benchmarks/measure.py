"""Processes measured from outside, repetitions in turn, and tables of what was found."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import IO, Any

ROOT = Path(__file__).parent.parent
PACKAGES = (
    "pyomo", "highspy", "numpy", "scipy", "pandas", "linopy", "pyoptinterface", "highsbox",
    "sciris", "mpi-sppy",
)  # fmt: skip


@dataclass(frozen=True)
class Run:
    """One process: wall-clock and CPU seconds, peak memory in MB, what it said, how it ended."""

    wall: float
    cpu: float
    memory: float
    said: Mapping[str, Any]
    code: int = 0


def run(
    *words: str | Path, interpreter: str | Path = sys.executable, codes: Sequence[int] = (0,)
) -> Run:
    """Run Python with these arguments to its end, by one of ``codes``; it prints JSON, if anything.

    Peak memory and CPU time are the system's own count.  It counts the memory of the parent too,
    at the moment of the fork, so this process must stay small: no numpy here.
    """
    command = [str(interpreter), *map(str, words)]
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": paths}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # code is compiled once, as for users
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=errors, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        text, why = (_text(file) for file in (out, errors))
    if process.returncode not in codes:
        raise RuntimeError(f"{' '.join(command[1:])} ended with {process.returncode}: {why}")
    said = json.loads(text) if text.startswith("{") else {}
    memory = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
    return Run(wall, usage.ru_utime + usage.ru_stime, memory, said, process.returncode)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def in_turn(
    names: Sequence[str], rounds: int, measure: Callable[[str], Any]
) -> dict[str, list[Any]]:
    """Every name measured once a round, so that what disturbs the machine disturbs them alike."""
    found: dict[str, list[Any]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            found[name].append(measure(name))
    return found


def spread(values: Sequence[float], unit: str = "s") -> str:
    """Median and range: ``1.2 s (1.1-1.5)``."""
    if not values:
        return "–"
    return f"{_short(median(values))} {unit} ({_short(min(values))}–{_short(max(values))})"


def _short(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 100 else f"{value:,.0f}"


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Ratio of medians."""
    return median(ours) / median(theirs)


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def machine() -> str:
    """Processor, cores and memory; no names."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            line.split(":", 1)[1].strip()
            for line in info.read_text().splitlines()
            if line.startswith("model name")
        ]
        model = names[0] if names else model
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}"


def versions() -> str:
    """Versions of what is compared."""
    found = [f"Python {platform.python_version()}"]
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} absent")
    return ", ".join(found)
