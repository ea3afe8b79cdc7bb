"""Service levels and their bands of diminishing returns.  MODEL.md 3.5."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from formulations.modelling import pyo
from formulations.population import baseline
from formulations.profiles import Profiles, Spans

if TYPE_CHECKING:
    from allocator.instance import Instance
    from allocator.instance.records import Effect
    from formulations.rates import Rates


def declare(m: pyo.AbstractModel, instance: Instance) -> None:
    """Sets, parameters and variables of service levels and of their bands."""
    _declare_levels(m, instance)
    _declare_bands(m, instance)


def reaches(instance: Instance) -> dict[Effect, int]:
    """Periods after a case's own in which it still averts moves, by effect."""
    per_year = instance.periods_per_year
    beyond = 0 if instance.is_continuous else 1  # a year's effect then ends in the last period
    return {
        effect: (max(lags) + 1) * per_year - beyond
        for effect, lags in instance.resolved.effects.items()
    }


def farthest_reach(instance: Instance) -> int:
    """Periods after a case's own in which a case of some service still averts moves."""
    return max(reaches(instance).values(), default=0)


def _declare_levels(m: pyo.AbstractModel, instance: Instance) -> None:
    """``level`` runs over the periods that effects reach back from and on to, held there."""
    data, last = instance.resolved, instance.number_of_periods
    services = data.services
    around = farthest_reach(instance)
    m.SERVICES = pyo.Set(dimen=2, initialize=list(services))
    m.ALL_PERIODS = pyo.Set(initialize=range(-around, last + around + 1))
    m.serves = pyo.Param(
        m.SERVICES, within=pyo.Any, initialize={k: s.serves for k, s in services.items()}
    )
    for name, unit in (
        ("baseline", "cases per year"),
        ("minimum", "cases per year"),
        ("maximum", "cases per year"),
        ("coverage", "cases per child-year"),
        ("growth_per_year", "cases per year, per year"),
        ("release_per_year", "share"),
    ):
        values = {key: getattr(service, name) for key, service in services.items()}
        finite = {key: value for key, value in values.items() if value < math.inf}
        setattr(m, name, pyo.Param(m.SERVICES, initialize=finite, doc=unit))
    m.COVERED_SERVICES = pyo.Set(
        dimen=2, initialize=[key for key, s in services.items() if s.coverage < math.inf]
    )
    m.GROWING_SERVICES = pyo.Set(
        dimen=2, initialize=[key for key, s in services.items() if s.growth_per_year < math.inf]
    )
    running = {
        key: _periods_from(instance, service.first_year) for key, service in services.items()
    }
    held = [
        (key, when)
        for key, periods in running.items()
        for when in (range(-around, periods.start), range(last + 1, last + around + 1))
    ]
    least = [(key, running[key]) for key, service in services.items() if service.minimum > 0]
    most = [(key, running[key]) for key, service in services.items() if service.maximum < math.inf]
    m.HELD_LEVELS = pyo.Set(dimen=3, initialize=Spans.of(held))
    m.LEAST_LEVELS = pyo.Set(dimen=3, initialize=Spans.of(least))
    m.MOST_LEVELS = pyo.Set(dimen=3, initialize=Spans.of(most))
    m.level = pyo.Var(m.SERVICES, m.ALL_PERIODS, bounds=(0, None), doc="cases per year")
    m.expansion = pyo.Var(m.SERVICES, m.PERIODS, bounds=(0, None), doc="cases per year")
    m.contraction = pyo.Var(m.SERVICES, m.PERIODS, bounds=(0, None), doc="cases per year")
    m.cases = SimpleNamespace(served=m.level)  # every case that is funded is served


def _periods_from(instance: Instance, year: int) -> range:
    """Periods of a year and of those after it, within the horizon."""
    before = (year - instance.first_year) * instance.periods_per_year
    last = instance.number_of_periods
    return range(min(max(before, 0), last) + 1, last + 1)


def declare_served(m: pyo.AbstractModel) -> None:
    """``served`` apart from ``level``: where levels are settled first, some may find no child.

    Whatever is of the cases served reads ``m.cases.served``.
    """
    m.served = pyo.Var(m.SERVICES, m.ALL_PERIODS, bounds=(0, None), doc="cases per year")
    m.cases.served = m.served


def _declare_bands(m: pyo.AbstractModel, instance: Instance) -> None:
    """``BANDS`` (area, service, band), ``in_band`` over the same periods as ``level``."""
    data, last = instance.resolved, instance.number_of_periods
    around = farthest_reach(instance)
    m.BANDED_SERVICES = pyo.Set(dimen=2, initialize=list(data.bands))
    m.BANDS = pyo.Set(
        dimen=3,
        initialize=[(a, p, b) for (a, p), bands in data.bands.items() for b in range(len(bands))],
    )
    m.BANDS_OF = pyo.Set(
        m.SERVICES,
        dimen=1,
        initialize={key: range(len(data.bands.get(key, ()))) for key in data.services},
    )
    m.PERIODS_AROUND = pyo.Set(
        initialize=[t for t in range(-around, last + around + 1) if not 1 <= t <= last]
    )
    m.band_share = pyo.Param(
        m.BANDS,
        initialize={
            (a, p, b): width * data.services[a, p].coverage
            for (a, p), bands in data.bands.items()
            for b, (width, _) in enumerate(bands)
        },
        doc="cases per child-year",
    )
    m.lost_effect = pyo.Param(
        m.BANDS,
        initialize={
            (a, p, b): 1 - multiplier
            for (a, p), bands in data.bands.items()
            for b, (_, multiplier) in enumerate(bands)
        },
        doc="share of a case's effect lost in the band",
    )
    m.opening_in_band = pyo.Param(
        m.BANDS,
        initialize={
            (*key, b): cases
            for key in data.bands
            for b, cases in enumerate(opening_bands(instance, *key))
        },
        doc="cases per year at baseline and the opening stock",
    )
    m.baseline_effective = baseline_effective(instance, m.rates)
    all_periods = range(-around, last + around + 1)
    levels = [
        np.full(len(all_periods), level) if isinstance(level, float) else list(level.values())
        for level in m.baseline_effective.values()
    ]
    m.opening_effective_level = pyo.Param(
        m.SERVICES,
        m.ALL_PERIODS,
        initialize=Profiles.over(list(data.services), all_periods, levels),
        doc="cases per year at full effect, at the baseline",
    )
    m.in_band = pyo.Var(m.BANDS, m.ALL_PERIODS, bounds=(0, None), doc="cases per year")


def opening_bands(instance: Instance, a: str, p: str) -> list[float]:
    """Cases per year in each band at the baseline level and the opening stock."""
    serves = instance.resolved.services[a, p].serves
    return _filled(instance, a, p, instance.resolved.states[a, serves].opening)


def _filled(instance: Instance, a: str, p: str, stock: float) -> list[float]:
    """Cases per year in each band at the baseline level and a stock, the best bands first."""
    service = instance.resolved.services[a, p]
    left, filled = service.baseline, []
    for width, _ in instance.resolved.bands[a, p]:
        filled.append(min(left, width * service.coverage * stock))
        left -= filled[-1]
    return filled


def baseline_effective(
    instance: Instance, rates: Rates
) -> dict[tuple[str, str], float | dict[int, float]]:
    """:math:`e_{p0}`: the effective level at baseline.  MODEL.md 3.3.

    At the opening stock, one number; with continuous timing and bands at the baseline's own
    stock, by period, so that levels held at the baseline give the baseline.
    """
    data, levels = instance.resolved, dict[tuple[str, str], float | dict[int, float]]()
    unchanged = baseline(instance, rates) if instance.is_continuous and data.bands else {}
    around = farthest_reach(instance)
    last = instance.number_of_periods
    for key, service in data.services.items():
        opening = data.states[key[0], service.serves].opening
        levels[key] = _effective(instance, *key, opening)
        if unchanged and key in data.bands:
            stocks = dict.fromkeys(range(-around, last + around + 1), opening) | {
                t: unchanged[key[0], service.serves, t - 1] for t in range(1, last + 1)
            }
            levels[key] = {t: _effective(instance, *key, n) for t, n in stocks.items()}
    return levels


def _effective(instance: Instance, a: str, p: str, stock: float) -> float:
    """Effective level at baseline and a stock of children to serve."""
    bands = instance.resolved.bands.get((a, p))
    if bands is None:
        return instance.resolved.services[a, p].baseline
    filled = _filled(instance, a, p, stock)
    return sum(z * multiplier for z, (_, multiplier) in zip(filled, bands, strict=True))


def level_held(m: Any, a: str, p: str, t: int) -> Any:
    r"""A level stays at its baseline before the start, before its first year, and after the end.

    .. math:: x_{pt} = baseline_p

    Dual: £m (present value) per case per year.  MODEL.md 3.5, 3.11
    """
    return m.level[a, p, t] == m.baseline[a, p]


def level_at_least(m: Any, a: str, p: str, t: int) -> Any:
    r"""A service is kept at its minimum.

    .. math:: x_{pt} \ge minimum_p

    Dual: £m (present value) per case per year of the minimum.  MODEL.md 3.5
    """
    return m.level[a, p, t] >= m.minimum[a, p]


def level_at_most(m: Any, a: str, p: str, t: int) -> Any:
    r"""A service does not outgrow its maximum.

    .. math:: x_{pt} \le maximum_p

    Dual: £m (present value) per case per year of the maximum.  MODEL.md 3.5
    """
    return m.level[a, p, t] <= m.maximum[a, p]


def served_funded(m: Any, a: str, p: str, t: int) -> Any:
    r"""No more cases are served than are funded.

    .. math:: served_{pt} \le x_{pt}

    Dual: £m (present value) per case per year served without being funded.  MODEL.md 3.15
    """
    return m.served[a, p, t] <= m.level[a, p, t]


def served_held(m: Any, a: str, p: str, t: int) -> Any:
    r"""Before the start and after the end the baseline is served.

    .. math:: served_{pt} = baseline_p

    Dual: £m (present value) per case per year.  MODEL.md 3.15
    """
    return m.served[a, p, t] == m.baseline[a, p]


def level_change(m: Any, a: str, p: str, t: int) -> Any:
    r"""A level is the last one, expanded or contracted.

    .. math:: x_{pt} = x_{p,t-1} + expansion_{pt} - contraction_{pt}

    Dual: £m (present value) per case per year given.  MODEL.md 3.5
    """
    return m.level[a, p, t] == (
        m.level[a, p, t - 1] + m.expansion[a, p, t] - m.contraction[a, p, t]
    )


def growth_limited(m: Any, a: str, p: str, t: int) -> Any:
    r"""A service grows no faster than it can hire and train.

    .. math:: expansion_{pt} \le growth_p\, \Delta

    Dual: £m (present value) per case per year of growth.  MODEL.md 3.5
    """
    return m.expansion[a, p, t] <= m.growth_per_year[a, p] * m.period_length


def release_limited(m: Any, a: str, p: str, t: int) -> Any:
    r"""A service shrinks no faster than its staff and contracts can be released.

    .. math:: contraction_{pt} \le release_p\, \Delta\, x_{p,t-1}

    Dual: £m (present value) per case per year given up.  MODEL.md 3.5
    """
    return (
        m.contraction[a, p, t] <= m.release_per_year[a, p] * m.period_length * m.level[a, p, t - 1]
    )


def coverage_limited(m: Any, a: str, p: str, t: int) -> Any:
    r"""A service takes on no more cases than there are children it is meant for.

    .. math:: x_{pt} \le coverage_p\, n_{from(p),\,t-1}

    Dual: £m (present value) per extra case per year.  MODEL.md 3.5
    """
    return m.cases.served[a, p, t] <= m.coverage[a, p] * m.children[a, m.serves[a, p], t - 1]


def bands_filled(m: Any, a: str, p: str, t: int) -> Any:
    r"""Every case is served in one of the bands.

    .. math:: \sum_b z_{pbt} = x_{pt}

    Dual: £m (present value) per case per year.  MODEL.md 3.5
    """
    return sum(m.in_band[a, p, b, t] for b in m.BANDS_OF[a, p]) == m.cases.served[a, p, t]


def bands_held(m: Any, a: str, p: str, b: int, t: int) -> Any:
    r"""Before the start and after the end the bands are filled as at baseline.

    .. math:: z_{pbt} = z_{pb0}

    Dual: £m (present value) per case per year.  MODEL.md 3.3
    """
    return m.in_band[a, p, b, t] == m.opening_in_band[a, p, b]


def band_limited(m: Any, a: str, p: str, b: int, t: int) -> Any:
    r"""A band holds its share of the children the service is meant for.

    .. math:: z_{pbt} \le (u_b - u_{b-1})\, coverage_p\, n_{from(p),\,t-1}

    Dual: £m (present value) per extra case per year in the band.  MODEL.md 3.5
    """
    return m.in_band[a, p, b, t] <= m.band_share[a, p, b] * m.children[a, m.serves[a, p], t - 1]
