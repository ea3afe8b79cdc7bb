"""Those who left care and are still paid for: what share of each state's exits they are.

Ways out are counted for the whole council, and no count is used that the summary does not print
(:mod:`.disclosure`): orders are shared out over all exits before 18, moves into independence over
those of the oldest band, and who turns 18 in care is supported.  Returns know no money: a year of
either costs what England's does (:mod:`allocator.calibrate.published.aftercare`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from allocator.calibrate.published import england as e
from allocator.calibrate.ssda903.cleaning import ROUTE_NAMES
from allocator.calibrate.ssda903.counting import Tally
from allocator.calibrate.ssda903.disclosure import shown
from allocator.calibrate.ssda903.rates import ADULT, EXIT, Estimates

Floats = NDArray[np.float64]
_MOST: Final = 0.95  # of the exits before 18
_YEAR_COST: Final = {  # £, England
    e.GUARDIANSHIP: e.ALLOWANCE * e.RATIOS["unitcost_fostering_gbp_per_week", ""] * e.WEEKS,
    e.LEAVING_CARE: 817.2e6 / 13_740 / e.YEARS_SUPPORTED[e.LEAVING_CARE][0],
}
_COST_SOURCE: Final = {
    e.GUARDIANSHIP: "DfE S251 outturn 2018-19, England: £286.9m over 3,870 orders, as a share of "
    "LAIT fostering cost",
    e.LEAVING_CARE: "DfE S251 outturn 2024-25, England: £817.2m over 13,740 leavers aged 18",
}


def shares(tally: Tally, estimates: Estimates) -> dict[str, Floats]:
    """Share of each state's exits that lead to guardianship and to leaving care, (n,)."""
    early, grown = np.zeros((2, len(tally.names)))
    for cell in estimates.cells:
        if cell.end in (EXIT, ADULT):
            (early if cell.end == EXIT else grown)[cell.start] = cell.mean
    oldest = tally.bands == tally.bands.max()
    ordered = early * _part(tally, "guardianship", early * tally.opening)
    alone = oldest * early * _part(tally, "independence", oldest * early * tally.opening)
    every = np.maximum(early + grown, 1e-12)
    return {e.GUARDIANSHIP: ordered / every, e.LEAVING_CARE: (grown + alone) / every}


def _part(tally: Tally, route: str, exits: Floats) -> float:
    """Share of ``exits``, children a year by state, that go by a way out; 0 where it is hidden."""
    count = shown(tally).routes[ROUTE_NAMES.index(route)] or 0
    a_year = count / tally.exposure.shape[1]
    return float(min(a_year / exits.sum(), _MOST / 2)) if exits.sum() > 0 else 0.0


def state_rows(leavers: Mapping[str, float], returns: str) -> Iterator[dict[str, Any]]:
    """Rows of ``states``; ``leavers`` a year by state."""
    for state, number in leavers.items():
        years, least, most = e.YEARS_SUPPORTED[state]
        cost = _YEAR_COST[state]
        yield {
            "state": state,
            "label": e.AFTER_LABELS[state],
            "opening": round(number * years, 1),
            "unit_cost": round(cost),
            "cashable_share": e.CASHABLE_PLACEMENT,
            "release_per_year": e.RELEASE[state],
            "source": f"{returns} (leavers); {_COST_SOURCE[state]} (unit cost); assumption: put "
            "your own in its place (years supported, cashable share, release)",
            "note": f"supported for {years:g} years ({least:g} to {most:g}: "
            f"£{cost * years / most:,.0f} to £{cost * years / least:,.0f} a year); as many at the "
            "start as a year's leavers make",
        }
