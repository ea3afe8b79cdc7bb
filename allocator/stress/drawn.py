r"""Draws of what is uncertain, as factors and values that the recursion takes.

Entries of each year are such that the number in care, if nothing changed, would follow its walk
:math:`B_h`: with :math:`L` its relative change at each year's end by that of each year's entries,
they are multiplied by :math:`1 + L^{-1}(e^B - 1)`, never by less than nothing.  Unit costs are
log-normal with mean 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from allocator.forecast.doubt import OUTSIDE as OUTSIDE_CARE
from allocator.forecast.draws import factor_of
from allocator.forecast.forecast import ALL_AREAS
from allocator.instance.schema import ALL, OUTSIDE
from allocator.stress.evidence import Evidence
from allocator.stress.population import Effect, care_names
from allocator.stress.uncertain import (
    COST,
    EFFECT,
    ENTRIES,
    GROWTH,
    RATE,
    Drawable,
    Response,
    Uncertain,
)

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]


@dataclass(frozen=True)
class Drawn:
    """So many draws; ``quantiles`` by column, ``sizes`` of effects by service and evidence."""

    of: Uncertain
    count: int
    quantiles: Mapping[Drawable, Floats]
    sizes: Mapping[tuple[str, Evidence], Floats]
    _known: dict[object, Floats] = field(default_factory=dict, repr=False)

    @classmethod
    def at(cls, uncertain: Uncertain, points: Mapping[Drawable, Floats], count: int) -> Drawn:
        """The draws at these quantiles of each column."""
        services = {(effect[1], each) for (effect, _), each in uncertain.effects.items()}
        sizes = {
            (service, each): each.quantile(points[EFFECT, service])
            for service, each in services
            if not each.is_sure
        }
        return cls(uncertain, count, points, sizes)

    def part(self, draws: Positions, of: Uncertain) -> Drawn:
        """Some of the draws, by their numbers, of an instance that differs in its drivers alone."""
        some = {column: values[draws] for column, values in self.quantiles.items()}
        sizes = {key: values[draws] for key, values in self.sizes.items()}
        return Drawn(of, len(draws), some, sizes)

    def effect(self, effect: Effect, lag: int, value: float) -> Floats | float:
        """An effect, at its service's quantile."""
        return self.sizes.get((effect[1], self.of.effects[effect, lag]), value)

    def rate(self, area: str, start: str, end: str, year: int) -> Floats | float:
        """Factor of a rate: its own, that of entries, and those of the drivers it follows."""
        entering = start not in self._care and end in self._care
        own = factor_of(self._rates, start, end, self._care) * self._demand(area, start, end, year)
        return own * self._entries(area, year) if entering else own

    def arrivals(self, area: str, state: str, year: int) -> Floats | float:
        """Factor of those who come from outside the states."""
        own = self._rates.get((OUTSIDE_CARE, state), 1.0) * self._demand(area, OUTSIDE, state, year)
        return own * self._entries(area, year) if state in self._care else own

    def cost(self, item: str, year: int) -> Floats | float:
        """Factor of a unit cost in a year."""
        name = item if item in self.of.spreads else ALL
        if name not in self.of.spreads:
            return 1.0
        return self._once((COST, name, year), lambda: self._cost(name, year))

    def _cost(self, item: str, year: int) -> Floats:
        spread, after = self.of.spreads[item], year - self.of.instance.first_year
        power = np.zeros(self.count)
        for kind, deviation in ((COST, spread.spread), (GROWTH, spread.growth * after)):
            if deviation > 0:
                power += deviation * self._normal((kind, item)) - deviation**2 / 2
        return np.exp(power)

    def _demand(self, area: str, start: str, end: str, year: int) -> Floats | float:
        factor: Floats | float = 1.0
        for each in self.of.responses:
            if (each.area, each.start, each.end) == (area, start, end):
                factor = factor * self._rise(each) ** each.rises[year]
        return factor

    def _rise(self, response: Response) -> Floats:
        """What a unit more of a driver does, beside what the instance has it do."""

        def work_out() -> Floats:
            drawn = response.evidence.quantile(self.quantiles[response.column])
            return np.asarray((1 + drawn) / (1 + response.evidence.value))

        return self._once((response.column, response.evidence), work_out)

    def _entries(self, area: str, year: int) -> Floats:
        """Factor of the children who enter care in a year."""
        factor: Floats = self._entering[area][year - self.of.instance.first_year]
        return factor

    @cached_property
    def _entering(self) -> dict[str, Floats]:
        """The same by area, (years, draws)."""
        factors, ends = {}, [year + 1 for year in self.of.instance.horizon]
        for area, response in self.of.responses_to_entries.items():
            walked = np.zeros((len(ends), self.count))
            for name in self._walks(area):
                walked += np.array([self.walk(name, year) for year in ends])
            change = np.linalg.solve(response, np.expm1(walked))
            factors[area] = np.maximum(0.0, 1 + change)
        return factors

    def _walks(self, area: str) -> Iterator[str]:
        return (name for name in (ALL_AREAS, area) if name in self.of.walks)

    def walk(self, name: str, year: int) -> Floats:
        """How far the log number in care has walked by the start of a year."""
        total = np.zeros(self.count)
        for then, variance in zip(self.of.instance.horizon, self.of.walks[name], strict=True):
            if then < year and variance > 0:
                total += math.sqrt(variance) * self._normal((ENTRIES, name, str(then)))
        return total

    @cached_property
    def _care(self) -> frozenset[str]:
        return care_names(self.of.instance)

    @cached_property
    def _rates(self) -> dict[tuple[str, str], Floats]:
        """Factors as a calibration names them, gamma with mean 1."""
        from scipy.special import gammaincinv

        factors: dict[tuple[str, str], Floats] = {}
        for key, deviation in self.of.doubt.rates.items():
            shape = 1 / max(deviation, 1e-6) ** 2
            factors[key] = (
                np.asarray(gammaincinv(shape, self.quantiles[(RATE, *key)]), float) / shape
            )
        return factors

    def _normal(self, column: Drawable) -> Floats:
        from scipy.special import ndtri

        return self._once(column, lambda: ndtri(self.quantiles[column]))

    def _once(self, key: object, work_out: Callable[[], Floats]) -> Floats:
        """What is worked out the first time it is asked for."""
        if key not in self._known:
            self._known[key] = work_out()
        return self._known[key]

    def inputs(self) -> Iterator[tuple[Drawable, Floats]]:
        """What is drawn, and each draw's place in it; the years of a walk as one."""
        for column, values in self.quantiles.items():
            if column[0] != ENTRIES:
                yield column, values
        for name, variances in self.of.walks.items():
            if np.any(variances > 0):
                known = (name,) if self.of.instance.has_areas and name else ()
                yield (ENTRIES, *known), self.walk(name, self.of.instance.last_year + 1)
