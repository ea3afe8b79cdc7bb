"""Cost of delay: the same plan begun one, two, … years later.

Until the later start nothing changes: every service stays at its baseline, no double investment
begins.  Candidate starts of the double investment move by as many years, and so does money that
pays in its years alone; all other budgets, prices and rates stay in their years.  Targets either
move too or are held; where both can be asked, both are.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import pandas as pd

from allocator.clock import Overrun
from allocator.errors import UsageError
from allocator.explain.answers import Answer
from allocator.explain.frontier.target import nearest_target
from allocator.instance import Instance
from allocator.instance.cell_changes import NewCells, with_cells
from allocator.instance.instance import Row
from allocator.plan.columns import ANSWERS, AnswerColumns, typed
from allocator.plan.plan import Plan
from allocator.progress import Progress, silent
from allocator.solving.session import Session
from allocator.solving.solve import plan_of
from formulations import LEAST_COST

SHIFTED, HELD = "shifted", "held"
MOST = 4  # years of delay, unless more are asked for


@dataclass(frozen=True)
class Delay(Answer):
    """Plans begun later, against the plan begun at once."""

    NAME: ClassVar[str] = "delay"
    COLUMNS: ClassVar[AnswerColumns] = ANSWERS[NAME]

    @property
    def table(self) -> pd.DataFrame:
        """A row for each delay."""
        return self.tables["delay"]

    def facts(self) -> dict[str, Any]:
        """Whether the plan begun at once exists."""
        return {"status": str(self.table["status"].iloc[0])}


def cost_of_delay(
    instance: Instance, years: int | None = None, progress: Progress | None = None
) -> Delay:
    """Solve the instance begun 0, 1, … ``years`` later, each plan proved and audited.

    ``tables``: a row a plan (£ at present value), and a row for each plan and year (children, £).
    As far as there is time for them, but for the plan begun at once: TimeLimitError without it.
    UsageError where that many years are not inside the plan.
    """
    most = min(MOST, instance.years - 1) if years is None else years
    if most >= instance.years:
        raise UsageError(
            f"a delay of {most} years leaves nothing of a plan of {instance.years}; ask for less"
        )
    tell = progress or silent
    session, delays, overrun = Session(), list[_Begun](), Overrun()
    asked = list(_asked(instance, most))
    for n, (late, targets, begun) in enumerate(asked):
        tell(f"begun {late} years late, targets {targets}", n, len(asked))
        with overrun.kept() if delays else nullcontext():
            solved = session.solve(begun, every_window=False)
            plan = plan_of(begun, solved, LEAST_COST, session.solver)
            delays.append(_Begun(late, targets, plan, "" if plan.found else _why(begun)))
        if overrun:
            break
    tell("done", len(asked), len(asked))
    at_once = delays[0].plan
    tables = {
        "delay": _whole(delays, at_once),
        "delay_years": pd.concat([_by_year(each, at_once) for each in delays], ignore_index=True),
    }
    return Delay(instance, LEAST_COST, session.solver, tables, unfinished=overrun.said)


@dataclass(frozen=True)
class _Begun:
    """A plan begun some years late, or why there is none."""

    late: int
    targets: str
    plan: Plan
    why: str


def _why(begun: Instance) -> str:
    """How near to the last target the funds come where no plan meets the targets."""
    if not begun.resolved.targets or begun.shortfall.excess_price is not None:
        return "the funds run out"
    nearest = nearest_target(begun)
    if nearest is None:
        return "the funds run out, whatever the last target"
    return f"the last target can be no fewer than {nearest:,.1f} children"


def begun_later(instance: Instance, late: int, *, shift_targets: bool) -> Instance:
    """The instance begun so many years later, in the same years of account."""
    if late == 0:
        return instance
    first = instance.first_year + late
    timed = {row["fund"] for row in instance.tables["funds"] if row["window_only"]}

    def moved(row: Row) -> NewCells:
        return {"year": row["year"] + late}

    later = with_cells(
        instance,
        "services",
        lambda row: {"first_year": max(first, row["first_year"] or instance.first_year)},
    )
    later = with_cells(later, "budgets", lambda row: moved(row) if row["fund"] in timed else {})
    if shift_targets:
        later = with_cells(later, "targets", moved)
    settings = instance.double_investment
    if settings is None:
        return later
    starts = tuple(
        start + late
        for start in (settings.starts or instance.horizon)
        if start + late <= instance.last_year
    )
    return replace(later, double_investment=replace(settings, starts=starts))


def _asked(instance: Instance, most: int) -> Iterator[tuple[int, str, Instance]]:
    """Delays and what becomes of the targets; shifted as long as all of them stay in the plan."""
    yield 0, SHIFTED, instance
    years = [row["year"] for row in instance.tables["targets"] if row["year"] in instance.horizon]
    for late in range(1, most + 1):
        if not years or max(years) + late <= instance.last_year:
            yield late, SHIFTED, begun_later(instance, late, shift_targets=True)
        if years:
            yield late, HELD, begun_later(instance, late, shift_targets=False)


def child_years(plan: Plan) -> float:
    """Child-years in care in the years of the plan: the mean of each period's start and end."""
    care = {key for key, state in plan.instance.resolved.states.items() if state.in_care}
    states = plan.tables["states"]
    inside = [key in care for key in zip(states["area"], states["state"], strict=True)]
    run = states[inside].groupby("period")["children"].sum().to_numpy()
    return float((run[1:] + run[:-1]).sum() / 2 / plan.instance.periods_per_year)


def _whole(delays: list[_Begun], at_once: Plan) -> pd.DataFrame:
    rows = []
    for begun in delays:
        plan = begun.plan
        row: dict[str, Any] = {
            "years_late": begun.late,
            "targets": begun.targets,
            "status": plan.status,
            "why": begun.why,
        }
        if plan.found:
            first, length = plan.window or (None, None)
            short = plan.shortfall() or {}
            row |= {
                "cost": plan.objective,
                "children_above": sum(short.get("excess", {}).values(), 0.0),
                "overspent": sum(short.get("overspent", {}).values(), 0.0),
                "child_years": child_years(plan),
                "payback_year": plan.cash().lasting_payback_year,
                "window_first_year": first,
                "window_years": length,
            }
            if at_once.found:
                row["extra_cost"] = (plan.objective or 0.0) - (at_once.objective or 0.0)
                row["extra_child_years"] = row["child_years"] - child_years(at_once)
        rows.append(row)
    return Delay.table_of("delay", rows)


def _by_year(begun: _Begun, at_once: Plan) -> pd.DataFrame:
    plan = begun.plan
    frame = pd.DataFrame(
        {"years_late": begun.late, "targets": begun.targets, "year": list(plan.instance.horizon)}
    )
    frame["children_in_care"] = plan.years()["children_in_care"].to_numpy() if plan.found else None
    first = at_once.years()["children_in_care"].to_numpy() if at_once.found else None
    frame["extra_children"] = (
        frame["children_in_care"] - first if plan.found and first is not None else None
    )
    return typed(Delay.COLUMNS["delay_years"], frame)
