r"""What is uncertain about an instance.

- A service's effects share their evidence, so one quantile a service; a response to a driver
  likewise.
- Rates and entries as :mod:`allocator.forecast` has them: the rates' own uncertainty where a
  calibration tells it, and a walk of the number in care with the forecast's variance.
- Unit costs and their growth (:mod:`allocator.stress.spreads`).
- How drivers go, as one of the scenarios says.

Draws are scrambled Sobol' points (Owen 1995), by :mod:`scipy.stats.qmc`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allocator.forecast.doubt import Doubt
from allocator.forecast.forecast import yearly_variances
from allocator.instance import Instance
from allocator.instance.demand import response_rises
from allocator.instance.instance import Row
from allocator.instance.rows import area_rows, key_value
from allocator.stress.evidence import Evidence
from allocator.stress.population import Effect, responses_to_entries
from allocator.stress.spreads import Spread

Floats = NDArray[np.float64]
Drawable = tuple[str, ...]  # kind of what is drawn, then its name

_EDGE: Final = 2.0**-40  # of a quantile, which is neither 0 nor 1

EFFECT, RESPONSE, RATE, ENTRIES = "effect", "response", "rate", "entries"
COST, GROWTH, DRIVERS = "unit cost", "growth", "drivers"


@dataclass(frozen=True)
class Response:
    """A row of ``responses`` of an area, and how its driver rises by year."""

    area: str
    driver: str
    start: str
    end: str
    evidence: Evidence
    rises: Mapping[int, float]

    @property
    def column(self) -> Drawable:
        """Where it is drawn."""
        return (RESPONSE, self.driver, self.start, self.end)


@dataclass(frozen=True)
class Uncertain:
    """See the module.  ``paths`` is how drivers may go, with their probabilities."""

    instance: Instance
    doubt: Doubt
    spreads: Mapping[str, Spread]
    paths: tuple[tuple[float, Instance], ...] = ()

    @cached_property
    def effects(self) -> dict[tuple[Effect, int], Evidence]:
        """Evidence of each effect at a lag in years."""
        evidence = {}
        for area, rows in area_rows(self.instance, "effects").items():
            for row in rows:
                instead = key_value(self.instance, row, "instead")
                key = (area, row["service"], row["from"], row["to"], instead)
                if key in self.instance.resolved.effects:
                    evidence[key, row["lag_years"]] = _evidence(row, "effect")
        return evidence

    @cached_property
    def responses(self) -> tuple[Response, ...]:
        """Every response that may be another than it says."""

        def rows_of(table: str) -> Mapping[str, Sequence[Row]]:
            return area_rows(self.instance, table)

        every = (
            Response(area, row["driver"], row["from"], row["to"], _evidence(row, "response"), rises)
            for area, row, rises in response_rises(self.instance, rows_of)
        )
        return tuple(each for each in every if not each.evidence.is_sure)

    @cached_property
    def walks(self) -> dict[str, Floats]:
        """Variance that each year adds to the log number in care, of an area and of all."""
        return yearly_variances(self.instance, self.doubt)

    @cached_property
    def responses_to_entries(self) -> dict[str, Floats]:
        """By area what entries do to the number in care: see :func:`responses_to_entries`."""
        return responses_to_entries(self.instance)

    @cached_property
    def columns(self) -> list[Drawable]:
        """What each column of the points is of."""
        services = dict.fromkeys(k[1] for (k, _), e in self.effects.items() if not e.is_sure)
        columns: list[Drawable] = [(EFFECT, service) for service in services]
        columns += dict.fromkeys(each.column for each in self.responses)
        columns += [(RATE, *key) for key in sorted(self.doubt.rates)]
        columns += [
            (ENTRIES, area, str(year))
            for area, variances in self.walks.items()
            for year, variance in zip(self.instance.horizon, variances, strict=True)
            if variance > 0
        ]
        for item, spread in self.spreads.items():
            columns += [(COST, item)] if spread.spread > 0 else []
            columns += [(GROWTH, item)] if spread.growth > 0 else []
        return columns + ([(DRIVERS,)] if len(self.paths) > 1 else [])

    def points(self, count: int, seed: int) -> dict[Drawable, Floats]:
        """Quasi-random quantiles of each column, (draws,), by this seed."""
        if not self.columns:
            return {}
        from scipy.stats import qmc

        sequence = qmc.Sobol(len(self.columns), scramble=True, rng=seed)
        points = sequence.random_base2(math.ceil(math.log2(max(count, 2))))[:count]
        inside = np.clip(points, _EDGE, 1 - _EDGE).T
        return dict(zip(self.columns, np.ascontiguousarray(inside), strict=True))


def _evidence(row: Row, column: str) -> Evidence:
    value = row[column]
    low, high = (value if row[name] is None else row[name] for name in ("low", "high"))
    return Evidence(value, low, high, row["interval"])
