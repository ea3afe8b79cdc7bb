r"""What an effect may turn out to be, given where its evidence says it lies.

Where ``low`` and ``high`` are limits (``interval`` 1), a PERT distribution: a beta between them
with the effect as its mode, :math:`\lambda = 4` (Malcolm, Roseboom, Clark and Fazar 1959,
Operations Research 7:646).  Where they hold the truth with a smaller chance, a two-piece normal:
half of a normal on either side of the mode, joined there (Wallis 2014, Statistical Science
29:106).  Both are skewed where the evidence is, and then their mean is not the effect.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PEAKED: Final = 4.0  # the lambda of PERT: weight of the mode in its mean


@dataclass(frozen=True)
class Evidence:
    """A figure, where it lies, and the chance with which it does."""

    value: float
    low: float
    high: float
    interval: float = 1.0

    @property
    def is_sure(self) -> bool:
        """Whether it can be nothing but its value."""
        return not self.low < self.high or self.interval <= 0

    def quantile(self, chance: Floats) -> Floats:
        """What it is not above with these chances."""
        if self.is_sure:
            return np.full(chance.shape, self.value)
        if self.interval < 1:
            return self._two_piece(chance)
        from scipy.special import betaincinv

        width = self.high - self.low
        left = 1 + PEAKED * (self.value - self.low) / width
        right = 1 + PEAKED * (self.high - self.value) / width
        values: Floats = self.low + width * betaincinv(left, right, chance)
        return values

    def _two_piece(self, chance: Floats) -> Floats:
        from scipy.special import ndtri

        deviations = float(ndtri((1 + self.interval) / 2))
        left, right = (self.value - self.low) / deviations, (self.high - self.value) / deviations
        below = left / (left + right)  # chance of less than the mode
        under = np.minimum(chance, below) / (2 * below) if below > 0 else np.full_like(chance, 0.5)
        over = 0.5 + np.maximum(chance - below, 0) / (2 * (1 - below)) if below < 1 else 0.5
        values: Floats = self.value + left * ndtri(under) + right * ndtri(over)
        return values

    @property
    def mean(self) -> float:
        """What it is on average."""
        if self.is_sure:
            return self.value
        if self.interval >= 1:
            return (self.low + PEAKED * self.value + self.high) / (2 + PEAKED)
        from scipy.special import ndtri

        deviations = float(ndtri((1 + self.interval) / 2))
        skew = (self.high - self.value) - (self.value - self.low)
        return self.value + float(np.sqrt(2 / np.pi)) * skew / deviations
