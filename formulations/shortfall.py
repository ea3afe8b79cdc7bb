"""What a plan that falls short is charged.  MODEL.md 3.8, 3.10.

Children above a target and pounds beyond the funds; it stands in the objective alone, never
in spend.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from formulations.modelling import pyo
from formulations.names import MILLION, STATUTORY, TIERS

if TYPE_CHECKING:
    from allocator.instance import Instance


def declare(m: pyo.AbstractModel, instance: Instance, *, allowed: bool = True) -> None:
    """``excess`` over the targets and ``overspent`` by area, where there is a price for them.

    Without ``allowed`` there is none, whatever the instance's prices: targets and funds hold.
    """
    prices, years = instance.shortfall, list(instance.horizon)
    excess = prices.excess_price if allowed else None
    overspend = prices.overspend_price if allowed else None
    targets = list(instance.resolved.targets)
    over = [] if excess is None else targets
    spenders = [] if overspend is None else list(instance.areas)
    m.EXCESSES = pyo.Set(dimen=2, initialize=over)
    m.EXCESS_OF = pyo.Set(m.TARGETS, dimen=2, initialize={k: [k] if over else [] for k in targets})
    m.OVERSPENDERS = pyo.Set(initialize=spenders)
    m.OVERSPENDERS_IN = pyo.Set(
        m.AREAS,
        m.TIERS,
        dimen=1,
        initialize={
            (a, g): [a] if a in spenders and g == STATUTORY else []
            for a in instance.areas
            for g in TIERS
        },
    )
    factors = {y: (1 + instance.discount_rate) ** -n for n, y in enumerate(years)}
    m.excess_price = pyo.Param(
        m.YEARS,
        doc="£m (present value) per child",
        initialize={y: (excess or 0.0) / MILLION * factor for y, factor in factors.items()},
    )
    m.overspend_price = pyo.Param(
        m.YEARS,
        doc="£m (present value) per £m",
        initialize={y: (overspend or 0.0) * factor for y, factor in factors.items()},
    )
    m.excess = pyo.Var(m.EXCESSES, bounds=(0, None), doc="children")
    m.overspent = pyo.Var(m.OVERSPENDERS, m.YEARS, bounds=(0, None), doc="£m")


def charges(m: Any) -> Any:
    r"""What is charged for missing targets and for overspending, £m.

    :math:`\sum_y \delta^{\,y-y_0}\big(price_{excess}\, excess_y
    + price_{overspend}\, overspent_y\big)`
    """
    return sum(m.excess_price[y] * m.excess[o, y] for o, y in m.EXCESSES) + sum(
        m.overspend_price[y] * m.overspent[a, y] for a in m.OVERSPENDERS for y in m.YEARS
    )
