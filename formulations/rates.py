r"""Rates as what happens to children within a period.  MODEL.md 3.1.

With ``timing = "period"`` a child moves at most once a period: competing rates :math:`h_{ij}` give

.. math::
    p_{ij} = \frac{h_{ij}}{h_i}\big(1 - e^{-h_i\Delta}\big), \qquad
    p_{ii} = e^{-h_i\Delta}, \qquad h_i = \sum_{j\ne i} h_{ij}

With ``timing = "continuous"`` a rate is a rate whatever the periods: with :math:`Q` the rates
between states, :math:`Q_{ii} = -h_i`,

.. math::
    p = e^{Q\Delta}, \qquad G = \int_0^\Delta e^{Qs}\,ds, \qquad
    K = \int_0^\Delta (\Delta - s)\,e^{Qs}\,ds

All areas and years are worked out at once, each of the three from its series over a short step,
doubled until the step is the period: :math:`G \leftarrow G + pG`, kept apart so that none is lost
in another (Van Loan, 1978, puts all three in one larger exponential).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from formulations.modelling import pyo
from formulations.names import EXIT
from formulations.profiles import Floats, Profiles

if TYPE_CHECKING:
    from allocator.instance import Instance
    from allocator.instance.year_rows import YearRows

SHORT = 0.5  # a step times the highest rate out of a state, at most
TERMS = 16  # of the series over a short step: what is left out is below 1e-17

Move = tuple[str, str, str]  # area, from, to


@dataclass(frozen=True)
class Rates:
    """What a period of a year does, by area, states and year.

    ``chance``: share of those in one state at its start who are in another (or out, ``exit``) at
    its end; from = to for staying.  ``joining``: share of those who join the one during it
    (arrivals, moves averted) who are in the other at its end.  ``stock``: years spent in the other
    for each child in the one at the start, and ``spent_by_new`` child-years spent in a state by
    those who arrive; with one move a period, the stock at the start stands for both.
    ``avertible``: share, or moves per child-year, of which the avoidable share can be averted.
    """

    chance: Profiles
    joining: Profiles
    stock: Profiles
    spent_by_new: Profiles
    avertible: Profiles


def declare(m: pyo.AbstractModel, instance: Instance) -> None:
    """What a period does, for the topics that follow, and what things cost by year."""
    m.rates, m.prices = rates_of(instance), by_year(instance, instance.resolved.prices)


def rates_of(instance: Instance) -> Rates:
    """See ``Rates``, as the instance's timing has it."""
    return _continuous(instance) if instance.is_continuous else _once_a_period(instance)


def _once_a_period(instance: Instance) -> Rates:
    """At most one move a period; who joins is where they join at its end."""
    chance, years = _competing(instance), instance.horizon
    same = Profiles.over([(a, i, i) for a, i in instance.resolved.states], years, 1.0)
    none = Profiles.over(list(instance.resolved.states), years, 0.0)
    return Rates(chance, same, same, none, chance)


def _competing(instance: Instance) -> Profiles:
    """Shares who stay, and who make each of the moves that compete."""
    length, states = 1 / instance.periods_per_year, list(instance.resolved.states)
    rates = by_year(instance, instance.resolved.rates)
    place = {key: n for n, key in enumerate(states)}
    origin = np.array([place[a, i] for a, i, _ in rates.spans.keys], dtype=np.int64)
    total = np.zeros((len(states), instance.years))
    np.add.at(total, origin, rates.rows)
    stay = np.array([[math.exp(-hazard * length) for hazard in row] for row in total.tolist()])
    stay = stay.reshape(total.shape)
    hazard, moved = total[origin], 1 - stay[origin]
    share = np.divide(rates.rows, hazard, out=np.zeros_like(hazard), where=hazard > 0)
    keys = [*((a, i, i) for a, i in states), *rates.spans.keys]
    return Profiles.over(keys, instance.horizon, np.vstack([stay, share * moved]))


def _continuous(instance: Instance) -> Rates:
    """Moves at all times: shares and child-years from the exponential of the rates."""
    length, states = 1 / instance.periods_per_year, list(instance.resolved.states)
    moved, stayed, stayed_of_new = exponentials(generators(instance), length)
    out = np.maximum(0.0, 1 - moved.sum(axis=-1, keepdims=True))
    within, leaving = _by_move(instance, moved), _by_move(instance, out)
    leaving_keys = [(a, i, EXIT) for a, i, _ in leaving.spans.keys]
    rates = by_year(instance, instance.resolved.rates)
    staying = [(a, i, i) for a, i in states]
    years = instance.horizon
    return Rates(
        Profiles.over(
            [*within.spans.keys, *leaving_keys], years, np.vstack([within.rows, leaving.rows])
        ),
        _by_move(instance, stayed / length),
        _by_move(instance, stayed),
        spent_by_new(instance, _by_move(instance, stayed_of_new)),
        Profiles.over(
            [*rates.spans.keys, *staying],
            years,
            np.vstack([rates.rows, np.ones((len(states), len(years)))]),
        ),
    )


def by_year(instance: Instance, values: YearRows) -> Profiles:
    """Values by year of a table of the instance's."""
    rows = np.array(list(values.rows.values()), dtype=float)
    return Profiles.over(list(values.rows), instance.horizon, rows)


def spent_by_new(instance: Instance, years_spent: Profiles) -> Profiles:
    """Child-years that a period's arrivals spend in each state, by area, state and year."""
    return arriving(instance, years_spent, 1)


def arriving(instance: Instance, onward: Profiles, parts: int) -> Profiles:
    """Arrivals of one of so many parts of a year, each times what it is onward to a state."""
    states = list(instance.resolved.states)
    place = {key: n for n, key in enumerate(states)}
    arrivals = by_year(instance, instance.resolved.arrivals)
    moves = onward.spans.keys
    there = np.zeros((len(states), instance.years))
    coming = arrivals.rows_of([(a, i) for a, i, _ in moves]) / parts * onward.rows
    np.add.at(there, [place[a, j] for a, _, j in moves], coming)
    return Profiles.over(states, instance.horizon, there)


def generators(instance: Instance) -> Floats:
    """Rates between states, (areas, years, states, states), less those of leaving on the diagonal.

    States are those of any area, in the order of ``state_names``; an area without one has nobody
    in it and no rate out of it.
    """
    data, first = instance.resolved, instance.first_year
    area = {a: n for n, a in enumerate(instance.areas)}
    state = {i: n for n, i in enumerate(state_names(instance))}
    rates = np.zeros((len(area), instance.years, len(state), len(state)))
    for (a, i, j, y), rate in data.rates.items():
        rates[area[a], y - first, state[i], state[i]] -= rate
        if j != EXIT:
            rates[area[a], y - first, state[i], state[j]] += rate
    return rates


def state_names(instance: Instance) -> list[str]:
    """Names of the states of all areas, each once."""
    return list(dict.fromkeys(i for _, i in instance.resolved.states))


def exponentials(rates: Floats, length: float) -> tuple[Floats, Floats, Floats]:
    """:math:`p`, :math:`G` and :math:`K` of rates, (..., states, states), over ``length`` years."""
    highest = float(np.max(-np.diagonal(rates, axis1=-2, axis2=-1), initial=0.0))
    doublings = max(0, math.ceil(math.log2(max(highest * length / SHORT, 1e-300))))
    step = length / 2**doublings
    moved, stayed, stayed_of_new = _series(rates * step, step)
    for _ in range(doublings):
        stayed_of_new = stayed_of_new + step * stayed + moved @ stayed_of_new
        stayed = stayed + moved @ stayed
        moved = moved @ moved
        step *= 2
    return moved, stayed, stayed_of_new


def _series(rates: Floats, step: float) -> tuple[Floats, Floats, Floats]:
    """The three over a short step: :math:`A^k` over k!, (k+1)! and (k+2)!."""
    power = np.broadcast_to(np.eye(rates.shape[-1]), rates.shape)
    moved, stayed, stayed_of_new = np.zeros((3, *rates.shape))
    for k in range(TERMS):
        moved += power
        stayed += power * (step / (k + 1))
        stayed_of_new += power * (step**2 / ((k + 1) * (k + 2)))
        power = power @ rates / (k + 1)
    return moved, stayed, stayed_of_new


def _by_move(instance: Instance, values: Floats) -> Profiles:
    """Values, (areas, years, states, states), by area, from and to: of those above nought once."""
    names, areas, states = state_names(instance), instance.areas, instance.resolved.states
    area, before, after = np.nonzero(values.any(axis=1))
    there = [(areas[n], names[i]) in states for n, i in zip(area, before, strict=True)]
    area, before, after = area[there], before[there], after[there]
    moves = [
        (areas[n], names[i], names[j])
        for n, i, j in zip(area.tolist(), before.tolist(), after.tolist(), strict=True)
    ]
    return Profiles.over(moves, instance.horizon, values[area, :, before, after])
