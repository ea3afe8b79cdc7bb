"""Periods and years of an instance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from allocator.instance import Instance

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Calendar:
    """Periods and years of an instance: which year each period lies in."""

    instance: Instance

    @cached_property
    def years_of_periods(self) -> list[int]:
        """Year of each period, from the first."""
        return [y for y in self.instance.horizon for _ in range(self.instance.periods_per_year)]

    def by_year(self, per_period: Floats) -> Floats:
        """Sums over the periods of each year; (periods, n) to (years, n)."""
        years, each = self.instance.years, self.instance.periods_per_year
        summed: Floats = per_period.reshape(years, each, -1).sum(axis=1)
        return summed

    @property
    def year_ends(self) -> NDArray[np.int_]:
        """Rows of (periods + 1, n) arrays at the end of each year."""
        each = self.instance.periods_per_year
        return np.arange(each, self.instance.number_of_periods + 1, each)
