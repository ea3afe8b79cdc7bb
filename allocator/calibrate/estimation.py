r"""Rates from few events: empirical Bayes, recent years weighing more, intervals with it.

A unit (a council, a move between two states) sees :math:`y` events in :math:`E` child-years.
Its rate is taken from a gamma distribution of rates, the *prior*, and its events are Poisson:

.. math:: y \sim \text{Poisson}(\lambda E), \quad \lambda \sim \Gamma(a, b)
          \;\Rightarrow\; \lambda \mid y \sim \Gamma(a + y,\; b + E)

so that the mean :math:`(a + y)/(b + E)` leans on the unit's own rate with weight
:math:`E/(b + E)`.  A prior is worth :math:`a` events in :math:`b` child-years; :func:`fit_prior`
finds both from a family of units by maximum marginal likelihood (negative binomial), started from
the moments.  Sources: Efron and Morris 1973 (empirical Bayes shrinkage); Clayton and Kaldor 1987,
Biometrics 43:671 (the gamma–Poisson model of rates of small areas); West and Harrison 1997
(discounting); McCullagh and Nelder 1989 (dispersion).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

LEVEL: Final = 0.80  # of an interval, unless told otherwise
HALF_LIFE: Final = 2.0  # years after which a year weighs half
_WIDEST: Final = 1e-3  # a prior is worth no fewer events than this ...
_TIGHTEST: Final = 1e7  # ... and no more, where the units show no difference at all


@dataclass(frozen=True)
class Prior:
    """What is known before the unit's own data: so many events in so many child-years.

    Both are numbers, or arrays with one element per unit.
    """

    events: Any
    exposure: Any

    @property
    def mean(self) -> Floats:
        """Rate per child-year that the prior expects."""
        rate: Floats = np.asarray(self.events, float) / np.asarray(self.exposure, float)
        return rate


JEFFREYS: Final = Prior(0.5, 0.0)  # says next to nothing: for a unit that belongs to no family


@dataclass(frozen=True)
class Posterior:
    """Rates of a family of units with what is not known about them; arrays, one element a unit.

    The posterior of each rate is gamma with ``shape`` events in ``exposure`` child-years.
    ``weight`` is the share of the mean that the unit's own data carry, 0 to 1.  ``level`` is that
    of ``low`` and ``high``.
    """

    shape: Floats
    exposure: Floats
    weight: Floats
    level: float = LEVEL

    @property
    def mean(self) -> Floats:
        """Posterior mean, per child-year."""
        return self.shape / self.exposure

    @property
    def sd(self) -> Floats:
        """Posterior standard deviation, per child-year."""
        return np.sqrt(self.shape) / self.exposure

    @cached_property
    def low(self) -> Floats:
        """Lower end of the central interval of ``level``."""
        return self.interval(self.level)[0]

    @cached_property
    def high(self) -> Floats:
        """Upper end of the central interval of ``level``."""
        return self.interval(self.level)[1]

    def interval(self, level: float) -> tuple[Floats, Floats]:
        """Central interval of the rate: it holds the rate with probability ``level``."""
        from scipy.special import gammaincinv

        tail = (1 - level) / 2
        return tuple(gammaincinv(self.shape, at) / self.exposure for at in (tail, 1 - tail))  # type: ignore[return-value]

    def predict(
        self, exposure: ArrayLike, level: float | None = None, dispersion: float = 1.0
    ) -> tuple[Floats, Floats]:
        """Central interval of the events in ``exposure`` child-years to come.

        Events are negative binomial: Poisson about a rate that is itself uncertain.  With a
        ``dispersion`` above 1 they vary by that much more than Poisson; events are then counted
        in clusters of that size.
        """
        from scipy.stats import nbinom

        ahead = np.asarray(exposure, float) / dispersion
        tail = (1 - (self.level if level is None else level)) / 2
        chance = self.exposure / (self.exposure + ahead)
        low, high = (nbinom.ppf(at, self.shape, chance) for at in (tail, 1 - tail))
        return np.asarray(low, float) * dispersion, np.asarray(high, float) * dispersion


def recency(years: ArrayLike, base: float, half_life: float = HALF_LIFE) -> Floats:
    """Weight of each year's data at ``base``: 1 there, half at ``half_life`` years before.

    Multiply both events and exposure by it: discounted exposure, so that old years count as
    fewer child-years of the same rate.
    """
    return np.exp2(-(base - np.asarray(years, float)) / half_life)


def dispersion(events: ArrayLike, expected: ArrayLike, parameters: int = 0) -> float:
    """Variance of events against Poisson's, from Pearson's chi-squared; at least 1.

    ``expected`` has the shape of ``events``; cells that are missing or expect nothing are left
    out.  ``parameters`` is how many numbers were estimated from the same data.
    """
    seen, mean = np.broadcast_arrays(np.asarray(events, float), np.asarray(expected, float))
    known = np.isfinite(seen) & (mean > 0)
    free = int(known.sum()) - parameters
    if free < 1:
        return 1.0
    return max(1.0, float(((seen[known] - mean[known]) ** 2 / mean[known]).sum()) / free)


def moments(events: ArrayLike, exposure: ArrayLike) -> Prior:
    """A prior by the method of moments: the pooled rate, and the variance beyond Poisson's.

    DerSimonian and Laird's estimate of the variance between units, for rates (Clayton and Kaldor
    1987).  Where the units differ no more than chance would have them, a prior that is all but
    certain.  Raises ValueError if no unit has any exposure.
    """
    y, e = _family(events, exposure)
    rate = max(float(y.sum()), 0.5) / float(e.sum())
    spread = float((e * (y / e - rate) ** 2).sum()) - (len(y) - 1) * rate
    between = spread / max(float(e.sum()) - float((e**2).sum()) / float(e.sum()), 1e-12)
    shape = rate**2 / between if between > 0 else _TIGHTEST
    shape = float(np.clip(shape, _WIDEST, _TIGHTEST))
    return Prior(shape, shape / rate)


def fit_prior(events: ArrayLike, exposure: ArrayLike) -> Prior:
    """The prior of a family of units by maximum marginal likelihood.

    ``events`` and ``exposure`` (child-years) have one element per unit; units without exposure,
    or with a missing number, say nothing.  Raises ValueError if none is left.
    """
    from scipy.optimize import minimize
    from scipy.special import gammaln

    y, e = _family(events, exposure)
    start = moments(y, e)
    if len(y) < 2:
        return start

    def surprise(point: Floats) -> float:
        """Minus the log-likelihood of negative binomial counts, constants left out."""
        shape, rate = np.exp(point)
        b = shape / rate
        likelihood = gammaln(shape + y) - gammaln(shape) + shape * np.log(b / (b + e))
        return -float((likelihood + y * np.log(1 / (b + e))).sum())

    first = np.log([np.clip(start.events, 0.1, 1e4), float(start.mean)])
    bounds = [(np.log(_WIDEST), np.log(_TIGHTEST)), (first[1] - 3, first[1] + 3)]
    fitted = minimize(surprise, first, method="Nelder-Mead", bounds=bounds)
    shape, rate = np.exp(fitted.x)
    return Prior(float(shape), float(shape / rate))


def posterior(
    events: ArrayLike, exposure: ArrayLike, prior: Prior = JEFFREYS, *, level: float = LEVEL
) -> Posterior:
    """Rates of units under a prior; a missing count says nothing and leaves the prior's rate."""
    y, e = np.broadcast_arrays(np.asarray(events, float), np.asarray(exposure, float))
    known = np.isfinite(y) & np.isfinite(e)
    y, e = np.where(known, y, 0.0), np.where(known, e, 0.0)
    before, years = np.asarray(prior.events, float), np.asarray(prior.exposure, float)
    together = e + years
    weight = np.divide(e, together, where=together > 0, out=np.ones_like(together))
    return Posterior(y + before, np.maximum(together, 1e-12), weight, level)


def shrink(
    events: ArrayLike,
    exposure: ArrayLike,
    groups: Sequence[str] | None = None,
    *,
    prior: Prior | None = None,
    spread: float = 1.0,
    level: float = LEVEL,
) -> Posterior:
    """Rates of units, each drawn towards the others by as much as the data say.

    Without ``groups`` all units are one family.  With them (a region per unit) the groups' own
    rates are first drawn towards the pooled rate, and each unit then towards its group's, with one
    strength for all.  A ``prior`` given takes the place of the fitted one.  ``spread`` is the
    :func:`dispersion` of the events: the data count for that much less.
    """
    y, e = np.asarray(events, float) / spread, np.asarray(exposure, float) / spread
    if prior is None:
        prior = fit_prior(y, e) if groups is None else _nested_prior(y, e, groups)
    return posterior(y, e, prior, level=level)


def _nested_prior(y: Floats, e: Floats, groups: Sequence[str]) -> Prior:
    """A prior per unit: its group's rate, itself drawn to the pooled one; one shape for all."""
    names, member = np.unique(np.asarray(groups), return_inverse=True)
    known = np.isfinite(y) & np.isfinite(e)
    events, exposure = (
        np.bincount(member, np.where(known, values, 0.0), minlength=len(names)).astype(float)
        for values in (y, e)
    )
    rates = shrink(events, exposure).mean[member]
    shape = fit_prior(y, e * rates).events  # rates relative to the group's
    return Prior(np.full(len(y), shape), shape / rates)


def _family(events: ArrayLike, exposure: ArrayLike) -> tuple[Floats, Floats]:
    y, e = np.broadcast_arrays(np.asarray(events, float), np.asarray(exposure, float))
    known = np.isfinite(y) & np.isfinite(e) & (e > 0)
    if not known.any():
        raise ValueError("no unit has any exposure to estimate a rate from")
    return y[known], e[known]
