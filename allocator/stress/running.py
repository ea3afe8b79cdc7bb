"""A plan's levels run forward in many draws at once: draws are last in every array.

What the simulator does for one future (MODEL.md 3.1 to 3.7, 3.11, 3.12 and 3.14), done for all
draws in a few vector operations a period.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.instance import Instance
from allocator.simulate import Simulator
from allocator.stress.averting import Averting
from allocator.stress.costing import Costing
from allocator.stress.held import Held
from allocator.stress.population import Draws, Population
from allocator.stress.staffed import Staffed, unchanged_spend

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Course:
    """What the draws come to.  By year, money in £, draws last.

    ``care`` is children in care at each year's end by area; ``spend`` by (area, tier), and the
    baseline's in the same draws; ``left`` the terminal value; ``good`` the wider benefits that
    the objective counts, at present value; ``unfilled`` FTE-years of work that nobody does.
    """

    care: Mapping[str, Floats]
    spend: Mapping[tuple[str, str], Floats]
    baseline_spend: Mapping[tuple[str, str], Floats]
    left: Floats
    good: Floats
    unfilled: Floats


class Runner:
    """An instance and what a plan holds of it, ready to be run with any draws."""

    def __init__(self, instance: Instance, held: Held) -> None:
        self.instance, self.held, self.run = instance, held, Simulator(instance)

    def course(self, draws: Draws) -> Course:
        """The plan in these draws, and the baseline in the same."""
        people, held = Population(self.run, draws), self.held
        averting = Averting(people, held)
        children, late = self._children(people, averting)
        staff = Staffed(people, held.staff, held.spare_agency, children, averting.served)
        costing, nothing = Costing(people), np.zeros(draws.count)
        still = np.tile(self.run.service_values("baseline"), (len(held.level), 1))
        counted = bool(self.instance.benefit_weight)
        levels = self.run.service_spend(held.level, held.expansion, held.contraction)
        unchanged = self.run.service_spend(still, still * 0, still * 0)
        return Course(
            self._care(children),
            costing.spend(children, levels, staff.spend()),
            costing.spend(people.unchanged, unchanged, unchanged_spend(self.run)[:, :, None]),
            costing.left(children[-1], late, costing.child_cost()),
            costing.good(children, late, averting.served) if counted else nothing,
            staff.unfilled(),
        )

    def _children(self, people: Population, averting: Averting) -> tuple[Floats, list[Floats]]:
        """Children at the start and at the end of each period, (1 + periods, states, draws).

        And the moves averted in each period after the end, (effects, draws).
        """
        children, shift = [people.opening], self.run.shift()
        years = self.run.clock.years_of_periods
        for period, year in enumerate(years):
            there, coming, moves = children[-1], people.arrivals[year], people.moves(year)
            averting.serve(period, there)
            averted = averting.averted(period, year, moves.exposed(there, coming))
            coming = coming + shift.T @ averted
            children.append(np.maximum(moves.moved(there) + moves.joined(coming), 0.0))
        year, late = years[-1], []
        exposed = people.moves(year).exposed(children[-1], people.arrivals[year])
        for period in range(len(years), len(self.held.used)):
            averting.stop(period)
            late.append(averting.averted(period, year, exposed))
        return np.array(children), late

    def _care(self, children: Floats) -> dict[str, Floats]:
        """Children in care at each year's end, by area."""
        care, ends = self.run.in_care(), children[self.run.clock.year_ends]
        areas = np.array([area for area, _ in self.run.states])
        return {a: ends[:, care & (areas == a)].sum(axis=1) for a in self.instance.areas}
