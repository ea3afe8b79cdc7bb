r"""Rates for a model that moves children once a period.

The returns tell rates in continuous time.  The program moves children at the end of each period,
by :math:`p_{ij} = \frac{h_{ij}}{h_i}(1-e^{-h_i\Delta})`, and those who arrive stay to the end of
theirs.  Written as they are, observed rates would move too few.  Each state's rates are therefore
multiplied by the one factor with which a year's moves out of it come out as in continuous time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_ROUNDS: Final = 200
_CLOSE: Final = 1e-10
_MOST: Final = 2.0  # times an observed rate; reached in states that begin all but empty


@dataclass(frozen=True)
class Flows:
    """Rates by state: moves (n, n) and exits (n,) per child-year, arrivals (n,) a year."""

    moves: Floats
    exits: Floats
    arrivals: Floats

    @property
    def leaving(self) -> Floats:
        """Rate of leaving each state, moves and exits together."""
        rates: Floats = self.moves.sum(axis=1) + self.exits
        return rates

    def times(self, factor: Floats) -> Flows:
        """The flows with each state's rates out of it multiplied."""
        return replace(self, moves=self.moves * factor[:, None], exits=self.exits * factor)


def year_of(flows: Flows, opening: Floats) -> tuple[Floats, Floats]:
    """Child-years lived in each state in a year, and children there at its end: exact.

    The matrix exponential of the linear system of stocks, time lived and constant arrivals
    (Van Loan 1978, IEEE Transactions on Automatic Control 23:395).
    """
    from scipy.linalg import expm

    n = len(opening)
    system = np.zeros((2 * n + 1, 2 * n + 1))
    system[:n, :n] = flows.moves.T - np.diag(flows.leaving)
    system[:n, -1] = flows.arrivals
    system[n:-1, :n] = np.eye(n)
    end = expm(system) @ np.concatenate([opening, np.zeros(n), [1.0]])
    return end[n:-1], end[:n]


def stepped(flows: Flows, opening: Floats, periods: int) -> tuple[Floats, Floats, float]:
    """Moves out of each state in a year as the program makes them, stocks at its end, and exits."""
    leaving = flows.leaving
    gone = -np.expm1(-leaving / periods)
    share = np.divide(flows.moves, leaving[:, None], where=leaving[:, None] > 0,
                      out=np.zeros_like(flows.moves))  # fmt: skip
    out_share = np.divide(flows.exits, leaving, where=leaving > 0, out=np.zeros_like(leaving))
    stock, out, exits = opening.astype(float), np.zeros(len(opening)), 0.0
    for _ in range(periods):
        moved = stock * gone
        out, exits = out + moved, exits + float(moved @ out_share)
        stock = stock - moved + moved @ share + flows.arrivals / periods
    return out, stock, exits


def for_periods(flows: Flows, opening: Floats, periods: int) -> Flows:
    """The flows with rates for so many periods a year."""
    lived, _ = year_of(flows, opening)
    wanted, factor = lived * flows.leaving, np.ones(len(opening))
    for _ in range(_ROUNDS):
        out, _, _ = stepped(flows.times(factor), opening, periods)
        ratio = np.divide(wanted, out, where=out > 0, out=np.ones_like(out))
        factor = np.clip(factor * ratio, 1 / _MOST, _MOST)
        if np.abs(ratio - 1).max() < _CLOSE:
            break
    return flows.times(factor)


def anchored(flows: Flows, opening: Floats, periods: int, entries: float, exits: float) -> Flows:
    """The flows with arrivals and exits scaled so that a year has just so many of each.

    The same factor for all states; a total of 0 leaves the flows as they are.
    """
    if flows.arrivals.sum() > 0 and entries > 0:
        flows = replace(flows, arrivals=flows.arrivals * entries / flows.arrivals.sum())
    for _ in range(_ROUNDS if exits > 0 else 0):
        _, _, found = stepped(flows, opening, periods)
        if not found or abs(found / exits - 1) < _CLOSE:
            break
        flows = replace(flows, exits=flows.exits * exits / found)
    return flows
