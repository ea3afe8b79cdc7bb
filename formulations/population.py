"""Children moving between states.  MODEL.md 3.1, 3.2, and the baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from formulations.horizon import year_of
from formulations.modelling import pyo
from formulations.names import EXIT
from formulations.profiles import Profiles
from formulations.rates import Rates, arriving, rates_of

if TYPE_CHECKING:
    from allocator.instance import Instance


def declare(m: pyo.AbstractModel, instance: Instance) -> None:
    """``STATES`` (area, state), ``CARE_STATES``, ``ORIGINS``, probabilities, and ``children``."""
    data = instance.resolved
    m.STATES = pyo.Set(dimen=2, initialize=list(data.states))
    m.CARE_STATES = pyo.Set(
        dimen=2, initialize=[key for key, state in data.states.items() if state.in_care]
    )
    origins: dict[tuple[str, str], dict[str, None]] = {(a, j): {j: None} for a, j in data.states}
    for a, i, j in m.rates.chance.spans.keys:
        if j != EXIT:
            origins[a, j][i] = None
    m.ORIGINS = pyo.Set(
        m.STATES, dimen=1, initialize={key: list(states) for key, states in origins.items()}
    )
    m.probability = pyo.Param(
        pyo.Any,
        initialize=m.rates.chance,
        doc="share of those in i at the start of a period of the year who are in j at its end",
    )
    m.arrivals = pyo.Param(
        m.STATES,
        m.YEARS,
        initialize=arrivals(instance, m.rates),
        doc="children of a period's arrivals who are there at its end",
    )
    m.opening = pyo.Param(
        m.STATES, doc="children", initialize={k: state.opening for k, state in data.states.items()}
    )
    m.children = pyo.Var(m.STATES, m.PERIODS_AND_OPENING, bounds=(0, None), doc="children")


def arrivals(instance: Instance, rates: Rates) -> Profiles:
    r"""Those of a period's arrivals who are in each state at its end, by area, state and year.

    :math:`b_j\Delta`, or with continuous timing :math:`\sum_i b_i G_{ij}`.
    """
    return arriving(instance, rates.joining, instance.periods_per_year)


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
    With continuous timing arrivals come in, and moves are averted, all through the period, and
    move on within it:

    .. math::
        n_{jt} = \sum_i b_{i,y(t)} G_{ij} + \sum_i p_{ij}\, n_{i,t-1}
                 + \sum_k \frac{d_{kt}}{\Delta}\big(G_{instead,j} - G_{to,j}\big),
        \quad G_{exit} = 0

    Dual: £m (present value) per child who joins the state in the period.  MODEL.md 3.2
    """
    return m.children[a, j, t] == (
        m.arrivals[a, j, m.year_of[t]]
        + sum(
            m.probability[a, i, j, m.year_of[t]] * m.children[a, i, t - 1] for i in m.ORIGINS[a, j]
        )
        - sum(
            m.joining[a, k, j, m.year_of[t]] * m.diverted[a, p, i, k, l, t]
            for p, i, k, l in m.DIVERTED_FROM_ENTERING[a, j]
        )
        + sum(
            m.joining[a, l, j, m.year_of[t]] * m.diverted[a, p, i, k, l, t]
            for p, i, k, l in m.DIVERTED_INTO[a, j]
        )
    )


def baseline(instance: Instance, rates: Rates | None = None) -> dict[tuple[str, str, int], float]:
    """Children by area, state and period (0..H) if every service stays at its baseline."""
    states, rates = instance.resolved.states, rates or rates_of(instance)
    place = {key: n for n, key in enumerate(states)}
    within = np.array([j != EXIT for _, _, j in rates.chance.spans.keys], dtype=bool)
    chance, moves = rates.chance.rows[within], rates.chance.spans.only(within).keys
    before = np.array([place[a, i] for a, i, _ in moves], dtype=np.int64)
    after = np.array([place[a, j] for a, _, j in moves], dtype=np.int64)
    coming, children = (
        arrivals(instance, rates).rows,
        [np.array([s.opening for s in states.values()])],
    )
    for t in range(1, instance.number_of_periods + 1):
        n = year_of(instance, t) - instance.first_year
        children.append(coming[:, n].copy())
        np.add.at(children[-1], after, chance[:, n] * children[-2][before])
    return {
        (*key, t): child
        for t, row in enumerate(children)
        for key, child in zip(states, row.tolist(), strict=True)
    }
