"""Which inputs carry the variance: rank correlation, and Sobol' first-order indices by SALib.

The indices are read off the draws themselves by random balance designs (RBD-FAST: Tarantola,
Gatelli and Mara 2006, Reliability Engineering & System Safety 91:717; Plischke 2010), which need
no runs of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_ENOUGH: Final = 4096  # draws from which indices are read
_FEWEST: Final = 100  # draws, below which there are none
_HARMONICS: Final = 10  # of an input, that are taken for its own


def rank_correlations(inputs: Sequence[Floats], outcome: Floats) -> list[float]:
    """Spearman's, of each input with an outcome; 0 where one of them does not vary."""
    of_outcome = _ranks(outcome)
    return [_correlation(_ranks(each), of_outcome) for each in inputs]


def _ranks(values: Floats) -> Floats:
    """Ranks about their mean; ties share theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    upper = np.cumsum(counts)
    rank = (upper - (counts - 1) / 2)[place]
    about: Floats = rank - rank.mean()
    return about


def _correlation(one: Floats, other: Floats) -> float:
    size = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / size if size > 0 else 0.0


def first_order(inputs: Sequence[Floats], outcome: Floats) -> list[float | None]:
    """Share of an outcome's variance that each input explains alone; None where it is not known.

    Not without SALib (the extra ``stress``), of few draws, or where the outcome does not vary.
    """
    draws = np.stack(inputs, axis=1)[:_ENOUGH] if inputs else np.zeros((0, 0))
    values = outcome[:_ENOUGH]
    steady = len(values) == 0 or float(np.ptp(values)) <= 1e-9 * float(np.abs(values).max())
    if len(draws) < _FEWEST or steady:
        return [None] * len(inputs)
    try:
        from SALib.analyze import rbd_fast
    except ImportError:
        return [None] * len(inputs)
    return [_first_order(rbd_fast, each, values) for each in draws.T]


def _first_order(rbd_fast: Any, places: Floats, values: Floats) -> float:
    """SALib's index of one input, without its interval, which takes twice as long."""
    share = rbd_fast.compute_first_order(rbd_fast.permute_outputs(places, values), _HARMONICS)
    return float(np.clip(rbd_fast.unskew_S1(share, _HARMONICS, len(values)), 0.0, 1.0))
