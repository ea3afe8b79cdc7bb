"""What draws come to that were planned anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

USUAL: Final = 200  # draws


@dataclass(frozen=True)
class Replanned:
    """What the draws come to: objectives in £, NaN where no plan is left; (draws,) or by year."""

    objective: Floats
    care: Floats  # (years, draws)
    excess: Floats
    overspent: Floats

    @property
    def found(self) -> NDArray[np.bool_]:
        """Whether a plan is left, by draw."""
        return np.isfinite(self.objective)

    @property
    def chance(self) -> float:
        """Share of the draws that leave a plan."""
        return float(self.found.mean())
