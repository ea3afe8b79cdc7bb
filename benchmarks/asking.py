"""(m) How long the questions take that are asked of a plan, from the shell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.measure import run, table
from benchmarks.record import Aim

ONE = {"switching": 5.0, "explain": 2.0}  # seconds, of one council
MANY = {"explain": 30.0, "delay": 60.0, "alternatives": 60.0, "frontier": 60.0, "regimes": 60.0}


def questions(asked: Sequence[tuple[str, Path, Mapping[str, float]]]) -> tuple[str, list[Aim]]:
    """Times of each verb on each instance, asked once, and the aims."""
    rows, aims = [], []
    for title, folder, verbs in asked:
        for verb, aim in verbs.items():
            words = (verb, str(folder), "--json")
            done = run("-m", "allocator", *words, codes=(0, 3))
            name = f"`allocator {verb}`, {title}"
            rows.append((name, f"{done.wall:.1f} s", f"{done.cpu:.1f} s", f"{done.memory:,.0f} MB"))
            profiled = ("allocator", *words)
            aims.append(Aim(name, done.cpu, aim, unit="s", profiled=profiled))
    return table(("", "wall", "CPU", "peak memory"), rows), aims
