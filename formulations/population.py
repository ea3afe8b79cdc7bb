"""Children moving between states.  MODEL.md 3.1, 3.2, and the baseline."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pyomo.core as pyo

from formulations.horizon import year_of
from formulations.names import EXIT

if TYPE_CHECKING:
    from allocator.instance import Instance

Chances = dict[tuple[str, str, str, int], float]  # area, from, to, year


def declare(m: pyo.AbstractModel, instance: Instance) -> None:
    r"""``STATES`` (area, state), ``CARE_STATES``, ``ORIGINS``, probabilities, and ``children``.

    Chances within a period come from constant competing rates :math:`h_{ij}` (MODEL.md 3.1):

    .. math::
        p_{ij} = \frac{h_{ij}}{h_i}\big(1 - e^{-h_i\Delta}\big), \qquad
        p_{ii} = e^{-h_i\Delta}, \qquad h_i = \sum_{j\ne i} h_{ij}
    """
    data = instance.resolved
    m.chances = probabilities(instance)  # for the topics that follow
    m.STATES = pyo.Set(dimen=2, initialize=list(data.states))
    m.CARE_STATES = pyo.Set(
        dimen=2, initialize=[key for key, state in data.states.items() if state.in_care]
    )
    origins = defaultdict(list)
    for a, i, j, y in data.rates:
        if j != EXIT and y == instance.first_year:
            origins[a, j].append(i)
    m.ORIGINS = pyo.Set(
        m.STATES, dimen=1, initialize={(a, j): [j, *origins[a, j]] for a, j in data.states}
    )
    m.probability = pyo.Param(
        pyo.Any,
        initialize=m.chances,
        doc="share of those in i at the start of a period of the year who are in j at its end",
    )
    m.arrivals = pyo.Param(
        m.STATES,
        m.YEARS,
        initialize={
            (a, j, y): data.arrivals.get((a, j, y), 0.0) / instance.periods_per_year
            for a, j in data.states
            for y in instance.horizon
        },
        doc="children per period of the year",
    )
    m.opening = pyo.Param(
        m.STATES, doc="children", initialize={k: state.opening for k, state in data.states.items()}
    )
    m.children = pyo.Var(m.STATES, m.PERIODS_AND_OPENING, bounds=(0, None), doc="children")


def children_opening(m: Any, a: str, i: str) -> Any:
    r"""At the start there are the children there are.

    .. math:: n_{i0} = opening_i

    Dual: £m (present value) per child more at the start.  MODEL.md 3.2
    """
    return m.children[a, i, 0] == m.opening[a, i]


def children_balance(m: Any, a: str, j: str, t: int) -> Any:
    r"""Children in a state are those who stay, arrive or move in, but for those diverted.

    .. math::
        n_{jt} = b_{j,y(t)}\Delta + \sum_i p_{ij}\, n_{i,t-1}
                 - \sum_{k:\,to=j} d_{kt} + \sum_{k:\,instead=j} d_{kt}

    The sum over :math:`i` includes :math:`j` itself, :math:`p_{jj}` being the share who stay.

    Dual: £m (present value) per child who joins the state in the period.  MODEL.md 3.2
    """
    return m.children[a, j, t] == (
        m.arrivals[a, j, m.year_of[t]]
        + sum(
            m.probability[a, i, j, m.year_of[t]] * m.children[a, i, t - 1] for i in m.ORIGINS[a, j]
        )
        - sum(m.diverted[a, p, i, j, l, t] for p, i, l in m.DIVERTED_FROM_ENTERING[a, j])
        + sum(m.diverted[a, p, i, k, j, t] for p, i, k in m.DIVERTED_INTO[a, j])
    )


def probabilities(instance: Instance) -> Chances:
    """Chance by area, from, to and year of a move within one period; from = to for staying.

    Competing constant hazards: MODEL.md 3.1.
    """
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


def baseline(instance: Instance) -> dict[tuple[str, str, int], float]:
    """Children by area, state and period (0..H) if every service stays at its baseline."""
    data = instance.resolved
    children = {(a, i, 0): state.opening for (a, i), state in data.states.items()}
    moves = defaultdict(list)
    for (a, i, j, y), chance in probabilities(instance).items():
        if j != EXIT:
            moves[y].append((a, i, j, chance))
    for t in range(1, instance.number_of_periods + 1):
        y = year_of(instance, t)
        for a, j in data.states:
            children[a, j, t] = data.arrivals.get((a, j, y), 0.0) / instance.periods_per_year
        for a, i, j, chance in moves[y]:
            children[a, j, t] += chance * children[a, i, t - 1]
    return children
