"""The good done to others, as far as it counts in what is minimised.  MODEL.md 3.14."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from formulations.modelling import pyo
from formulations.names import MILLION

if TYPE_CHECKING:
    from allocator.instance import Instance


def declare(m: pyo.AbstractModel, instance: Instance) -> None:
    """What a child for a period, and a case, is worth to others; nothing without a weight."""
    length, delta = 1 / instance.periods_per_year, 1 / (1 + instance.discount_rate)
    children = defaultdict[tuple[str, str, int], float](float)
    cases = defaultdict[tuple[str, str, int], float](float)
    for (a, item, _, _, lag), amount in instance.resolved.benefits.items():
        worth = cases if (a, item) in instance.resolved.services else children
        for n, y in enumerate(instance.horizon if instance.benefit_weight else ()):
            value = instance.benefit_weight * amount.value * length / MILLION
            worth[a, item, y] += value * delta ** (n + lag)
    m.BENEFIT_STATES = pyo.Set(dimen=2, initialize=list(dict.fromkeys(k[:2] for k in children)))
    m.BENEFIT_SERVICES = pyo.Set(dimen=2, initialize=list(dict.fromkeys(k[:2] for k in cases)))
    m.child_benefit = pyo.Param(
        m.BENEFIT_STATES, m.YEARS, initialize=children, doc="£m (present value) per child-period"
    )
    m.case_benefit = pyo.Param(
        m.BENEFIT_SERVICES,
        m.YEARS,
        initialize=cases,
        doc="£m (present value) per case per year, per period",
    )


def child_benefits(instance: Instance) -> dict[tuple[str, str], float]:
    """What a child-year in each state is worth to others, £; states without one are left out."""
    benefits = defaultdict[tuple[str, str], float](float)
    for (a, item, *_), amount in instance.resolved.benefits.items():
        benefits[a, item] += amount.value
    return benefits


def benefits(m: Any) -> Any:
    r"""The good done to others in the years of the horizon, as far as it counts, £m.

    :math:`weight\cdot\Big(\sum\delta^{y-y_0}\Delta\,amount\cdot\tfrac12(n_{i,t-1}+n_{it})
    + \sum\delta^{y+lag-y_0}\Delta\,amount\cdot x_{pt}\Big)`
    """
    return sum(
        0.5 * m.child_benefit[a, i, y] * (m.children[a, i, t - 1] + m.children[a, i, t])
        for a, i in m.BENEFIT_STATES
        for y in m.YEARS
        for t in m.PERIODS_OF[y]
    ) + sum(
        m.case_benefit[a, p, y] * m.cases.served[a, p, t]
        for a, p in m.BENEFIT_SERVICES
        for y in m.YEARS
        for t in m.PERIODS_OF[y]
    )
