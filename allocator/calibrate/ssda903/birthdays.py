"""Birthdays of the next years: how many turn 1, 5, 10, 16 and 18 is known from their ages.

A rate of ageing holds for an age band whose children are spread over it as they usually are.
Those in care on the last day are not: a council may have twice as many aged 17 as 16.  For the
first years the children there are therefore moved on month by month of age, thinned by the rates
of leaving care and joined by those who enter; what the birthdays then are per child-year, over
the usual rate, is the factor by which a year's ageing differs.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from allocator.calibrate.ssda903.cleaning import Care
from allocator.calibrate.ssda903.counting import DAYS, Tally
from allocator.calibrate.ssda903.rules import FEWEST_SHOWN
from allocator.calibrate.ssda903.settings import ADULT, Settings

Floats = NDArray[np.float64]
YEARS: Final = 3  # for which birthdays are looked ahead
MONTHS: Final = 12
_SLOWEST, _FASTEST = 0.4, 2.5


def ages(care: Care, until: int) -> NDArray[np.int64]:
    """Children in care on day ``until`` by age in months, (216,)."""
    there = (care.start <= until) & (until < care.end)
    months = (until - care.born[there]) / DAYS * MONTHS
    return np.bincount(np.clip(months.astype(int), 0, ADULT * MONTHS - 1), minlength=ADULT * MONTHS)


def ageing_factors(
    there: NDArray[np.int64], tally: Tally, weights: Floats, settings: Settings
) -> Floats:
    """Factor by which ageing out of each band differs from its usual rate, (YEARS, bands).

    ``found`` is the tally with every band a state of its own; ``weights`` are of its years.
    """
    wide = len(settings.bands)

    def by_band(counts: NDArray[np.int64] | Floats) -> Floats:
        weighed = counts.astype(float) @ weights
        summed: Floats = np.bincount(tally.bands, weighed, wide).astype(float)
        return summed

    lived = np.maximum(by_band(tally.exposure), 1e-9)
    leaving = by_band(tally.exits[:, :-1].sum(axis=1)) / lived
    older = (tally.moves * tally.ageing[:, :, None]).sum(axis=1)
    usual = by_band(older + tally.exits[:, -1]) / lived
    entering = by_band(tally.entries) / weights.sum()
    births, exposure = _ahead(there.astype(float), leaving, entering, settings)
    rate = np.divide(births, exposure, where=exposure > 0, out=np.tile(usual, (YEARS, 1)))
    factor = np.divide(rate, usual, where=usual > 0, out=np.ones_like(rate))
    return np.where(_few_birthdays(there, settings), 1.0, np.clip(factor, _SLOWEST, _FASTEST))


def _few_birthdays(there: NDArray[np.int64], settings: Settings) -> NDArray[np.bool_]:
    """Whether fewer than five children of a band have a year's birthday, or all but so few."""
    few = np.zeros((YEARS, len(settings.bands)), bool)
    for band, (first, last) in enumerate(settings.band_limits):
        inside = int(there[first * MONTHS : last * MONTHS].sum())
        for year in range(min(YEARS, last - first)):
            turning = int(there[(last - year - 1) * MONTHS : (last - year) * MONTHS].sum())
            few[year, band] = any(0 < n < FEWEST_SHOWN for n in (turning, inside - turning))
    return few


def _ahead(
    there: Floats, leaving: Floats, entering: Floats, settings: Settings
) -> tuple[Floats, Floats]:
    """Birthdays out of each band and child-years in it, by year, (YEARS, bands) each."""
    limits = np.array(settings.band_limits) * MONTHS
    band = np.repeat(np.arange(len(limits)), limits[:, 1] - limits[:, 0])
    stays = np.exp(-leaving[band] / MONTHS)
    joining = (entering / (limits[:, 1] - limits[:, 0]))[band] / MONTHS
    births, lived = np.zeros((YEARS, len(limits))), np.zeros((YEARS, len(limits)))
    for month in range(YEARS * MONTHS):
        later = there * stays + joining
        lived[month // MONTHS] += np.bincount(band, (there + later) / 2 / MONTHS, len(limits))
        older = later - joining / 2  # half of those who enter have their month's birthday later
        births[month // MONTHS] += older[limits[:, 1] - 1]
        there = np.concatenate([[0.0], older[:-1]]) + joining / 2
    return births, lived
