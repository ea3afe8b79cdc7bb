"""Staff run forward in numpy: who is in post, the work there is, and what it costs.

Arrays have a row per period (or year) and a column per (area, role), or per practice, in the
order of the resolved instance.  Nothing here comes from the linear program.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from allocator.simulate.simulator import Simulator

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Staff:
    """FTE by period and role, of ``supported`` by practice; ``in_post`` begins with the opening."""

    in_post: Floats
    hired: Floats
    let_go: Floats
    agency: Floats
    supported: Floats


def role_values(run: Simulator, name: str) -> Floats:
    """A number of every role: ``opening``, ``leaving_rate``, ...; NaN for no agency's cost."""
    return np.array([getattr(role, name) for role in run.data.roles.values()], dtype=float)


def practice_values(run: Simulator, name: str) -> Floats:
    """A number of every practice: ``time``, ``share``, ..."""
    return np.array([getattr(each, name) for each in run.data.practices.values()], dtype=float)


def leaving(run: Simulator) -> Floats:
    """Share of those in post who leave in a period, by role."""
    share: Floats = -np.expm1(-role_values(run, "leaving_rate") / run.instance.periods_per_year)
    return share


def in_post(run: Simulator, hired: Floats, let_go: Floats) -> Floats:
    """Staff in post at the start and in each period, (periods + 1, roles), FTE."""
    there, stay = [role_values(run, "opening")], 1 - leaving(run)
    for joined, gone in zip(hired, let_go, strict=True):
        there.append(there[-1] * stay + joined - gone)
    return np.array(there)


def in_training(run: Simulator, hired: Floats) -> Floats:
    """FTE in post who carry no work yet, (periods, roles): those hired lately who are still there.

    The last of them for the part of its period that its training still takes.
    """
    learning = np.zeros_like(hired)
    for n, role in enumerate(run.data.roles.values()):
        left, stay = role.training_years * run.instance.periods_per_year, 1 - leaving(run)[n]
        for age in range(min(math.ceil(left), len(hired))):
            still = hired[: len(hired) - age, n] * stay**age
            learning[age:, n] += still * min(1.0, left - age)
    return learning


def work(run: Simulator, children: Floats, served: Floats) -> tuple[Floats, Floats]:
    """FTE that the children and the cases served take, and how many they are, (periods, roles)."""
    between = (children[:-1] + children[1:]) / 2
    taken, cases = np.zeros((2, len(between), len(run.roles)))
    states = {key: n for n, key in enumerate(run.states)}
    services = {key: n for n, key in enumerate(run.services)}
    for (area, role, item), caseload in run.data.workloads.items():
        key = (area, item)
        units = served[:, services[key]] if key in services else between[:, states[key]]
        at = run.roles.index((area, role))
        taken[:, at] += units / caseload
        cases[:, at] += units
    return taken, cases


def won(run: Simulator, supported: Floats) -> Floats:
    """FTE of time that practices win, (periods, roles)."""
    fte = np.zeros((len(supported), len(run.roles)))
    for n, (area, _, role) in enumerate(run.practices):
        time = practice_values(run, "time")[n]
        fte[:, run.roles.index((area, role))] += (time - 1) * supported[:, n]
    return fte


def costs_of_staff(run: Simulator, staff: Staff) -> tuple[Floats, Floats, Floats, Floats]:
    """£ of posts, of turnover, of the agency and of practices, each (periods, roles).

    Turnover is hiring and letting go.
    """
    support = np.zeros_like(staff.hired)
    for n, (area, _, role) in enumerate(run.practices):
        cost = practice_values(run, "unit_cost")[n] * staff.supported[:, n]
        support[:, run.roles.index((area, role))] += cost
    prices = np.repeat(run.prices(run.roles), run.instance.periods_per_year, axis=0)
    yearly = prices / run.instance.periods_per_year
    joining = prices * role_values(run, "hire_cost") * staff.hired
    return (
        yearly * role_values(run, "unit_cost") * staff.in_post[1:],
        joining + prices * role_values(run, "exit_cost") * staff.let_go,
        yearly * np.nan_to_num(role_values(run, "agency_cost")) * staff.agency,
        yearly * support,
    )


def staff_spend(run: Simulator, staff: Staff) -> Floats:
    """Cost of each role by year, its practices included, (years, roles), £."""
    return run.clock.by_year(sum(costs_of_staff(run, staff), np.zeros_like(staff.hired)))


def unchanged_staff(run: Simulator) -> Staff:
    """Those in post and from an agency at the start kept, who leaves replaced; no practice."""
    periods = run.instance.number_of_periods
    still = np.tile(role_values(run, "opening"), (periods + 1, 1))
    none, unsupported = np.zeros_like(still[1:]), np.zeros((periods, len(run.practices)))
    agency = np.tile(role_values(run, "agency_opening"), (periods, 1))
    return Staff(still, still[1:] * leaving(run), none, agency, unsupported)


def staff_per_child(run: Simulator) -> Floats:
    """Cost of the staff for a child-year in each state, at the closing year's prices, £."""
    post = role_values(run, "unit_cost") * run.prices(run.roles)[-1]
    cost, states = np.zeros(len(run.states)), {key: n for n, key in enumerate(run.states)}
    for (area, role, item), caseload in run.data.workloads.items():
        if (area, item) in states:
            cost[states[area, item]] += post[run.roles.index((area, role))] / caseload
    return cost
