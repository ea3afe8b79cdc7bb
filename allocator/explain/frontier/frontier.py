"""Cost against the target, and children against money: the whole curve, breakpoint by breakpoint.

Both are exact.  Between two breakpoints the price is one number; at each of them another plan, or
another double-investment window, takes over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
import pandas as pd

from allocator.explain.answers import Answer
from allocator.explain.frontier.envelope import Piece
from allocator.explain.frontier.moving import (
    FREE,
    fund_meant,
    moving_benefits,
    moving_share,
    moving_target,
)
from allocator.explain.frontier.parametric import Parametric, Shift
from allocator.explain.frontier.walk import Walked, walk
from allocator.instance import Instance
from allocator.plan.columns import ANSWERS, AnswerColumns
from allocator.program.program import POUNDS, LinearProgram
from allocator.simulate import baseline
from allocator.solving.session import Progress, build
from allocator.solving.windows import TIE
from allocator.vocabulary import BUDGET
from formulations import FAIR_REDUCTION, LARGEST_REDUCTION, LEAST_COST

_FORGONE: Final = 1000.0  # times the baseline's good to others: an amount that asks for nothing


@dataclass(frozen=True)
class Frontier(Answer):
    """The curve, and where the instance's own target or budget lies on it.

    ``moved`` is what moves: an owner and a year of a target, or a fund.  ``now`` is the target in
    children, or 0 for the budgets as they are.
    """

    moved: tuple[str, int] | str
    now: float
    walked: Walked

    @property
    def reach(self) -> float | None:
        """The least target, or the least change of the budget, that has a plan."""
        return self.walked.pieces[0].start if self.walked.pieces else None

    @property
    def table(self) -> pd.DataFrame:
        """The breakpoints, in order."""
        return self.tables[self.NAME]

    @property
    def end(self) -> float | None:
        """The number from which on nothing changes any more."""
        rows = list(_rows(self.walked))
        return rows[-1][0] if rows else None

    def facts(self) -> dict[str, Any]:
        """Where the curve begins, and what holds at the instance's own number."""
        here = self.walked.at(self.now)
        return {
            "status": "optimal" if here is not None else "infeasible",
            "reach": self.reach,
            "now": self.now,
            "value_now": None if here is None else self._scaled(here.line(self.now)),
            "price_now": None if here is None else -self._scaled(here.slope),
            "breakpoints": len(self.table),
            "solves": self.walked.solves,
        }

    def _scaled(self, value: float) -> float:
        return float(value)


@dataclass(frozen=True)
class TargetFrontier(Frontier):
    """Least cost against the target."""

    NAME: ClassVar[str] = "frontier_target"
    COLUMNS: ClassVar[AnswerColumns] = ANSWERS[NAME]

    def _scaled(self, value: float) -> float:
        return float(value) * POUNDS


@dataclass(frozen=True)
class BudgetFrontier(Frontier):
    """Fewest children in care against money."""

    NAME: ClassVar[str] = "frontier_budget"
    COLUMNS: ClassVar[AnswerColumns] = ANSWERS[NAME]

    def facts(self) -> dict[str, Any]:
        """The same in pounds a year."""
        known = super().facts()
        return known | {"fund": self.moved, "reach": self.reach and self.reach * POUNDS}


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
        }


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
        }


def target_frontier(
    instance: Instance, target: str | None = None, progress: Progress | None = None
) -> TargetFrontier:
    """Least cost for every target from the furthest that the funds can reach.

    ``target`` names the row that moves, as ``--set`` names it: a year, or ``area.year``; without
    it, the last of those for all areas together.  Other targets stay.  UsageError where there is
    none of that name, CertificateError where a point of the curve is not proved.
    """
    moving = moving_target(instance, target)
    rows = moving.move.rows
    most = sum(float(run.max()) for run in baseline(instance).children_in_care.values())

    def far(variant: LinearProgram, followed: Parametric) -> float:
        free = followed.solution(variant, 100 * (1 + most))
        return float(variant.matrix.times(free.primal)[rows].max())

    walked = walk(instance, moving.program, moving.move, far, progress)
    table = TargetFrontier.table_of(
        "frontier_target",
        [
            {
                "owner": moving.owner,
                "year": moving.year,
                "children": at,
                "cost": value * POUNDS,
                "price_per_child": price * POUNDS,
                **rest,
            }
            for at, value, price, rest in _rows(walked)
        ],
    )
    return TargetFrontier(
        instance,
        LEAST_COST,
        walked.solver,
        {"frontier_target": table},
        (moving.owner, moving.year),
        moving.now,
        walked,
    )


def budget_frontier(
    instance: Instance, fund: str | None = None, progress: Progress | None = None
) -> BudgetFrontier:
    """Fewest children in care at the end for every change of a fund's budget.

    The change is the same amount in every year, shared among the areas of the fund as its
    budgets are; without ``fund``, of the largest one that pays in every year.  Targets are left
    out, as in ``largest_reduction``.  UsageError where there is no such fund.
    """
    chosen = fund_meant(instance, fund)
    program = build(instance, LARGEST_REDUCTION)
    owned = {key: at for key, at in program.rows[BUDGET].positions.items() if key[0] == chosen}
    totals: dict[str, float] = {}
    for _, owner, year in owned:
        totals[owner] = totals.get(owner, 0.0) + instance.resolved.budgets[chosen, owner, year]
    whole = sum(totals.values())
    steps = [totals[o] / whole if whole else 1 / len(totals) for _, o, _ in owned]
    spend = sum(baseline(instance).spend.values(), np.zeros(instance.years)) / POUNDS
    move = Shift(np.array(list(owned.values())), np.array(steps))
    walked = walk(
        instance, program, move, lambda variant, followed: 3 * float(spend.max()), progress
    )
    table = BudgetFrontier.table_of(
        "frontier_budget",
        [
            {"money": at * POUNDS, "children_in_care": value, "children_per_million": price, **rest}
            for at, value, price, rest in _rows(walked)
        ],
    )
    return BudgetFrontier(
        instance,
        LARGEST_REDUCTION,
        walked.solver,
        {"frontier_budget": table},
        chosen,
        0.0,
        walked,
    )


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
    rows = list(_rows(walked))
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
    )


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
            for at, value, price, rest in _rows(walked)
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
    )


def _rows(walked: Walked) -> Iterator[tuple[float, float, float, dict[str, Any]]]:
    """Number, value, price and the rest of each row: where pieces begin, and where they jump.

    The last row is where the curve has become flat.
    """
    if not walked.pieces:
        return
    flat = walked.pieces[-1].value
    size = TIE * max(1.0, abs(flat))
    last: Piece | None = None
    for piece in walked.pieces:
        if last is not None and last.line(last.end) - piece.value > size:
            yield last.end, last.line(last.end), -last.slope, _rest(last, "jump")
        ended = piece.value - flat <= size
        yield piece.start, piece.value, 0.0 if ended else -piece.slope, _rest(piece, "optimal")
        if ended:
            return
        last = piece


def _rest(piece: Piece, status: str) -> dict[str, Any]:
    first, years = piece.window or (None, None)
    return {"window_first_year": first, "window_years": years, "status": status}
