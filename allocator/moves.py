"""Moves of children between states, year by year: what a plan averts, told as flows.

A move from one state to another is the chance of it times the children there (with continuous
timing its rate times the child-years spent there), less what services avert of it, and more by
those who go there instead (3.1 and 3.2 of the specification).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from allocator.instance import Instance
from allocator.instance.schema import EXIT
from allocator.simulate import Baseline, Simulator
from allocator.table import Table, Tables

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Move = tuple[str, str, str]  # area, from, to; `exit` stands for outside the states at either end

_EFFECT: Final = ("area", "service", "from", "to", "instead")


def move_table(
    instance: Instance, unchanged: Baseline, tables: Mapping[str, pd.DataFrame]
) -> Table:
    """By area, from, to and year: children who move, planned and if nothing changes.

    ``from`` is ``exit`` for those who come from outside the states.  Needs the tables ``states``
    and ``diverted`` of the plan.
    """
    run, given = Simulator(instance), Tables.of(tables)
    moves, diverted = known_moves(instance), _diverted(run, given.table("diverted"))
    children, changed = _children(run, given.table("states")), diverted @ run.shift()
    planned = _unaverted(run, moves, children, changed) + _averted(run, moves, diverted)
    still = np.zeros((instance.number_of_periods, len(run.states)))
    areas, starts, ends = ([move[n] for move in moves for _ in instance.horizon] for n in range(3))
    return Table(
        {
            "area": areas,
            "from": starts,
            "to": ends,
            "year": np.tile(np.array(instance.horizon), len(moves)),
            "moves": planned.T.ravel(),
            "baseline_moves": _unaverted(run, moves, unchanged.children, still).T.ravel(),
        }
    )


def known_moves(instance: Instance) -> list[Move]:
    """Every move that a rate, an arrival or an effect names, area by area."""
    data = instance.resolved
    moves = [(area, EXIT, state) for area, state in data.arrivals.rows]
    moves += data.rates.rows
    moves += [(area, i, end) for area, _, i, *ends in data.effects for end in ends if end != i]
    order = {area: n for n, area in enumerate(instance.areas)}
    return sorted(dict.fromkeys(moves), key=lambda move: order[move[0]])


def _children(run: Simulator, states: Table) -> Floats:
    """The plan's children at the end of each period, the opening first, (periods + 1, states)."""
    keys, periods = ["area", "state"], range(run.instance.number_of_periods + 1)
    states.check_keys(keys, run.states)
    return states.wide(keys, "children", run.states, periods)


def _diverted(run: Simulator, diverted: Table) -> Floats:
    """Moves averted inside the horizon, (periods, effects)."""
    periods = range(1, run.instance.number_of_periods + 1)
    diverted.check_keys(_EFFECT, run.effects)
    return np.nan_to_num(diverted.wide(_EFFECT, "diverted", run.effects, periods))


def _unaverted(run: Simulator, moves: list[Move], children: Floats, changed: Floats) -> Floats:
    """Moves by year that rates make, (years, moves), of those there and of those who come."""
    position = {key: n for n, key in enumerate(run.states)}
    stocked = [n for n, (_, start, _) in enumerate(moves) if start != EXIT]
    rows = np.array([position[moves[n][0], moves[n][1]] for n in stocked], dtype=int)
    into = [n for n, (_, start, _) in enumerate(moves) if start == EXIT]
    states = [position[moves[n][0], moves[n][2]] for n in into]
    arrivals, years = run.arrivals(), run.clock.years_of_periods
    exposed = run.clock.by_year(
        np.array(
            [
                run.movement.exposed(children[n], arrivals[n] + changed[n], year)
                for n, year in enumerate(years)
            ]
        )
    )
    moved, known = np.zeros((run.instance.years, len(moves))), [moves[n] for n in stocked]
    for at, year in enumerate(run.instance.horizon):
        rates = run.movement.intensities(year)
        each = np.array([rates.get(move, 0.0) for move in known])
        moved[at, stocked] = each * exposed[at, rows]
    moved[:, into] = run.clock.by_year(arrivals)[:, states]
    return moved


def _averted(run: Simulator, moves: list[Move], diverted: Floats) -> Floats:
    """What services change of each move by year, (years, moves): fewer of one, more of another."""
    position = {move: n for n, move in enumerate(moves)}
    changed = np.zeros((run.instance.years, len(moves)))
    yearly = run.clock.by_year(diverted)
    for (area, _, start, end, instead), number in zip(run.effects, yearly.T, strict=True):
        if end != start:
            changed[:, position[area, start, end]] -= number
        if instead != start:
            changed[:, position[area, start, instead]] += number
    return changed
