"""The same money, allocated better: what today's total spend could do.

In each area the total that the baseline spends in a year is all there is for that year, for
any tier and whatever fund it comes from, with nothing carried over and no double investment.
Limits on spend, growth and coverage stay as they are, targets are left out.  Of all allocations
the one with the fewest children in care at the end is taken, and of those the cheapest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final

import pandas as pd

from allocator.explain.answers import Answer
from allocator.explain.spending import service_names, today
from allocator.instance import Instance
from allocator.instance.cell_changes import with_only
from allocator.instance.schema import TIERS
from allocator.plan.columns import ANSWERS, AnswerColumns
from allocator.plan.plan import Plan
from allocator.progress import Progress
from allocator.simulate import baseline
from allocator.solving.solve import solve
from formulations import LARGEST_REDUCTION

FUND: Final = "todays_total"


@dataclass(frozen=True)
class Reallocation(Answer):
    """Today's allocation and the best one of the same money, if limits leave any."""

    NAME: ClassVar[str] = "reallocation"
    COLUMNS: ClassVar[AnswerColumns] = ANSWERS[NAME]

    plan: Plan

    @property
    def fewer(self) -> float | None:
        """Children fewer in care at the end than with today's allocation, all areas together."""
        if not self.plan.found:
            return None
        last = self.tables["reallocation"]
        return float(last[last["year"] == self.instance.last_year]["fewer"].sum())

    def facts(self) -> dict[str, Any]:
        """How many children fewer, and whether the audit passed."""
        audit = self.plan.audit
        return {
            "status": self.plan.status,
            "fewer_at_the_end": self.fewer,
            "audit": None if audit is None else audit.to_dict(),
        }


def same_money(instance: Instance) -> Instance:
    """The instance with today's total spend as the one fund of each area, and nothing else."""
    spend = baseline(instance).spend
    budgets = [
        {"fund": FUND, "year": year, "amount": sum(float(spend[area, tier][n]) for tier in TIERS)}
        | ({"area": area} if instance.has_areas else {})
        for area in instance.areas
        for n, year in enumerate(instance.horizon)
    ]
    changed = with_only(instance, "funds", [{"fund": FUND, "label": "Today's total spend"}])
    return replace(with_only(changed, "budgets", budgets), double_investment=None)


def reallocate(instance: Instance, progress: Progress | None = None) -> Reallocation:
    """Find the best allocation of today's money, proved and audited.

    ``tables``: a row a year (children in care, £), and a row for each service and year (cases).
    Where limits leave no plan, the plan in it says so.  SolverError where the solver fails,
    CertificateError or AuditError where its answer does not hold.
    """
    plan = solve(same_money(instance), formulation=LARGEST_REDUCTION, progress=progress)
    tables = {"reallocation": _by_year(plan), "reallocation_services": _services(instance, plan)}
    return Reallocation(instance, LARGEST_REDUCTION, plan.solver, tables, plan)


def _by_year(plan: Plan) -> pd.DataFrame:
    columns = list(Reallocation.COLUMNS["reallocation"])
    years = plan.tables["years"].rename(columns={"baseline_total": "money"})
    if plan.found:
        years["fewer"] = years["baseline_children_in_care"] - years["children_in_care"]
    return years.reindex(columns=columns)


def _services(instance: Instance, plan: Plan) -> pd.DataFrame:
    levels, usual = plan.levels() if plan.found else {}, today(instance)
    rows = [
        {
            "service": service,
            "label": instance.label("services", service),
            "year": year,
            "baseline_cases": sum(
                rules.baseline
                for (_, name), rules in instance.resolved.services.items()
                if name == service
            ),
            "cases": levels[service][year] if plan.found else None,
            "baseline_spend": usual[service, year],
        }
        for service in service_names(instance)
        for year in instance.horizon
    ]
    return Reallocation.table_of("reallocation_services", rows)
