r"""Children who move at all times, by uniformisation: the simulator's own way, sums of shares.

Rates between states are a clock that ticks at the highest of them, and at each tick a child moves
or stays: with :math:`P = I + Q/\Lambda` and N the ticks in a time, a Poisson number,

- where they are at its end is the mean of :math:`P^N`;
- the time they spent in each state is :math:`\sum_k P(N > k)\,P^k / \Lambda`;
- and the mean time spent by those who came evenly through it
  :math:`\sum_k E[(N - k - 1)^+]\,P^k / \Lambda^2`, over that time.

Nothing is subtracted, so that a share is never negative (Jensen, 1953; Grassmann, 1977).
Nothing here comes from the linear program.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_NEGLIGIBLE = 1e-18  # chance of more ticks than are looked at
_MANY = 100.0  # ticks


def moved_and_stayed(rates: Floats, length: float) -> tuple[Floats, Floats, Floats]:
    """Shares moved, years spent, and child-years of one a year who comes, in ``length`` years.

    ``rates`` and each of the three are (..., states, states), from the first state to the second;
    on the diagonal of ``rates`` is minus all that leave, be it to a state or out.
    """
    if _highest(rates) * length > _MANY:  # two halves, one after the other
        moved, spent, spent_by_new = moved_and_stayed(rates, length / 2)
        later = length / 2 * spent + moved @ spent_by_new
        return moved @ moved, spent + moved @ spent, spent_by_new + later
    fastest = _highest(rates) or 1.0
    tick = np.eye(rates.shape[-1]) + rates / fastest
    chances, more, beyond = ticks(fastest * length)
    power = np.broadcast_to(np.eye(rates.shape[-1]), rates.shape)
    moved, spent, spent_by_new = np.zeros((3, *rates.shape))
    for chance, later, left in zip(chances, more, beyond, strict=True):
        moved += chance * power
        spent += later / fastest * power
        spent_by_new += left / fastest**2 * power
        power = power @ tick
    return moved, spent, spent_by_new


def _highest(rates: Floats) -> float:
    return float(np.max(-np.diagonal(rates, axis1=-2, axis2=-1), initial=0.0))


def ticks(mean: float) -> tuple[Floats, Floats, Floats]:
    """For k = 0, 1, ...: chance of k ticks, chance of more, and expected beyond k + 1."""
    most = math.ceil(mean + 12 * math.sqrt(mean) + 40)
    counts = np.arange(most)
    logs = counts * math.log(mean) - mean - np.array([math.lgamma(k + 1) for k in counts])
    chances = np.exp(logs)
    chances = chances[: int(np.flatnonzero(chances > _NEGLIGIBLE)[-1]) + 1]
    more = np.append(np.cumsum(chances[:0:-1])[::-1], 0.0)
    beyond = np.append(np.cumsum(more[:0:-1])[::-1], 0.0)
    return chances, more, beyond
