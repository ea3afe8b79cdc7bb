"""The average of the futures, and what it costs in it to be ready for all of them.  MODEL.md 3.15.

Every number that differs between futures is their mean there, by their probabilities.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from allocator.instance import Instance, Window
from allocator.instance.check import examine
from allocator.instance.instance import Row
from allocator.instance.problems import errors
from allocator.instance.scenarios import Scenario, widened
from allocator.program.program import POUNDS
from allocator.solving.futures import future_program
from allocator.solving.session import Session, at_window
from allocator.solving.windows import cheapest
from formulations import one_future

SettledValues = Mapping[tuple[str, tuple[Any, ...]], float]  # by family and index, what is settled


@dataclass(frozen=True)
class AverageFuture:
    """£ at present value, were the average certain: of the best plan, and with what is settled.

    ``hedged`` is None where what is settled leaves no plan there.
    """

    cost: float
    hedged: float | None

    @property
    def cost_of_hedging(self) -> float | None:
        """What it costs, should the average come, to have been ready for every future, £."""
        return None if self.hedged is None else self.hedged - self.cost

    def to_dict(self) -> dict[str, float | None]:
        """As ``hedge --json`` shows it."""
        costs = {"cost": self.cost, "hedged_cost": self.hedged}
        return {**costs, "cost_of_hedging": self.cost_of_hedging}

    @classmethod
    def of(cls, facts: Mapping[str, Any] | None) -> AverageFuture | None:
        """What ``to_dict`` told; TypeError, ValueError or KeyError where it is garbled."""
        if facts is None:
            return None
        hedged = facts["hedged_cost"]
        return cls(float(facts["cost"]), None if hedged is None else float(hedged))


def average_future(
    futures: Sequence[Scenario], window: Window | None, settled: SettledValues
) -> AverageFuture | None:
    """What the average costs, alone in its best window, and with a window and what is settled held.

    None where it is no sound instance, or has no plan.
    """
    instance = average_of(futures)
    if errors(examine(instance)):
        return None
    session = Session()
    windows = (None, *instance.windows)
    program = future_program(instance)
    best = cheapest([session.solve_window(w, at_window(program, instance, w)) for w in windows])
    if best is None:
        return None
    return AverageFuture(best.value(-1) * POUNDS, cost_when_settled(instance, window, settled))


def cost_when_settled(
    instance: Instance,
    window: Window | None,
    settled: SettledValues,
    session: Session | None = None,
) -> float | None:
    """£ of one future where this is settled, in this window; None where that leaves no plan."""
    program = at_window(future_program(instance), instance, window)
    lower, upper = program.lower.copy(), program.upper.copy()
    for (family, index), value in settled.items():
        if family in one_future.SETTLED and family in program.columns:
            at = program.columns[family].positions[index]
            lower[at] = upper[at] = np.clip(value, lower[at], upper[at])
    held = replace(program, lower=lower, upper=upper)
    solved = (session or Session()).solve_window(window, held)
    return solved.value(-1) * POUNDS if solved.optimal else None


def average_of(futures: Sequence[Scenario]) -> Instance:
    """The instance whose numbers are the futures' mean; no limit in one of them is no limit."""
    chances = [each.probability for each in futures]
    first = futures[0].instance
    tables = {
        table: tuple(
            widened(_mean(rows, chances))
            for rows in zip(*(each.instance.tables[table] for each in futures), strict=True)
        )
        for table in first.tables
    }
    return replace(first, tables=tables)


def _mean(rows: Sequence[Row], chances: Sequence[float]) -> Row:
    """A row of every future as one."""
    values = dict(rows[0].values)
    for column, value in values.items():
        own = [row.values[column] for row in rows]
        if any(each != value for each in own):
            numbers = [each for each in own if each is not None]
            mean = float(np.dot(chances, numbers)) if len(numbers) == len(own) else None
            whole = mean is not None and all(isinstance(each, int) for each in own)
            values[column] = round(mean) if whole and mean is not None else mean
    return replace(rows[0], values=values)
