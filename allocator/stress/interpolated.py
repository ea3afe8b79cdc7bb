r"""Moves of many draws whose rates rise and fall together: worked out for a few, interpolated.

Where one factor alone moves the rates, they are :math:`M + tH` with :math:`-1 \le t \le 1`, and
with :math:`h = \lVert LH \rVert` over a length :math:`L` the shares are a power series in t whose
coefficients are at most :math:`h^k/k!`, as a chain's shares are at most 1.  So the polynomial
through n Chebyshev points is off by less than :math:`4 \sum_{k \ge n} h^k/k!` (Trefethen 2013,
Approximation Theory and Approximation Practice, 15), and a few points are exact to rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MovedShares = tuple[Floats, ...]

_ROUNDING: Final = 1e-15
_WORTH: Final = 4  # draws a point: with fewer every draw is worked out


def at_draws(
    rates: Floats, length: float, shares: Callable[[Floats, float], MovedShares]
) -> MovedShares:
    """What ``shares`` makes of rates (from, to, draws) in so many years, each (from, to, draws)."""
    draws = rates.shape[2]
    middle, half, place = _line(rates)
    points = _points(float(np.abs(half).sum(axis=1).max(initial=0.0)) * length)
    if draws < _WORTH * points or not _on_line(rates, middle, half, place):
        return shares(rates, length)
    nodes = np.cos((np.arange(points) + 0.5) * np.pi / points)
    through = np.linalg.inv(np.polynomial.chebyshev.chebvander(nodes, points - 1)).T
    weights = through @ np.polynomial.chebyshev.chebvander(place, points - 1).T
    few = shares(middle[:, :, None] + half[:, :, None] * nodes, length)
    return tuple(each @ weights for each in few)


def _line(rates: Floats) -> tuple[Floats, Floats, Floats]:
    """The middle of the rates, half their range, and each draw's place in it, from -1 to 1."""
    widest = np.unravel_index(np.ptp(rates, axis=2).argmax(), rates.shape[:2])
    values = rates[widest]
    least, most = rates[:, :, values.argmin()], rates[:, :, values.argmax()]
    middle, half = (least + most) / 2, (most - least) / 2
    wide = half[widest]
    return middle, half, (values - middle[widest]) / wide if wide > 0 else np.zeros(len(values))


def _on_line(rates: Floats, middle: Floats, half: Floats, place: Floats) -> bool:
    off = np.abs(rates - (middle[:, :, None] + half[:, :, None] * place)).max()
    return bool(off <= _ROUNDING * 10 * np.abs(middle).max(initial=0.0))


def _points(size: float) -> int:
    """How many leave out nothing but rounding."""
    points, term = 1, size
    while term > _ROUNDING / 4:
        points += 1
        term *= size / points
    return points
