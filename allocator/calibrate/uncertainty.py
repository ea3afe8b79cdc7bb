r"""How far a projection may be off: measured on the panel's own past, with no look ahead.

From each earlier base whose outcome was known at the base year, every council is projected and
the log error taken.  Its variance is put down to chance in so few moves
(:func:`.projection.chance`), times a *clumping* (brothers and sisters come and go together), and a
*spread* common to all sizes, :math:`c` a year (least squares, recent outcomes weighing more).  The
width of an interval is then not the normal distribution's but the quantile that those past errors
show: split conformal prediction with a normalised score (Lei, G'Sell, Rinaldo, Tibshirani and
Wasserman 2018, Journal of the American Statistical Association 113:1094).
Errors of the total tell how much of the spread is shared.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allocator.calibrate.estimation import recency
from allocator.calibrate.history import History
from allocator.calibrate.projection import SPREAD, TURNOVER, chance, project, turnover

Floats = NDArray[np.float64]
Parts = tuple[float, float]

LEVELS: Final = (0.5, 0.8, 0.9, 0.95)
FARTHEST: Final = 3  # years ahead of which errors are taken
MEMORY: Final = 3.0  # years after which an outcome weighs half
FEWEST: Final = 60  # errors, below which the defaults stand
SHARED: Final = 0.0003  # variance of log growth a year that all councils share, England 1997-2024
CLUMPING: Final = 1.8  # England 2017-2024
_NARROWEST: Final = 0.0005
_ROUNDS: Final = 10
_MOST_CLUMPED: Final = 4.0
_WILDEST: Final = 0.5  # an error that counts as no larger in the variance


def normal_width(level: float) -> float:
    """Standard deviations each way that hold ``level`` of a normal distribution."""
    from scipy.special import ndtri

    return float(ndtri((1 + level) / 2))


@dataclass(frozen=True)
class ProjectionSpread:
    """What makes the intervals of a projection.

    ``turnover`` is exits per child in care; ``spread`` and ``shared`` are variances of log growth
    a year; ``widths`` are standard deviations each way, by level; ``clumping`` is the variance of
    who comes and goes over what it would be were they single children, and not brothers and
    sisters.
    """

    turnover: float = TURNOVER
    spread: float = SPREAD
    shared: float = SHARED
    widths: Mapping[float, float] = field(default_factory=dict)
    errors: int = 0  # past errors that it comes from; 0 for the defaults
    clumping: float = CLUMPING

    def width(self, level: float) -> float:
        """Standard deviations each way at a level; between the measured ones by interpolation."""
        if not self.widths:
            return normal_width(level)
        known = sorted(self.widths)
        ratio = [self.widths[each] / normal_width(each) for each in known]
        return normal_width(level) * float(np.interp(level, known, ratio))

    def sd(self, stock: ArrayLike, years: ArrayLike) -> Floats:
        """Standard deviation of log stock so many years ahead; of one council."""
        n, h = np.asarray(stock, float), np.asarray(years, float)
        deviation: Floats = np.sqrt(self.clumping * chance(self.turnover, n, h) + h * self.spread)
        return deviation

    def sd_of_total(self, stocks: ArrayLike, years: ArrayLike) -> Floats:
        """The same of a total over councils, (councils, years) to (years): they share a part."""
        n, h = np.asarray(stocks, float), np.asarray(years, float)
        shared = np.minimum(self.shared, self.spread) * h
        own = np.maximum(self.sd(n, h) ** 2 - shared, 0.0)
        total = np.maximum(n.sum(axis=0), 1e-9)
        deviation: Floats = np.sqrt(shared + ((n / total) ** 2 * own).sum(axis=0))
        return deviation

    def interval(self, median: ArrayLike, sd: ArrayLike, level: float) -> tuple[Floats, Floats]:
        """Interval about a median."""
        middle, reach = np.asarray(median, float), np.exp(self.width(level) * np.asarray(sd))
        return middle / reach, middle * reach

    def to_dict(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return {
            "turnover": self.turnover,
            "spread": self.spread,
            "shared": self.shared,
            "widths": {str(level): width for level, width in self.widths.items()},
            "errors": self.errors,
            "clumping": self.clumping,
        }

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> ProjectionSpread:
        """What :meth:`to_dict` wrote."""
        widths = {float(level): float(width) for level, width in told.get("widths", {}).items()}
        return cls(
            float(told["turnover"]),
            float(told["spread"]),
            float(told["shared"]),
            widths,
            int(told.get("errors", 0)),
            float(told.get("clumping", 1.0)),
        )


@dataclass(frozen=True)
class Misses:
    """Log errors of projections from earlier bases; arrays, one element per council and outcome."""

    stock: Floats
    years: Floats
    error: Floats
    weight: Floats
    total: tuple[tuple[int, float, float], ...]  # years ahead, log error of the total, weight


def measure(past: History) -> ProjectionSpread:
    """Uncertainty at the base of a history, from the projections that its own past allows.

    Too short a past (fewer than 60 errors) leaves the defaults, which are those of England's
    councils.
    """
    leaving = turnover(past)
    misses = [miss for miss in _misses(past) if len(miss.error)]
    if sum(len(miss.error) for miss in misses) < FEWEST:
        return ProjectionSpread(turnover=leaving)
    stock, years, error, weight = (
        np.concatenate([getattr(miss, name) for miss in misses])
        for name in ("stock", "years", "error", "weight")
    )
    by_chance = chance(leaving, stock, years)
    squares = np.clip(error, -_WILDEST, _WILDEST) ** 2
    clumping, spread = _parts(squares, by_chance, years, weight)
    score = np.abs(error) / np.sqrt(clumping * by_chance + years * spread)
    widths = {level: _quantile(score, weight, level) for level in LEVELS}
    totals = [each for miss in misses for each in miss.total]
    shared = float(np.average([e**2 / h for h, e, _ in totals], weights=[w for *_, w in totals]))
    shared = max(shared, SHARED / 3)
    return ProjectionSpread(leaving, spread, shared, widths, len(error), clumping)


def _parts(squares: Floats, by_chance: Floats, years: Floats, weight: Floats) -> Parts:
    """Clumping and spread: what squared errors are of chance, and of years.

    Least squares, each error weighed by the variance that it is expected to have (that of a square
    is twice the square of its mean), found in a few rounds.
    """
    clumping, spread = 1.0, SPREAD
    for _ in range(_ROUNDS):
        scale = np.sqrt(weight) / (clumping * by_chance + years * spread)
        design = np.column_stack([by_chance, years]) * scale[:, None]
        first = np.linalg.lstsq(design, squares * scale, rcond=None)[0][0]
        clumping = float(np.clip(first, 1.0, _MOST_CLUMPED))
        rest = (squares - clumping * by_chance) * scale
        spread = float(rest @ design[:, 1] / (design[:, 1] @ design[:, 1]))
        spread = max(spread, _NARROWEST)
    return clumping, spread


def _misses(past: History) -> Iterator[Misses]:
    """Errors from every earlier base that had seen some growth, else from the first."""
    bases = past.years[1:-1] or past.years[:-1]
    for base in bases:
        then = past.until(base)
        if not len(then.codes):
            continue
        ahead = min(FARTHEST, past.base - base)
        run = project(then).stock(ahead)
        now = {code: row for row, code in enumerate(past.codes)}
        rows = [now.get(code, -1) for code in then.codes]
        for h in range(1, ahead + 1):
            column = past.years.index(base + h)
            came = np.where(np.array(rows) >= 0, past.stock[rows, column], np.nan)
            yield _miss(then, run[:, h - 1], came, h, past.base - base - h)


def _miss(then: History, run: Floats, came: Floats, h: int, ago: int) -> Misses:
    there = np.isfinite(came) & (came > 0) & (run > 0)
    error = np.log(came[there] / run[there])
    weight = float(recency(-ago, 0, MEMORY))
    total = ((h, math.log(came[there].sum() / run[there].sum()), weight),) if there.any() else ()
    n = int(there.sum())
    return Misses(then.opening[there], np.full(n, float(h)), error, np.full(n, weight), total)


def _quantile(score: Floats, weight: Floats, level: float) -> float:
    """Weighted quantile, with the correction of conformal prediction for a finite sample."""
    order = np.argsort(score)
    share = np.cumsum(weight[order]) / weight.sum()
    wanted = min(level * (1 + 1 / len(score)), 1.0)
    return float(score[order][min(int(np.searchsorted(share, wanted)), len(score) - 1)])
