"""Weak evidence as futures: some services' effects at their `low`, whichever they are.

Of the services whose effects have a `low` below them, every choice of N is a scenario, and the
worst counts: the vertices of the budgeted uncertainty set of Bertsimas and Sim, *The price of
robustness*, Operations Research 52 (2004).  Where there are many choices the worst of them is added
until none is worse (Zeng and Zhao, *Solving two-stage robust optimization problems using a
column-and-constraint generation method*, Operations Research Letters 41 (2013)).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, islice
from math import comb, isinf
from typing import Any, Final

from allocator.clock import Clock, Overrun
from allocator.errors import UsageError
from allocator.hedge.answer import Hedge
from allocator.hedge.average import SettledValues, cost_when_settled
from allocator.hedge.hedge import hedge
from allocator.hedge.origin import LowAtOnce
from allocator.instance import Instance
from allocator.instance.cell_changes import with_only, without_futures
from allocator.instance.keys import Key
from allocator.instance.scenarios import scenarios
from allocator.progress import Progress
from allocator.solving.session import Session
from allocator.wording import listed

MOST: Final = 200  # choices that stand side by side; of more, the worst are added one by one
_ROUNDS: Final = 60
_SAME: Final = 1e-8  # relative: a choice that costs no more than this above is no worse
_FIRST: Final = 3  # choices to begin with


def low_at_once(
    instance: Instance, count: int, *, most: int = MOST, progress: Progress | None = None
) -> Hedge:
    """What to settle so that the worst choice of ``count`` services at their `low` costs least.

    In the place of the instance's own scenarios; what is settled is so for its `decide` years.
    Where there are more than ``most`` choices and the time is over once some are hedged against,
    that is the answer (``unfinished``), with what the others would cost as far as it is known.
    Raises UsageError where no effect has a `low` below it, and as :func:`hedge` does.
    """
    weak = weak_services(instance)
    if not weak:
        raise UsageError(
            f"{instance.name} has no effect with a `low` below it; give effects.csv the column low"
        )
    size = min(count, len(weak))
    choices, every = comb(len(weak), size), combinations(weak, size)
    if choices <= most:
        hedged = hedge(with_choices(instance, list(every)), progress=progress)
        cost = hedged.objective or 0.0
        return replace(hedged, origin=LowAtOnce(size, choices, choices, cost, cost))
    return _one_by_one(instance, list(every), progress)


def weak_services(instance: Instance) -> list[str]:
    """Services with an effect whose `low` is less than the effect, in the order of the table."""
    rows = instance.tables["effects"]
    weak = {row["service"] for row in rows if _low(row["low"], row["effect"]) < row["effect"]}
    return [name for name in dict.fromkeys(row["service"] for row in rows) if name in weak]


def _low(low: float | None, effect: float) -> float:
    return effect if low is None else low


def with_choices(instance: Instance, choices: Sequence[tuple[str, ...]]) -> Instance:
    """The instance with a scenario for each choice of services, of which the dearest counts."""
    plain, lows = without_futures(instance), _lows(instance)
    listed_scenarios = [
        {"scenario": f"low_{n}", "label": f"{_labels(instance, each)} weak", "probability": share}
        for n, (each, share) in enumerate(zip(choices, _shares(len(choices)), strict=True), 1)
    ]
    changes = [
        {"scenario": f"low_{n}", "cell": cell, "value": value}
        for n, each in enumerate(choices, 1)
        for service in each
        for cell, value in lows[service]
    ]
    told = with_only(with_only(plain, "scenarios", listed_scenarios), "changes", changes)
    worst = replace(told.uncertainty, risk_weight=1.0, risk_level=1.0)
    return replace(told, uncertainty=worst)


def _shares(count: int) -> list[float]:
    """Equal probabilities that add up to 1."""
    return [1 / count] * count


def _labels(instance: Instance, services: Sequence[str]) -> str:
    return listed([instance.label("services", each) for each in services])


def _lows(instance: Instance) -> dict[str, list[tuple[str, str]]]:
    """By service, the cells of its effects and their `low`."""
    lows: dict[str, list[tuple[str, str]]] = {}
    for row in instance.tables["effects"]:
        low = _low(row["low"], row["effect"])
        if low < row["effect"]:
            cell = f"effects.{Key.of(instance, row)}.effect"
            lows.setdefault(row["service"], []).append((cell, repr(low)))
    return lows


def _one_by_one(
    instance: Instance, choices: list[tuple[str, ...]], progress: Progress | None
) -> Hedge:
    """The worst choices alone: added until none that is left out is worse, or time is over."""
    counted, overrun = _apart(choices), Overrun()
    hedged = hedge(with_choices(instance, counted), progress=progress)
    answer = _told(hedged, choices, counted, None)
    with overrun.kept():
        while hedged.is_feasible and (left := [c for c in choices if c not in set(counted)]):
            costs, least = list(_costs(instance, left, hedged)), hedged.objective or 0.0
            worst = max(range(len(left)), key=costs.__getitem__)
            answer = _told(hedged, choices, counted, max(least, costs[worst]))
            if costs[worst] <= least + _SAME * abs(least) or len(counted) - _FIRST >= _ROUNDS:
                break
            counted = [*counted, left[worst]]
            hedged = hedge(with_choices(instance, counted), progress=progress)
        else:
            answer = _told(hedged, choices, counted, hedged.objective or 0.0)
    return replace(answer, unfinished=answer.unfinished or overrun.said)


def _told(
    hedged: Hedge,
    choices: Sequence[tuple[str, ...]],
    counted: Sequence[tuple[str, ...]],
    worst: float | None,
) -> Hedge:
    """With how many choices stand in it, and what the dearest costs, £; infinite without a plan."""
    least = hedged.objective or 0.0
    stranded = worst is not None and isinf(worst)
    told = None if stranded else worst
    origin = LowAtOnce(len(choices[0]), len(choices), len(counted), told, least, stranded)
    return replace(hedged, origin=origin)


def _apart(choices: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Some choices to begin with that have little in common."""
    return list(islice(choices, 0, None, max(1, len(choices) // _FIRST)))[:_FIRST]


def _costs(
    instance: Instance, choices: Sequence[tuple[str, ...]], hedged: Hedge
) -> Iterator[float]:
    """£ of each choice with what is settled held; infinite where that leaves it no plan."""
    session, settled = Session(), _settled(hedged)
    for first in range(0, len(choices), MOST):
        for each in scenarios(with_choices(instance, choices[first : first + MOST])):
            Clock().check("looking for a worse choice of services")
            cost = cost_when_settled(each.instance, hedged.window, settled, session)
            yield float("inf") if cost is None else cost


def _settled(hedged: Hedge) -> SettledValues:
    """What is settled, by column of a scenario's program."""
    from allocator.hedge.saving.recheck import SHARED

    plan, last = hedged.futures[0].plan, len(hedged.settled_years)
    periods = last * plan.instance.periods_per_year
    values: dict[tuple[str, tuple[Any, ...]], float] = {}
    for table, (keys, columns) in SHARED.items():
        if table in plan.tables:
            frame = plan.tables[table]
            early = frame[(frame["period"] >= 1) & (frame["period"] <= periods)]
            for row in early.to_dict("records"):
                index = (*(row[key] for key in keys), int(row["period"]))
                values |= {(name, index): float(row[name]) for name in columns}
    return values
