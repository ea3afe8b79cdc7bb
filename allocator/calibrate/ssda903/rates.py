r"""Rates of a council's own care system from its counts, with intervals.

A cell (leaving care from a state, moving between two) has :math:`y_t` events in :math:`E_t`
child-years in year :math:`t`; years are weighed by :math:`w_t`, half at the half-life, and the
rate is :math:`\sum w_t y_t / \sum w_t E_t`, drawn towards that of its family (the age bands of one
category and route) by one event's worth of prior: :mod:`allocator.calibrate.estimation`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allocator.calibrate.estimation import JEFFREYS, Prior, posterior, recency
from allocator.calibrate.ssda903.counting import Tally
from allocator.calibrate.ssda903.disclosure import pooled
from allocator.calibrate.ssda903.rules import FEWEST_SHOWN
from allocator.calibrate.ssda903.settings import Settings

Floats = NDArray[np.float64]
HALF_LIVES: Final = (np.inf, 8.0, 4.0, 2.0, 1.0)  # years; what "auto" chooses from
_FEWEST_YEARS: Final = 3  # for a choice
_CONVINCING: Final = 1.92  # of log probability: half the 95% point of chi-squared with one degree
_WORTH: Final = 1.0  # events that the other bands' rate counts for
_NEGLIGIBLE: Final = 0.05  # moves a year that are not worth a row


@dataclass(frozen=True)
class Estimate:
    """A rate (per child-year), or arrivals (children a year), with its interval.

    ``start`` and ``end`` are positions
    of states; ``end`` is EXIT for leaving care before 18 and ADULT for turning 18, ``start`` ENTRY
    for entering care.
    """

    start: int
    end: int
    mean: float
    low: float
    high: float
    few: bool  # whether it was seen in fewer children than may be shown


EXIT: Final = -1
ENTRY: Final = -2
ADULT: Final = -3


@dataclass(frozen=True)
class Estimates:
    """Every cell that was estimated; ``half_life`` in years, inf where years weigh alike."""

    cells: tuple[Estimate, ...]
    half_life: float
    level: float

    def matrix(self, states: int) -> tuple[Floats, Floats, Floats]:
        """Moves (n, n) and exits (n,) per child-year, and arrivals (n,) a year."""
        moves, exits, arrivals = np.zeros((states, states)), np.zeros(states), np.zeros(states)
        for cell in self.cells:
            if cell.start == ENTRY:
                arrivals[cell.end] = cell.mean
            elif cell.end < 0:
                exits[cell.start] += cell.mean
            else:
                moves[cell.start, cell.end] = cell.mean
        return moves, exits, arrivals


def estimate(tally: Tally, settings: Settings) -> Estimates:
    """Rates and arrivals of a tally."""
    half_life = best_half_life(tally) if settings.half_life is None else settings.half_life
    years = tally.exposure.shape[1]
    weights = recency(np.arange(years), years - 1, half_life)
    cells = [
        cell
        for pool in _pools(tally, weights, settings)
        for cell in _cells(pool, settings.level)
        if cell.mean * (tally.exposure[cell.start, -1] if cell.start != ENTRY else 1) > _NEGLIGIBLE
    ]
    return Estimates(tuple(cells), half_life, settings.level)


@dataclass(frozen=True)
class Pool:
    """Cells that are estimated together: positions, events and exposure, weighed, and family.

    Few events are shared out among cells of a pool (:func:`.disclosure.pooled`), by exposure times
    ``usual``, the rate that birthdays have where ages are spread evenly.
    """

    starts: Sequence[int]
    ends: Sequence[int]
    events: Floats
    exposure: Floats
    seen: Floats  # events, not weighed
    pools: tuple[object, ...]
    usual: Floats | float = 1.0
    families: tuple[str, ...] | None = None  # None: every cell stands alone


def _pools(tally: Tally, weights: Floats, settings: Settings) -> Iterator[Pool]:
    """Leaving care, moving, ageing, turning 18 and entering care."""
    n, alike = len(tally.names), np.ones_like(weights)
    exposure, (moves, exits, grown, entries) = tally.exposure @ weights, _summed(tally, weights)
    every = _summed(tally, alike)
    lived = np.flatnonzero(exposure > 0)
    family = tuple(str(tally.categories[state]) for state in lived)
    yield Pool(
        lived.tolist(),
        [EXIT] * len(lived),
        exits[lived],
        exposure[lived],
        every[1][lived],
        family,
        families=family,
    )
    birthdays = np.array([1 / (end - start) for start, end in settings.band_limits])[tally.bands]
    for which, named in ((_possible(tally, moves), True), (tally.ageing, False)):
        starts, ends = np.nonzero(which & (exposure[:, None] > 0))
        between = zip(tally.categories[starts], tally.categories[ends], strict=True)
        pairs = tuple(map(str, between))
        pools = pairs if named else tuple(tally.bands[starts].tolist())
        yield Pool(
            starts.tolist(),
            ends.tolist(),
            moves[starts, ends],
            exposure[starts],
            every[0][starts, ends],
            pools,
            1.0 if named else birthdays[starts],
            pairs if named else None,
        )
    old, first = np.flatnonzero(grown > 0), np.flatnonzero(entries > 0)
    yield Pool(
        old.tolist(),
        [ADULT] * len(old),
        grown[old],
        exposure[old],
        every[2][old],
        tuple(tally.bands[old].tolist()),
        birthdays[old],
    )
    yield Pool(
        [ENTRY] * len(first),
        first.tolist(),
        entries[first],
        np.full(n, weights.sum())[first],
        every[3][first],
        tuple(tally.categories[first].tolist()),
    )


def _summed(tally: Tally, weights: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Moves, exits before 18, exits at 18 and entries over the years, weighed."""
    return (
        tally.moves @ weights,
        tally.exits[:, :-1].sum(axis=1) @ weights,
        tally.exits[:, -1] @ weights,
        tally.entries @ weights,
    )


def _possible(tally: Tally, moves: Floats) -> NDArray[np.bool_]:
    """Moves that are possible: those between categories that ever happened, in any band."""
    category, band = tally.categories, tally.bands
    happened = np.zeros((category.max() + 1,) * 2)
    np.add.at(happened, (category[:, None], category[None, :]), moves * ~tally.ageing)
    likely = (band[:, None] == band) & (happened[category[:, None], category] > 0)
    possible: NDArray[np.bool_] = (likely | (moves > 0)) & ~tally.ageing
    np.fill_diagonal(possible, False)
    return possible


def _cells(pool: Pool, level: float) -> Iterator[Estimate]:
    """Posteriors of the cells of a pool."""
    if not len(pool.events):
        return
    shared = pooled(pool.events, pool.seen, pool.exposure * pool.usual, pool.pools)
    pool = replace(pool, events=shared)
    if shared.sum() == 0:
        return
    prior = JEFFREYS if pool.families is None else _prior(pool)
    rates = posterior(pool.events, pool.exposure, prior, level=level)
    means = pool.events / pool.exposure if pool.families is None else rates.mean
    for n, (start, end) in enumerate(zip(pool.starts, pool.ends, strict=True)):
        yield Estimate(
            start,
            end,
            float(means[n]),
            float(rates.low[n]),
            float(rates.high[n]),
            0 < pool.seen[n] < FEWEST_SHOWN,
        )


def _prior(pool: Pool) -> Prior:
    """For each cell one event's worth of its family's rate.

    A strength fitted to so few cells comes out as certainty as often as not, and intervals then
    do not hold what they say; that of one event does.
    """
    _, family = np.unique(np.asarray(pool.families), return_inverse=True)
    events, exposure = (np.bincount(family, values) for values in (pool.events, pool.exposure))
    together = np.maximum(events, 0.5) / exposure
    return Prior(np.full(len(family), _WORTH), _WORTH / together[family])


def best_half_life(tally: Tally) -> float:
    """The half-life under which each year was best told from those before it.

    The sum of log probabilities (negative binomial, from a posterior that starts with half an
    event) of each year's entries, exits and moves by category, of years that have one before.
    All years weigh alike where there are fewer than three, and where no half-life is better by
    more than chance would have it (a likelihood ratio test at 5%).
    """
    years = tally.exposure.shape[1]
    if years < _FEWEST_YEARS:
        return float(np.inf)
    events, exposure = _coarse(tally)
    scores = []
    for half_life in HALF_LIVES:
        score = 0.0
        for year in range(1, years):
            weights = recency(np.arange(year), year - 1, half_life)
            shape, before = 0.5 + events[:, :year] @ weights, exposure[:, :year] @ weights
            score += _log_chance(events[:, year], shape, before, exposure[:, year])
        scores.append(score)
    best = int(np.argmax(scores))
    return float(HALF_LIVES[best if scores[best] - scores[0] > _CONVINCING else 0])


def _coarse(tally: Tally) -> tuple[Floats, Floats]:
    """Events and exposure by cell (entries, exits and moves by category) and year."""
    events, exposure = [], []
    for category in np.unique(tally.categories):
        here = tally.categories == category
        lived = tally.exposure[here].sum(axis=0)
        moved = (tally.moves * ~tally.ageing[:, :, None])[here].sum(axis=(0, 1))
        events += [tally.entries[here].sum(axis=0), tally.exits[here].sum(axis=(0, 1)), moved]
        exposure += [np.ones_like(lived), lived, lived]
    return np.array(events, float), np.maximum(np.array(exposure), 1e-9)


def _log_chance(events: Floats, shape: Floats, before: Floats, ahead: Floats) -> float:
    from scipy.special import gammaln

    share = ahead / (before + ahead)
    chance = (
        gammaln(events + shape)
        - gammaln(shape)
        - gammaln(events + 1)
        + shape * np.log1p(-share)
        + events * np.log(share)
    )
    return float(chance.sum())
