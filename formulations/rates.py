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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from formulations.modelling import pyo
from formulations.names import EXIT

if TYPE_CHECKING:
    from allocator.instance import Instance

SHORT = 0.5  # a step times the highest rate out of a state, at most
TERMS = 16  # of the series over a short step: what is left out is below 1e-17

Floats = NDArray[np.float64]
Key = tuple[str, str, str, int]  # area, from, to, year
ByMove = dict[Key, float]
ByState = dict[tuple[str, str, int], float]  # area, state, year


@dataclass(frozen=True)
class Rates:
    """What a period of a year does, by area, year and states.

    ``chance``: share of those in one state at its start who are in another (or out, ``exit``) at
    its end; from = to for staying.  ``joining``: share of those who join the one during it
    (arrivals, moves averted) who are in the other at its end.  ``stock``: years spent in the other
    for each child in the one at the start, and ``spent_by_new`` child-years spent in a state by
    those who arrive; with one move a period, the stock at the start stands for both.
    ``avertible``: share, or moves per child-year, of which the avoidable share can be averted.
    """

    chance: ByMove
    joining: ByMove
    stock: ByMove
    spent_by_new: ByState
    avertible: ByMove


def declare(m: pyo.AbstractModel, instance: Instance) -> None:
    """What a period does, for the topics that follow: shares moved, and stayed for how long."""
    m.rates = rates_of(instance)


def rates_of(instance: Instance) -> Rates:
    """See ``Rates``, as the instance's timing has it."""
    return _continuous(instance) if instance.is_continuous else _once_a_period(instance)


def _once_a_period(instance: Instance) -> Rates:
    """At most one move a period; who joins is where they join at its end."""
    chance = _competing(instance)
    same = {(a, i, i, y): 1.0 for a, i in instance.resolved.states for y in instance.horizon}
    none = {(a, i, y): 0.0 for a, i, _, y in same}
    return Rates(chance, same, same, none, chance)


def _competing(instance: Instance) -> ByMove:
    length = 1 / instance.periods_per_year
    data, years = instance.resolved, instance.horizon
    total = dict.fromkeys(((*key, y) for key in data.states for y in years), 0.0)
    rates = data.rates.items()
    for (a, i, _, y), rate in rates:
        total[a, i, y] += rate
    stay = {key: math.exp(-hazard * length) for key, hazard in total.items()}
    chances = {(a, i, i, y): share for (a, i, y), share in stay.items()}
    for (a, i, j, y), rate in rates:
        hazard = total[a, i, y]
        chances[a, i, j, y] = rate / hazard * (1 - stay[a, i, y]) if hazard > 0 else 0.0
    return chances


def _continuous(instance: Instance) -> Rates:
    """Moves at all times: shares and child-years from the exponential of the rates."""
    data, length = instance.resolved, 1 / instance.periods_per_year
    moved, stayed, stayed_of_new = exponentials(generators(instance), length)
    chance = dict(_by_move(instance, moved))
    out = np.maximum(0.0, 1 - moved.sum(axis=-1, keepdims=True))
    chance |= {(a, i, EXIT, y): share for (a, i, _, y), share in _by_move(instance, out)}
    spent = dict.fromkeys(((*key, y) for key in data.states for y in instance.horizon), 0.0)
    for (a, u, i, y), years in _by_move(instance, stayed_of_new):
        spent[a, i, y] += data.arrivals.get((a, u, y), 0.0) * years
    avertible = {**data.rates, **{(a, i, i, y): 1.0 for a, i, y in spent}}
    return Rates(
        chance,
        dict(_by_move(instance, stayed / length)),
        dict(_by_move(instance, stayed)),
        spent,
        avertible,
    )


def generators(instance: Instance) -> Floats:
    """Rates between states, (areas, years, states, states), less those of leaving on the diagonal.

    States are those of any area, in the order of ``state_names``; an area without one has nobody
    in it and no rate out of it.
    """
    data, first = instance.resolved, instance.first_year
    area = {a: n for n, a in enumerate(instance.areas)}
    state = {i: n for n, i in enumerate(state_names(instance))}
    found = np.zeros((len(area), instance.years, len(state), len(state)))
    for (a, i, j, y), rate in data.rates.items():
        found[area[a], y - first, state[i], state[i]] -= rate
        if j != EXIT:
            found[area[a], y - first, state[i], state[j]] += rate
    return found


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


def _by_move(instance: Instance, values: Floats) -> Iterator[tuple[Key, float]]:
    """Values above nought, (areas, years, states, states), by area, from, to and year."""
    names, areas, years = state_names(instance), instance.areas, list(instance.horizon)
    states: Mapping[tuple[str, str], object] = instance.resolved.states
    for n, y, i, j in zip(*(part.tolist() for part in np.nonzero(values)), strict=True):
        if (areas[n], names[i]) in states:
            yield (areas[n], names[i], names[j], years[y]), float(values[n, y, i, j])
