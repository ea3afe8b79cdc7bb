"""The flows of each year of the plan: the first, those whose birthdays are known, and after."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from allocator.calibrate.estimation import recency
from allocator.calibrate.ssda903.birthdays import ageing_factors
from allocator.calibrate.ssda903.counting import Tally
from allocator.calibrate.ssda903.fitting import Flows, anchored, for_periods
from allocator.calibrate.ssda903.observing import Observed
from allocator.calibrate.ssda903.rates import ADULT, EXIT, Estimates
from allocator.calibrate.ssda903.settings import Settings

Floats = NDArray[np.float64]


def course(
    observed: Observed, tally: Tally, estimates: Estimates, settings: Settings
) -> list[Flows]:
    """Flows of the first year and of those that differ from it; the last ones hold on.

    Rates are those for the instance's periods.  The first year has as many entries and exits as
    the last one observed if the settings say so.
    """
    opening, periods = tally.opening.astype(float), settings.periods_per_year
    steady = for_periods(Flows(*estimates.matrix(len(tally.names))), opening, periods)
    span = observed.tally.exposure.shape[1]
    weights = recency(np.arange(span), span - 1, estimates.half_life)
    factors = ageing_factors(observed.ages, observed.tally, weights, settings)
    years = [*(_aged(steady, factor, tally, estimates) for factor in factors), steady]
    if settings.anchored:
        years[0] = anchored(
            years[0], opening, periods, float(tally.entries[:, -1].sum()),
            float(tally.exits[:, :, -1].sum()),
        )  # fmt: skip
    return years[: settings.years]


def _aged(steady: Flows, factor: Floats, tally: Tally, estimates: Estimates) -> Flows:
    """The steady flows with ageing out of each band, and turning 18, times a factor."""
    own = factor[tally.bands]
    grown, early = np.zeros(len(own)), np.zeros(len(own))
    for cell in estimates.cells:
        if cell.end in (ADULT, EXIT):
            (grown if cell.end == ADULT else early)[cell.start] = cell.mean
    both = grown + early
    share = np.divide(grown, both, where=both > 0, out=np.zeros_like(both))
    return replace(
        steady, moves=steady.moves * np.where(tally.ageing, own[:, None], 1.0),
        exits=steady.exits * (1 + share * (own - 1)),
    )  # fmt: skip
