"""Staff: those in post, hired, let go, from an agency, and the time that practices buy them.

Work fits the staff, as children and cases fit the places and the levels.  MODEL.md 3.12
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from formulations.modelling import pyo
from formulations.names import ALL, MILLION, TIERS

if TYPE_CHECKING:
    from allocator.instance import Instance
    from allocator.instance.records import Role

AreaItem = tuple[str, str]  # area, role


def declare(m: pyo.AbstractModel, instance: Instance) -> None:
    """Sets, parameters and variables of staff; every one of them empty without roles."""
    _declare_posts(m, instance)
    _declare_agency(m, instance)
    _declare_practices(m, instance)
    _declare_work(m, instance)
    _declare_training(m, instance)
    _declare_costs(m, instance)


def _declare_posts(m: pyo.AbstractModel, instance: Instance) -> None:
    roles = instance.resolved.roles
    limited = {k: r.hires_per_year for k, r in roles.items() if r.hires_per_year < math.inf}
    m.ROLES = pyo.Set(dimen=2, initialize=list(roles))
    m.CAPPED_ROLES = pyo.Set(dimen=2, initialize=list(limited))
    m.opening_staff = pyo.Param(
        m.ROLES, doc="FTE", initialize={k: role.opening for k, role in roles.items()}
    )
    m.staying_share = pyo.Param(
        m.ROLES,
        doc="share of those in post who are there a period later",
        initialize={k: staying_share(instance, role) for k, role in roles.items()},
    )
    m.hires_per_year = pyo.Param(m.CAPPED_ROLES, initialize=limited, doc="FTE per year")
    m.in_post = pyo.Var(m.ROLES, m.PERIODS_AND_OPENING, bounds=(0, None), doc="FTE")
    m.hired = pyo.Var(m.ROLES, m.PERIODS, bounds=(0, None), doc="FTE")
    m.let_go = pyo.Var(m.ROLES, m.PERIODS, bounds=(0, None), doc="FTE")


def _declare_agency(m: pyo.AbstractModel, instance: Instance) -> None:
    """``agency`` where there is one to buy from; ``AGENCY_OF`` a role is the role, or nobody."""
    roles = instance.resolved.roles
    bought = {key: role for key, role in roles.items() if role.agency_cost is not None}
    m.AGENCY_ROLES = pyo.Set(dimen=2, initialize=list(bought))
    m.AGENCY_OF = pyo.Set(
        m.ROLES, dimen=1, initialize={(a, r): [r] if (a, r) in bought else [] for a, r in roles}
    )
    m.agency_share = pyo.Param(
        m.AGENCY_ROLES, initialize={k: role.agency_share for k, role in bought.items()}, doc="share"
    )
    m.agency = pyo.Var(m.AGENCY_ROLES, m.PERIODS, bounds=(0, None), doc="FTE")


def _declare_practices(m: pyo.AbstractModel, instance: Instance) -> None:
    data = instance.resolved
    practices = {(a, k, r): support for (a, k, r), support in data.practices.items()}
    growing = {
        key: support.growth_per_year
        for key, support in practices.items()
        if support.growth_per_year < math.inf
    }
    m.PRACTICES = pyo.Set(dimen=3, initialize=list(practices))
    m.GROWING_PRACTICES = pyo.Set(dimen=3, initialize=list(growing))
    m.PRACTICES_OF = pyo.Set(
        m.ROLES,
        dimen=1,
        initialize={key: [k for a, k, r in practices if (a, r) == key] for key in data.roles},
    )
    m.support_share = pyo.Param(
        m.PRACTICES, initialize={key: s.share for key, s in practices.items()}, doc="share"
    )
    m.time_won = pyo.Param(
        m.PRACTICES,
        initialize={key: s.time - 1 for key, s in practices.items()},
        doc="FTE of time won per supported FTE",
    )
    m.support_growth = pyo.Param(m.GROWING_PRACTICES, initialize=growing, doc="FTE per year")
    m.supported = pyo.Var(m.PRACTICES, m.PERIODS_AND_OPENING, bounds=(0, None), doc="FTE")


def _declare_work(m: pyo.AbstractModel, instance: Instance) -> None:
    data = instance.resolved
    states: dict[AreaItem, list[str]] = defaultdict(list)
    services: dict[AreaItem, list[str]] = defaultdict(list)
    for a, r, item in data.workloads:
        (states if (a, item) in data.states else services)[a, r].append(item)
    m.WORKING_ROLES = pyo.Set(
        dimen=2, initialize=[key for key in data.roles if key in states or key in services]
    )
    m.WORK_STATES = pyo.Set(m.ROLES, dimen=1, initialize={k: states[k] for k in data.roles})
    m.WORK_SERVICES = pyo.Set(m.ROLES, dimen=1, initialize={k: services[k] for k in data.roles})
    m.work = pyo.Param(
        pyo.Any,
        initialize={key: 1 / caseload for key, caseload in data.workloads.items()},
        doc="FTE per child, or per case per year",
    )


def _declare_training(m: pyo.AbstractModel, instance: Instance) -> None:
    """``TRAINING``: ages in periods at which those hired within the horizon still learn."""
    roles = instance.resolved.roles
    learning = {key: training(instance, role) for key, role in roles.items()}
    m.TRAINING = pyo.Set(
        m.ROLES,
        m.PERIODS,
        dimen=1,
        initialize={
            (*key, t): [q for q in shares if q < t]
            for key, shares in learning.items()
            for t in range(1, instance.number_of_periods + 1)
        },
    )
    m.in_training = pyo.Param(
        pyo.Any,
        initialize={(*key, q): v for key, shares in learning.items() for q, v in shares.items()},
        doc="FTE who carry no work yet, of one hired so many periods before",
    )


def training(instance: Instance, role: Role) -> dict[int, float]:
    r"""Share of a hire that is in post and carries no work, by its age q in periods.

    :math:`\min(1,\,T m - q)\,e^{-\lambda\Delta q}` for :math:`q < T m`.
    """
    periods = role.training_years * instance.periods_per_year
    stays = staying_share(instance, role)
    return {q: min(1.0, periods - q) * stays**q for q in range(math.ceil(periods))}


def staying_share(instance: Instance, role: Role) -> float:
    r"""Share of those in post who are there a period later, :math:`e^{-\lambda\Delta}`."""
    return math.exp(-role.leaving_rate / instance.periods_per_year)


def _declare_costs(m: pyo.AbstractModel, instance: Instance) -> None:
    data, length = instance.resolved, 1 / instance.periods_per_year

    def by_year(costs: dict[Any, float]) -> dict[Any, float]:
        """£m by year; a key ends with the role, and a practice costs at its role's prices."""
        return {
            (*key, y): cost / MILLION * data.prices[key[0], key[-1], y]
            for key, cost in costs.items()
            for y in instance.horizon
        }

    roles, supports = data.roles.items(), data.practices.items()
    for name, costs, unit in (
        ("post_cost", {k: r.unit_cost * length for k, r in roles}, "FTE per period"),
        ("hire_cost", {k: r.hire_cost for k, r in roles}, "FTE hired"),
        ("let_go_cost", {k: r.exit_cost for k, r in roles}, "FTE let go"),
        ("agency_cost", {k: (r.agency_cost or 0.0) * length for k, r in roles}, "FTE per period"),
    ):
        setattr(
            m, name, pyo.Param(m.ROLES, m.YEARS, initialize=by_year(costs), doc=f"£m per {unit}")
        )
    m.support_cost = pyo.Param(
        m.PRACTICES,
        m.YEARS,
        initialize=by_year({key: support.unit_cost * length for key, support in supports}),
        doc="£m per supported FTE per period",
    )
    _declare_spenders(m, instance)


def _declare_spenders(m: pyo.AbstractModel, instance: Instance) -> None:
    """Whose cost is of a tier of an area (``_IN``), and of an item that limits name."""
    data = instance.resolved
    bounds = (*data.floors, *data.ceilings)
    limited = [(o, i) for o in {ALL, *(o for o, _, _ in bounds)} for i in {i for _, i, _ in bounds}]
    for kind, width, keys in (
        ("ROLES", 2, list[Any](data.roles)),
        ("AGENCY", 2, [k for k, role in data.roles.items() if role.agency_cost is not None]),
        ("PRACTICES", 3, list(data.practices)),
    ):
        inside = {(a, g): list[Any]() for a in instance.areas for g in TIERS}
        for a, *rest, r in keys:
            inside[a, data.roles[a, r].tier].append((*rest, r) if rest else r)
        named = {
            (o, item): [k for k in keys if k[-1] == item and o in (ALL, k[0])]
            for o, item in limited
        }
        setattr(m, f"{kind}_IN", pyo.Set(m.AREAS, m.TIERS, dimen=width - 1, initialize=inside))
        setattr(m, f"LIMITED_{kind}", pyo.Set(m.LIMITED, dimen=width, initialize=named))


def staff_in_post_at_start(m: Any, a: str, r: str) -> Any:
    r"""At the start those are in post who are.

    .. math:: u_{r0} = opening_r

    Dual: £m (present value) per FTE more at the start.  MODEL.md 3.12
    """
    return m.in_post[a, r, 0] == m.opening_staff[a, r]


def staff_change(m: Any, a: str, r: str, t: int) -> Any:
    r"""Those in post are those who stay, and those hired less those let go.

    .. math:: u_{rt} = e^{-\lambda_r\Delta}\,u_{r,t-1} + hired_{rt} - let\_go_{rt}

    Dual: £m (present value) per FTE who joins in the period.  MODEL.md 3.12
    """
    return m.in_post[a, r, t] == (
        m.staying_share[a, r] * m.in_post[a, r, t - 1] + m.hired[a, r, t] - m.let_go[a, r, t]
    )


def hiring_limited(m: Any, a: str, r: str, t: int) -> Any:
    r"""No more can be hired than there are to hire.

    .. math:: hired_{rt} \le hires_r\,\Delta

    Dual: £m (present value) per FTE more that can be hired in the period.  MODEL.md 3.12
    """
    return m.hired[a, r, t] <= m.hires_per_year[a, r] * m.period_length


def agency_limited(m: Any, a: str, r: str, t: int) -> Any:
    r"""Agency staff are no more than their share of those at work.

    .. math:: g_{rt} \le share_r\,(u_{rt} + g_{rt})

    Dual: £m (present value) per agency FTE more.  MODEL.md 3.12
    """
    return m.agency[a, r, t] <= m.agency_share[a, r] * (m.in_post[a, r, t] + m.agency[a, r, t])


def support_at_start(m: Any, a: str, k: str, r: str) -> Any:
    r"""Before the start nobody is supported.

    .. math:: v_{kr0} = 0

    Dual: £m (present value) per FTE supported before the start.  MODEL.md 3.12
    """
    return m.supported[a, k, r, 0] == 0


def support_limited(m: Any, a: str, k: str, r: str, t: int) -> Any:
    r"""A practice supports no more than its share of those at work.

    .. math:: v_{krt} \le share_k\,(u_{rt} + g_{rt})

    Dual: £m (present value) per FTE more that can be supported.  MODEL.md 3.12
    """
    return m.supported[a, k, r, t] <= m.support_share[a, k, r] * at_work(m, a, r, t)


def support_growth_limited(m: Any, a: str, k: str, r: str, t: int) -> Any:
    r"""A practice grows no faster than it can be set up.

    .. math:: v_{krt} - v_{kr,t-1} \le growth_k\,\Delta

    Dual: £m (present value) per FTE of growth.  MODEL.md 3.12
    """
    return (
        m.supported[a, k, r, t] - m.supported[a, k, r, t - 1]
        <= m.support_growth[a, k, r] * m.period_length
    )


def work_fits(m: Any, a: str, r: str, t: int) -> Any:
    r"""The work is no more than those at work carry: new starters none yet, the supported more.

    .. math::
        \sum_i \frac{n_{i,t-1} + n_{it}}{2\,caseload_{ri}} + \sum_p \frac{x_{pt}}{caseload_{rp}}
        \le u_{rt} + g_{rt}
        - \sum_{q < T_r m} \min(1,\, T_r m - q)\, e^{-\lambda_r\Delta q}\, hired_{r,t-q}
        + \sum_k (time_k - 1)\, v_{krt}

    with :math:`m` periods a year.
    Dual: £m (present value) per FTE more at work.  MODEL.md 3.12
    """
    return need(m, a, r, t) <= (
        at_work(m, a, r, t)
        - sum(m.in_training[a, r, q] * m.hired[a, r, t - q] for q in m.TRAINING[a, r, t])
        + sum(m.time_won[a, k, r] * m.supported[a, k, r, t] for k in m.PRACTICES_OF[a, r])
    )


def need(m: Any, a: str, r: str, t: Any) -> Any:
    """FTE that the children and the cases served of a period take."""
    return sum(
        0.5 * m.work[a, r, i] * (m.children[a, i, t - 1] + m.children[a, i, t])
        for i in m.WORK_STATES[a, r]
    ) + sum(m.work[a, r, p] * m.cases.served[a, p, t] for p in m.WORK_SERVICES[a, r])


def at_work(m: Any, a: str, r: str, t: Any) -> Any:
    """Those in post and from an agency."""
    return m.in_post[a, r, t] + sum(m.agency[a, s, t] for s in m.AGENCY_OF[a, r])


def tier_staff_spend(m: Any, a: str, g: str, y: int) -> Any:
    r"""Cost of the roles of a tier: posts, agency and practices, hiring and letting go.

    :math:`\sum_{r\in g}\sum_{t\in y}\pi_{ry}\Big(\Delta\big(c_r u_{rt} + agency_r\, g_{rt}
    + \sum_k c_k v_{krt}\big) + hire_r\, hired_{rt} + exit_r\, let\_go_{rt}\Big)`
    """
    return (
        sum(post_spend(m, a, r, y) for r in m.ROLES_IN[a, g])
        + sum(agency_spend(m, a, r, y) for r in m.AGENCY_IN[a, g])
        + sum(support_spend(m, a, k, r, y) for k, r in m.PRACTICES_IN[a, g])
    )


def item_staff_spend(m: Any, o: str, item: str, y: int) -> Any:
    """The same of a role that limits name, in the areas of an owner."""
    return (
        sum(post_spend(m, a, r, y) for a, r in m.LIMITED_ROLES[o, item])
        + sum(agency_spend(m, a, r, y) for a, r in m.LIMITED_AGENCY[o, item])
        + sum(support_spend(m, a, k, r, y) for a, k, r in m.LIMITED_PRACTICES[o, item])
    )


def post_spend(m: Any, a: str, r: str, y: int) -> Any:
    """Cost of those in post, hired and let go in a year."""
    return sum(
        m.post_cost[a, r, y] * m.in_post[a, r, t]
        + m.hire_cost[a, r, y] * m.hired[a, r, t]
        + m.let_go_cost[a, r, y] * m.let_go[a, r, t]
        for t in m.PERIODS_OF[y]
    )


def agency_spend(m: Any, a: str, r: str, y: int) -> Any:
    """Cost of a role's agency staff in a year."""
    return sum(m.agency_cost[a, r, y] * m.agency[a, r, t] for t in m.PERIODS_OF[y])


def support_spend(m: Any, a: str, k: str, r: str, y: int) -> Any:
    """Cost of a practice's support of a role in a year."""
    return sum(m.support_cost[a, k, r, y] * m.supported[a, k, r, t] for t in m.PERIODS_OF[y])


def opening_staff_cost(instance: Instance, tiers: tuple[str, ...], year: int) -> float:
    """Cost of the opening staff of some tiers at a year's prices, £, all areas."""
    data = instance.resolved
    return sum(
        (role.unit_cost * role.opening + (role.agency_cost or 0.0) * role.agency_opening)
        * data.prices[*key, year]
        for key, role in data.roles.items()
        if role.tier in tiers
    )


def replacing_cost(instance: Instance, tiers: tuple[str, ...], year: int) -> float:
    """Cost in a year of hiring for those who leave, as many as opened, £, all areas."""
    data, each = instance.resolved, instance.periods_per_year
    return sum(
        role.hire_cost
        * (1 - staying_share(instance, role))
        * role.opening
        * each
        * data.prices[*key, year]
        for key, role in data.roles.items()
        if role.tier in tiers
    )


def child_costs(instance: Instance) -> dict[AreaItem, float]:
    r"""Cost of the staff for a child-year in each state, at the closing year's prices, £.

    :math:`\sum_r c_r\,\pi_{rY}/caseload_{ri}`; states without a workload are left out.
    """
    data, costs = instance.resolved, defaultdict[AreaItem, float](float)
    for (a, r, item), caseload in data.workloads.items():
        cost = data.roles[a, r].unit_cost * data.prices[a, r, instance.last_year] / caseload
        costs[a, item] += cost
    return costs
