"""HiGHS, loaded where there is room for it: ``highspy`` from here alone, and its endings."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allocator.memory import room_for_highs

room_for_highs()

import highspy  # noqa: E402

from allocator.solvers.solution import Status  # noqa: E402

__all__ = ["STATUS", "basis_of", "floats", "highspy"]

# What HiGHS ends with; whatever else it says is a failure.
STATUS = {
    highspy.HighsModelStatus.kOptimal: Status.OPTIMAL,
    highspy.HighsModelStatus.kInfeasible: Status.INFEASIBLE,
    highspy.HighsModelStatus.kUnbounded: Status.UNBOUNDED,
    highspy.HighsModelStatus.kTimeLimit: Status.TIME_LIMIT,
}


def floats(numbers: Sequence[float]) -> NDArray[np.float64]:
    """A list of HiGHS's as an array; by ``np.array`` it takes half as long again."""
    return np.fromiter(numbers, np.float64, len(numbers))


def basis_of(highs: Any) -> Any:
    """Where its last solve ended, to go on from later; None where it left no basis."""
    basis = highs.getBasis()
    return basis if basis.valid else None
