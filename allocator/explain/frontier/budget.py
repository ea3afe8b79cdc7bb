"""Fewest children in care against money: the budget of a fund moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from allocator.errors import UsageError
from allocator.explain.frontier.curve import Frontier, rows_of
from allocator.explain.frontier.parametric import Shift
from allocator.explain.frontier.walk import walk
from allocator.instance import Instance
from allocator.instance.problems import did_you_mean
from allocator.plan.columns import ANSWERS, AnswerColumns
from allocator.program.program import POUNDS
from allocator.progress import Progress
from allocator.simulate import baseline
from allocator.solving.session import build
from allocator.vocabulary import BUDGET
from formulations import LARGEST_REDUCTION


@dataclass(frozen=True)
class BudgetFrontier(Frontier):
    """Fewest children in care against money."""

    NAME: ClassVar[str] = "frontier_budget"
    COLUMNS: ClassVar[AnswerColumns] = ANSWERS[NAME]

    def _scaled(self, value: float) -> float:
        """A value of the curve in children."""
        return float(value)

    def facts(self) -> dict[str, Any]:
        """The same in pounds a year."""
        known = super().facts()
        return known | {"fund": self.moved, "reach": self.reach and self.reach * POUNDS}


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
            for at, value, price, rest in rows_of(walked)
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
        unfinished=walked.unfinished,
    )


def fund_meant(instance: Instance, name: str | None) -> str:
    """A fund that pays in every year: that name's, or the largest.  UsageError if there is none."""
    totals: dict[str, float] = {}
    for (fund, _, _), amount in instance.resolved.budgets.items():
        totals[fund] = totals.get(fund, 0.0) + amount
    timed = {f for (f, _), rules in instance.resolved.accounts.items() if rules.window_only}
    lasting = {fund: amount for fund, amount in totals.items() if fund not in timed}
    if name is None and lasting:
        return max(lasting, key=lambda fund: lasting[fund])
    if name in timed:
        raise UsageError(
            f"{name!r} pays in double-investment years alone; choose a fund that pays in every year"
        )
    if name not in lasting:
        raise UsageError(f"there is no fund {name or ''!r}; {did_you_mean(name or '', lasting)}")
    return str(name)
