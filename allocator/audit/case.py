"""A plan's tables as arrays beside the simulator: what the audit's rules look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from allocator.instance import Instance, Window
from allocator.simulate import Simulator

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

_KEYS: Final = {
    "states": ("area", "state"),
    "services": ("area", "service"),
    "bands": ("area", "service", "band"),
    "diverted": ("area", "service", "from", "to", "instead"),
}


class Case:
    """Arrays have a row per period (or year) and a column per state, service or effect.

    A number that a table lacks is NaN, and fails whatever it is compared with.
    """

    def __init__(
        self, instance: Instance, tables: Mapping[str, pd.DataFrame], window: Window | None
    ) -> None:
        self.instance, self.tables, self.window = instance, tables, window
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
        self.diverted = self._array(
            "diverted", "diverted", self.run.effects, range(1, last + self.after + 1)
        )
        self.diverted[self.beyond_reach] = 0.0
        self.bands = self._bands(range(1, last + 1))

    def _array(
        self, table: str, column: str, keys: Sequence[tuple[Any, ...]], periods: range
    ) -> Floats:
        frame, position = self.tables[table], {key: n for n, key in enumerate(keys)}
        values = np.full((len(periods), len(keys)), np.nan)
        named = zip(*(frame[name].tolist() for name in _KEYS[table]), strict=True)
        columns = np.array([position.get(key, -1) for key in named], dtype=int)
        rows = frame["period"].to_numpy(dtype=int) - periods.start
        known = (columns >= 0) & (rows >= 0) & (rows < len(periods))
        values[rows[known], columns[known]] = frame[column].to_numpy(dtype=float)[known]
        return values

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
        each = self.instance.periods_per_year
        return np.array([(max(lags) + 1) * each - 1 for lags in self.data.effects.values()], int)

    @property
    def after(self) -> int:
        """Periods after the horizon in which cases inside it still avert moves that count."""
        return int(max(self.reach, default=0)) if self.instance.terminal_value else 0

    @property
    def beyond_reach(self) -> NDArray[np.bool_]:
        """Periods after the horizon that no case inside it reaches, (periods, effects)."""
        periods = np.arange(1, self.instance.number_of_periods + self.after + 1)[:, None]
        return periods > self.instance.number_of_periods + self.reach[None, :]

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
        found: dict[tuple[str, ...], Floats] = {}
        for key, part in self.tables[table].groupby(keys, sort=False):
            listed = dict(zip(part["year"].astype(int), part[column].astype(float), strict=True))
            found[tuple(map(str, key))] = np.array(
                [listed.get(y, np.nan) for y in self.instance.horizon]
            )
        return found

    def opening_effective(self, area: str, service: str) -> float:
        """Effective level at baseline and the opening stock: bands filled from the best down."""
        rules = self.data.services[area, service]
        bands = self.data.bands.get((area, service))
        if bands is None:
            return rules.baseline
        room = rules.coverage * self.data.states[area, rules.serves].opening
        tops = np.cumsum([width for width, _ in bands]) * room
        filled = np.diff(np.minimum(rules.baseline, np.concatenate([[0.0], tops])))
        return float(filled @ np.array([multiplier for _, multiplier in bands]))

    @cached_property
    def effective_change(self) -> Floats:
        """Effective level less its opening value, by period and service."""
        change = self.level - self.run.service_values("baseline")
        for key, bands in self.bands.items():
            multipliers = np.array([multiplier for _, multiplier in self.data.bands[key]])
            at = self.run.services.index(key)
            change[:, at] = bands @ multipliers - self.opening_effective(*key)
        return change

    @cached_property
    def item_spend(self) -> dict[tuple[str, str], Floats]:
        """£ by year of each (area, state or service), worked out from places and levels."""
        states = self.run.state_spend(self.places)
        services = self.run.service_spend(self.level, self.expansion, self.contraction)
        spend = {key: states[:, n] for n, key in enumerate(self.run.states)}
        return spend | {key: services[:, n] for n, key in enumerate(self.run.services)}

    @cached_property
    def tier_spend(self) -> dict[tuple[str, str], Floats]:
        """£ by year of each (area, tier), worked out the same way."""
        states = self.run.state_spend(self.places)
        services = self.run.service_spend(self.level, self.expansion, self.contraction)
        return self.run.tier_spend(states, services)

    def spend_of(self, tiers: Sequence[str]) -> Floats:
        """£ by year of some tiers, all areas together."""
        keys = [(area, tier) for area in self.instance.areas for tier in tiers]
        return sum((self.tier_spend[key] for key in keys), np.zeros(self.instance.years))

    def opening_cost(self, tiers: Sequence[str]) -> Floats:
        """£ by year of the opening stocks and baseline levels of some tiers, at its prices."""
        total = np.zeros(self.instance.years)
        for (area, name), state in self.data.states.items():
            if state.tier in tiers:
                total += state.unit_cost * state.opening * self.run.prices([(area, name)])[:, 0]
        for (area, name), service in self.data.services.items():
            if service.tier in tiers:
                cost = service.unit_cost * service.baseline
                total += cost * self.run.prices([(area, name)])[:, 0]
        return total
