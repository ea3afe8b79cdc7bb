"""The target of a calibrated instance: the one asked for, else one that the money can reach."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from allocator.calibrate.published.request import Request
from allocator.errors import UsageError
from allocator.instance import Instance
from allocator.program.matrix import Floats
from allocator.progress import Progress
from allocator.simulate import baseline
from allocator.vocabulary import CHILDREN
from formulations import LARGEST_REDUCTION

if TYPE_CHECKING:
    from allocator.solving.session import Session

AFTER: Final = 5  # years into the plan
_SLACK: Final = 0.25  # of the way from the least that can be reached back to doing nothing


def target_row(
    funded: Instance, request: Request, alone: Iterable[Instance], told: Progress
) -> tuple[dict[str, Any], int | None]:
    """The row of ``targets``, and the least that can be reached, where that was asked.

    What the money can reach is what the councils reach, each by itself (``alone``): together they
    can do no worse.  Raises UsageError for a year outside the plan.
    """
    year = request.target_year or request.year + AFTER
    if year not in funded.horizon:
        last = funded.last_year
        raise UsageError(f"--target {year}: the plan runs from {request.year} to {last}")
    if request.target is not None:
        return {"year": year, "children": float(request.target), "source": "as asked for"}, None
    at = year - request.year
    reached = _least(alone, len(funded.areas), told)
    least = float(max(reached[at:]))
    nothing = np.sum(list(baseline(funded).children_in_care.values()), axis=0)
    number = math.ceil(least + _SLACK * max(float(min(nothing[at:])) - least, 0.0))
    row = {
        "year": year, "children": float(number), "source": "assumption",
        "note": f"three quarters of the way from what doing nothing gives to the {least:,.0f} "
        "that the money can keep to; put your own in its place",
    }  # fmt: skip
    return row, math.ceil(least)


def _least(alone: Iterable[Instance], count: int, told: Progress) -> Floats:
    """Children in care by year under each council's largest reduction, added up.

    Of a council that has no plan, those of its baseline.
    """
    from allocator.solving.session import Session

    session = Session(LARGEST_REDUCTION)
    paths = []
    for n, instance in enumerate(alone):
        told("setting a target: what each council can reach", n, count)
        paths.append(_reached(session, instance))
    total: Floats = np.sum(paths, axis=0)
    return total


def _reached(session: Session, instance: Instance) -> Floats:
    best = session.solve(instance).best
    if best is None or best.solution is None:
        path: Floats = np.sum(list(baseline(instance).children_in_care.values()), axis=0)
        return path
    children, point = best.program.columns[CHILDREN].positions, best.solution.primal
    care = [key for key, state in instance.resolved.states.items() if state.in_care]
    ends = range(1, instance.years + 1)
    m = instance.periods_per_year
    return np.array([sum(point[children[*key, year * m]] for key in care) for year in ends])
