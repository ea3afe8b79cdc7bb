"""Least cost against the reduction that every area has at least."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final

import numpy as np

from allocator.errors import UsageError
from allocator.explain.frontier.curve import Frontier, rows_of
from allocator.explain.frontier.parametric import Parametric, Shift
from allocator.explain.frontier.walk import walk
from allocator.instance import Instance
from allocator.plan.columns import ANSWERS, AnswerColumns
from allocator.program.matrix import Floats
from allocator.program.program import POUNDS, Family, LinearProgram
from allocator.progress import Progress
from allocator.solving.session import build
from allocator.vocabulary import FAIR_SHARE, REDUCTION
from formulations import FAIR_REDUCTION

FREE: Final = 100.0  # times the baseline's children: a share that holds nobody


@dataclass(frozen=True)
class FairFrontier(Frontier):
    """Least cost against the reduction that every area has at least.

    The number that moves is the share of the children of its baseline that an area may have at
    most at the end of the horizon: 1 less the reduction.
    """

    NAME: ClassVar[str] = "frontier_fairness"
    COLUMNS: ClassVar[AnswerColumns] = ANSWERS[NAME]

    def facts(self) -> dict[str, Any]:
        """The largest reduction, where fairness costs nothing, and the price of all of it."""
        table = self.table
        return {
            "status": "infeasible" if self.reach is None else "optimal",
            "greatest_reduction": None if self.reach is None else 1 - self.reach,
            "free_reduction": None if self.end is None else 1 - self.end,
            "price_of_fairness": None if table.empty else float(table["price_of_fairness"].max()),
            "breakpoints": len(table),
            "solves": self.walked.solves,
            "within": self.within,
        }


def fair_frontier(instance: Instance, progress: Progress | None = None) -> FairFrontier:
    """Least cost for every reduction that all areas are to have, from the largest there is.

    Targets are left out and funds hold, as in 3.16.  UsageError where no area would have children
    in care at the end if nothing changed.
    """
    program, move = moving_share(instance)

    def far(variant: LinearProgram, followed: Parametric) -> float:
        free = followed.solution(variant, FREE)
        return float((variant.matrix.times(free.primal)[move.rows] / move.steps).max())

    walked = walk(instance, program, move, far, progress)
    rows = list(rows_of(walked))
    least = min((value for _, value, _, _ in rows), default=0.0)
    table = FairFrontier.table_of(
        "frontier_fairness",
        [
            {
                "reduction": 1 - at,
                "cost": value * POUNDS,
                "price_of_fairness": (value - least) * POUNDS,
                "price_per_point": price * POUNDS / 100,
                **rest,
            }
            for at, value, price, rest in rows
        ],
    )
    return FairFrontier(
        instance,
        FAIR_REDUCTION,
        walked.solver,
        {"frontier_fairness": table},
        "fairness",
        1.0,
        walked,
        unfinished=walked.unfinished,
    )


def moving_share(instance: Instance) -> tuple[LinearProgram, Shift]:
    """The least cost, and the share of its baseline's children that every area may have, moving.

    The program has it at 0.  UsageError where no area has children in care in the baseline's end.
    """
    fair = build(instance, FAIR_REDUCTION)
    rows, held = fair.rows[FAIR_SHARE], fair.columns[REDUCTION]
    if not rows.count:
        raise UsageError(
            "no area would have children in care at the end if nothing changed: there is no "
            "reduction to share"
        )
    program = replace(
        fair.fixed({(held.name, ()): 0.0}),
        objectives=fair.objectives[-1:],
        row_upper=_with(fair.row_upper, rows, 0.0),
    )
    return program, Shift(np.arange(rows.start, rows.stop), fair.row_upper[rows.start : rows.stop])


def _with(numbers: Floats, family: Family, value: float) -> Floats:
    """Numbers by row with one value for all of a family."""
    changed = numbers.copy()
    changed[family.start : family.stop] = value
    return changed
