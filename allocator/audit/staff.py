"""Rules about staff: section 3.12 of the specification."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from allocator.audit.case import Case
from allocator.audit.findings import Ledger, Sense
from allocator.audit.marks import of_every_plan
from allocator.simulate.staffing import (
    in_post,
    in_training,
    practice_values,
    role_values,
    won,
    work,
)


@of_every_plan
def staff(case: Case, ledger: Ledger) -> None:
    """3.12: staff run forward, hired within the limit, and as many as the work takes."""
    if not case.run.roles:
        return
    run, plan, length = case.run, case.staff, 1 / case.instance.periods_per_year

    def compare(rule: str, left: ArrayLike, right: ArrayLike, kind: Sense) -> None:
        ledger.compare(rule, "3.12", "FTE", left, right, case.periods, run.roles, kind)

    posts = plan.in_post[1:]
    compare("staff in post", posts, in_post(run, plan.hired, plan.let_go)[1:], "equal")
    for name, values in (
        ("staff in post", posts),
        ("hires", plan.hired),
        ("staff let go", plan.let_go),
        ("agency staff", plan.agency),
    ):
        compare(f"{name} not negative", values, 0.0, "at least")
    compare("hiring limit", plan.hired, role_values(run, "hires_per_year") * length, "at most")
    at_work = posts + plan.agency
    bought = np.isfinite(role_values(run, "agency_cost"))
    most = np.where(bought, role_values(run, "agency_share"), 0.0) * at_work
    compare("agency share", plan.agency, most, "at most")
    able = at_work - in_training(run, plan.hired) + won(run, plan.supported)
    busy = [key in {(a, r) for a, r, _ in case.data.workloads} for key in run.roles]
    needed = np.where(busy, work(run, case.children, case.served)[0], -np.inf)
    compare("work fits the staff", needed, able, "at most")


@of_every_plan
def practices(case: Case, ledger: Ledger) -> None:
    """3.12: practices support their share of a role at most, and grow as they may."""
    run, supported = case.run, case.staff.supported
    if not run.practices:
        return

    def compare(rule: str, left: ArrayLike, right: ArrayLike, kind: Sense) -> None:
        ledger.compare(rule, "3.12", "FTE", left, right, case.periods, run.practices, kind)

    of_role = [run.roles.index((area, role)) for area, _, role in run.practices]
    at_work = (case.staff.in_post[1:] + case.staff.agency)[:, of_role]
    before = np.vstack([np.zeros(len(of_role)), supported[:-1]])
    growth = practice_values(run, "growth_per_year") / case.instance.periods_per_year
    compare("supported not negative", supported, 0.0, "at least")
    compare("share supported", supported, practice_values(run, "share") * at_work, "at most")
    compare("growth of a practice", supported - before, growth, "at most")
