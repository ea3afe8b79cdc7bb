"""A plan's tables as arrays beside the simulator: what the audit's rules look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from allocator.instance import Instance, Window
from allocator.simulate import Simulator
from allocator.simulate.staffing import Staff, staff_spend, unchanged_staff
from allocator.table import Tables

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

_KEYS: Final = {
    "states": ("area", "state"),
    "services": ("area", "service"),
    "bands": ("area", "service", "band"),
    "diverted": ("area", "service", "from", "to", "instead"),
    "staff": ("area", "role"),
    "practices": ("area", "practice", "role"),
}


class Case:
    """Arrays have a row per period (or year) and a column per state, service or effect.

    A number that a table lacks is NaN, and fails whatever it is compared with.
    """

    def __init__(
        self, instance: Instance, tables: Mapping[str, pd.DataFrame], window: Window | None
    ) -> None:
        self.instance, self.tables, self.window = instance, Tables.of(tables), window
        self.data = instance.resolved
        self.run = Simulator(instance)
        start, length = window or (instance.first_year, 0)
        years = np.array(instance.horizon)
        self.in_window = (years >= start) & (years < start + length)
        self.after_window = years >= start + length
        last = instance.number_of_periods
        self.children = self._array("states", "children", self.run.states, range(last + 1))
        self.places = self._array("states", "places", self.run.states, range(last + 1))
        self.level, self.expansion, self.contraction = (
            self._array("services", name, self.run.services, range(1, last + 1))
            for name in ("level", "expansion", "contraction")
        )
        self.served = self.level  # every case that is funded, unless the plan says otherwise
        if "served" in self.tables.table("services"):
            self.served = self._array("services", "served", self.run.services, range(1, last + 1))
        self.diverted = self._array(
            "diverted", "diverted", self.run.effects, range(1, last + self.after + 1)
        )
        self.diverted[self.beyond_reach] = 0.0
        self.bands = self._bands(range(1, last + 1))
        self.staff = self._staff(last)

    def _array(
        self, table: str, column: str, keys: Sequence[tuple[Any, ...]], periods: range
    ) -> Floats:
        return self.tables.table(table).wide(_KEYS[table], column, keys, periods)

    def _staff(self, last: int) -> Staff:
        """The plan's staff; a plan without roles has no such tables."""
        if not self.run.roles:
            return unchanged_staff(self.run)
        within, practices = range(1, last + 1), np.zeros((last, 0))
        if self.run.practices:
            practices = self._array("practices", "supported", self.run.practices, within)
        posts, hired, let_go, agency = (
            self._array("staff", name, self.run.roles, within)
            for name in ("in_post", "hired", "let_go", "agency")
        )
        posts = np.vstack([unchanged_staff(self.run).in_post[:1], posts])
        return Staff(posts, hired, let_go, agency, practices)

    def _bands(self, periods: range) -> dict[tuple[str, str], Floats]:
        """Cases in each band, (periods, bands), by area and service."""
        widths = {key: len(bands) for key, bands in self.data.bands.items()}
        columns = [(*key, band) for key, width in widths.items() for band in range(width)]
        whole = self._array("bands", "in_band", columns, periods)
        ends = np.cumsum(list(widths.values()), dtype=int)
        return dict(zip(widths, np.split(whole, ends[:-1], axis=1), strict=True)) if widths else {}

    @cached_property
    def reach(self) -> NDArray[np.int64]:
        """Periods after its own in which a case still averts moves, by effect."""
        each, spread = self.instance.periods_per_year, len(self.spread)
        return np.array([max(lags) * each + spread - 1 for lags in self.data.effects.values()], int)

    @cached_property
    def spread(self) -> list[float]:
        """Parts of a year's effect in the periods from its lag on: whole, or half at both ends."""
        each = self.instance.periods_per_year
        return [0.5, *[1.0] * (each - 1), 0.5] if self.instance.is_continuous else [1.0] * each

    @property
    def after(self) -> int:
        """Periods after the horizon in which cases inside it still avert moves that count."""
        return int(max(self.reach, default=0)) if self.instance.terminal_value else 0

    @property
    def beyond_reach(self) -> NDArray[np.bool_]:
        """Periods after the horizon that no case inside it reaches, (periods, effects)."""
        periods = np.arange(1, self.instance.number_of_periods + self.after + 1)[:, None]
        return periods > self.instance.number_of_periods + self.reach[None, :]

    def priced(
        self, table: str, keys: list[str], *, allowed: bool
    ) -> dict[tuple[str, ...], Floats]:
        """What a plan falls short by, by year; nothing where it may not, or has no such table."""
        if not allowed or table not in self.tables:
            return {}
        return self.by_year(table, table, keys)

    @property
    def overspent(self) -> dict[tuple[str, ...], Floats]:
        """£ of statutory spend beyond the funds, by (area,) and year."""
        allowed = self.instance.shortfall.overspend_price is not None
        return self.priced("overspent", ["area"], allowed=allowed)

    @property
    def excess(self) -> dict[tuple[str, ...], Floats]:
        """Children above the target of an owner, by (owner,) and year; NaN where it has none."""
        allowed = self.instance.shortfall.excess_price is not None
        return self.priced("excess", ["owner"], allowed=allowed)

    @cached_property
    def periods(self) -> list[str]:
        """Names of the periods inside the horizon."""
        each = self.instance.periods_per_year
        years = self.run.clock.years_of_periods
        return [f"{y} period {n % each + 1}" if each > 1 else str(y) for n, y in enumerate(years)]

    @cached_property
    def years(self) -> list[str]:
        """Names of the years."""
        return [str(year) for year in self.instance.horizon]

    def by_year(self, table: str, column: str, keys: list[str]) -> dict[tuple[str, ...], Floats]:
        """A column of a table by its keys, as an array over the years."""
        given = self.tables.table(table)
        years = range(self.instance.first_year, self.instance.last_year + 1)
        known = given.distinct(keys)
        series = given.wide(keys, column, known, years, along="year")
        return {tuple(map(str, key)): own for key, own in zip(known, series.T, strict=True)}

    def baseline_effective(self, area: str, service: str) -> Floats:
        """Effective level at baseline by period, the opening first; the same again to the end.

        Bands are filled from the best down, at the opening stock; with continuous timing at the
        baseline's own stock in the period.
        """
        rules, opening = self.data.services[area, service], np.zeros(len(self.diverted) + 1)
        bands = self.data.bands.get((area, service))
        if bands is None:
            return opening + rules.baseline
        stock = opening + self.data.states[area, rules.serves].opening
        if self.instance.is_continuous:
            there = self.unchanged[:-1, self.run.states.index((area, rules.serves))]
            stock[1 : len(there) + 1] = there
        tops = np.cumsum([0.0, *(width for width, _ in bands)])
        room = np.minimum(rules.baseline, rules.coverage * np.outer(stock, tops))
        effective: Floats = np.diff(room) @ np.array([multiplier for _, multiplier in bands])
        return effective

    @cached_property
    def unchanged(self) -> Floats:
        """Children if nothing changes, (periods + 1, states)."""
        return self.run.children()

    @cached_property
    def effective_change(self) -> Floats:
        """Effective level less the baseline's, by period and service."""
        change = self.served - self.run.service_values("baseline")
        for key, bands in self.bands.items():
            multipliers = np.array([multiplier for _, multiplier in self.data.bands[key]])
            at = self.run.services.index(key)
            opening = self.baseline_effective(*key)[1 : len(self.level) + 1]
            change[:, at] = bands @ multipliers - opening
        return change

    @cached_property
    def item_spend(self) -> dict[tuple[str, str], Floats]:
        """£ by year of each (area, state, service or role), worked out from what was decided."""
        named = zip((self.run.states, self.run.services, self.run.roles), self._costs, strict=True)
        return {key: cost[:, n] for keys, cost in named for n, key in enumerate(keys)}

    @cached_property
    def tier_spend(self) -> dict[tuple[str, str], Floats]:
        """£ by year of each (area, tier), worked out the same way."""
        return self.run.tier_spend(*self._costs)

    @cached_property
    def _costs(self) -> tuple[Floats, Floats, Floats]:
        """£ by year of states, from their places, of services and of roles."""
        services = self.run.service_spend(self.level, self.expansion, self.contraction)
        return self.run.state_spend(self.places), services, staff_spend(self.run, self.staff)

    def spend_of(self, tiers: Sequence[str]) -> Floats:
        """£ by year of some tiers, all areas together."""
        keys = [(area, tier) for area in self.instance.areas for tier in tiers]
        return sum((self.tier_spend[key] for key in keys), np.zeros(self.instance.years))

    def opening_cost(self, tiers: Sequence[str]) -> Floats:
        """£ by year of the opening stocks, levels and staff of some tiers, at its prices."""
        total = np.zeros(self.instance.years)
        for (area, name), state in self.data.states.items():
            if state.tier in tiers:
                total += state.unit_cost * state.opening * self.run.prices([(area, name)])[:, 0]
        for (area, name), service in self.data.services.items():
            if service.tier in tiers:
                cost = service.unit_cost * service.baseline
                total += cost * self.run.prices([(area, name)])[:, 0]
        for (area, name), role in self.data.roles.items():
            if role.tier in tiers:
                cost = role.unit_cost * role.opening
                cost += (role.agency_cost or 0.0) * role.agency_opening
                total += cost * self.run.prices([(area, name)])[:, 0]
        return total
