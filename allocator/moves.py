"""Moves of children between states, year by year: what a plan averts, told as flows.

A move from one state to another is the chance of it times the children there, less what services
avert of it, and more by those who go there instead (3.1 and 3.2 of the specification).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.instance import Instance
from allocator.instance.schema import EXIT
from allocator.simulate import Baseline, Simulator

Floats = NDArray[np.float64]
Move = tuple[str, str, str]  # area, from, to; `exit` stands for outside the states at either end

_KEYS: Final = ["area", "from", "to"]


def move_table(
    instance: Instance, unchanged: Baseline, tables: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """By area, from, to and year: children who move, planned and if nothing changes.

    ``from`` is ``exit`` for those who come from outside the states.  Needs the tables ``states``
    and ``diverted`` of the plan.
    """
    run = Simulator(instance)
    moves = known_moves(instance)
    planned = _unaverted(run, moves, _children(run, tables["states"]))
    planned += _averted(instance, moves, tables["diverted"])
    index = pd.MultiIndex.from_tuples(moves, names=_KEYS)
    frame = index.repeat(instance.years).to_frame(index=False).astype(dict.fromkeys(_KEYS, "str"))
    frame["year"] = np.tile(np.array(instance.horizon), len(moves))
    frame["moves"] = planned.T.ravel()
    frame["baseline_moves"] = _unaverted(run, moves, unchanged.children).T.ravel()
    return frame


def known_moves(instance: Instance) -> list[Move]:
    """Every move that a rate, an arrival or an effect names, area by area."""
    data = instance.resolved
    found = [(area, EXIT, state) for area, state, _ in data.arrivals]
    found += [(area, i, j) for area, i, j, _ in data.rates]
    found += [
        (area, i, end) for area, _, i, *ends in data.effects for end in ends if end != i
    ]  # fmt: skip
    order = {area: n for n, area in enumerate(instance.areas)}
    return sorted(dict.fromkeys(found), key=lambda move: order[move[0]])


def _children(run: Simulator, states: pd.DataFrame) -> Floats:
    """The plan's children at the end of each period, the opening first, (periods + 1, states)."""
    wide = states.pivot(index="period", columns=["area", "state"], values="children")
    return wide.sort_index()[run.states].to_numpy(dtype=float)


def _unaverted(run: Simulator, moves: list[Move], children: Floats) -> Floats:
    """Moves by year if no service averts any, (years, moves)."""
    position = {key: n for n, key in enumerate(run.states)}
    stocked = [n for n, (_, start, _) in enumerate(moves) if start != EXIT]
    rows = np.array([position[moves[n][0], moves[n][1]] for n in stocked], dtype=int)
    into = [n for n, (_, start, _) in enumerate(moves) if start == EXIT]
    states = [position[moves[n][0], moves[n][2]] for n in into]
    each, arrivals = run.instance.periods_per_year, run.clock.by_year(run.arrivals())
    found = np.zeros((run.instance.years, len(moves)))
    for at, year in enumerate(run.instance.horizon):
        known = run.chances(year)
        chances = np.array([known.get(moves[n], 0.0) for n in stocked])
        starts = children[at * each : (at + 1) * each][:, rows].sum(axis=0)
        found[at, stocked] = chances * starts
        found[at, into] = arrivals[at, states]
    return found


def _averted(instance: Instance, moves: list[Move], diverted: pd.DataFrame) -> Floats:
    """What services change of each move by year, (years, moves): fewer of one, more of another."""
    position = {move: n for n, move in enumerate(moves)}
    changed = np.zeros((instance.years, len(moves)))
    inside = diverted[diverted["period"] <= instance.number_of_periods]
    summed = inside.groupby(["area", "from", "to", "instead", "year"])["diverted"].sum()
    for area, start, end, instead, year, number in summed.reset_index().itertuples(index=False):
        at = int(year) - instance.first_year
        if end != start:
            changed[at, position[area, start, end]] -= number
        if instead != start:
            changed[at, position[area, start, instead]] += number
    return changed
