"""An instance run forward: its children, its places and what they and its services cost.

Nothing here comes from the linear program.  Arrays have one row per period (or year) and one
column per (area, state), (area, service) or effect, in the order of the resolved instance.
Money is in pounds at the instance's price base.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from allocator.instance import Instance
from allocator.instance.schema import EXIT, TIERS
from allocator.simulate.calendar import Calendar
from allocator.simulate.movement import Movement

Floats = NDArray[np.float64]


class Simulator:
    """An instance ready to be run forward."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.clock = Calendar(instance)
        self.data = instance.resolved
        self.movement = Movement(instance)
        self.states = list(self.data.states)
        self.services = list(self.data.services)
        self.effects = list(self.data.effects)
        self.roles = list(self.data.roles)
        self.practices = list(self.data.practices)
        self._position = {key: n for n, key in enumerate(self.states)}

    def state_values(self, name: str) -> Floats:
        """A number of every state: ``opening``, ``unit_cost``, ``cashable_share``, ..."""
        return np.array([getattr(state, name) for state in self.data.states.values()], dtype=float)

    def service_values(self, name: str) -> Floats:
        """A number of every service: ``baseline``, ``unit_cost``, ``coverage``, ..."""
        return np.array([getattr(s, name) for s in self.data.services.values()], dtype=float)

    def prices(self, keys: list[tuple[str, str]]) -> Floats:
        """Price index by year and by (area, state, service or role)."""
        rows = self.data.prices.rows
        by_key = np.array([rows[key] for key in keys]).reshape(len(keys), self.instance.years)
        return np.ascontiguousarray(by_key.T)

    def arrivals(self) -> Floats:
        """New children per period, by period and state."""
        rows, nobody = self.data.arrivals.rows, [0.0] * self.instance.years
        yearly = np.array([rows.get(state, nobody) for state in self.states])
        each = yearly.reshape(len(self.states), self.instance.years).T
        each = each / self.instance.periods_per_year
        return np.repeat(each, self.instance.periods_per_year, axis=0)

    def shift(self) -> Floats:
        """Change of each state's children by one move averted, by effect and state."""
        change = np.zeros((len(self.effects), len(self.states)))
        for row, (area, _, _, to, instead) in enumerate(self.effects):
            if to != EXIT:
                change[row, self._position[area, to]] -= 1
            if instead != EXIT:
                change[row, self._position[area, instead]] += 1
        return change

    def children(self, diverted: Floats | None = None) -> Floats:
        """Children at the start and at the end of each period, (periods + 1, states).

        ``diverted`` is moves averted by period and effect; none for the baseline.
        """
        arrivals, shift = self.arrivals(), self.shift()
        run = [self.state_values("opening")]
        for period, year in enumerate(self.clock.years_of_periods):
            coming = arrivals[period]
            if diverted is not None:
                coming = coming + diverted[period] @ shift
            run.append(self.movement.moved(run[-1], year) + self.movement.joined(coming, year))
        return np.array(run)

    def least_places(self, children: Floats) -> Floats:
        """Fewest funded places that 3.6 allows, (periods + 1, states)."""
        release = self.state_values("release_per_year") / self.instance.periods_per_year
        kept = 1 - np.minimum(1.0, release)
        places = [children[0]]
        for before, after in pairwise(children):
            places.append(np.maximum((before + after) / 2, kept * places[-1]))
        return np.array(places)

    def state_spend(self, places: Floats) -> Floats:
        """Cost of each state by year, (years, states), £."""
        cashable, opening = self.state_values("cashable_share"), self.state_values("opening")
        paid = cashable * places[1:] + (1 - cashable) * opening
        yearly = self.clock.by_year(paid) / self.instance.periods_per_year
        return yearly * self.state_values("unit_cost") * self.prices(self.states)

    def service_spend(self, level: Floats, expansion: Floats, contraction: Floats) -> Floats:
        """Cost of each service by year, (years, services), £; setup and exit costs included."""
        length = 1 / self.instance.periods_per_year
        cost = (
            self.service_values("unit_cost") * level * length
            + self.service_values("setup_cost") * expansion
            + self.service_values("exit_cost") * contraction
        )
        return self.clock.by_year(cost) * self.prices(self.services)

    def tier_spend(
        self, states: Floats, services: Floats, roles: Floats
    ) -> dict[tuple[str, str], Floats]:
        """Spend by year of each (area, tier), £, from spend by state, by service and by role."""
        spend = {
            (area, tier): np.zeros(self.instance.years)
            for area in self.instance.areas
            for tier in TIERS
        }
        for column, ((area, _), state) in enumerate(self.data.states.items()):
            spend[area, state.tier] += states[:, column]
        for column, ((area, _), service) in enumerate(self.data.services.items()):
            spend[area, service.tier] += services[:, column]
        for column, ((area, _), role) in enumerate(self.data.roles.items()):
            spend[area, role.tier] += roles[:, column]
        return spend

    def discount(self) -> Floats:
        """Present value of a pound in each year."""
        return (1 + self.instance.discount_rate) ** -np.arange(self.instance.years, dtype=float)

    def in_care(self) -> NDArray[np.bool_]:
        """Which states are care states."""
        return np.array([state.in_care for state in self.data.states.values()], dtype=bool)

    def children_in_care(self, children: Floats) -> dict[str, Floats]:
        """Children in care at each year's end, by area."""
        care = self.in_care()
        at_ends = children[self.clock.year_ends]
        return {
            area: at_ends[:, [care[n] and a == area for n, (a, _) in enumerate(self.states)]].sum(
                axis=1
            )
            for area in self.instance.areas
        }
