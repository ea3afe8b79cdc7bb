"""Plans nearly as good as the best: how much of the best one is a matter of choice.

All plans whose cost is at most so much above the least; over them the least and the most that
can be spent on each service and tier, year by year and in all, and the plan whose spend on
services is nearest to today's, in pounds added up over services and years.  Each of these plans
is re-run by the simulator.  See Brill, Chang and Hopkins, *Modeling to generate alternatives*,
Management Science 28 (1982).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import pandas as pd

from allocator.explain.alternatives.nearby import Item, Nearby, items_of
from allocator.explain.answers import Answer
from allocator.explain.spending import case_weights, service_names, today
from allocator.instance import Instance, Window
from allocator.instance.instance import window_facts
from allocator.instance.schema import TIERS
from allocator.plan.columns import ANSWERS, AnswerColumns
from allocator.plan.ties import margin
from allocator.program.matrix import Floats
from allocator.program.program import POUNDS, LinearProgram
from allocator.progress import Progress
from allocator.solving.session import Session
from allocator.solving.solve import plan_of
from formulations import LEAST_COST

SAME: Final = 0.005  # of the baseline's cases, or of one: nearer than this is as today
MORE, FEWER, AS_TODAY, OPEN = "more", "fewer", "as today", "open"


@dataclass(frozen=True)
class Alternatives(Answer):
    """Ranges over the plans within ``allowed`` (£) of the least cost.

    ``margin`` is £ by which a plan may cost more and is as good, by the rule for windows.
    """

    NAME: ClassVar[str] = "alternatives"
    COLUMNS: ClassVar[AnswerColumns] = ANSWERS[NAME]

    cost: float | None
    allowed: float
    window: Window | None
    windows: tuple[Window | None, ...]
    margin: float
    distance: float | None
    audits: int

    def facts(self) -> dict[str, Any]:
        """What was allowed, and how far the nearest plan is from today's pattern."""
        return {
            "status": "infeasible" if self.cost is None else "optimal",
            "objective": self.cost,
            "allowed": self.allowed,
            "as_good_within": self.margin,
            "window": window_facts(self.window) if self.cost is not None else None,
            "windows": [window_facts(window) for window in self.windows],
            "distance_from_today": self.distance,
            "plans_audited": self.audits,
        }


def alternatives(
    instance: Instance,
    *,
    share: float = 0.01,
    amount: float | None = None,
    every_window: bool = False,
    progress: Progress | None = None,
) -> Alternatives:
    """Ranges over the plans that cost at most ``share`` of the least more, or ``amount`` £.

    In the best plan's double-investment window, or over every window that has such plans.
    Tables are empty where the instance has no plan, and end where the time did.  SolverError where
    a solve fails, AuditError where the simulator does not confirm one of the plans.
    """
    session = Session()
    solved = session.solve(instance, every_window=every_window)
    best = solved.best
    if best is None:
        return _none(instance, session.solver)
    cost = best.value(-1)
    allowed = share * abs(cost) if amount is None else amount / POUNDS
    allowed = max(allowed, 1e-9 * abs(cost))  # so that the best plan itself is one of them
    near = [each for each in solved.windows if each.optimal and each.value(-1) <= cost + allowed]
    near = near if every_window else [best]
    as_good = margin(plan_of(instance, solved, LEAST_COST, session.solver))
    nearby = [Nearby(instance, each, cost + allowed, progress) for each in near]
    unfinished = next((each.overrun.said for each in nearby if each.overrun), "")
    nearest = min(nearby, key=lambda each: (math.isnan(each.distance), each.distance))
    assert best.solution is not None
    planned = best.solution.primal
    items = items_of(instance, best.program)
    tables = {
        "alternatives": _spend_table(instance, items, planned, nearby, nearest),
        "alternatives_services": _case_table(instance, best.program, planned, nearby),
    }
    return Alternatives(
        instance,
        LEAST_COST,
        session.solver,
        tables,
        cost * POUNDS,
        allowed * POUNDS,
        best.window,
        tuple(each.window for each in near),
        as_good,
        None if math.isnan(nearest.distance) else nearest.distance * POUNDS,
        sum(each.audits for each in nearby),
        unfinished=unfinished,
    )


def _spend_table(
    instance: Instance,
    items: Sequence[Item],
    planned: Floats,
    nearby: Sequence[Nearby],
    nearest: Nearby,
) -> pd.DataFrame:
    usual = today(instance)
    rows = [
        {
            "kind": item.kind,
            "item": item.item,
            "label": _label(instance, item),
            "year": item.year,
            "baseline": _usual(instance, usual, item),
            "planned": float(item.weights @ planned) * POUNDS,
            "least": min(each.spend[n][0] for each in nearby) * POUNDS,
            "most": max(each.spend[n][1] for each in nearby) * POUNDS,
            "nearest": float(item.weights @ nearest.nearest) * POUNDS,
        }
        for n, item in enumerate(items)
        if all(n in each.spend for each in nearby)
    ]
    return Alternatives.table_of("alternatives", rows)


def _usual(instance: Instance, usual: Mapping[tuple[str, int], float], item: Item) -> float:
    """Baseline spend on an item."""
    names: Sequence[str] = TIERS if item.kind == "total" else (item.item,)
    years = instance.horizon if item.year is None else (item.year,)
    return sum(usual[name, year] for name in names for year in years)


def _label(instance: Instance, item: Item) -> str:
    return instance.label("services", item.item) if item.kind == "service" else item.item


def _case_table(
    instance: Instance, program: LinearProgram, planned: Floats, nearby: Sequence[Nearby]
) -> pd.DataFrame:
    rows = _case_rows(instance, program, planned, nearby)
    return Alternatives.table_of("alternatives_services", rows)


def _case_rows(
    instance: Instance, program: LinearProgram, planned: Floats, nearby: Sequence[Nearby]
) -> Iterator[dict[str, Any]]:
    for service in service_names(instance):
        if not all(service in each.cases for each in nearby):
            continue
        usual = instance.years * sum(
            rules.baseline
            for (_, name), rules in instance.resolved.services.items()
            if name == service
        )
        least = min(each.cases[service][0] for each in nearby)
        most = max(each.cases[service][1] for each in nearby)
        yield {
            "service": service,
            "label": instance.label("services", service),
            "baseline_cases": usual,
            "planned_cases": float(case_weights(instance, program, service) @ planned),
            "least_cases": least,
            "most_cases": most,
            "every_plan": _verdict(least, most, usual),
        }


def _verdict(least: float, most: float, usual: float) -> str:
    slack = SAME * max(1.0, usual)
    if least > usual + slack:
        return MORE
    if most < usual - slack:
        return FEWER
    return AS_TODAY if most <= usual + slack and least >= usual - slack else OPEN


def _none(instance: Instance, solver: str) -> Alternatives:
    tables = {name: Alternatives.table_of(name, []) for name in Alternatives.COLUMNS}
    return Alternatives(instance, LEAST_COST, solver, tables, None, 0.0, None, (), 0.0, None, 0)
