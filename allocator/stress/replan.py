"""Each draw planned anew, from where the years that are settled leave it.

What is settled of a plan is its window and, in the years before scenarios part (``decide`` of
``[uncertainty]``), its levels, hires, staff let go and supported.  Then the draw's numbers are
known, and the rest is the best that can be done: 3.15 with one scenario, proved from its arrays.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allocator.executors import rows_as_done
from allocator.instance import Instance, Window
from allocator.plan.plan import Plan
from allocator.program.program import POUNDS
from allocator.solving.futures import future_program
from allocator.solving.session import Session, at_window
from allocator.solving.windows import WindowSolved
from allocator.stress.drawn import Drawn
from allocator.stress.replanned import Replanned

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]

_CHUNK: Final = 10  # draws that a process takes at a time
_SETTLED: Final = {  # table of a plan -> whose, and the columns that are settled
    "services": (("area", "service"), ("level",)),
    "staff": (("area", "role"), ("hired", "let_go")),
    "practices": (("area", "practice", "role"), ("supported",)),
}


@dataclass(frozen=True)
class Settled:
    """What of a plan is settled: its window, and values by column family and index."""

    window: Window | None
    values: Mapping[tuple[str, tuple[object, ...]], float]

    @classmethod
    def of(cls, plan: Plan) -> Settled:
        """Of the years before anything is known."""
        last = plan.instance.uncertainty.decide * plan.instance.periods_per_year
        values: dict[tuple[str, tuple[object, ...]], float] = {}
        for table, (keys, columns) in _SETTLED.items():
            if table not in plan.tables:
                continue
            frame = plan.tables[table]
            early = frame[(frame["period"] >= 1) & (frame["period"] <= last)]
            for row in early.to_dict("records"):
                index = (*(row[key] for key in keys), int(row["period"]))
                values |= {(column, index): float(row[column]) for column in columns}
        return cls(plan.window, values)


def replan(
    plan: Plan, drawn: Drawn, by_path: Sequence[Positions], executor: Executor | None = None
) -> Replanned:
    """Every draw of ``drawn``, whose numbers are by path of the drivers in ``by_path``.

    ``executor`` works on them side by side.  Raises what ``Session.solve_window`` does.
    """
    settled, by_number = Settled.of(plan), {}
    tasks = [
        (replace(drawn.of, instance=instance), mine[first : first + _CHUNK])
        for (_, instance), mine in zip(drawn.of.paths, by_path, strict=True)
        for first in range(0, len(mine), _CHUNK)
    ]
    given = [(settled, drawn.part(some, own), some) for own, some in tasks]
    for number, *values in _worked(given, executor):
        by_number[number] = values
    ordered = [by_number[number] for number in range(drawn.count)]
    objective, *by_year = zip(*ordered, strict=True)
    care, excess, overspent = (np.array(each, dtype=float).T for each in by_year)
    return Replanned(np.array(objective, dtype=float), care, excess, overspent)


DrawPlanned = tuple[int, float, Floats, Floats, Floats]
_DrawTask = tuple[Settled, Drawn, Positions]


def _worked(tasks: Sequence[_DrawTask], executor: Executor | None) -> Iterator[DrawPlanned]:
    if executor is None:
        for task in tasks:
            yield from planned(*task)
        return
    yield from rows_as_done(executor, planned, tasks)


def planned(settled: Settled, drawn: Drawn, numbers: Positions) -> list[DrawPlanned]:
    """Rows of some draws, one after the other: what an executor is given to run."""
    session, rows = Session(), []
    for n, number in enumerate(numbers):
        instance = drawn_instance(drawn.part(np.array([n]), drawn.of))
        program = at_window(future_program(instance), instance, settled.window)
        lower, upper = program.lower.copy(), program.upper.copy()
        for (family, index), value in settled.values.items():
            position = program.columns[family].positions[index]
            lower[position] = upper[position] = value
        solved = session.solve_window(settled.window, replace(program, lower=lower, upper=upper))
        rows.append((int(number), *_told(instance, solved)))
    return rows


def drawn_instance(one: Drawn) -> Instance:
    """The instance of a single draw: its numbers in place of the instance's own.

    What a cost is drawn to be stands in its prices.
    """
    instance, data = replace(one.of.instance), one.of.instance.resolved

    def single(factor: Floats | float) -> float:
        return float(np.asarray(factor).reshape(-1)[0])

    own = replace(
        data,
        rates=data.rates.changed(lambda key, rate: rate * single(one.rate(*key))),
        arrivals=data.arrivals.changed(lambda key, n: n * single(one.arrivals(*key))),
        effects={
            key: {lag: single(one.effect(key, lag, size)) for lag, size in lags.items()}
            for key, lags in data.effects.items()
        },
        prices=data.prices.changed(lambda key, index: index * single(one.cost(*key[1:]))),
    )
    instance.__dict__["resolved"] = own  # worked out from the tables, but for what is drawn
    return instance


def _told(instance: Instance, solved: WindowSolved) -> tuple[float, Floats, Floats, Floats]:
    """Objective in £, and by year children in care, those above targets, £ beyond the funds."""
    years = list(instance.horizon)
    nothing = np.full(len(years), math.nan)
    if not solved.optimal or solved.solution is None:
        return math.nan, nothing, nothing, nothing
    primal, columns = solved.solution.primal, solved.program.columns
    care, excess, overspent = np.zeros((3, len(years)))
    states, each = instance.resolved.states, instance.periods_per_year
    for (area, state, period), position in columns["children"].positions.items():
        if period > 0 and period % each == 0 and states[area, state].in_care:
            care[period // each - 1] += primal[position]
    for family, values, unit in (("excess", excess, 1.0), ("overspent", overspent, POUNDS)):
        if family in columns:
            for index, position in columns[family].positions.items():
                values[years.index(index[-1])] += unit * primal[position]
    return solved.value(-1) * POUNDS, care, excess, overspent
