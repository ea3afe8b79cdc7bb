"""The flows of each year of the plan: the first, those whose birthdays are known, and after."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allocator.calibrate.estimation import recency
from allocator.calibrate.ssda903.birthdays import ageing_factors
from allocator.calibrate.ssda903.counting import Tally
from allocator.calibrate.ssda903.disclosure import shown
from allocator.calibrate.ssda903.fitting import MOST, Flows, anchored
from allocator.calibrate.ssda903.observing import Observed
from allocator.calibrate.ssda903.rates import ADULT, EXIT, Estimates
from allocator.calibrate.ssda903.settings import Settings

Floats = NDArray[np.float64]


NOT_SHOWN: Final = (
    "fewer than five children entered or left care in the last year, or could be told from other "
    "figures to have"
)
NOT_HELD: Final = (
    "more children left care in the last year than those who remain could repeat: it would take "
    f"over {MOST:g} times the estimated rates"
)


@dataclass(frozen=True)
class YearlyFlows:
    """Flows of the first year and of those that differ from it; the last ones hold on.

    ``estimated`` says why the first year has the estimated entries and exits although the settings
    ask for those of the last one observed; it is blank where it has those.
    """

    years: list[Flows]
    estimated: str = ""


def yearly_flows(
    observed: Observed, tally: Tally, estimates: Estimates, settings: Settings
) -> YearlyFlows:
    """What entries, moves and exits are in each year of the plan.

    The first year has as many entries and exits as the last one observed if the settings say so,
    those two numbers may be shown, and children remain who could leave.
    """
    steady = Flows(*estimates.matrix(len(tally.names)))
    span = observed.tally.exposure.shape[1]
    weights = recency(np.arange(span), span - 1, estimates.half_life)
    factors = ageing_factors(observed.ages, observed.tally, weights, settings)
    years = [*(_aged(steady, factor, tally, estimates) for factor in factors), steady]
    why = ""
    if settings.anchored:
        seen = shown(tally)
        entries, exits = seen.entries[-1], seen.exits[-1]
        if entries is None or exits is None:
            why = NOT_SHOWN
        elif first := anchored(years[0], tally.opening.astype(float), entries, exits):
            years[0] = first
        else:
            why = NOT_HELD
    return YearlyFlows(years[: settings.years], why)


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
        steady,
        moves=steady.moves * np.where(tally.ageing, own[:, None], 1.0),
        exits=steady.exits * (1 + share * (own - 1)),
    )
