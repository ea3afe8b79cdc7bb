"""Staff in each draw: those held, the agency that meets the rest, and work that nobody does.

MODEL.md 3.12.  Hires, let go and supported are the plan's; arrays are (periods, roles, draws).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from allocator.audit.case import Case
from allocator.simulate import Simulator
from allocator.simulate.staffing import (
    Staff,
    costs_of_staff,
    in_training,
    practice_values,
    role_values,
    unchanged_staff,
    won,
    work,
)
from allocator.stress.population import Population

Floats = NDArray[np.float64]


def spare_agency(case: Case) -> Floats:
    """Agency FTE that the plan has beyond what its work and practices need, (periods, roles)."""
    needed = work(case.run, case.children, case.served)[0] - able(case.run, case.staff)
    least = np.maximum(needed, _for_practices(case.run, case.staff))
    return np.maximum(case.staff.agency - np.maximum(least, 0.0), 0.0)


def able(run: Simulator, staff: Staff) -> Floats:
    """FTE of work that those in post do, with the time that practices win, (periods, roles)."""
    return staff.in_post[1:] - in_training(run, staff.hired) + won(run, staff.supported)


def _for_practices(run: Simulator, staff: Staff) -> Floats:
    """Agency FTE without which a practice would support more than its share, (periods, roles)."""
    least, shares = np.full_like(staff.hired, -np.inf), practice_values(run, "share")
    for n, (area, _, role) in enumerate(run.practices):
        at = run.roles.index((area, role))
        if shares[n] > 0:
            more = staff.supported[:, n] / shares[n] - staff.in_post[1:, at]
            least[:, at] = np.maximum(least[:, at], more)
    return least


class Staffed:
    """The staff of a set of draws, given the children and the cases served."""

    def __init__(
        self, people: Population, staff: Staff, spare: Floats, children: Floats, served: Floats
    ) -> None:
        self.people, self.run, self.staff = people, people.run, staff
        needed = self._work(children, served) - able(self.run, staff)[:, :, None]
        least = np.maximum(needed, _for_practices(self.run, staff)[:, :, None])
        wanted = np.maximum(least, 0.0) + spare[:, :, None]
        self.agency = np.minimum(wanted, self._most()[:, :, None])
        self.short = np.maximum(needed - self.agency, 0.0)

    def _work(self, children: Floats, served: Floats) -> Floats:
        """FTE that the children and the cases served take."""
        run, between = self.run, (children[:-1] + children[1:]) / 2
        taken = np.zeros((len(between), len(run.roles), self.people.count))
        for (area, role, item), caseload in run.data.workloads.items():
            if (area, item) in run.services:
                units = served[:, run.services.index((area, item))]
            else:
                units = between[:, run.states.index((area, item))]
            taken[:, run.roles.index((area, role))] += units / caseload
        return taken

    def _most(self) -> Floats:
        """Agency FTE at most, (periods, roles): its share of those at work."""
        share = role_values(self.run, "agency_share")
        share = np.where(np.isfinite(role_values(self.run, "agency_cost")), share, 0.0)
        posts = self.staff.in_post[1:]
        with np.errstate(divide="ignore", invalid="ignore"):
            most = posts * share / (1 - share)
        return np.where(share >= 1, np.inf, most)

    def spend(self) -> Floats:
        """£ by year and role, (years, roles, draws), at the instance's own unit costs."""
        posts, turnover, agency, support = costs_of_staff(self.run, self._per_agency())
        fixed = self.run.clock.by_year(posts + turnover + support)
        pounds: Floats = fixed[:, :, None] + self._by_year(agency[:, :, None] * self.agency)
        return pounds

    def _by_year(self, amounts: Floats) -> Floats:
        """(periods, roles, draws) added up to (years, roles, draws)."""
        each = self.run.instance.periods_per_year
        summed: Floats = amounts.reshape(len(amounts) // each, each, *amounts.shape[1:]).sum(axis=1)
        return summed

    def _per_agency(self) -> Staff:
        """The staff held, with one FTE of agency, whose cost is then that of each."""
        held = self.staff
        one = np.ones_like(held.agency)
        return Staff(held.in_post, held.hired, held.let_go, one, held.supported)

    def unfilled(self) -> Floats:
        """FTE-years of work that nobody does, all roles, (years, draws)."""
        unfilled: Floats = self._by_year(self.short).sum(axis=1)
        return unfilled / self.run.instance.periods_per_year


def unchanged_spend(run: Simulator) -> Floats:
    """£ by year and role if nothing changes, (years, roles)."""
    total = sum(costs_of_staff(run, unchanged_staff(run)))
    return run.clock.by_year(np.asarray(total))
