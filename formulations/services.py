"""Service levels, their bands of diminishing returns, and what they avert.  MODEL.md 3.3-3.5."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pyomo.core as pyo

from formulations.horizon import year_of
from formulations.population import probabilities

if TYPE_CHECKING:
    from allocator.instance import Instance
    from allocator.instance.resolved import Effect


def declare(m: pyo.AbstractModel, instance: Instance) -> None:
    """Sets, parameters and variables of services and of the moves they avert."""
    _declare_levels(m, instance)
    _declare_bands(m, instance)
    _declare_effects(m, instance)
    _declare_avoidable(m, instance)


def reach(instance: Instance, effect: Effect) -> int:
    """Periods after a case's own in which it still averts moves."""
    lags = instance.resolved.effects[effect]
    return (max(lags) + 1) * instance.periods_per_year - 1


def _declare_levels(m: pyo.AbstractModel, instance: Instance) -> None:
    """``level`` runs over the periods that effects reach back from and on to, held there."""
    data, last = instance.resolved, instance.number_of_periods
    services = data.services
    around = max((reach(instance, effect) for effect in data.effects), default=0)
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
    held, least, most = [], [], []
    for (a, p), service in services.items():
        for t in range(-around, last + around + 1):
            running = 1 <= t <= last and year_of(instance, t) >= service.first_year
            if not running:
                held.append((a, p, t))
            elif service.minimum > 0:
                least.append((a, p, t))
            if running and service.maximum < math.inf:
                most.append((a, p, t))
    m.HELD_LEVELS = pyo.Set(dimen=3, initialize=held)
    m.LEAST_LEVELS = pyo.Set(dimen=3, initialize=least)
    m.MOST_LEVELS = pyo.Set(dimen=3, initialize=most)
    m.level = pyo.Var(m.SERVICES, m.ALL_PERIODS, bounds=(0, None), doc="cases per year")
    m.expansion = pyo.Var(m.SERVICES, m.PERIODS, bounds=(0, None), doc="cases per year")
    m.contraction = pyo.Var(m.SERVICES, m.PERIODS, bounds=(0, None), doc="cases per year")


def _declare_bands(m: pyo.AbstractModel, instance: Instance) -> None:
    """``BANDS`` (area, service, band), ``in_band`` over the same periods as ``level``."""
    data, last = instance.resolved, instance.number_of_periods
    around = max((reach(instance, effect) for effect in data.effects), default=0)
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
    m.opening_effective_level = pyo.Param(
        m.SERVICES,
        initialize={key: opening_effective_level(instance, *key) for key in data.services},
        doc="cases per year at full effect",
    )
    m.in_band = pyo.Var(m.BANDS, m.ALL_PERIODS, bounds=(0, None), doc="cases per year")


def opening_bands(instance: Instance, a: str, p: str) -> list[float]:
    """Cases per year in each band at the baseline level and the opening stock."""
    data = instance.resolved
    service = data.services[a, p]
    left, filled = service.baseline, []
    for width, _ in data.bands[a, p]:
        room = width * service.coverage * data.states[a, service.serves].opening
        filled.append(min(left, room))
        left -= filled[-1]
    return filled


def opening_effective_level(instance: Instance, a: str, p: str) -> float:
    """:math:`e_{p0}`: the effective level at baseline and the opening stock.  MODEL.md 3.3."""
    data = instance.resolved
    if (a, p) not in data.bands:
        return data.services[a, p].baseline
    multipliers = [multiplier for _, multiplier in data.bands[a, p]]
    filled = opening_bands(instance, a, p)
    return sum(z * multiplier for z, multiplier in zip(filled, multipliers, strict=True))


def _declare_effects(m: pyo.AbstractModel, instance: Instance) -> None:
    """``EFFECTS`` (area, service, from, to, instead), ``diverted`` over their periods."""
    data, last = instance.resolved, instance.number_of_periods
    per_year = instance.periods_per_year
    m.EFFECTS = pyo.Set(dimen=5, initialize=list(data.effects))
    m.AGES = pyo.Set(
        m.EFFECTS,
        dimen=1,
        initialize={
            k: [lag * per_year + s for lag in sorted(lags) for s in range(per_year)]
            for k, lags in data.effects.items()
        },
    )
    m.effect_at_age = pyo.Param(
        pyo.Any,
        initialize={
            (*k, lag * per_year + s): value / per_year**2
            for k, lags in data.effects.items()
            for lag, value in lags.items()
            for s in range(per_year)
        },
        doc="moves averted per period, by a case per year run one period, at an age in periods",
    )
    tail = {k: reach(instance, k) if instance.terminal_value else 0 for k in data.effects}
    harmful = {k for k, lags in data.effects.items() if min(lags.values()) < 0}
    periods = [(*k, t) for k in data.effects for t in range(1, last + tail[k] + 1)]
    m.DIVERSIONS = pyo.Set(dimen=6, initialize=periods)
    helpful = [d for d in periods if d[:5] not in harmful] if harmful else periods
    m.HELPFUL_DIVERSIONS = pyo.Set(dimen=6, initialize=helpful)
    m.HARMFUL_DIVERSIONS = pyo.Set(dimen=6, initialize=[d for d in periods if d[:5] in harmful])
    m.all_undone = pyo.Param(
        m.EFFECTS,
        initialize={
            k: -math.inf
            if k in harmful
            else -opening_effective_level(instance, *k[:2]) * sum(lags.values()) / per_year
            for k, lags in data.effects.items()
        },
        doc="moves averted per period, if all that the baseline averts were undone",
    )
    m.diverted = pyo.Var(m.DIVERSIONS, bounds=undone_or_more, doc="children")
    entering, into = defaultdict(list), defaultdict(list)
    for a, p, i, j, l in data.effects:
        entering[a, j].append((p, i, l))
        into[a, l].append((p, i, j))
    m.DIVERTED_FROM_ENTERING = pyo.Set(
        m.STATES, dimen=3, initialize={key: entering[key] for key in data.states}
    )
    m.DIVERTED_INTO = pyo.Set(m.STATES, dimen=3, initialize={key: into[key] for key in data.states})


def _declare_avoidable(m: pyo.AbstractModel, instance: Instance) -> None:
    """``AVOIDABLE_MOVES`` (area, from, to) in a period, and late ones after the horizon."""
    data, last = instance.resolved, instance.number_of_periods
    effects_on: dict[tuple[str, str, str], list[tuple[str, str]]] = defaultdict(list)
    late: dict[tuple[str, str, str, int], list[tuple[str, str]]] = defaultdict(list)
    for a, p, i, j, l in data.effects:
        effects_on[a, i, j].append((p, l))
        after = reach(instance, (a, p, i, j, l)) if instance.terminal_value else 0
        for t in range(last + 1, last + after + 1):
            late[a, i, j, t].append((p, l))
    chances = probabilities(instance)
    m.AVOIDABLE_MOVES = pyo.Set(dimen=3, initialize=list(effects_on))
    m.EFFECTS_ON = pyo.Set(m.AVOIDABLE_MOVES, dimen=2, initialize=dict(effects_on))
    m.LATE_MOVES = pyo.Set(dimen=4, initialize=list(late))
    m.LATE_EFFECTS_ON = pyo.Set(m.LATE_MOVES, dimen=2, initialize=dict(late))
    m.avoidable = pyo.Param(
        m.AVOIDABLE_MOVES,
        m.YEARS,
        initialize={
            (*move, y): data.avoidable.get((*move, y), 0.0) * chances.get((*move, y), 0.0)
            for move in effects_on
            for y in instance.horizon
        },
        doc="share of those in i who would move to j in a period of the year and need not",
    )


def undone_or_more(m: Any, a: str, p: str, i: str, j: str, l: str, t: int) -> Any:
    r"""What services avert may go to waste, but no more than all of it.

    .. math:: d_{kt} \ge -\Delta\, e_{p0} \sum_\lambda \epsilon_{k\lambda}

    MODEL.md 3.3
    """
    return m.all_undone[a, p, i, j, l], None


def effective_level(m: Any, a: str, p: str, t: Any) -> Any:
    r"""Level less what is lost in its bands: :math:`e_{pt} = x_{pt} - \sum_b (1-\mu_b) z_{pbt}`."""
    return m.level[a, p, t] - sum(
        m.lost_effect[a, p, b] * m.in_band[a, p, b, t] for b in m.BANDS_OF[a, p]
    )


def averted(m: Any, a: str, p: str, i: str, j: str, l: str, t: Any) -> Any:
    r"""Moves averted, :math:`R_{kt}`, by what was served above baseline in the periods before."""
    return sum(
        m.effect_at_age[a, p, i, j, l, age]
        * (effective_level(m, a, p, t - age) - m.opening_effective_level[a, p])
        for age in m.AGES[a, p, i, j, l]
    )


def diverted_by_service(m: Any, a: str, p: str, i: str, j: str, l: str, t: int) -> Any:
    r"""No more moves are averted than cases served above baseline avert, lag by lag.

    .. math::
        d_{kt} \le \sum_\lambda \epsilon_{k\lambda} \sum_{s=0}^{m-1}
        \frac{\Delta}{m}\,\big(e_{p,\,t-\lambda m-s} - e_{p0}\big)

    Dual: £m (present value) per move averted without a case.  MODEL.md 3.3
    """
    return m.diverted[a, p, i, j, l, t] <= averted(m, a, p, i, j, l, t)


def harm_by_service(m: Any, a: str, p: str, i: str, j: str, l: str, t: int) -> Any:
    r"""Moves that a service causes can't be wished away.

    .. math:: d_{kt} = R_{kt} \quad\text{where } \epsilon_{k\lambda} < 0

    Dual: £m (present value) per move averted without a case.  MODEL.md 3.3
    """
    return m.diverted[a, p, i, j, l, t] == averted(m, a, p, i, j, l, t)


def avoidable_limited(m: Any, a: str, i: str, j: str, t: int) -> Any:
    r"""Services avert no more than the avoidable share of a move.

    .. math:: \sum_{k:\,i\to j} d_{kt} \le \phi_{ij}\, p_{ij}\, n_{i,t-1}

    Dual: £m (present value) per further move that can be averted.  MODEL.md 3.4
    """
    return (
        sum(m.diverted[a, p, i, j, l, t] for p, l in m.EFFECTS_ON[a, i, j])
        <= m.avoidable[a, i, j, m.year_of[t]] * m.children[a, i, t - 1]
    )


def avoidable_limited_late(m: Any, a: str, i: str, j: str, t: int) -> Any:
    r"""After the horizon the same holds of the children there at its end.

    .. math:: \sum_{k:\,i\to j} d_{k,H+\tau} \le \phi_{ij}\, p_{ij}\, n_{iH}

    Dual: £m (present value) per further move that can be averted.  MODEL.md 3.11
    """
    return sum(m.diverted[a, p, i, j, l, t] for p, l in m.LATE_EFFECTS_ON[a, i, j, t]) <= sum(
        m.avoidable[a, i, j, m.year_of[end]] * m.children[a, i, end] for end in m.END
    )


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
    return m.level[a, p, t] <= m.coverage[a, p] * m.children[a, m.serves[a, p], t - 1]


def bands_filled(m: Any, a: str, p: str, t: int) -> Any:
    r"""Every case is served in one of the bands.

    .. math:: \sum_b z_{pbt} = x_{pt}

    Dual: £m (present value) per case per year.  MODEL.md 3.5
    """
    return sum(m.in_band[a, p, b, t] for b in m.BANDS_OF[a, p]) == m.level[a, p, t]


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
