"""What a plan is charged for falling short, beside what a unit of it would save.

A plan that misses a target, or overspends, does so as long as any other way to the last child, or
the last pound, costs more than the charge.  So where it falls short the price of the limit is the
charge, and where it does not it is less: the most that missing it by one would save.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from allocator.explain.shadow_prices.ranging import Trial
from allocator.plan.columns import table_of
from allocator.plan.columns.explained import EXPLAIN
from allocator.program.program import POUNDS
from allocator.vocabulary import EXCESS, FUNDED, OVERSPENT, TARGET
from formulations.names import STATUTORY


def falling_short(trial: Trial) -> pd.DataFrame:
    """A row for each target's year, and each year's spend, that the plan may fall short of."""
    return table_of(EXPLAIN["short"], [*_children(trial), *_pounds(trial)])


def _children(trial: Trial) -> Iterator[tuple[object, ...]]:
    for (owner, year), column in trial.program.columns[EXCESS].positions.items():
        row = trial.program.rows[TARGET].positions[owner, year]
        yield "child", owner, year, *_row(trial, column, row, 1.0)


def _pounds(trial: Trial) -> Iterator[tuple[object, ...]]:
    for (area, year), column in trial.program.columns[OVERSPENT].positions.items():
        row = trial.program.rows[FUNDED].positions[area, STATUTORY, year]
        yield "pound", area, year, *_row(trial, column, row, POUNDS)


def _row(trial: Trial, column: int, row: int, unit: float) -> tuple[float, float, float]:
    """What it falls short by, the charge, and what a unit more of the limit saves."""
    scale = POUNDS / unit
    short = float(trial.solution.primal[column]) * unit
    charged = float(trial.program.objectives[-1].costs[column]) * scale
    worth = abs(float(trial.solution.dual[row])) * scale
    return max(0.0, short), charged, worth
