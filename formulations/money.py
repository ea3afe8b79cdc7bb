"""What things cost, who pays, and the limits on spend.  MODEL.md 3.7, 3.8."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from formulations.modelling import pyo
from formulations.names import ALL, MILLION, TIERS, TOTAL
from formulations.profiles import Profiles
from formulations.staff import item_staff_spend, tier_staff_spend

if TYPE_CHECKING:
    from allocator.instance import Instance


def declare(m: pyo.AbstractModel, instance: Instance) -> None:
    """Costs by year, ``spend``, funds' accounts with ``drawn`` and ``unspent``, and limits."""
    m.TIERS = pyo.Set(initialize=TIERS)
    _declare_costs(m, instance)
    _declare_accounts(m, instance)
    _declare_limits(m, instance)


def _declare_costs(m: pyo.AbstractModel, instance: Instance) -> None:
    data, years = instance.resolved, instance.horizon
    length = 1 / instance.periods_per_year

    def priced(costs: dict[tuple[str, str], float]) -> Profiles:
        cost = np.array(list(costs.values()), dtype=float)[:, np.newaxis]
        return Profiles.over(list(costs), years, cost / MILLION * m.prices.rows_of(list(costs)))

    states, services = data.states.items(), data.services.items()
    cashable = {k: s.unit_cost * s.cashable_share * length for k, s in states}
    fixed = {k: s.unit_cost * (1 - s.cashable_share) * s.opening for k, s in states}
    case = {k: s.unit_cost * length for k, s in services}
    m.place_cost = pyo.Param(
        m.STATES, m.YEARS, initialize=priced(cashable), doc="£m per place per period, cashable"
    )
    m.fixed_cost = pyo.Param(m.STATES, m.YEARS, initialize=priced(fixed), doc="£m per year")
    m.case_cost = pyo.Param(
        m.SERVICES, m.YEARS, initialize=priced(case), doc="£m per case per year, per period"
    )
    m.setup_cost = pyo.Param(
        m.SERVICES,
        m.YEARS,
        initialize=priced({k: s.setup_cost for k, s in services}),
        doc="£m per extra case per year",
    )
    m.exit_cost = pyo.Param(
        m.SERVICES,
        m.YEARS,
        initialize=priced({k: s.exit_cost for k, s in services}),
        doc="£m per case per year given up",
    )
    states_in: dict[tuple[str, str], list[str]] = {
        (a, g): [] for a in instance.areas for g in TIERS
    }
    services_in = {key: list[str]() for key in states_in}
    for (a, i), state in states:
        states_in[a, state.tier].append(i)
    for (a, p), service in services:
        services_in[a, service.tier].append(p)
    m.STATES_IN = pyo.Set(m.AREAS, m.TIERS, dimen=1, initialize=states_in)
    m.SERVICES_IN = pyo.Set(m.AREAS, m.TIERS, dimen=1, initialize=services_in)
    m.spend = pyo.Var(m.AREAS, m.TIERS, m.YEARS, bounds=(0, None), doc="£m")


def _declare_accounts(m: pyo.AbstractModel, instance: Instance) -> None:
    data, years = instance.resolved, instance.horizon
    draws = [
        (f, o, a, g)
        for (f, o), fund in data.accounts.items()
        for a, tiers in fund.tiers.items()
        for g in tiers
    ]
    payers, drawers = defaultdict(list), defaultdict(list)
    for f, o, a, g in draws:
        payers[a, g].append((f, o))
        drawers[f, o].append((a, g))
    held = _most_held(instance)
    m.ACCOUNTS = pyo.Set(dimen=2, initialize=list(data.accounts))
    m.DRAWS = pyo.Set(dimen=4, initialize=draws)
    m.WINDOW_DRAWS = pyo.Set(
        dimen=4, initialize=[d for d in draws if data.accounts[d[:2]].window_only]
    )
    m.PAYERS = pyo.Set(
        m.AREAS,
        m.TIERS,
        dimen=2,
        initialize={(a, g): payers[a, g] for a in instance.areas for g in TIERS},
    )
    m.DRAWERS = pyo.Set(
        m.ACCOUNTS, dimen=2, initialize={key: drawers[key] for key in data.accounts}
    )
    m.YEAR_BEFORE = pyo.Set(initialize=[instance.first_year - 1])
    m.YEARS_AND_BEFORE = pyo.Set(initialize=[instance.first_year - 1, *years])
    m.amount = pyo.Param(
        m.ACCOUNTS,
        m.YEARS,
        initialize={key: value / MILLION for key, value in data.budgets.items()},
        doc="£m",
    )
    m.carry_forward = pyo.Param(
        m.ACCOUNTS,
        initialize={key: fund.carry_forward for key, fund in data.accounts.items()},
        doc="share",
    )
    m.most_held = pyo.Param(m.ACCOUNTS, m.YEARS, initialize=held, doc="£m")
    m.drawn = pyo.Var(m.DRAWS, m.YEARS, bounds=(0, None), doc="£m")
    m.unspent = pyo.Var(m.ACCOUNTS, m.YEARS_AND_BEFORE, bounds=(0, None), doc="£m")


def _most_held(instance: Instance) -> dict[tuple[str, str, int], float]:
    """The most an account can hold in a year: nothing drawn before, all carried forward."""
    data, held = instance.resolved, {}
    for (f, o), fund in data.accounts.items():
        carried = 0.0
        for y in instance.horizon:
            held[f, o, y] = carried + data.budgets[f, o, y] / MILLION
            carried = fund.carry_forward * held[f, o, y]
    return held


def _declare_limits(m: pyo.AbstractModel, instance: Instance) -> None:
    data = instance.resolved
    owners = {o for o, _, _ in (*data.floors, *data.ceilings)} | {ALL}
    items = {item for _, item, _ in (*data.floors, *data.ceilings)}
    m.OWNERS = pyo.Set(initialize=[ALL, *instance.areas])
    m.AREAS_OF = pyo.Set(
        m.OWNERS,
        dimen=1,
        initialize={o: instance.areas if o == ALL else [o] for o in (ALL, *instance.areas)},
    )
    m.FLOORS = pyo.Set(dimen=3, initialize=list(data.floors))
    m.CEILINGS = pyo.Set(dimen=3, initialize=list(data.ceilings))
    m.floor = pyo.Param(
        m.FLOORS, initialize={k: v / MILLION for k, v in data.floors.items()}, doc="£m"
    )
    m.ceiling = pyo.Param(
        m.CEILINGS, initialize={k: v / MILLION for k, v in data.ceilings.items()}, doc="£m"
    )
    limited = [(o, item) for o in owners for item in items]
    inside = {o: set(instance.areas) if o == ALL else {o} for o in owners}
    m.LIMITED = pyo.Set(dimen=2, initialize=limited)
    m.LIMITED_TIERS = pyo.Set(
        m.LIMITED,
        dimen=2,
        initialize={
            (o, item): [
                (a, g)
                for a in instance.areas
                if a in inside[o]
                for g in TIERS
                if item in (g, TOTAL)
            ]
            for o, item in limited
        },
    )
    m.LIMITED_STATES = pyo.Set(
        m.LIMITED,
        dimen=2,
        initialize={
            (o, item): [(a, i) for a, i in data.states if a in inside[o] and i == item]
            for o, item in limited
        },
    )
    m.LIMITED_SERVICES = pyo.Set(
        m.LIMITED,
        dimen=2,
        initialize={
            (o, item): [(a, p) for a, p in data.services if a in inside[o] and p == item]
            for o, item in limited
        },
    )


def state_spend(m: Any, a: str, i: str, y: int) -> Any:
    r"""Cost of a state: its cashable part follows the places, the rest stays as it opened.

    :math:`c_i\pi_{iy}\Delta\sum_{t\in y}\big(\kappa_i q_{it} + (1-\kappa_i) n_{i0}\big)`
    """
    return m.fixed_cost[a, i, y] + sum(
        m.place_cost[a, i, y] * m.places[a, i, t] for t in m.PERIODS_OF[y]
    )


def service_spend(m: Any, a: str, p: str, y: int) -> Any:
    r"""Cost of a service: its cases, and what setting up and giving up cost.

    :math:`\sum_{t\in y}\pi_{py}\big(u_p\Delta x_{pt} + setup_p\, expansion_{pt}
    + exit_p\, contraction_{pt}\big)`
    """
    return sum(
        m.case_cost[a, p, y] * m.level[a, p, t]
        + m.setup_cost[a, p, y] * m.expansion[a, p, t]
        + m.exit_cost[a, p, y] * m.contraction[a, p, t]
        for t in m.PERIODS_OF[y]
    )


def tier_spend(m: Any, a: str, g: str, y: int) -> Any:
    r"""Spend of a tier is the sum over its states, services and roles of staff.

    .. math::
        spend_{gy} = \sum_{i\in g} c_i\pi_{iy}\Delta\sum_{t\in y}
            \big(\kappa_i q_{it} + (1-\kappa_i) n_{i0}\big)
        + \sum_{p\in g}\sum_{t\in y}\pi_{py}\big(u_p\Delta x_{pt}
            + setup_p\, expansion_{pt} + exit_p\, contraction_{pt}\big)
        + \sum_{r\in g} spend_{ry}

    Dual: £m (present value) per £m of cost added.  MODEL.md 3.7, 3.12
    """
    return m.spend[a, g, y] == (
        sum(state_spend(m, a, i, y) for i in m.STATES_IN[a, g])
        + sum(service_spend(m, a, p, y) for p in m.SERVICES_IN[a, g])
        + tier_staff_spend(m, a, g, y)
    )


def spend_funded(m: Any, a: str, g: str, y: int) -> Any:
    r"""Every pound spent is drawn from a fund, or statutory spend overspends.

    .. math:: spend_{gy} = \sum_f drawn_{fgy}, \qquad
        spend_{statutory,y} = \sum_f drawn_{f,statutory,y} + overspent_y

    with an overspend where there is a price for it.

    Dual: £m (present value) per £m paid from elsewhere.  MODEL.md 3.8
    """
    return m.spend[a, g, y] == (
        sum(m.drawn[f, o, a, g, y] for f, o in m.PAYERS[a, g])
        + sum(m.overspent[b, y] for b in m.OVERSPENDERS_IN[a, g])
    )


def fund_opening(m: Any, f: str, o: str, y: int) -> Any:
    r"""Nothing is carried into the first year.

    .. math:: unspent_{f,y_0-1} = 0

    Dual: £m (present value) per £m carried in.  MODEL.md 3.8
    """
    return m.unspent[f, o, y] == 0


def fund_balance(m: Any, f: str, o: str, y: int) -> Any:
    r"""What a fund is given and carries forward is drawn or left unspent.

    .. math:: unspent_{fy} + \sum_g drawn_{fgy} = amount_{fy} + carry_f\, unspent_{f,y-1}

    Dual: £m (present value) per £m more in the fund.  MODEL.md 3.8
    """
    return (
        m.unspent[f, o, y]
        + sum(m.drawn[f, o, a, g, y] for a, g in m.DRAWERS[f, o])
        - m.carry_forward[f, o] * m.unspent[f, o, y - 1]
        == m.amount[f, o, y]
    )


def item_spend(m: Any, o: str, item: str, y: int) -> Any:
    """Spend on a tier, on everything, on a state, a service or a role, in an owner's areas."""
    return (
        sum(m.spend[a, g, y] for a, g in m.LIMITED_TIERS[o, item])
        + sum(state_spend(m, a, i, y) for a, i in m.LIMITED_STATES[o, item])
        + sum(service_spend(m, a, p, y) for a, p in m.LIMITED_SERVICES[o, item])
        + item_staff_spend(m, o, item, y)
    )


def spend_floor(m: Any, o: str, item: str, y: int) -> Any:
    r"""Spend on an item is at least its minimum.

    .. math:: spend_{item,y} \ge minimum_{item,y}

    Dual: £m (present value) per £m of the minimum.  MODEL.md 3.8
    """
    return item_spend(m, o, item, y) >= m.floor[o, item, y]


def spend_ceiling(m: Any, o: str, item: str, y: int) -> Any:
    r"""Spend on an item is at most its maximum.

    .. math:: spend_{item,y} \le maximum_{item,y}

    Dual: £m (present value) per £m of the maximum.  MODEL.md 3.8
    """
    return item_spend(m, o, item, y) <= m.ceiling[o, item, y]
