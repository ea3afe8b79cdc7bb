"""Least cost to the council against the good done to others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final

import numpy as np

from allocator.errors import UsageError
from allocator.explain.frontier.curve import Frontier, rows_of
from allocator.explain.frontier.parametric import Parametric, Shift
from allocator.explain.frontier.walk import walk
from allocator.instance import Instance, Shortfall
from allocator.plan.columns import ANSWERS, AnswerColumns
from allocator.program.program import POUNDS, Index, LinearProgram
from allocator.progress import Progress
from allocator.simulate import Simulator, baseline
from allocator.solving.session import build
from allocator.vocabulary import CHILDREN, LEVEL
from formulations import LEAST_COST

_FORGONE: Final = 1000.0  # times the baseline's good to others: an amount that asks for nothing


@dataclass(frozen=True)
class BenefitFrontier(Frontier):
    """Least cost to the council against the good done to others.

    The number that moves is what of it is forgone, £m: less than nothing where the plan does more
    than the baseline.
    """

    NAME: ClassVar[str] = "frontier_benefits"
    COLUMNS: ClassVar[AnswerColumns] = ANSWERS[NAME]

    def facts(self) -> dict[str, Any]:
        """The most that can be done, what the cheapest plan does anyway, and what it costs."""
        table = self.table
        return {
            "status": "infeasible" if self.reach is None else "optimal",
            "greatest_benefits": None if self.reach is None else -self.reach * POUNDS,
            "free_benefits": None if self.end is None else -self.end * POUNDS,
            "lowest_cost": None if table.empty else float(table["cost"].min()),
            "greatest_cost": None if table.empty else float(table["cost"].max()),
            "breakpoints": len(table),
            "solves": self.walked.solves,
            "within": self.within,
        }


def benefit_frontier(instance: Instance, progress: Progress | None = None) -> BenefitFrontier:
    """Least cost to the council for every amount of good done to others, from the most there is.

    Targets and funds hold; the weight is left out, so that the cost is the council's own.
    UsageError where the instance lists no benefits.
    """
    program, move = moving_benefits(instance)

    def far(variant: LinearProgram, followed: Parametric) -> float:
        most = float(np.abs(variant.row_upper[move.rows]).sum())
        free = followed.solution(variant, _FORGONE * (1 + most))
        return float((variant.matrix.times(free.primal) - variant.row_upper)[move.rows].max())

    walked = walk(instance, program, move, far, progress)
    table = BenefitFrontier.table_of(
        "frontier_benefits",
        [
            {
                "benefits": -at * POUNDS + 0.0,
                "cost": value * POUNDS,
                "price_per_pound": price,
                "bought_per_pound": 1 / price if price > 0 else np.nan,
                **rest,
            }
            for at, value, price, rest in rows_of(walked)
        ],
    )
    return BenefitFrontier(
        instance,
        LEAST_COST,
        walked.solver,
        {"frontier_benefits": table},
        "benefits",
        np.inf,
        walked,
        unfinished=walked.unfinished,
    )


def moving_benefits(instance: Instance) -> tuple[LinearProgram, Shift]:
    """The council's own least cost, and the good done to others (£m) that may be forgone, moving.

    The program has at least the baseline's good of the years of the plan, at present value and
    unweighted; one less of the number that moves asks for £1m more.  UsageError where the
    instance lists no benefits.
    """
    if not instance.resolved.benefits:
        raise UsageError("there is no good done to others to move; add the table benefits")
    program = build(replace(instance, benefit_weight=0.0))
    counted = build(
        replace(instance, benefit_weight=1.0, terminal_value=False, shortfall=Shortfall())
    )
    good, unchanged = np.zeros(program.shape[1]), 0.0
    for family, kept in ((CHILDREN, _unchanged_children(instance)), (LEVEL, _levels(instance))):
        worth, positions = counted.columns[family], program.columns[family].positions
        for index, at in worth.positions.items():
            value = -float(counted.objectives[-1].costs[at])
            good[positions[index]] = value
            unchanged += value * kept(index) if value else 0.0
    of = np.flatnonzero(good)
    height = program.shape[0]
    moved = program.with_rows(
        "benefits_reached",
        "£m",
        np.array([-np.inf]),
        np.array([-unchanged]),
        rows=[0] * len(of),
        columns=of.tolist(),
        values=(-good[of]).tolist(),
    )
    return moved, Shift(np.array([height]), np.ones(1))


ValueOf = Callable[[Index], float]  # what a column is if nothing changes


def _unchanged_children(instance: Instance) -> ValueOf:
    run, children = Simulator(instance), baseline(instance).children
    column = {key: n for n, key in enumerate(run.states)}
    return lambda index: float(children[index[-1], column[index[0], index[1]]])


def _levels(instance: Instance) -> ValueOf:
    services = instance.resolved.services
    return lambda index: services[index[0], index[1]].baseline
