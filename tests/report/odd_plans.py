"""Twelve odd plans: tiny instances, each of which has something an answer has to tell."""

from __future__ import annotations

from functools import cache

from allocator.instance import read
from allocator.instance.change import apply_changes
from allocator.plan.plan import Plan
from allocator.report.saved_plan import SavedPlan
from allocator.solving.solve import solve
from tests.plans import CASES, plan_of
from tests.report.saved_plans import one_year

STRONG = "effects.*.evidence=strong"
PLANS = {
    "a cut": lambda: plan_of("window", "services.hubs.minimum=0", "effects.hubs.*.effect=0",
                             STRONG),
    "an end": lambda: plan_of("window", "effects.*.effect=*0.05", "targets.*.children=1400",
                              STRONG),
    "no payback": lambda: plan_of(
        "hand", "services.reunify.unit_cost=60000", "budgets.core.*.amount=9000000",
        "targets.2021.children=70", STRONG,
    ),
    "a tie": lambda: plan_of(
        "window", "budgets.transition.2022.amount=0", "services.hubs.minimum=890",
        "effects.hubs.*.effect=*0.3", STRONG,
    ),
    "no window": lambda: plan_of("window", "funds.transition.window_only=no",
                                 "budgets.transition.*.amount=0", STRONG),
    "infeasible": lambda: plan_of("hand-infeasible"),
    "shortfall": lambda: solve(apply_changes(
        read(CASES.parent / "cases2" / "excess"), ("budgets.core.*.amount=*0.97", STRONG)
    )),
    "one year": one_year,
    "several areas": lambda: plan_of("two-areas", STRONG),
    "weak evidence": lambda: plan_of("window", "effects.*.evidence=weak"),
    "benefits counted": lambda: plan_of("benefits", STRONG),
    "staff binding": lambda: plan_of("staff-part-training", STRONG),
}  # fmt: skip


@cache
def odd(name: str) -> Plan:
    return PLANS[name]()


def odd_saved(name: str) -> SavedPlan:
    """As it is reported, without the time that saving and opening it takes."""
    return SavedPlan("plan", odd(name), "1", odd(name).audit)
