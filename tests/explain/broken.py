"""Instances without a plan, each broken in its own way: name -> case and changes."""

from __future__ import annotations

from typing import Final

from allocator.instance import Instance
from tests.plans import instance_of

# Few windows; "money in every year", "target" and "target too early" have all that one area can.
FEW: Final = "double_investment.longest=1"
SEVERAL: Final = ("two-areas", FEW)
WINDOW: Final = ("window", FEW)
BROKEN: Final[dict[str, tuple[str, ...]]] = {
    "as it is": ("hand-infeasible",),
    "target, avoidable share": ("hand", "targets.2021.children=30"),
    "avoidable share": ("hand", "transitions.care.care.avoidable_share=0.01",
                        "targets.2021.children=66"),
    "money in every year": ("window", "budgets.core.*.amount=*0.97"),
    "money in one year": (*WINDOW, "budgets.core.2025.amount=*0.8"),
    "money in the last year": (*WINDOW, "budgets.core.2027.amount=*0.7"),
    "money and target": (*WINDOW, "targets.2025.children=840", "budgets.core.*.amount=*0.995"),
    "target": ("window", "targets.2025.children=700"),
    "second target": (*WINDOW, "targets.2027.children=600"),
    "growth": (*WINDOW, "services.*.growth_per_year=*0.1", "targets.2025.children=1000"),
    "late start": (*WINDOW, "services.*.first_year=2025", "targets.2025.children=1050"),
    "maximum": (*WINDOW, "services.*.maximum=20", "services.conference.maximum=50",
                "services.hubs.maximum=900", "targets.2025.children=1050"),
    "minimum": (*WINDOW, "services.intensive.minimum=400", "services.intensive.maximum="),
    "coverage": (*WINDOW, "services.*.coverage=*0.05", "targets.2025.children=1100",
                 "services.hubs.baseline=100", "services.conference.baseline=5",
                 "services.intensive.baseline=1", "services.home_again.baseline=1",
                 "services.home_again.minimum=0"),
    "effects": (*WINDOW, "effects.*.effect=*0.2", "targets.2025.children=1000"),
    "double investment too late": (*WINDOW, "double_investment.starts=2025",
                                   "targets.2025.children=850"),
    "target too early": ("window", "targets.2025.children=855", "budgets.core.*.amount=*0.997"),
    "target and growth": ("annual-returns-limits", "targets.*.children=*0.7"),
    "money": ("annual-returns-limits", "budgets.*.amount=*0.9"),
    "limit on spend": ("annual-returns-limits", "limits.early_help.minimum=9000000"),
    "several areas": (*SEVERAL, "targets.*.children=*0.6"),
    "several areas, money": (*SEVERAL, "budgets.*.amount=*0.9"),
    "several areas, one target": (*SEVERAL, "budgets.*.amount=*0.985", "targets.*.children=*0.85"),
    "reinvestment": (*WINDOW, "reinvestment.share=1", "budgets.core.2027.amount=*0.9"),
    "protection": (*WINDOW, "double_investment.protect_statutory=1.5",
                   "targets.2025.children=820"),
}  # fmt: skip


def broken(name: str) -> Instance:
    """The instance of that name."""
    case, *changes = BROKEN[name]
    return instance_of(case, *changes)
