"""A council's flows, and those of a first year that has as many entries and exits as were seen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allocator.calibrate.continuous import year_lived

Floats = NDArray[np.float64]
_ROUNDS: Final = 200
_CLOSE: Final = 1e-10
MOST: Final = 3.0  # times the estimated rates that a single year's exits may take


@dataclass(frozen=True)
class Flows:
    """Rates by state: moves (n, n) and exits (n,) per child-year, arrivals (n,) a year."""

    moves: Floats
    exits: Floats
    arrivals: Floats

    def left(self, opening: Floats) -> float:
        """Children who leave care in a year that begins with ``opening`` children."""
        return float(year_lived(self.moves, self.exits, self.arrivals, opening) @ self.exits)


def anchored(flows: Flows, opening: Floats, entries: float, exits: float) -> Flows | None:
    """The flows with arrivals and exits scaled so that a year has just so many of each.

    The same factor for all states; a total of 0 leaves the flows as they are.  None where so many
    exits would take rates of more than three times those estimated: children who left in numbers
    do not leave again.
    """
    if flows.arrivals.sum() > 0 and entries > 0:
        flows = replace(flows, arrivals=flows.arrivals * entries / flows.arrivals.sum())
    factor = 1.0
    for _ in range(_ROUNDS if exits > 0 else 0):
        leaving = replace(flows, exits=flows.exits * factor).left(opening)
        if not leaving or abs(leaving / exits - 1) < _CLOSE:
            break
        factor *= exits / leaving
        if factor > MOST:
            return None
    return replace(flows, exits=flows.exits * factor)
