"""Draws as futures of a hedge: a few of many, each for those that are nearest to it.

Draws are made as for a stress test and run with the levels of the plan without scenarios.  How far
two of them are apart is the root of the mean square of the relative differences of children in care
and spend, by year.  By fast forward selection (Heitsch and Römisch, *Scenario reduction algorithms
in stochastic programming*, Computational Optimization and Applications 24 (2003)) one draw after
the other is kept, each the one that brings the kept nearest to all; a draw's probability goes to
the kept one nearest to it.  What is left is the Kantorovich distance of the two distributions
(Dupačová, Gröwe-Kuska and Römisch, Mathematical Programming 95 (2003)).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from allocator.errors import UsageError
from allocator.forecast.doubt import ENGLAND, Doubt
from allocator.hedge.origin import DrawnFutures
from allocator.instance import Instance
from allocator.instance.cell_changes import with_only, without_futures
from allocator.instance.instance import Row
from allocator.instance.keys import Key
from allocator.instance.resolved import Resolved
from allocator.instance.rows import area_rows, key_value
from allocator.solving.solve import solve
from allocator.stress.drawn import Drawn
from allocator.stress.held import held_of
from allocator.stress.outcomes import Outcomes
from allocator.stress.paths import driver_paths
from allocator.stress.replan import drawn_instance
from allocator.stress.spreads import default_spreads
from allocator.stress.stress import draws_by_path, run_draws
from allocator.stress.uncertain import Uncertain

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]

KEPT: Final = 10  # futures, unless it is said otherwise
MOST_DRAWS: Final = 5_000  # distances are of every two of them


def drawn_futures(
    instance: Instance, draws: int, seed: int, *, kept: int = KEPT, doubt: Doubt = ENGLAND
) -> tuple[Instance, DrawnFutures]:
    """The instance with so many draws as its scenarios, and how near they are to all of them.

    What may be drawn otherwise stands in rows by year, and drivers in the rates that they make.
    Raises UsageError for too many draws, or where the instance without scenarios has no plan.
    """
    if not 1 <= kept <= draws <= MOST_DRAWS:
        raise UsageError(
            f"{kept} of {draws} draws: keep one or more, of no more than {MOST_DRAWS:,}"
        )
    plan = solve(without_futures(instance))
    if not plan.found:
        raise UsageError(
            f"{instance.name} without scenarios has no plan whose levels draws could be run with; "
            "prices in [shortfall] let it have one"
        )
    spreads, paths = default_spreads(instance), driver_paths(instance)
    uncertain = Uncertain(instance, doubt, spreads, paths)
    drawn = Drawn.at(uncertain, uncertain.points(draws, seed), draws)
    outcomes = run_draws(replace(plan, instance=instance), held_of(plan), drawn)
    apart = distances(outcomes)
    chosen, nearest, distance = selected(apart, kept)
    alone = selected(apart, 1)[2]
    told = DrawnFutures(draws, seed, len(chosen), distance, alone, doubt.told)
    shares = np.bincount(nearest, minlength=len(chosen)) / draws
    return _with_scenarios(instance, drawn, chosen, shares), told


def distances(outcomes: Outcomes) -> Floats:
    """How far every two draws are apart, (draws, draws)."""
    values = [each / np.maximum(1.0, each.mean(axis=1))[:, None] for each in _seen(outcomes)]
    points = np.concatenate(values)
    squares = (points**2).mean(axis=0)
    product = points.T @ points / len(points)
    apart: Floats = np.sqrt(np.maximum(squares[:, None] + squares[None, :] - 2 * product, 0.0))
    return apart


def _seen(outcomes: Outcomes) -> tuple[Floats, Floats]:
    return outcomes.care, outcomes.spend


def selected(apart: Floats, count: int) -> tuple[Positions, Positions, float]:
    """Draws kept by fast forward selection, which of them each draw is nearest to, and how near.

    The last is the mean distance of a draw from its own.
    """
    least, chosen = np.full(len(apart), np.inf), list[int]()
    for _ in range(count):
        totals = np.minimum(least[:, None], apart).sum(axis=0)
        chosen.append(int(np.argmin(totals)))
        least = np.minimum(least, apart[:, chosen[-1]])
    kept = np.array(sorted(set(chosen)), dtype=np.int64)
    nearest: Positions = np.argmin(apart[:, kept], axis=1)
    return kept, nearest, float(apart[:, kept].min(axis=1).mean())


def _with_scenarios(
    instance: Instance, drawn: Drawn, chosen: Positions, shares: Floats
) -> Instance:
    """The instance written out by year, with each draw that is kept as a scenario."""
    plain = written_out(instance)
    cells = dict(_cells(plain))
    listed, changes = [], []
    for number, share in zip(chosen.tolist(), shares.tolist(), strict=True):
        name = f"draw_{number + 1}"
        label = f"Draw {number + 1:,}, for {round(share * drawn.count):,} of {drawn.count:,}"
        listed.append({"scenario": name, "label": label, "probability": share})
        data = _resolved(drawn, number)
        for cell, (family, key) in cells.items():
            value = _value(data, family, key)
            if value != _value(plain.resolved, family, key):
                changes.append({"scenario": name, "cell": cell, "value": repr(float(value))})
    return with_only(with_only(plain, "scenarios", listed), "changes", changes)


def written_out(instance: Instance) -> Instance:
    """The same instance without scenarios, its rates, arrivals and prices in rows by year.

    Drivers stand in the rates and arrivals that they make.
    """
    data, plain = instance.resolved, without_futures(instance)
    moves = [
        {
            **_area(instance, area),
            "from": start,
            "to": end,
            "year": year,
            **({} if start == end else {"rate": data.rates.get((area, start, end, year), 0.0)}),
            "avoidable_share": data.avoidable.get((area, start, end, year), 0.0),
        }
        for area, start, end, year in dict.fromkeys((*data.rates, *data.avoidable))
    ]
    arrivals = [
        {**_area(instance, area), "state": state, "year": year, "children": children}
        for (area, state, year), children in data.arrivals.items()
    ]
    prices = [
        {**_area(instance, area), "item": item, "year": year, "index": index}
        for (area, item, year), index in data.prices.items()
    ]
    empty: list[dict[str, Any]] = []
    tables: Mapping[str, list[dict[str, Any]]] = {
        "transitions": moves,
        "arrivals": arrivals,
        "prices": prices,
        "drivers": empty,
        "responses": empty,
    }
    for table, rows in tables.items():
        plain = with_only(plain, table, rows)
    return plain


def _area(instance: Instance, area: str) -> dict[str, str]:
    return {"area": area} if instance.has_areas else {}


def _cells(plain: Instance) -> Iterator[tuple[str, tuple[str, tuple[Any, ...]]]]:
    """Every cell that a draw may change, and where its value is among what is resolved."""
    first, key = plain.areas[0], tuple[Any, ...]()
    for row in plain.tables["transitions"]:
        if row["from"] != row["to"]:
            key = (row["area"] or first, row["from"], row["to"], row["year"])
            yield f"transitions.{Key.of(plain, row)}.rate", ("rates", key)
    for row in plain.tables["arrivals"]:
        key = (row["area"] or first, row["state"], row["year"])
        yield f"arrivals.{Key.of(plain, row)}.children", ("arrivals", key)
    for row in plain.tables["prices"]:
        key = (row["area"] or first, row["item"], row["year"])
        yield f"prices.{Key.of(plain, row)}.index", ("prices", key)
    for row in plain.tables["effects"]:
        area = row["area"] or _without_its_own(plain, row)
        effect = (area, row["service"], row["from"], row["to"], key_value(plain, row, "instead"))
        if effect in plain.resolved.effects:
            cell = f"effects.{Key.of(plain, row)}.effect"
            yield cell, ("effects", (effect, row["lag_years"]))


def _without_its_own(plain: Instance, row: Row) -> str:
    """The first area for which a row without one holds."""
    for area, rows in area_rows(plain, "effects").items():
        if any(each is row for each in rows):
            return area
    return plain.areas[0]


def _value(data: Resolved, family: str, key: tuple[Any, ...]) -> float:
    if family == "effects":
        return data.effects[key[0]][key[1]]
    values: Mapping[tuple[Any, ...], float] = getattr(data, family)
    return values[key]


def _resolved(drawn: Drawn, number: int) -> Resolved:
    """A single draw's numbers, its drivers gone their own way."""
    path = next(n for n, mine in enumerate(draws_by_path(drawn)) if number in mine)
    own = replace(drawn.of, instance=drawn.of.paths[path][1])
    return drawn_instance(drawn.part(np.array([number]), own)).resolved
