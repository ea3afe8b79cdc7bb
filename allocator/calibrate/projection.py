r"""Children in care some years on, if nothing changes: how a council's baseline is estimated.

**Growth.**  The nation's net growth of the last three years, recent ones weighing more, decays as
the stock turns over: with entries constant and a share :math:`x` leaving each year, net change
falls by :math:`e^{-x}` a year.  Unaccompanied asylum-seeking children are left out of it, and
their number held: it follows arrivals, and is no trend.  A council departs in five ways:

- unaccompanied children are spread over councils by the national transfer scheme: a council's
  number moves each year a quarter of the way to its share by children aged 0-17;
- the rest of its rate per child moves 2% a year towards the nation's (councils that are far out
  drift back; about what shrinking entries and exits to their region's gives);
- a tenth of its own growth last year, over the nation's, is there again next year, less in small
  councils, and decays like the nation's;
- three tenths of its region's growth of three years, over that of all councils, go on, and decay
  so: neighbours share courts, carers and times that are hard;
- part of this March's number is who happened to be there.  As far as a rate below (or above) its
  own mean of four years can be chance, :math:`w = \frac{1.5/N}{1.5/N+0.012}`, it comes back as
  those children leave and others come, :math:`1-e^{-xh}` of the way in :math:`h` years.

Where a council's unaccompanied children are not published, they are taken to be the share of its
children that they last were.

**ConstantFlows.**  Entries per child and exits per child in care are shrunk towards the region
(:mod:`.estimation`), then both are moved by least squares (:mod:`.reconcile`) so that, held
constant, they take the stock to where the growth says it is in three years.  That constant pair
is the baseline, to any horizon.

**Point.**  A council's path is the median of what may come; since what comes is skewed, medians
add up to a little less than the mean of the total.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allocator.calibrate.estimation import Posterior, dispersion, recency, shrink
from allocator.calibrate.history import History
from allocator.calibrate.reconcile import flows_to

Floats = NDArray[np.float64]

ANCHOR: Final = 3  # years on: where the flows must take the stock
RECENT: Final = 3  # years that growth and flows are estimated from
HALF_LIFE: Final = 1.0  # years after which a year of them weighs half
TURNOVER: Final = 0.37  # exits per child in care, England 2016-2024; only where none is known
MIXING: Final = 0.25  # share of the way that unaccompanied children move to a council's share
CONVERGENCE: Final = 0.02  # a year, of a council's rate to the nation's
PERSISTENCE: Final = 0.1  # of a council's own growth
SMALL: Final = 100.0  # children in care at which a council's own growth counts half
SPREAD: Final = 0.004  # variance of log growth a year beyond chance; until the panel says
REGIONAL: Final = 0.3  # of a region's growth, over that of all councils
USUAL: Final = 4  # years whose mean is a council's usual rate
BY_CHANCE: Final = 1.5  # variance of a log rate from year to year by chance, times the children
LASTING: Final = 0.012  # and of what is no chance
_MOST: Final = 0.3  # of growth in a year that is believed


@dataclass(frozen=True)
class ConstantFlows:
    """Constant entries a year and exit rate by council, and the stocks that follow from them."""

    opening: Floats
    entries: Floats  # children a year
    rate: Floats  # exits per child-year

    def stock(self, horizon: int) -> Floats:
        """Children in care at the end of each year ahead, (councils, horizon)."""
        kept = np.exp(-self.rate[:, None] * np.arange(1, horizon + 1))
        settled = self.entries / self.rate
        return settled[:, None] + (self.opening - settled)[:, None] * kept

    def exits(self, horizon: int) -> Floats:
        """Children who leave care in each year ahead, (councils, horizon)."""
        stock = self.stock(horizon)
        before = np.column_stack([self.opening, stock[:, :-1]])
        left: Floats = self.entries[:, None] - (stock - before)
        return left


def project(past: History, spread: float = SPREAD) -> ConstantFlows:
    """The baseline's flows of every council of a history.

    ``spread`` is the variance of log growth a year beyond chance (:mod:`.uncertainty`).
    """
    anchor = expected(past, ANCHOR) * np.exp(-variance(past, ANCHOR, spread) / 2)
    seen = estimated_flows(past)
    unsure = (seen.entries_sd**2, seen.rate_sd**2)
    entries, rate = flows_to(past.opening, anchor, seen.entries, seen.rate, ANCHOR, unsure)
    return ConstantFlows(past.opening, entries, rate)


def turnover(past: History) -> float:
    """Exits per child in care of all councils together in the base year."""
    known = np.isfinite(past.ceased[:, -1])
    if not known.any():
        return TURNOVER
    return float(past.ceased[known, -1].sum() / past.opening[known].sum())


def variance(past: History, years: int, spread: float) -> Floats:
    """Variance of log stock ``years`` ahead, by council: chance in so few moves, and the rest."""
    return chance(turnover(past), past.opening, years) + years * spread


def chance(leaving: float, stock: Floats, years: float | Floats) -> Floats:
    """Variance of log stock from nothing but who happens to come and go, at random.

    As many arrive as leave, at a rate :math:`x` a child: after :math:`h` years a Poisson number is
    left of those at the start, and another has come, :math:`(1-e^{-2xh})/N` in all; it ends at
    :math:`1/N`, when no child is there who was at the start.
    """
    variance: Floats = -np.expm1(-2 * leaving * np.asarray(years)) / np.maximum(stock, 1.0)
    return variance


def national_growth(past: History) -> float:
    """Log growth a year of children in care, unaccompanied ones apart, in the last years.

    Of the councils that are there at both ends of each year.
    """
    growth, weights = [], []
    for at in range(max(1, len(past.years) - RECENT), len(past.years)):
        both = np.isfinite(past.stock[:, at - 1]) & np.isfinite(past.stock[:, at])
        before, after = (_others(past, at - 1, at)[n][both].sum() for n in (0, 1))
        if before > 0 and after > 0:
            growth.append(np.log(after / before))
            weights.append(float(recency(past.years[at], past.base, HALF_LIFE)))
    return float(np.average(growth, weights=weights)) if growth else 0.0


def _others(past: History, *ends: int) -> list[Floats]:
    """Stocks without unaccompanied children, who are left in where one end does not tell them."""
    alone = past.unaccompanied[:, list(ends)]
    known = np.isfinite(alone).all(axis=1)
    return [past.stock[:, at] - np.where(known, alone[:, n], 0.0) for n, at in enumerate(ends)]


def expected(past: History, years: int) -> Floats:
    """Mean stock ``years`` ahead by council, before it is made a median."""
    leaving = turnover(past)
    decay = float(np.exp(-leaving))
    lasting = sum(decay**n for n in range(years))
    alone = unaccompanied(past)[:, -1]
    share = past.children / past.children.sum()
    kept = (1 - MIXING) ** years
    alone_then = alone * kept + (1 - kept) * share * alone.sum()
    rest = past.opening - alone
    drift = (
        -CONVERGENCE * years * _levels(past, past.stock - unaccompanied(past))[:, -1]
        + PERSISTENCE * lasting * _own_growth(past)
        + REGIONAL * decay * lasting * _regional_growth(past)
        + (1 - decay**years) * _luck(past)
    )
    shape = rest * np.exp(drift)
    total = rest.sum() * np.exp(national_growth(past) * decay * lasting)
    entries: Floats = shape * total / shape.sum() + alone_then
    return entries


def unaccompanied(past: History) -> Floats:
    """Unaccompanied children by council and year; where unpublished, the share last published."""
    share = np.divide(
        past.unaccompanied, past.stock, where=past.stock > 0, out=np.full(past.stock.shape, np.nan)
    )
    for at in range(1, share.shape[1]):
        share[:, at] = np.where(np.isfinite(share[:, at]), share[:, at], share[:, at - 1])
    return np.where(np.isfinite(share), np.minimum(share, 1.0), 0.0) * past.stock


def _levels(past: History, stock: Floats) -> Floats:
    """Log of each council's rate of such a stock per child over that of all, by year."""
    known = np.isfinite(stock)
    share = np.where(known, past.children[:, None], 0.0)
    total = np.where(known, stock, 0.0).sum(axis=0)
    usual = past.children[:, None] / np.maximum(share.sum(axis=0), 1e-9) * total
    levels: Floats = np.log((stock + 10) / (usual + 10))
    return levels


def _luck(past: History) -> Floats:
    """By how much each council's rate was low this March, as far as that was chance."""
    levels = _levels(past, past.stock)[:, -USUAL:]
    known = np.isfinite(levels)
    usual = np.where(known, levels, 0.0).sum(axis=1) / known.sum(axis=1)
    by_chance = BY_CHANCE / np.maximum(past.opening, 1.0)
    luck: Floats = (usual - levels[:, -1]) * by_chance / (by_chance + LASTING)
    return luck


def _regional_growth(past: History) -> Floats:
    """Log growth a year of each council's region over three years, over that of all councils."""
    back = min(RECENT, len(past.years) - 1)
    if not back:
        return np.zeros(len(past.codes))
    rest = past.stock - unaccompanied(past)
    before, after = rest[:, -1 - back], rest[:, -1]
    both = np.isfinite(before)
    names, region = np.unique(past.regions, return_inverse=True)
    then, now = (np.bincount(region[both], part[both], len(names)) for part in (before, after))
    common = np.log(now.sum() / then.sum()) if then.sum() > 0 else 0.0
    ratio = np.divide(
        now, then, where=(now > 0) & (then > 0), out=np.full(len(then), np.exp(common))
    )
    growth: Floats = ((np.log(ratio) - common) / back)[region]
    return growth


def _own_growth(past: History) -> Floats:
    """Log growth of each council last year over that of all, drawn to nothing in small ones."""
    if len(past.years) < 2:
        return np.zeros(len(past.codes))
    before, after = past.stock[:, -2], past.opening
    both = np.isfinite(before) & (before > 0)
    own = np.log(np.where(both, after, 1.0) / np.where(both, before, 1.0))
    common = np.log(after[both].sum() / before[both].sum()) if both.any() else 0.0
    weight = after / (after + SMALL)
    return np.where(both, np.clip((own - common) * weight, -_MOST, _MOST), 0.0)


@dataclass(frozen=True)
class RecentFlows:
    """What recent years say of a council's flows, before they are reconciled; by council.

    ``entries`` a year and ``rate`` of exits per child-year, each with its standard deviation.
    """

    entries: Floats
    entries_sd: Floats
    rate: Floats
    rate_sd: Floats


def estimated_flows(past: History) -> RecentFlows:
    """Entries and exit rates of the last three years, recent ones weighing more.

    Entries are shrunk per child aged 0-17, exits per child in care, each towards the region's
    rate and that towards the nation's.
    """
    last = slice(max(0, len(past.years) - RECENT), len(past.years))
    weight = recency(past.years[last], past.base, HALF_LIFE)
    before = np.column_stack([past.stock[:, :1], past.stock[:, :-1]])
    lived = (np.where(np.isfinite(before), before, past.stock) + past.stock)[:, last] / 2
    children = np.broadcast_to(past.children[:, None], lived.shape)
    entered = _shrunk(past.started[:, last], children, weight, past.regions)
    left = _shrunk(past.ceased[:, last], lived, weight, past.regions)
    entries = past.opening * TURNOVER if entered is None else entered.mean * past.children
    spread = 0.1 * entries if entered is None else entered.sd * past.children
    rate = np.full(len(entries), TURNOVER) if left is None else left.mean
    unsure = np.full(len(entries), 0.05) if left is None else left.sd
    return RecentFlows(entries, np.maximum(spread, 1e-4), rate, np.maximum(unsure, 1e-6))


def _shrunk(
    events: Floats, exposure: Floats, weight: Floats, regions: tuple[str, ...]
) -> Posterior | None:
    """Shrunken rates; None where no council has a number."""
    known = np.isfinite(events) & np.isfinite(exposure) & (exposure > 0)
    y = np.where(known, events, 0.0) @ weight
    e = np.where(known, exposure, 0.0) @ weight
    if not (e > 0).any():
        return None
    each = np.divide(y, e, where=e > 0, out=np.zeros_like(y))
    scale = dispersion(
        np.where(known, events, np.nan), each[:, None] * np.where(known, exposure, 0), len(y)
    )
    return shrink(y, e, regions, spread=scale)
