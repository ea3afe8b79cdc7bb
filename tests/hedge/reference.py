"""MODEL.md 3.15 a second time: the extensive form for scipy, from the second implementation.

Every scenario is a ``Program`` of its own cells; what they share is said as equalities.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.model.reference import POUNDS, Program, Window, least_value
from tests.model.reference_data import Data

SHARED = ("x", "up", "down", "hired", "let_go", "v")


class Future(Program):
    """A scenario's program: served cases are no more than those funded."""

    served = "served"

    def variables(self) -> None:
        """Those of a plan, and the cases served."""
        super().variables()
        for area, service in self.data.service:
            for t in range(1, self.data.horizon + 1):
                self.add((self.served, area, service, t))


@dataclass(frozen=True)
class ReferenceScenario:
    """A scenario's cells, its probability, its parent's number and when it branches."""

    data: Data
    chance: float
    branches: int
    parent: int | None = None


def least(
    scenarios: Sequence[ReferenceScenario], window: Window | None, weight: float, level: float
) -> float | None:
    """What 3.15 minimises, £, for a window and 0 <= weight < 1; None where there is no plan."""
    programs = [Future(each.data).at(window) for each in scenarios]
    starts = np.cumsum([0, *(len(each.bounds) for each in programs)]).tolist()
    width, count = starts[-1] + 1 + len(programs), len(programs)
    costs, equal, at_most = np.zeros(width), list[Any](), list[Any]()
    bounds = [pair for each in programs for pair in each.bounds]
    bounds += [(-np.inf, np.inf)] + [(0.0, np.inf)] * count
    costs[starts[-1]] = weight
    for n, (program, own) in enumerate(zip(programs, scenarios, strict=True)):
        equal += [(_moved(terms, starts[n]), right) for terms, right in program.equal]
        at_most += [(_moved(terms, starts[n]), right) for terms, right in program.at_most]
        objective = _moved(program.cost_objective(), starts[n])
        for column, cost in objective.items():
            costs[column] += (1 - weight) * own.chance * cost
        costs[starts[-1] + 1 + n] = weight * own.chance / (1 - level)
        tail = {starts[-1]: -1.0, starts[-1] + 1 + n: -1.0}
        at_most.append((objective | tail, 0.0))
    for one, other, year in _together(scenarios):
        for name, column in programs[one].columns.items():
            t = name[-1]
            if name[0] in SHARED and t > 0 and programs[one].data.year(t) == year:
                pair = {
                    starts[one] + column: 1.0,
                    starts[other] + programs[other].columns[name]: -1.0,
                }
                equal.append((pair, 0.0))
    value = least_value(costs, at_most, equal, bounds, last=1e-7)
    return None if value is None else value * POUNDS


def _together(scenarios: Sequence[ReferenceScenario]) -> Iterator[tuple[int, int, int]]:
    """Pairs of scenarios that are not told apart in a year."""
    for year in scenarios[0].data.years:
        roots = [n for n, s in enumerate(scenarios) if s.parent is None and year < s.branches]
        yield from ((roots[0], n, year) for n in roots[1:])
        for n, each in enumerate(scenarios):
            if each.parent is not None and year < each.branches:
                yield each.parent, n, year


def _moved(terms: dict[int, float], start: int) -> dict[int, float]:
    return {start + column: value for column, value in terms.items()}
