"""What is minimised: the present value of spend and of what is left behind.  MODEL.md 3.11."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyomo.core as pyo

from formulations.money import MILLION

if TYPE_CHECKING:
    from allocator.instance import Instance
    from formulations.population import Chances


def declare(m: pyo.AbstractModel, instance: Instance) -> None:
    """Discount factors, the value of a child at the end, and of a move averted after it."""
    data, last = instance.resolved, instance.number_of_periods
    yearly = 1 / (1 + instance.discount_rate)
    per_period = yearly ** (1 / instance.periods_per_year)
    closing = yearly ** (instance.years - 1)
    values = {}
    if instance.terminal_value:
        for a in instance.areas:
            values.update(child_values(instance, a, per_period, m.chances))
    m.discount = pyo.Param(
        m.YEARS, initialize={y: yearly**n for n, y in enumerate(instance.horizon)}
    )
    m.VALUED_STATES = pyo.Set(dimen=2, initialize=list(values))
    m.child_value = pyo.Param(
        m.VALUED_STATES, initialize={key: closing * value for key, value in values.items()},
        doc="£m (present value) per child at the end of the horizon",
    )  # fmt: skip
    after = {
        (*k, last + tau): closing
        * per_period**tau
        * (values.get((k[0], k[3]), 0.0) - values.get((k[0], k[4]), 0.0))
        for k in data.effects
        if instance.terminal_value
        for tau in range(1, (max(data.effects[k]) + 1) * instance.periods_per_year)
    }
    m.LATE_DIVERSIONS = pyo.Set(dimen=6, initialize=list(after))
    m.late_saving = pyo.Param(
        m.LATE_DIVERSIONS, initialize=after, doc="£m (present value) per move averted"
    )


def child_values(
    instance: Instance, a: str, per_period: float, chances: Chances
) -> dict[tuple[str, str], float]:
    r"""Cashable cost, from the end of the horizon on, of a child in each state of the area.

    :math:`V = (I - \beta P)^{-1}\beta\,\tilde c` with the closing year's probabilities
    (``chances``) and prices; £m in the closing year's money of account.
    """
    data, year = instance.resolved, instance.last_year
    states = [i for b, i in data.states if b == a]
    stay = np.array([[chances.get((a, i, j, year), 0.0) for j in states] for i in states])
    cost = np.array(
        [
            data.states[a, i].cashable_share * data.states[a, i].unit_cost
            * data.prices[a, i, year] / instance.periods_per_year / MILLION
            for i in states
        ]
    )  # fmt: skip
    value = np.linalg.solve(np.eye(len(states)) - per_period * stay, per_period * cost)
    return {(a, i): float(v) for i, v in zip(states, value, strict=True)}


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
    r"""Least present value of spend and terminal value, £m.

    .. math::
        \min \sum_y \delta^{\,y-y_0}\sum_g spend_{gy}
        + \delta^{Y-y_0}\Big(\sum_i V_i n_{iH}
        - \sum_{\tau\ge1}\beta^{\tau}\sum_k d_{k,H+\tau}(V_{to}-V_{instead})\Big)

    MODEL.md 3.11
    """
    return spend_present_value(m) + terminal_value(m)


def children_in_care_at_end(m: Any) -> Any:
    r"""Fewest children in care at the end of the horizon.

    .. math:: \min \sum_{i\in C} n_{iH}

    MODEL.md 3.10
    """
    return sum(m.children[a, i, t] for a, i in m.CARE_STATES for t in m.END)
