"""Every rule that ties rows and tables together, checked in one pass.

What single cells may hold is checked as they are read.  Each rule here is a function
whose first line says it; ``CHECKS`` lists them all, so the documentation can too.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import chain

from allocator.instance.check import (
    benefits,
    children,
    demand,
    effects,
    futures,
    inflation,
    money,
    names,
    ranges,
    sense,
    services,
    staff,
    targets,
    years,
)
from allocator.instance.check.candidate import Candidate, Check
from allocator.instance.instance import Instance
from allocator.instance.problems import Problem, errors

EARLY: tuple[Check, ...] = (
    *names.CHECKS,
    *years.CHECKS,
    *children.CHECKS,
    *services.CHECKS,
    *effects.CHECKS,
    *money.CHECKS,
    *targets.CHECKS,
    *demand.CHECKS,
    *inflation.CHECKS,
    *ranges.CHECKS,
    *sense.CHECKS,
    *staff.CHECKS,
    *benefits.CHECKS,
    *futures.CHECKS,
)
# Those that need an instance without errors.
LATE: tuple[Check, ...] = (*targets.LATE_CHECKS, *futures.LATE_CHECKS)
CHECKS = EARLY + LATE


def examine(instance: Instance, unread: Collection[str] = ()) -> list[Problem]:
    """Every problem between the cells of an instance, errors and warnings, in one pass.

    Rows may lack cells that could not be read; those are passed over, and nothing raises.
    ``unread`` are tables whose rows are not all there: what only they could settle is left out.
    """
    candidate = Candidate(instance, frozenset(unread))
    checks = EARLY if not unread else (*names.CHECKS, *ranges.CHECKS)
    problems = list(chain.from_iterable(check(candidate) for check in checks))
    if unread:
        return problems
    if candidate.is_complete and not errors(problems):
        problems += chain.from_iterable(check(candidate) for check in LATE)
    return problems
