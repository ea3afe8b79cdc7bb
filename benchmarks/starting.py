"""(l) How long the short commands take, from the shell."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from benchmarks.measure import in_turn, run, spread, table
from benchmarks.record import Aim

AIM = 0.15  # seconds


def starts(council: Path, rounds: int) -> tuple[str, list[Aim]]:
    """Times of the commands that answer at once; the code is compiled before."""
    asked = {
        "`allocator --version`": ("--version",),
        "`allocator --help`": ("--help",),
        "`allocator check` of one council": ("check", str(council)),
    }
    for words in asked.values():
        run("-m", "allocator", *words)
    found = in_turn(list(asked), rounds, lambda name: run("-m", "allocator", *asked[name]))
    used = {name: [each.cpu for each in runs] for name, runs in found.items()}
    rows = [
        (name, spread([r.wall for r in runs]), spread(used[name]),
         spread([r.memory for r in runs], "MB"))
        for name, runs in found.items()
    ]  # fmt: skip
    return table(("", "wall", "CPU", "peak memory"), rows), [
        Aim(name, median(used[name]), AIM, unit="s", profiled=("allocator", *words))
        for name, words in asked.items()
    ]
