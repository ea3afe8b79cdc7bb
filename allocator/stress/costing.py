"""What children and services cost in each draw: MODEL.md 3.6, 3.7, 3.11 and 3.14.

Draws are last in every array; money is in £ at the instance's price base.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from allocator.instance.schema import TIERS
from allocator.stress.population import Population

Floats = NDArray[np.float64]


class Costing:
    """Turns the children and levels of a set of draws into money."""

    def __init__(self, people: Population) -> None:
        self.people, self.run, self.count = people, people.run, people.count
        self.instance, self.data = people.run.instance, people.run.data
        self.each = self.instance.periods_per_year

    def spend(
        self, children: Floats, services: Floats, roles: Floats
    ) -> dict[tuple[str, str], Floats]:
        """£ by year of each (area, tier), (years, draws).

        ``services`` is £ by year and service, ``roles`` by year, role and draw, at the instance's
        own unit costs.
        """
        pounds = {
            (area, tier): np.zeros((self.instance.years, self.count))
            for area in self.instance.areas
            for tier in TIERS
        }
        places, opening = self._places(children), self.run.state_values("opening")
        for n, ((area, name), state) in enumerate(self.data.states.items()):
            fixed = (1 - state.cashable_share) * opening[n]
            paid = state.unit_cost * (state.cashable_share * places[:, n] / self.each + fixed)
            pounds[area, state.tier] += paid * self.run.prices([(area, name)]) * self._costs(name)
        for n, ((area, name), service) in enumerate(self.data.services.items()):
            pounds[area, service.tier] += services[:, n, None] * self._costs(name)
        for n, ((area, name), role) in enumerate(self.data.roles.items()):
            pounds[area, role.tier] += roles[:, n] * self._costs(name)
        return pounds

    def _costs(self, item: str) -> Floats:
        """Factor of a unit cost, (years, draws)."""
        nothing, draws = np.zeros(self.count), self.people.draws
        return np.array([draws.cost(item, year) + nothing for year in self.instance.horizon])

    def _places(self, children: Floats) -> Floats:
        """Funded places of each year, its periods added up, (years, states, draws)."""
        release = self.run.state_values("release_per_year") / self.each
        kept = (1 - np.minimum(1.0, release))[:, None]
        places, by_year = children[0], np.zeros((self.instance.years, *children[0].shape))
        for period in range(len(children) - 1):
            middle = (children[period] + children[period + 1]) / 2
            places = np.maximum(middle, kept * places)
            by_year[period // self.each] += places
        return by_year

    def child_cost(self) -> Floats:
        """Cashable cost of a child-year, and of its staff, at closing prices, (states, draws)."""
        run, last = self.run, self.instance.last_year
        own = run.state_values("cashable_share") * run.state_values("unit_cost")
        own = own * run.prices(run.states)[-1]
        cost: Floats = own[:, None] * np.array([self._costs(name)[-1] for _, name in run.states])
        for (area, name, item), caseload in self.data.workloads.items():
            if (area, item) in run.states:
                post = self.data.roles[area, name].unit_cost * self.data.prices[area, name, last]
                cost[run.states.index((area, item))] += post / caseload * self._costs(name)[-1]
        return cost

    def left(self, children: Floats, late: Sequence[Floats], cost: Floats) -> Floats:
        """Present value of what those still there cost, (draws,).

        ``late`` is the moves averted in each period after the horizon, (effects, draws).
        """
        if not self.instance.terminal_value:
            return np.zeros(self.count)
        worth, shift = self._worth(cost), self.run.shift()
        per_period = (1 + self.instance.discount_rate) ** (-1 / self.each)
        total = (worth * children).sum(axis=0)
        for period, averted in enumerate(late, 1):
            when = period - 0.5 if self.instance.is_continuous else period
            total += per_period**when * ((shift @ worth) * averted).sum(axis=0)
        value: Floats = self.run.discount()[-1] * total
        return value

    def _worth(self, cost: Floats) -> Floats:
        """V, what a child in each state costs from the end on, (states, draws)."""
        values, rate = np.zeros_like(cost), self.instance.discount_rate
        force, factor = math.log1p(rate), (1 + rate) ** (-1 / self.each)
        for area in self.people.moves(self.instance.last_year).areas:
            still = np.eye(len(area.rates))[:, :, None]
            if self.instance.is_continuous:
                matrix = force * still - area.rates
                right = cost[area.states] * (force / rate if rate > 0 else 1.0)
            else:
                matrix = still - factor * area.moved
                right = cost[area.states] * factor / self.each
            solved = np.linalg.solve(np.moveaxis(matrix, 2, 0), right.T[:, :, None])
            values[area.states] = solved[:, :, 0].T
        return values

    def good(self, children: Floats, late: Sequence[Floats], served: Floats) -> Floats:
        """What the objective is less by for the wider benefits, (draws,).

        ``served`` is cases per year, (periods, services, draws).
        """
        total, each = np.zeros(self.count), np.zeros((len(self.run.states), self.count))
        middle, discount = (children[:-1] + children[1:]) / 2, self.run.discount()
        for (area, item, _, _, lag), amount in self.data.benefits.items():
            if (area, item) in self.run.services:
                units = served[:, self.run.services.index((area, item))]
            else:
                units = middle[:, self.run.states.index((area, item))]
                each[self.run.states.index((area, item))] += amount.value
            years = units.reshape(self.instance.years, self.each, -1).sum(axis=1) / self.each
            later = (1 + self.instance.discount_rate) ** -lag
            total += amount.value * later * (discount @ years)
        counted: Floats = total + self.left(children[-1], late, each)
        return self.instance.benefit_weight * counted
