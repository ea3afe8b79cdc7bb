"""The double-investment period and what follows it.  MODEL.md 3.9.

Which years are in the window, and which come after it, are two columns a year,
``in_window`` and ``after_window``, each 0 or 1.  Every term that depends on the window is
one of them times a number, so a window changes bounds and nothing else: one matrix serves
them all.  Whoever solves a formulation fixes them (``window_columns``), but for
``window_choice``, whose rows of ``windows`` say what they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from formulations.modelling import pyo
from formulations.names import MILLION, PREVENTION_TIERS, STATUTORY
from formulations.places import baseline as baseline_places
from formulations.staff import opening_staff_cost, replacing_cost

if TYPE_CHECKING:
    from allocator.instance import Instance, Window
    from formulations.profiles import Floats, Profiles


def declare(m: pyo.AbstractModel, instance: Instance) -> None:
    """Columns of the window, and the spend that is protected, uplifted and reinvested."""
    settings, share = instance.double_investment, instance.reinvestment_share
    statutory = opening_spend(instance, m.prices, (STATUTORY,))
    prevention = opening_spend(instance, m.prices, PREVENTION_TIERS)
    uplifted = settings is not None and settings.prevention_uplift > 0
    m.PREVENTION_TIERS = pyo.Set(initialize=PREVENTION_TIERS)
    m.PROTECTED_YEARS = pyo.Set(initialize=list(instance.horizon) if settings else [])
    m.UPLIFTED_YEARS = pyo.Set(initialize=list(instance.horizon) if uplifted else [])
    m.REINVESTING_YEARS = pyo.Set(initialize=list(instance.horizon) if share > 0 else [])
    protect = settings.protect_statutory if settings else 0.0
    uplift = settings.prevention_uplift if settings else 0.0
    m.protected_spend = pyo.Param(
        m.YEARS, initialize={y: protect * value for y, value in statutory.items()}, doc="£m"
    )
    m.uplifted_spend = pyo.Param(
        m.YEARS, initialize={y: (1 + uplift) * value for y, value in prevention.items()}, doc="£m"
    )
    m.reinvested_share = pyo.Param(initialize=share, doc="share")
    m.opening_prevention = pyo.Param(m.YEARS, initialize=prevention, doc="£m")
    m.baseline_statutory = pyo.Param(
        m.YEARS,
        initialize=baseline_statutory(instance) if share > 0 else dict.fromkeys(statutory, 0.0),
        doc="£m",
    )
    m.in_window = pyo.Var(m.YEARS, bounds=(0, 1), doc="1 in a double-investment year")
    m.after_window = pyo.Var(m.YEARS, bounds=(0, 1), doc="1 once the double investment is over")


def window_columns(
    instance: Instance, window: Window | None
) -> dict[tuple[str, tuple[int, ...]], float]:
    """Value of each window column, by variable and index; None stands for no window."""
    start, length = window or (instance.first_year, 0)
    return {
        (name, (y,)): float(value)
        for y in instance.horizon
        for name, value in (
            ("in_window", start <= y < start + length),
            ("after_window", y >= start + length),
        )
    }


def opening_spend(instance: Instance, prices: Profiles, tiers: tuple[str, ...]) -> dict[int, float]:
    """Opening stocks, levels and staff of the tiers at each year's prices, £m, all areas."""
    data = instance.resolved
    states = {k: s.unit_cost * s.opening for k, s in data.states.items() if s.tier in tiers}
    services = {k: s.unit_cost * s.baseline for k, s in data.services.items() if s.tier in tiers}
    spend = _at_prices(prices, states) + _at_prices(prices, services)
    return {
        y: (float(spend[n]) + opening_staff_cost(instance, tiers, y)) / MILLION
        for n, y in enumerate(instance.horizon)
    }


def _at_prices(prices: Profiles, costs: dict[tuple[str, str], float]) -> Floats:
    """Costs at each year's prices, added up."""
    cost = np.array(list(costs.values()), dtype=float)[:, np.newaxis]
    return sum(cost * prices.rows_of(list(costs)), start=np.zeros(prices.rows.shape[1]))


def baseline_statutory(instance: Instance) -> dict[int, float]:
    """The baseline's statutory spend by year, £m, all areas."""
    data, places = instance.resolved, baseline_places(instance)
    per_year = instance.periods_per_year
    spend = {}
    for n, y in enumerate(instance.horizon):
        periods = range(n * per_year + 1, (n + 1) * per_year + 1)
        states = sum(
            s.unit_cost
            * data.prices[a, i, y]
            / per_year
            * sum(
                s.cashable_share * places[a, i, t] + (1 - s.cashable_share) * s.opening
                for t in periods
            )
            for (a, i), s in data.states.items()
            if s.tier == STATUTORY
        )
        services = sum(
            s.unit_cost * s.baseline * data.prices[*key, y]
            for key, s in data.services.items()
            if s.tier == STATUTORY
        )
        staff = sum(
            part(instance, (STATUTORY,), y) for part in (opening_staff_cost, replacing_cost)
        )
        spend[y] = (states + services + staff) / MILLION
    return spend


def window_only(m: Any, f: str, o: str, a: str, g: str, y: int) -> Any:
    r"""A fund for the double investment pays in its years alone.

    .. math:: drawn_{fgy} \le 2\, held_{fy}\, w_y

    where :math:`held_{fy}` is the most the fund can hold and :math:`w_y` is 1 in the window.
    Twice that, so that inside the window the fund's balance binds and not this, and the price
    of a pound more is the balance's.
    Dual: £m (present value) per £m drawn outside the window.  MODEL.md 3.8, 3.9
    """
    return m.drawn[f, o, a, g, y] <= 2 * m.most_held[f, o, y] * m.in_window[y]


def statutory_protected(m: Any, y: int) -> Any:
    r"""While the double investment lasts, statutory work is still paid for.

    .. math:: spend_{statutory,y} \ge protect\, S_y\, w_y

    Dual: £m (present value) per £m of statutory spend protected.  MODEL.md 3.9
    """
    return (
        sum(m.spend[a, STATUTORY, y] for a in m.AREAS) - m.protected_spend[y] * m.in_window[y] >= 0
    )


def prevention_uplifted(m: Any, y: int) -> Any:
    r"""While the double investment lasts, prevention is raised above its opening level.

    .. math:: spend_{early\_help,y} + spend_{edge\_of\_care,y} \ge (1 + uplift)\, P_y\, w_y

    Dual: £m (present value) per £m of prevention asked for.  MODEL.md 3.9
    """
    return (
        sum(m.spend[a, g, y] for a in m.AREAS for g in m.PREVENTION_TIERS)
        - m.uplifted_spend[y] * m.in_window[y]
        >= 0
    )


def savings_reinvested(m: Any, y: int) -> Any:
    r"""After the double investment, a share of the statutory saving goes to prevention.

    .. math::
        spend_{early\_help,y} + spend_{edge\_of\_care,y}
        \ge P_y\, v_y + \psi\,(B_y\, v_y - spend_{statutory,y})

    where :math:`v_y` is 1 once the window is over; before, the constraint holds by itself.
    Dual: £m (present value) per £m to be reinvested.  MODEL.md 3.9
    """
    return (
        sum(m.spend[a, g, y] for a in m.AREAS for g in m.PREVENTION_TIERS)
        + m.reinvested_share * sum(m.spend[a, STATUTORY, y] for a in m.AREAS)
        - (m.opening_prevention[y] + m.reinvested_share * m.baseline_statutory[y])
        * m.after_window[y]
        >= 0
    )
