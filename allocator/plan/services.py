"""What becomes of each service in a plan: from today's level to that of the last year.

A plan may cut a service, end it or leave it at its floor because the evidence for it is weak or
since only the costs of care are counted; readers are told so before anything else.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from allocator.instance.schema import PREVENTION_TIERS

if TYPE_CHECKING:
    from allocator.plan.plan import Plan

Fate = Literal["taken up", "not taken up", "expanded", "kept", "held at its floor", "cut", "ended"]

CHANGED: Final = 0.01  # share of today's level by which a level differs before it is called changed
NONE: Final = 1e-4  # cases a year below which there are none
LOST: Final = frozenset({"held at its floor", "cut", "ended"})  # whose keeping has a cost to tell


@dataclass(frozen=True)
class ServiceChange:
    """A service of all areas together: cases a year today, at the plan's end, and in between.

    ``floor`` is the least that the instance allows; ``highest`` is of the years' ends.
    ``grades`` are those of the evidence for its effects, in the words of the instance.
    """

    service: str
    tier: str
    fate: Fate
    before: float
    after: float
    highest: float
    highest_year: int
    floor: float
    grades: tuple[str, ...]

    @property
    def is_lost(self) -> bool:
        """Whether it is cut or ended, or stands only because it must."""
        return self.fate in LOST

    @property
    def below_today(self) -> bool:
        """Whether it ends below today's level."""
        return self.after < self.before * (1 - CHANGED)


def service_changes(plan: Plan) -> tuple[ServiceChange, ...]:
    """Every service in the order of the instance; NoPlanError where there is no plan."""
    levels, services = plan.levels(), plan.instance.resolved.services
    changes = []
    for name in dict.fromkeys(name for _, name in services):
        own = [service for (_, each), service in services.items() if each == name]
        # Rows that a damaged plan has lost count as nought: its audit tells of them.
        by_year = dict.fromkeys(plan.instance.horizon, 0.0) | levels.get(name, {})
        before = sum(service.baseline for service in own)
        floor = sum(service.minimum for service in own)
        after = by_year[plan.instance.last_year]
        year = max(by_year, key=lambda each: (by_year[each], -each))
        changes.append(
            ServiceChange(
                name,
                own[0].tier,
                fate_of(before, after, by_year[year], floor),
                before,
                after,
                by_year[year],
                year,
                floor,
                _grades(plan, name),
            )
        )
    return tuple(changes)


def fate_of(before: float, after: float, highest: float, floor: float) -> Fate:
    """What a change of level is called: of cases a year before and after, the most, the least."""
    if before <= NONE:
        return "taken up" if highest > NONE else "not taken up"
    if after <= NONE:
        return "ended"
    if after > before * (1 + CHANGED):
        return "expanded"
    if floor > NONE and after <= floor * (1 + CHANGED):
        return "held at its floor"
    return "cut" if after < before * (1 - CHANGED) else "kept"


def _grades(plan: Plan, service: str) -> tuple[str, ...]:
    rows: Iterable[str | None] = (
        row["evidence"] for row in plan.instance.tables["effects"] if row["service"] == service
    )
    return tuple(dict.fromkeys(grade for grade in rows if grade))


def spend_changes(plan: Plan) -> dict[str, tuple[float, float]]:
    """By tier, £ in the last year if nothing changes and by the plan."""
    years, last = plan.yearly(), plan.instance.last_year
    return {tier: (years[f"baseline_{tier}"][last], years[tier][last]) for tier in PREVENTION_TIERS}


def service_facts(plan: Plan) -> dict[str, dict[str, Any]]:
    """By service, as ``solve --json`` shows it: cases a year, and £ at present value.

    ``keeping`` is null where no plan keeps it; absent where it was not asked.
    """
    kept: dict[str, float] = {}
    if "kept" in plan.tables:
        kept.update(plan.table("kept").keys(["service", "keeping"]))
    facts: dict[str, dict[str, Any]] = {}
    for each in service_changes(plan):
        facts[each.service] = {
            "fate": each.fate,
            "before": each.before,
            "after": each.after,
            "highest": each.highest,
            "highest_year": each.highest_year,
        }
        if each.service in kept:
            cost = float(kept[each.service])
            facts[each.service]["keeping"] = None if math.isnan(cost) else cost
    return facts
