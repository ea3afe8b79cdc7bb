"""Over several programs: how often each algorithm was certified, and how long it took.

Times are told as shifted geometric means (Mittelmann's benchmarks do): with t the seconds and
s the shift, exp(mean log(t + s)) − s.  The usual shift of 10 s drowns programs that take less
than a second, so that of 0.1 s stands beside it.  A run without a certified answer counts as
``PENALTY`` times the time limit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from allocator.compare.judge import Result, Standing

SHIFTS: Final = (10.0, 0.1)  # seconds
PENALTY: Final = 10.0


@dataclass(frozen=True)
class SolverSummary:
    """One algorithm over all programs; ``means`` by shift, in seconds."""

    name: str
    certified: int
    claimed: int
    failed: int
    means: Mapping[float, float]


def shifted_mean(seconds: Sequence[float], shift: float) -> float:
    """Shifted geometric mean, in seconds."""
    return float(np.exp(np.mean(np.log(np.asarray(seconds) + shift))) - shift)


def summarise(results: Sequence[Sequence[Result]], limit: float) -> list[SolverSummary]:
    """A line for each algorithm that is there, the fastest first.  ``limit`` is in seconds."""
    by_name: dict[str, list[Result]] = {}
    for each in (result for program in results for result in program):
        if each.ran:
            by_name.setdefault(each.algorithm.name, []).append(each)
    lines = [_line(name, runs, limit) for name, runs in by_name.items()]
    return sorted(lines, key=lambda line: line.means[SHIFTS[-1]])


def _line(name: str, results: Sequence[Result], limit: float) -> SolverSummary:
    count = {s: sum(each.standing is s for each in results) for s in Standing}
    seconds = [counted(each, limit) for each in results]
    return SolverSummary(
        name,
        sum(each.stands for each in results),
        count[Standing.CLAIMED],
        count[Standing.FAILED],
        {shift: shifted_mean(seconds, shift) for shift in SHIFTS},
    )


def counted(result: Result, limit: float) -> float:
    """The seconds that a result counts for."""
    if result.stands and result.seconds is not None:
        return result.seconds
    return PENALTY * limit
