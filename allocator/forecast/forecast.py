r"""Children by state and year if nothing changes, each with an interval.

The middle is the baseline itself (:func:`allocator.simulate.baseline`).  A number's interval is
log-normal about it, with the variance after :math:`h` years

.. math:: \sigma^2 = k\,\frac{1 - e^{-2xh}}{n} + h\,c\,\big(2 - \tfrac nN\big) + r_h

of chance in :math:`n` children who leave at a rate :math:`x` and come and go together, :math:`k`
times as much as one by one (its clumping), of the drift :math:`c` of a council's number (and as
much again of its mix, less so in the states that hold most of the :math:`N` in care), and
:math:`r_h` of the rates' own uncertainty, where a calibration tells it: rates are drawn and the
recursion run again. Areas share part of their drift, and one larger than any council drifts as
several do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from allocator.calibrate.projection import chance
from allocator.forecast.doubt import Doubt
from allocator.forecast.draws import spread_of_rates
from allocator.instance import Instance
from allocator.plan.columns import FORECAST, table_of
from allocator.simulate import Baseline, Simulator, baseline

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

IN_CARE: Final = "in care"  # a total, where a state's name would stand
ALL_AREAS: Final = ""
LARGEST: Final = 2500.0  # children in care of a council; more are several councils, which differ


@dataclass(frozen=True)
class ForecastLine:
    """One number's path: of a state, or of all in care; of an area, or of all."""

    area: str
    state: str
    children: Floats  # at each year's end
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Forecast:
    """The baseline of an instance with intervals of one level."""

    instance: Instance
    doubt: Doubt
    level: float
    run: Baseline

    @property
    def years(self) -> list[int]:
        """Financial years, at whose ends the numbers are."""
        return list(self.instance.horizon)

    @cached_property
    def lines(self) -> tuple[ForecastLine, ...]:
        """Totals first, then the states in order; with areas, all together and then each."""
        return tuple(_lines(self))

    def total_rows(self) -> Iterator[tuple[int, float, float, float]]:
        """Year, children in care at its end, and their interval; all areas together."""
        total = self.lines[0]
        yield from zip(self.years, total.children, total.low, total.high, strict=True)

    def table(self) -> pd.DataFrame:
        """A row per area, state and year: ``children``, ``low``, ``high`` at the year's end."""
        return table_of(
            FORECAST,
            [
                (line.area, line.state, year, *values)
                for line in self.lines
                for year, *values in zip(
                    self.years, line.children, line.low, line.high, strict=True
                )
            ],
        )

    def to_dict(self) -> dict[str, Any]:
        """The facts, for JSON; numbers by year's end."""

        def path(line: ForecastLine) -> dict[str, Any]:
            return {
                name: {
                    str(y): float(v) for y, v in zip(self.years, getattr(line, name), strict=True)
                }
                for name in ("children", "low", "high")
            }

        def of(area: str) -> dict[str, Any]:
            mine = [line for line in self.lines if line.area == area]
            states = {line.state: path(line) for line in mine if line.state != IN_CARE}
            return {"in_care": path(mine[0]), "states": states}

        facts = {
            "instance": self.instance.name,
            "instance_hash": self.instance.hash,
            "level": self.level,
            "intervals_from": self.doubt.told,
            "years": self.years,
            "entries": dict(zip(map(str, self.years), self.run.entries.tolist(), strict=True)),
            "exits": dict(zip(map(str, self.years), self.run.exits.tolist(), strict=True)),
            **of(ALL_AREAS),
        }
        if self.instance.has_areas:
            facts["areas"] = {area: of(area) for area in self.instance.areas}
        return facts


def forecast(instance: Instance, doubt: Doubt, *, level: float = 0.8) -> Forecast:
    """The baseline of an instance with its intervals."""
    return Forecast(instance, doubt, level, baseline(instance))


def yearly_variances(instance: Instance, doubt: Doubt) -> dict[str, Floats]:
    """Variance that each year adds to the log number in care, but for that of the rates.

    By area what is its own, under ``ALL_AREAS`` what all share; an instance of one area has its
    own alone.
    """
    known, run = doubt.uncertainty, baseline(instance)
    care = Simulator(instance).in_care()
    years = np.arange(1, instance.years + 1)
    alone = not instance.has_areas
    shared = min(known.shared, known.spread)
    variances = {} if alone else {ALL_AREAS: np.full(len(years), shared)}
    here = np.array([area for area, _ in instance.resolved.states])
    for area, children in run.children_in_care.items():
        opening = float(run.children[0][care & (here == area)].sum())
        drift = max(known.spread - known.shared, 0.0) / max(1.0, opening / LARGEST)
        by_chance = known.clumping * chance(known.turnover, children, years.astype(float))
        total = by_chance + years * (drift + (shared if alone else 0.0))
        variances[area] = np.maximum(np.diff(total, prepend=0.0), 0.0)
    return variances


def _lines(forecast: Forecast) -> Iterator[ForecastLine]:
    run = Simulator(forecast.instance)
    ends = forecast.run.children[run.clock.year_ends].T  # (area and state, years)
    opening, care = forecast.run.children[0], run.in_care()
    years = np.arange(1, forecast.instance.years + 1)
    drawn = spread_of_rates(run, forecast.doubt)
    areas = [area for area, _ in run.states]
    states = list(dict.fromkeys(state for _, state in run.states))
    groups = [ALL_AREAS, *(forecast.instance.areas if forecast.instance.has_areas else ())]
    for group in groups:
        inside = np.array([group in (ALL_AREAS, area) for area in areas])
        yield _line(forecast, group, IN_CARE, inside & care, ends, opening, years, drawn, areas)
        for state in states:
            rows = inside & np.array([each == state for _, each in run.states])
            if rows.any():
                yield _line(forecast, group, state, rows, ends, opening, years, drawn, areas)


def _line(
    forecast: Forecast,
    group: str,
    state: str,
    rows: NDArray[np.bool_],
    ends: Floats,
    opening: Floats,
    years: NDArray[np.int_],
    drawn: Floats | None,
    areas: list[str],
) -> ForecastLine:
    """A sum over rows (area and state) with its interval."""
    children = ends[rows].sum(axis=0)
    doubt = forecast.doubt.uncertainty
    in_care = Simulator(forecast.instance).in_care()
    by_chance, drift = np.zeros(len(years)), np.zeros(len(years))
    for area in dict.fromkeys(area for area, mine in zip(areas, rows, strict=True) if mine):
        here = np.array([each == area for each in areas])
        part, whole = ends[here & rows].sum(axis=0), ends[here & in_care].sum(axis=0)
        weight = part / np.maximum(children, 1e-9)
        mix = 2 - np.minimum(part / np.maximum(whole, 1e-9), 1.0)
        own = np.maximum(doubt.spread * mix - doubt.shared, 0.0)
        alone = chance(doubt.turnover, part, years.astype(float))
        by_chance += weight**2 * doubt.clumping * alone
        drift += weight**2 * own / max(1.0, float(opening[here & in_care].sum()) / LARGEST)
    variance = by_chance + years * (drift + min(doubt.shared, doubt.spread))
    if drawn is not None:
        sums = drawn[:, :, rows].sum(axis=2)  # (draws, years)
        variance = variance + np.log(np.maximum(sums, 1e-9)).var(axis=0)
    low, high = doubt.interval(children, np.sqrt(variance), forecast.level)
    return ForecastLine(group, state, children, low, high)
