"""All plans within one double-investment window that cost at most so much: their extremes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count

import numpy as np

from allocator.clock import Overrun
from allocator.errors import SolverError
from allocator.explain.auditing import Auditor
from allocator.explain.spending import (
    case_weights,
    service_names,
    service_weights,
    tier_weights,
    today,
)
from allocator.instance import Instance
from allocator.instance.schema import TIERS
from allocator.program.matrix import Floats
from allocator.program.program import POUNDS, LinearProgram, Objective
from allocator.progress import Progress, silent
from allocator.solvers.solution import Status
from allocator.solving.extremes import Extreme, Extremes, within
from allocator.solving.session import WindowSolved

LeastAndMost = tuple[float, float]  # £m, or cases


@dataclass(frozen=True)
class Item:
    """Something whose range is asked: its keys, and its coefficients by column."""

    kind: str
    item: str
    year: int | None
    weights: Floats


def items_of(instance: Instance, program: LinearProgram) -> list[Item]:
    """Services, tiers and everything, each in all years and then year by year."""
    years = (None, *instance.horizon)
    items = [
        Item("service", s, y, service_weights(instance, program, s, y))
        for s in service_names(instance)
        for y in years
    ]
    items += [Item("tier", g, y, tier_weights(program, g, y)) for g in TIERS for y in years]
    return items + [Item("total", "total", y, tier_weights(program, None, y)) for y in years]


class Nearby:
    """The ranges within one window, and its plan nearest to today's pattern.

    As far as there is time for them: ``overrun`` says where there was not.  What is asked of all
    years together comes first, then the nearest plan, then each year.  ``spend`` is by place of the
    item in ``items_of``, £m; ``cases`` by service.
    """

    def __init__(
        self, instance: Instance, solved: WindowSolved, most: float, progress: Progress | None
    ) -> None:
        self._instance, self.window = instance, solved.window
        self._costs = solved.program.objectives[-1].costs
        self.audits, self.overrun = 0, Overrun()
        program = within(solved.program, most - solved.program.objectives[-1].constant)
        self._auditor = Auditor(instance, self.window, program, self._costs)
        items = items_of(instance, program)
        services = {s: case_weights(instance, program, s) for s in service_names(instance)}
        self.spend, self.cases = dict[int, LeastAndMost](), dict[str, LeastAndMost]()
        self.nearest, self.distance = np.full(program.shape[1], np.nan), np.nan
        total, yearly = (
            {n: i for n, i in enumerate(items) if (i.year is None) is whole}
            for whole in (True, False)
        )
        extremes = Extremes(program, instance.areas)
        done, steps = count(), len(items) + len(services) + 1

        def tell(what: str) -> None:
            (progress or silent)(what, next(done), steps)

        def vary(asked: Mapping[int, Item]) -> None:
            for n, item in asked.items():
                tell(f"how much {item.item} can vary")
                self.spend[n] = self._range(extremes, item.weights)

        with self.overrun.kept():
            vary(total)
            for service, weights in services.items():
                tell(f"how many cases {service} can have")
                self.cases[service] = self._range(extremes, weights)
            tell("the plan nearest to today's")
            self.nearest, self.distance = self._nearest(program)
            vary(yearly)
        tell("done")

    def _range(self, extremes: Extremes, weights: Floats) -> LeastAndMost:
        least, most = extremes.of(weights)
        for extreme in (least, most):
            self._audit(extreme)
        return least.value, most.value

    def _audit(self, extreme: Extreme) -> None:
        self._auditor.audited(extreme.solution.primal)
        self.audits += 1

    def _nearest(self, program: LinearProgram) -> tuple[Floats, float]:
        """The plan whose spend on services is nearest to today's, by column, and how far (£m)."""
        width, usual = program.shape[1], today(self._instance)
        asked = [(s, y) for s in service_names(self._instance) for y in self._instance.horizon]
        program = program.with_columns("apart", "£m", 2 * len(asked))
        rows, columns, values = list[int](), list[int](), list[float]()
        for n, (service, year) in enumerate(asked):
            weights = service_weights(self._instance, program, service, year)
            there = np.flatnonzero(weights).tolist()
            rows += [n] * (len(there) + 2)
            columns += [*there, width + 2 * n, width + 2 * n + 1]
            values += [*weights[there].tolist(), -1.0, 1.0]  # above it, and below
        pattern = np.array([usual[key] for key in asked]) / POUNDS
        program = program.with_rows(
            "pattern", "£m", pattern, pattern, rows=rows, columns=columns, values=values
        )
        apart = np.zeros(program.shape[1])
        apart[width:] = 1.0
        aim = Objective("apart", apart, 0.0, "£m")
        least = Extremes(replace(program, objectives=(aim,)), self._instance.areas)
        plan = least.toward(apart)
        if plan.solution.status is not Status.OPTIMAL:
            raise SolverError("the plan nearest to today's was not found")
        primal = plan.solution.primal[:width]
        self._auditor.audited(primal)
        self.audits += 1
        return primal, plan.value
