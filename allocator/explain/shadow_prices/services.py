"""Which services a plan uses, which it holds at a limit, and what would bring in the others.

A service that is not used has a reduced cost; but a service is many columns over many periods, and
what a reader can act on is its unit cost and its effect.  Both are found by solving again, between
a factor at which the plan leaves the service alone and one at which it does not.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from allocator.clock import Overrun
from allocator.explain.citing import Citer
from allocator.explain.straight import Straight
from allocator.instance import Instance, Row
from allocator.instance.cell_changes import with_cells
from allocator.instance.records import Service
from allocator.plan.columns import table_of
from allocator.plan.columns.explained import EXPLAIN, MOST_EFFECTIVE
from allocator.plan.plan import Plan
from allocator.plan.services import fate_of
from allocator.program.program import LinearProgram
from allocator.progress import Progress
from allocator.solvers.solution import Status
from allocator.solving.areas.ladder import ladder_for
from allocator.solving.proved import why_not
from allocator.solving.session import build_window
from allocator.vocabulary import LEVEL

CLOSE: Final = 2e-3  # of the unit cost: the bracket around the cost at which a service comes in
MOST_ASKED_OF_LARGE: Final = 2  # rows of services, the dearest first, where a solve takes long
USED: Final = 1e-4  # cases a year above the floor, relative to the floor (at least 1)


def services(
    plan: Plan, limits: pd.DataFrame, tell: Progress, *, large: bool, overrun: Overrun
) -> pd.DataFrame:
    """The table, a line for each row of ``services`` that is in force somewhere.

    In a ``large`` program, few of them are asked what would bring them in; where the time is over,
    which ``overrun`` then says, the others are not.
    """
    citer = Citer(plan.instance)
    rows = [(row, _keys(plan.instance, row)) for row in plan.instance.tables["services"]]
    rows = [(row, keys) for row, keys in rows if keys]
    lines = [_line(plan, row, keys, limits, citer) for row, keys in rows]
    asked, program = _asked(lines, large), _Program(plan)
    for step, n in enumerate(asked):
        tell("asking what services would have to cost", step, len(asked))
        row, keys = rows[n]
        question = _UseQuestion(program, row, keys)
        if not overrun:
            with overrun.kept():
                lines[n] |= {"asked": "yes"} | _would_be(question, row["unit_cost"])
    return table_of(EXPLAIN["services"], lines)


def _asked(lines: list[dict[str, Any]], large: bool) -> list[int]:
    """Lines of services that could be taken up; of a large program the dearest of them."""
    could = [n for n, line in enumerate(lines) if line["asked"] == "no"]
    if not large:
        return could
    could.sort(key=lambda n: -lines[n]["unit_cost"] * lines[n]["most"])
    return sorted(could[:MOST_ASKED_OF_LARGE])


def _would_be(asked: _UseQuestion, price: float) -> dict[str, float | None]:
    free, cost = asked.cost()
    weak, strong = asked.effect()
    return {
        "used_at_cost": None if free is None else free * price,
        "not_used_at_cost": cost * price,
        "used_at_effect": strong,
        "not_used_at_effect": weak,
    }


def _keys(instance: Instance, row: Row) -> list[tuple[str, str]]:
    """Areas and service for which a row is in force."""
    own = {r["area"] for r in instance.tables["services"] if r["service"] == row["service"]}
    areas = [row["area"]] if row["area"] else [a for a in instance.areas if a not in own]
    return [(a, row["service"]) for a in areas if (a, row["service"]) in instance.resolved.services]


def _line(
    plan: Plan, row: Row, keys: list[tuple[str, str]], limits: pd.DataFrame, citer: Citer
) -> dict[str, Any]:
    cell, levels = citer.cell(row, "unit_cost"), _levels(plan, plan.tables["services"], keys)
    above = _above_floor(plan.instance, levels, keys)
    summed = levels.groupby("period")["level"].sum()
    services = [plan.instance.resolved.services[key] for key in keys]
    before = sum(service.baseline for service in services)
    floor = sum(service.minimum for service in services)
    fate = fate_of(before, float(summed.iloc[-1]), float(summed.max()), floor)
    owned = limits[(limits["file"] == cell.file) & (limits["row"] == cell.row)]
    return {
        "service": row["service"],
        "label": plan.instance.label("services", row["service"]),
        "area": row["area"] or "",
        "file": cell.file,
        "row": cell.row,
        "fate": fate,
        "above_floor": "yes" if above else "no",
        "baseline": before,
        "least": summed.min(),
        "most": summed.max(),
        "limits": "; ".join(owned["words"]),
        "unit_cost": row["unit_cost"],
        "asked": "no need" if above or _cannot_grow(plan.instance, keys) else "no",
    }


def _levels(plan: Plan, table: pd.DataFrame, keys: list[tuple[str, str]]) -> pd.DataFrame:
    inside = pd.MultiIndex.from_frame(table[["area", "service"]]).isin(keys)
    return table[inside]


def _above_floor(instance: Instance, levels: pd.DataFrame, keys: list[tuple[str, str]]) -> bool:
    """Whether a level is above what it must be in some period in which it may differ."""
    columns = ("area", "service", "year", "level")
    for area, name, year, level in zip(*(levels[c] for c in columns), strict=True):
        service = instance.resolved.services[area, name]
        if year >= service.first_year and _above(service, level):
            return True
    return False


def _above(service: Service, level: float) -> bool:
    return level > service.minimum + USED * max(1.0, service.minimum)


def _cannot_grow(instance: Instance, keys: list[tuple[str, str]]) -> bool:
    """Whether it is allowed no more than its floor, whatever it costs."""
    services = (instance.resolved.services[key] for key in keys)
    return all(s.maximum <= s.minimum or s.first_year > instance.last_year for s in services)


class _Program:
    """The program of the plan's window, as it is and of an instance with other cells."""

    def __init__(self, plan: Plan) -> None:
        self.instance, self._plan = plan.instance, plan

    @cached_property
    def usual(self) -> LinearProgram:
        """As it is."""
        return self.of(self.instance)

    def of(self, instance: Instance) -> LinearProgram:
        """Of another instance."""
        return build_window(instance, self._plan.window, self._plan.formulation)


class _UseQuestion:
    """The plan's window solved again with one service cheaper, or more effective.

    Costs and effects enter the program on a straight line, which gives most of what is solved.
    """

    def __init__(self, program: _Program, row: Row, keys: list[tuple[str, str]]) -> None:
        self._program, self._instance = program, program.instance
        self._row, self._keys = row, keys
        self._ladder = ladder_for(program.instance.areas, program.usual)

    def cost(self) -> tuple[float | None, float]:
        """Factors of the unit cost at which it is used, if there is one, and at which it is not."""
        programs = self._on_line(self._cheaper)
        if not self._used(programs.at(0.0)):
            return None, 0.0
        used, unused = 0.0, 1.0
        while unused - used > CLOSE:
            middle = (used + unused) / 2
            if self._used(programs.at(middle)):
                used = middle
            else:
                unused = middle
        return used, unused

    def effect(self) -> tuple[float, float | None]:
        """Factors of its effects at which it is not used, and at which it is, if there is one."""
        unused, used = 1.0, MOST_EFFECTIVE
        programs = self._on_line(self._stronger)
        if not self._used(programs.at(used)):
            return used, None
        while used / unused > 1 + 5 * CLOSE:
            middle = float(np.sqrt(used * unused))
            if self._used(programs.at(middle)):
                used = middle
            else:
                unused = middle
        return unused, used

    def _on_line(self, changed: Callable[[float], Instance]) -> Straight:
        return Straight(self._program.usual, lambda factor: self._program.of(changed(factor)))

    def _cheaper(self, factor: float) -> Instance:
        cells = {"unit_cost": self._row["unit_cost"] * factor}
        return with_cells(self._instance, "services", lambda row: cells if row is self._row else {})

    def _stronger(self, factor: float) -> Instance:
        name = self._row["service"]
        return with_cells(
            self._instance,
            "effects",
            lambda row: {"effect": row["effect"] * factor} if row["service"] == name else {},
        )

    def _used(self, program: LinearProgram) -> bool:
        instance, doing = self._instance, "asking what a service would have to cost"
        solution = self._ladder.solve(program, doing=doing)
        if solution.status is not Status.OPTIMAL:
            raise why_not(solution, doing)
        family = program.columns[LEVEL]
        per_year, first = instance.periods_per_year, instance.first_year
        for (a, p, t), position in family.positions.items():
            if (a, p) not in self._keys or not 1 <= t <= instance.number_of_periods:
                continue
            service = instance.resolved.services[a, p]
            started = first + (t - 1) // per_year >= service.first_year
            if started and _above(service, float(solution.primal[position])):
                return True
        return False
