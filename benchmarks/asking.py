"""(m) How long the questions take that are asked of a plan, from the shell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.measure import run, table
from benchmarks.record import Aim

OUT_OF_TIME = 4  # the exit code of what did not end, whatever it has
PATIENCE = 3  # times the aim, after which a question is asked for what it has
ONE = {"switching": 5.0, "explain": 2.0}  # seconds, of one council
MANY = {"explain": 30.0, "delay": 60.0, "alternatives": 60.0, "frontier": 60.0, "regimes": 60.0}


def questions(
    asked: Sequence[tuple[str, Path, Mapping[str, float]]], seconds: float
) -> tuple[str, list[Aim]]:
    """Times of each verb on each instance, asked once, and the aims.

    One that is not ended when its patience, ``seconds`` at least, is over counts as that, or more.
    """
    rows, aims = [], []
    for title, folder, verbs in asked:
        for verb, aim in verbs.items():
            limit = max(PATIENCE * aim, seconds)
            words = (verb, str(folder), "--json", "--time-limit", f"{limit:g}")
            done = run("-m", "allocator", *words, codes=(0, 3, OUT_OF_TIME))
            ended = done.code != OUT_OF_TIME
            used = done.cpu if ended else max(done.cpu, limit)
            name, told = f"`allocator {verb}`, {title}", "" if ended else ", not ended"
            cells = (f"{done.wall:.1f} s", f"{used:.1f} s{told}", f"{done.memory:,.0f} MB")
            rows.append((name, *cells))
            profiled = ("allocator", *words)
            aims.append(Aim(name, used, aim, unit="s", profiled=profiled))
    return table(("", "wall", "CPU", "peak memory"), rows), aims
