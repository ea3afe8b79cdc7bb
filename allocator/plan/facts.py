"""A plan's facts, as ``solve --json`` prints them and ``plan.json`` keeps them.

Section 5 of the specification lists the least that there is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allocator.instance import Instance
from allocator.instance.instance import window_facts
from allocator.instance.schema import ALL, TIERS
from allocator.plan.cash_prices import CASH, cash_facts
from allocator.plan.fairness import fairness
from allocator.plan.services import service_facts

if TYPE_CHECKING:
    from allocator.plan.plan import Plan


def plan_facts(plan: Plan) -> dict[str, Any]:
    """All of the facts, as ``solve --json`` prints them."""
    facts: dict[str, Any] = {
        "status": plan.status,
        **provenance(plan.instance, plan.formulation, plan.solver),
        "objective": plan.objective,
        "terminal_value": plan.terminal_value,
        "window": window_facts(plan.window),
        "windows": [outcome.to_dict() for outcome in plan.windows],
        "years": list(plan.instance.horizon),
        **_totals(plan, None),
        "cost": plan.cost,
    }
    if plan.found:
        facts |= {"npv": plan.npv, "npv_in_horizon": plan.npv_in_horizon}
    if plan.instance.has_areas:
        facts["areas"] = {area: _totals(plan, area) for area in plan.instance.areas}
    facts["funds"] = plan.funds() if plan.found else None
    if CASH in plan.tables:
        facts["in_cash"] = cash_facts(plan)
    facts["services"] = service_facts(plan) if plan.found else None
    if "tightest" in plan.tables:
        facts["tightest"] = list(plan.table("tightest").records())
    if (shared := fairness(plan)) is not None:
        facts["fairness"] = shared.to_dict()
    if plan.theta is not None:
        facts["theta"] = plan.theta
    facts["branch_and_bound"] = plan.branch_and_bound
    facts["certificate"] = None if plan.certificate is None else plan.certificate.to_dict()
    facts["audit"] = None if plan.audit is None else plan.audit.to_dict()
    return facts


def _totals(plan: Plan, area: str | None) -> dict[str, Any]:
    """Of an area, or of all together."""
    years = plan.yearly(area)

    def by_year(column: str) -> dict[str, float] | None:
        if column not in years:
            return None
        return {str(year): value for year, value in years[column].items()}

    def by_tier(before: str = "") -> dict[str, dict[str, float]]:
        horizon = years["baseline_total"]
        return {str(y): {g: years[f"{before}{g}"][y] for g in TIERS} for y in horizon}

    totals: dict[str, Any] = {
        "children_in_care": by_year("children_in_care"),
        "baseline_children_in_care": by_year("baseline_children_in_care"),
        "spend": None,
        "baseline_spend": by_tier("baseline_"),
    }
    if not plan.found:
        none = ("levels", "payback_year", "double_running_cost", "double_running_years")
        return totals | dict.fromkeys((*none, "target_price"))
    cash = plan.cash(area)
    good = plan.wider_benefits(area)
    if good is not None:
        totals["wider_benefits"] = good
        totals["wider_benefits_by_kind"] = plan.wider_benefits(area, "kind")
        totals["benefit_cost_ratios"] = plan.benefit_cost_ratios(area)
    staff = plan.staff(area)
    if staff is not None:
        totals["staff"] = staff
    short = plan.shortfall(area)
    if short is not None:
        totals["shortfall"] = {
            name: {str(year): amount for year, amount in by.items()} for name, by in short.items()
        }
    return totals | {
        "spend": by_tier(),
        "levels": {
            service: {str(year): level for year, level in by.items()}
            for service, by in plan.levels(area).items()
        },
        "net": by_year("net"),
        "cumulative_net": by_year("cumulative"),
        "payback_year": cash.payback_year,
        "lasting_payback_year": cash.lasting_payback_year,
        "double_running_cost": cash.double_running_cost,
        "double_running_years": cash.double_running_years,
        "peak_deficit": cash.peak_deficit,
        "peak_deficit_year": cash.peak_deficit_year,
        "target_price": {
            str(year): price for year, price in plan.target_price(area or ALL).items()
        },
    }


def provenance(instance: Instance, formulation: str, solver: str) -> dict[str, str]:
    """What was solved, as what, by whom: where every result says it comes from."""
    return {
        "instance": instance.name,
        "title": instance.title,
        "asked": instance.question,
        "instance_hash": instance.hash,
        "formulation": formulation,
        "solver": solver,
        "price_base": instance.price_base,
    }
