"""What is minimised: the present value of spend and of what is left behind.  MODEL.md 3.11."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from formulations.benefits import benefits, child_benefits
from formulations.modelling import pyo
from formulations.names import EXIT, MILLION
from formulations.profiles import Profiles, Spans
from formulations.rates import generators, state_names
from formulations.services import reaches
from formulations.shortfall import charges
from formulations.staff import child_costs

if TYPE_CHECKING:
    from allocator.instance import Instance
    from formulations.profiles import Floats
    from formulations.rates import Rates


def declare(m: pyo.AbstractModel, instance: Instance) -> None:
    """Discount factors, the value of a child at the end, and of a move averted after it."""
    yearly = 1 / (1 + instance.discount_rate)
    closing = yearly ** (instance.years - 1)
    values = values_of_a_child(instance, m.rates) if instance.terminal_value else {}
    m.discount = pyo.Param(
        m.YEARS, initialize={y: yearly**n for n, y in enumerate(instance.horizon)}
    )
    m.VALUED_STATES = pyo.Set(dimen=2, initialize=list(values))
    m.child_value = pyo.Param(
        m.VALUED_STATES,
        initialize={key: closing * value for key, value in values.items()},
        doc="£m (present value) per child at the end of the horizon",
    )
    after = _late_savings(instance, values)
    m.LATE_DIVERSIONS = pyo.Set(dimen=6, initialize=after.spans)
    m.late_saving = pyo.Param(
        m.LATE_DIVERSIONS, initialize=after, doc="£m (present value) per move averted"
    )


def _late_savings(instance: Instance, values: dict[tuple[str, str], float]) -> Profiles:
    """£m (present value) of a move averted after the horizon, by effect and period.

    In the middle of its period with continuous timing, at its end otherwise; none without
    ``values``.
    """
    last, yearly = instance.number_of_periods, 1 / (1 + instance.discount_rate)
    closing, per_period = yearly ** (instance.years - 1), yearly ** (1 / instance.periods_per_year)
    earlier = 0.5 if instance.is_continuous else 0.0
    ends = reaches(instance) if values else {}
    latest = max(ends.values(), default=0)
    discounts = np.array([closing * per_period ** (tau - earlier) for tau in range(1, latest + 1)])
    saved = [
        discounts[:end] * (values.get((k[0], k[3]), 0.0) - values.get((k[0], k[4]), 0.0))
        for k, end in ends.items()
    ]
    spans = Spans.of([(k, range(last + 1, last + end + 1)) for k, end in ends.items()])
    return Profiles(spans, np.concatenate([np.empty(0), *saved]))


def values_of_a_child(instance: Instance, rates: Rates) -> dict[tuple[str, str], float]:
    r"""Cashable cost, from the end of the horizon on, of a child in each state, £m.

    With the closing year's probabilities and prices, in its money of account:
    :math:`V = (I - \beta P)^{-1}\beta\,\tilde c`, or with continuous timing
    :math:`V = \frac\rho r(\rho I - Q)^{-1}\,\kappa c\pi_Y` with :math:`\rho = \ln(1+r)`.
    The cost includes that of the staff (3.12), and is less the good done to others, as far as it
    counts (3.14).
    """
    place = {i: n for n, i in enumerate(state_names(instance))}
    moves, value = (
        (generators(instance)[:, -1], _continuous_values)
        if instance.is_continuous
        else (_closing_chances(instance, rates.chance, place), _period_values)
    )
    costs, by_state = _yearly_costs(instance), dict[tuple[str, str], float]()
    for of_area, (a, states) in zip(moves, _states_by_area(instance).items(), strict=True):
        own = [place[i] for i in states]
        cost = np.array([costs[a, i] for i in states])
        values = value(instance, of_area[np.ix_(own, own)], cost)
        by_state |= {(a, i): float(v) for i, v in zip(states, values, strict=True)}
    return by_state


def _states_by_area(instance: Instance) -> dict[str, list[str]]:
    states: dict[str, list[str]] = {a: [] for a in instance.areas}
    for a, i in instance.resolved.states:
        states[a].append(i)
    return states


def _yearly_costs(instance: Instance) -> dict[tuple[str, str], float]:
    """Cashable cost of a child-year at the closing year's prices, less its good to others, £m.

    Of the place and of the staff, by area and state.
    """
    data, staff, good = instance.resolved, child_costs(instance), child_benefits(instance)
    costs = {}
    for key, state in data.states.items():
        place = state.cashable_share * state.unit_cost * data.prices[*key, instance.last_year]
        counted = instance.benefit_weight * good.get(key, 0.0)
        costs[key] = (place + staff.get(key, 0.0) - counted) / MILLION
    return costs


def _closing_chances(instance: Instance, chance: Profiles, place: dict[str, int]) -> Floats:
    """Shares who move in a period of the closing year, (areas, states, states)."""
    area = {a: n for n, a in enumerate(instance.areas)}
    chances = np.zeros((len(area), len(place), len(place)))
    for (a, i, j), share in zip(chance.spans.keys, chance.rows[:, -1], strict=True):
        if j != EXIT:
            chances[area[a], place[i], place[j]] = share
    return chances


def _period_values(instance: Instance, chances: Floats, cost: Floats) -> Floats:
    r""":math:`(I - \beta P)^{-1}\beta\,\tilde c` of an area's states."""
    per_year = instance.periods_per_year
    per_period = (1 + instance.discount_rate) ** (-1 / per_year)
    return np.linalg.solve(np.eye(len(cost)) - per_period * chances, per_period * cost / per_year)


def _continuous_values(instance: Instance, rates: Floats, cost: Floats) -> Floats:
    r""":math:`\frac\rho r(\rho I - Q)^{-1}\kappa c\pi_Y` of an area's states."""
    rate = instance.discount_rate
    force = math.log1p(rate)  # of discounting, all through the year
    scale = force / rate if rate > 0 else 1.0
    leaving = force * np.eye(len(cost)) - rates
    return np.asarray(np.linalg.solve(leaving, scale * cost), dtype=np.float64)


def spend_present_value(m: Any) -> Any:
    r""":math:`\sum_y \delta^{\,y-y_0}\sum_g spend_{gy}`, £m."""
    return sum(m.discount[y] * m.spend[a, g, y] for a in m.AREAS for g in m.TIERS for y in m.YEARS)


def terminal_value(m: Any) -> Any:
    r"""Cost of the children still there, less what cases already served still avert, £m.

    :math:`\delta^{Y-y_0}\big(\sum_i V_i n_{iH}
    - \sum_{\tau\ge1}\beta^{\tau}\sum_k d_{k,H+\tau}(V_{to}-V_{instead})\big)`
    """
    return sum(
        m.child_value[a, i] * m.children[a, i, t] for a, i in m.VALUED_STATES for t in m.END
    ) - sum(
        m.late_saving[a, p, i, j, l, t] * m.diverted[a, p, i, j, l, t]
        for a, p, i, j, l, t in m.LATE_DIVERSIONS
    )


def total_cost(m: Any) -> Any:
    r"""Least present value of spend and terminal value, and of what a shortfall is charged, £m.

    Less the good done to others, as far as it counts.

    .. math::
        \min \sum_y \delta^{\,y-y_0}\Big(\sum_g spend_{gy} + price_{excess}\, excess_y
        + price_{overspend}\, overspent_y\Big)
        + \delta^{Y-y_0}\Big(\sum_i V_i n_{iH}
        - \sum_{\tau\ge1}\beta^{\tau}\sum_k d_{k,H+\tau}(V_{to}-V_{instead})\Big)
        - weight\cdot B

    With continuous timing :math:`\beta^{\tau-1/2}` stands for :math:`\beta^\tau`.
    MODEL.md 3.8, 3.10, 3.11, 3.14
    """
    return spend_present_value(m) + terminal_value(m) + charges(m) - benefits(m)


def children_in_care_at_end(m: Any) -> Any:
    r"""Fewest children in care at the end of the horizon.

    .. math:: \min \sum_{i\in C} n_{iH}

    MODEL.md 3.10
    """
    return sum(m.children[a, i, t] for a, i in m.CARE_STATES for t in m.END)
