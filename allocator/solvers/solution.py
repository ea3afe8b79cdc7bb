"""What a solver answers, whichever it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Status(Enum):
    """How a solve ended."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    TIME_LIMIT = "time_limit"
    FAILED = "failed"


@dataclass(frozen=True)
class Solution:
    """A solver's answer to a program.

    ``primal`` is by column and ``dual`` by row (∂ minimised objective / ∂ right-hand side),
    both empty unless the status is optimal.  ``ray`` is by row, a proof of infeasibility
    where the solver gives one.
    """

    status: Status
    primal: Floats
    dual: Floats
    objective: float
    iterations: int
    seconds: float
    message: str = ""
    ray: Floats | None = None


@dataclass(frozen=True)
class Ranging:
    """Right-hand sides between which each row's dual holds, by row."""

    lower: Floats
    upper: Floats
