"""Staff: roles with work to do, people to do it, and salaries that are counted once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from allocator.instance.check.candidate import Candidate, Check, at, figure, warn
from allocator.instance.instance import Row
from allocator.instance.problems import Problem
from allocator.instance.records import Role

FAST_LEAVING = 1.0  # a mean stay under a year
ROUNDING = 1 + 1e-9


def caseloads_are_carried(candidate: Candidate) -> Iterator[Problem]:
    """One FTE carries somebody: a caseload is above 0."""
    for row in candidate.rows("workloads"):
        if row["caseload"] == 0:
            yield at(
                row,
                "caseload",
                "lets one FTE carry nobody",
                "give the children (of a service: cases per year) that one FTE carries",
            )


def roles_have_work(candidate: Candidate) -> Iterator[Problem]:
    """A role has a workload, or nobody in it is needed."""
    working = {row["role"] for row in candidate.instance.tables["workloads"]}
    for row in candidate.rows("roles"):
        if row["role"] not in working:
            yield warn(
                row,
                "role",
                "has no workload, so nobody in it is needed",
                "add to workloads the states or services whose work it is",
            )


def work_at_the_start_is_done(candidate: Candidate) -> Iterator[Problem]:
    """Those in post, and as many from an agency as may be, carry the work at the start."""
    need: defaultdict[tuple[str, str], float] = defaultdict(float)
    resolved = candidate.resolved
    for (area, role, item), caseload in resolved.workloads.items():
        state = resolved.states.get((area, item))
        units = resolved.services[area, item].baseline if state is None else state.opening
        need[area, role] += units / caseload if caseload > 0 else 0.0
    for row, areas in candidate.in_force("roles"):
        short = [a for a in areas if need[a, row["role"]] > _able(candidate, a, row) * ROUNDING]
        if short:
            takes = need[short[0], row["role"]]
            yield warn(
                row,
                "opening",
                f"is too few for the work at the start, which takes {figure(takes)} FTE"
                f"{candidate.where(short[:1])}, agency and practices counted",
                "give those in post, the caseloads they carry now, or an agency",
            )


def _able(candidate: Candidate, area: str, row: Row) -> float:
    """FTE that a role may come to at the start."""
    role: Role = candidate.resolved.roles[area, row["role"]]
    agency = role.agency_share if role.agency_cost is not None else 0.0
    if agency >= 1:
        return float("inf")
    won = sum(
        max(0.0, support.time - 1) * support.share
        for (a, _, r), support in candidate.resolved.practices.items()
        if (a, r) == (area, row["role"])
    )
    return role.opening / (1 - agency) * (1 + won)


def salaries_are_counted_once(candidate: Candidate) -> Iterator[Problem]:
    """A role costs something of its own only where no state it works with holds its salary."""
    resolved = candidate.resolved
    for row, areas in candidate.in_force("roles"):
        paid = [
            item
            for area, role, item in resolved.workloads
            if area in areas
            and role == row["role"]
            and (area, item) in resolved.states
            and resolved.states[area, item].unit_cost > 0
        ]
        if row["unit_cost"] > 0 and paid:
            told = ", ".join(dict.fromkeys(paid))
            yield warn(
                row,
                "unit_cost",
                f"is on top of the unit cost of {told}, whose children it works with: where that "
                "holds salaries, they count twice",
                "leave it blank, and give agency_cost as the premium alone, or take salaries out "
                f"of the unit cost of {told}",
            )


def agencies_have_a_cost(candidate: Candidate) -> Iterator[Problem]:
    """A share for agency staff comes with what they cost."""
    for row in candidate.rows("roles"):
        if row["agency_share"] < 1 and row["agency_cost"] is None:
            yield warn(
                row,
                "agency_share",
                "changes nothing: without an agency_cost there is no agency",
                "give agency_cost (0 for none), or leave the share blank",
            )
        if row["agency_opening"] > 0 and row["agency_cost"] is None:
            yield at(
                row,
                "agency_opening",
                "is of an agency that there is not: agency_cost is blank",
                "give agency_cost (0 for none), or leave it blank",
            )


def staff_stay_a_while(candidate: Candidate) -> Iterator[Problem]:
    """A leaving rate is per year, so seldom above 1."""
    for row in candidate.rows("roles"):
        if row["leaving_rate"] > FAST_LEAVING:
            yield warn(
                row,
                "leaving_rate",
                "is above 1 a year: staff would stay less than a year",
                "write 15% a year as 0.15",
            )


def practices_win_time(candidate: Candidate) -> Iterator[Problem]:
    """A practice lets those it supports carry more."""
    for row in candidate.rows("practices"):
        if row["time"] <= 1:
            yield warn(
                row,
                "time",
                "is not above 1, so the practice wins no time",
                "write a quarter more time as 1.25",
            )


CHECKS: tuple[Check, ...] = (
    caseloads_are_carried,
    roles_have_work,
    work_at_the_start_is_done,
    salaries_are_counted_once,
    agencies_have_a_cost,
    staff_stay_a_while,
    practices_win_time,
)
