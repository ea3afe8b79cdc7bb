"""Which inputs carry the variance: rank correlation, and Sobol' first-order indices.

The indices are read off the draws themselves by random balance designs (RBD-FAST: Tarantola,
Gatelli and Mara 2006, Reliability Engineering & System Safety 91:717; Plischke 2010, 95:354),
which need no runs of their own, less what chance alone would give (Tissot and Prieur 2012,
107:205).  They are SALib's, to rounding; to import that takes longer than all inputs here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

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

    Not of few draws, or where the outcome does not vary.
    """
    draws = np.stack(inputs, axis=1)[:_ENOUGH] if inputs else np.zeros((0, 0))
    values = outcome[:_ENOUGH]
    steady = len(values) == 0 or float(np.ptp(values)) <= 1e-9 * float(np.abs(values).max())
    if len(draws) < _FEWEST or steady:
        return [None] * len(inputs)
    spectrum = np.abs(np.fft.rfft(_in_turn(draws, values) - values.mean(), axis=0)) ** 2
    spectrum[1 : (len(values) + 1) // 2] *= 2  # each but a last one of an even number is a pair
    share = spectrum[1 : _HARMONICS + 1].sum(axis=0) / spectrum[1:].sum(axis=0)
    chance = 2 * _HARMONICS / len(values)
    shares = np.clip(share - chance / (1 - chance) * (1 - share), 0.0, 1.0)
    return [float(each) for each in shares]


def _in_turn(draws: Floats, values: Floats) -> Floats:
    """Values by each input, (draws, inputs): up its odd places, then down the even ones."""
    order = np.argsort(draws, axis=0)
    in_turn: Floats = values[np.concatenate([order[::2], order[1::2][::-1]])]
    return in_turn
