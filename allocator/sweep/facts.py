"""A row of the table: what people quote of a plan, read from the solution with numpy.

The same facts as the plan's own (``allocator.plan.plan``), without laying out its tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np

from allocator.instance import Instance
from allocator.instance.schema import TIERS
from allocator.plan.benefits import baseline_units
from allocator.plan.cash import CashPosition
from allocator.program.program import POUNDS, LinearProgram
from allocator.simulate import baseline
from allocator.solvers.solution import Floats
from allocator.solving.session import WindowSolved
from allocator.vocabulary import CHILDREN, EXCESS, LEVEL, OVERSPENT

PointFacts = dict[str, Any]
Units = Mapping[tuple[str, str, int], float]  # by area, state or service, and year

OPTIMAL: Final = "optimal"


def _part(solved: WindowSolved, name: str) -> tuple[float, float]:
    """The sum of a variable, and what it costs in the objective."""
    assert solved.solution is not None
    family = solved.program.columns[name]
    values = solved.solution.primal[family.start : family.stop]
    costs = solved.program.objectives[-1].costs[family.start : family.stop]
    return float(values.sum()), float(costs @ values)


def unchanged(instance: Instance) -> Floats:
    """The baseline's spend by year, £, and at the end its terminal value, £ at present value."""
    run = baseline(instance)
    return np.append(sum(run.spend.values(), np.zeros(instance.years)), run.terminal_value)


def units_unchanged(instance: Instance) -> Units:
    """What the baseline has of each state and service, by year: what benefits are counted from."""
    return baseline_units(instance, baseline(instance))


def good_done(instance: Instance, program: LinearProgram, primal: Floats, before: Units) -> float:
    """The good done to others in the years of the plan, £, unweighted.

    Against the baseline, of which ``before`` is ``units_unchanged``.
    """
    data = instance.resolved
    children, levels = (program.columns[name].positions for name in (CHILDREN, LEVEL))
    each, total = instance.periods_per_year, 0.0
    for (area, item, _, _, lag), amount in data.benefits.items():
        for n, year in enumerate(instance.horizon):
            periods = range(n * each + 1, (n + 1) * each + 1)
            if (area, item) in data.services:
                units = sum(primal[levels[area, item, t]] for t in periods)
            else:
                ends = [primal[children[area, item, t]] for t in (periods[0] - 1, *periods)]
                units = sum(ends) - (ends[0] + ends[-1]) / 2
            more = float(units) / each - before[area, item, year]
            total += more * amount.value * (1 + instance.discount_rate) ** -(n + lag)
    return total


class FactReader:
    """Knows where in the columns of a program the facts lie; serves programs of its shape."""

    def __init__(
        self, instance: Instance, program: LinearProgram, target_years: Iterable[int]
    ) -> None:
        self._years = np.array(instance.horizon)
        self._targets = [year for year in target_years if year in instance.horizon]
        self._discount = (1 + instance.discount_rate) ** -(self._years - float(self._years[0]))
        spend, children = (program.columns[name].positions for name in ("spend", "children"))
        care = [key for key, state in instance.resolved.states.items() if state.in_care]
        each, self._last = instance.periods_per_year, instance.number_of_periods
        self._care = np.array(
            [[children[*key, (n + 1) * each] for key in care] for n in range(instance.years)]
        )
        self._spend = np.array(
            [[[spend[a, g, y] for a in instance.areas] for g in TIERS] for y in instance.horizon]
        )

    def facts(self, solved: WindowSolved, unchanged: Floats) -> PointFacts:
        """Facts of an optimal plan against what the baseline costs."""
        assert solved.solution is not None
        primal = solved.solution.primal
        in_care = primal[self._care].sum(axis=1)
        tiers = primal[self._spend].sum(axis=2) * POUNDS
        spend = tiers.sum(axis=1)
        objective = solved.value(-1) * POUNDS
        excess, overspent = (_part(solved, name) for name in (EXCESS, OVERSPENT))
        charges = (excess[1] + overspent[1]) * POUNDS
        terminal = objective - float(self._discount @ spend) - charges
        net = unchanged[:-1] - spend
        first, years = solved.window or (None, None)
        return {
            "objective": objective,
            "terminal_value": terminal,
            "window_first_year": first,
            "window_years": years,
            "children_in_care_end": float(in_care[-1]),
            **{
                f"children_in_care_{year}": float(in_care[year - self._years[0]])
                for year in self._targets
            },
            **self._cash(net, unchanged),
            "npv": float(self._discount @ net + unchanged[-1]) - terminal,
            "spend": float(spend.sum()),
            **{f"spend_{g}": float(x) for g, x in zip(TIERS, tiers.sum(axis=0), strict=True)},
            "children_above": excess[0],
            "overspent": overspent[0] * POUNDS,
            **self._staff(solved.program, primal),
        }

    def _staff(self, program: LinearProgram, primal: Floats) -> PointFacts:
        """FTE in post and from an agency at the end of the last year, and hired in all years."""

        def total(name: str, *, at_end: bool) -> float:
            wanted = program.columns[name].positions.items()
            last = self._last if at_end else None
            return float(sum(primal[n] for key, n in wanted if last in (None, key[-1])))

        return {
            "fte_end": total("in_post", at_end=True),
            "agency_end": total("agency", at_end=True),
            "hired": total("hired", at_end=False),
        }

    def _cash(self, net: Floats, unchanged: Floats) -> PointFacts:
        position = CashPosition(
            dict(zip(self._years.tolist(), net.tolist(), strict=True)),
            float(unchanged[:-1].sum()),
        )
        names = (
            "payback_year",
            "lasting_payback_year",
            "double_running_cost",
            "peak_deficit",
            "peak_deficit_year",
        )
        return {name: getattr(position, name) for name in names}
