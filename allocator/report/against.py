"""By how much plans differ from the first of them: children, spend, funds and services.

Over the years that all of them have; a plan that was not found has nothing to compare.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from allocator.instance.instance import financial_year
from allocator.instance.schema import TIERS
from allocator.plan.plan import Plan
from allocator.wording import TIER_WORDS, years_said


@dataclass(frozen=True)
class PlanDifference:
    """A figure of the first plan, and what every other has more of it; None where it has none."""

    what: str
    when: str
    unit: str
    first: float
    more: tuple[float | None, ...]


def against_first(plans: Sequence[Plan]) -> list[PlanDifference]:
    """A line for each figure; none where fewer than two plans were found or share no year."""
    if not plans or not plans[0].found:
        return []
    planned = [plan for plan in plans if plan.found]
    shared = sorted(set.intersection(*(set(plan.instance.horizon) for plan in planned)))
    if len(planned) < 2 or not shared:
        return []
    return [
        *_children(plans, shared),
        *_spend(plans, shared),
        *_funds(plans, shared),
        *_services(plans, shared),
    ]


def _line(
    what: str, when: str, unit: str, values: Sequence[float | None]
) -> Iterator[PlanDifference]:
    """A line where the first plan has the figure."""
    first, *others = values
    if first is not None:
        more = tuple(None if value is None else value - first for value in others)
        yield PlanDifference(what, when, unit, first, more)


def _children(plans: Sequence[Plan], shared: Sequence[int]) -> Iterator[PlanDifference]:
    tables = [plan.years() if plan.found else None for plan in plans]
    for year in shared:
        values = [None if t is None else float(t["children_in_care"][year]) for t in tables]
        yield from _line("Children in care", f"end of {financial_year(year)}", "children", values)


def _spend(plans: Sequence[Plan], shared: Sequence[int]) -> Iterator[PlanDifference]:
    tables = [plan.years() if plan.found else None for plan in plans]
    years = list(shared)
    for tier in (*TIERS, "total"):
        values = [None if t is None else float(t.loc[years, tier].sum()) for t in tables]
        name = "Spend in all" if tier == "total" else f"Spend on {TIER_WORDS[tier]}"
        yield from _line(name, years_said(shared), "£", values)


def _funds(plans: Sequence[Plan], shared: Sequence[int]) -> Iterator[PlanDifference]:
    facts = [plan.funds() if plan.found else {} for plan in plans]
    for fund in dict.fromkeys(fund for each in facts for fund in each):
        owner = next(plan for plan, each in zip(plans, facts, strict=True) if fund in each)
        values = [
            sum(each.get(fund, {}).get(str(year), {}).get("drawn", 0.0) for year in shared)
            if plan.found
            else None
            for plan, each in zip(plans, facts, strict=True)
        ]
        label = owner.instance.label("funds", fund)
        yield from _line(f"Drawn from {label}", years_said(shared), "£", values)


def _services(plans: Sequence[Plan], shared: Sequence[int]) -> Iterator[PlanDifference]:
    levels = [plan.levels() if plan.found else {} for plan in plans]
    for service in dict.fromkeys(service for each in levels for service in each):
        owner = next(plan for plan, each in zip(plans, levels, strict=True) if service in each)
        values = [
            each.get(service, {}).get(shared[-1], 0.0) if plan.found else None
            for plan, each in zip(plans, levels, strict=True)
        ]
        label = owner.instance.label("services", service)
        yield from _line(label, f"end of {financial_year(shared[-1])}", "cases a year", values)
