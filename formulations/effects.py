"""What services avert, at their lags and within what can be avoided.  MODEL.md 3.3, 3.4."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pyomo.core as pyo

from formulations.services import opening_effective_level, reach

if TYPE_CHECKING:
    from allocator.instance import Instance

Move = tuple[str, str, str]  # area, from, to


def declare(m: pyo.AbstractModel, instance: Instance) -> None:
    """Sets, parameters and the variable of the moves that services avert."""
    _declare_effects(m, instance)
    _declare_avoidable(m, instance)


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
    harms = [d for d in periods if d[:5] in harmful] if harmful else []
    helps = [d for d in periods if d[:5] not in harmful] if harmful else periods
    m.HELPFUL_DIVERSIONS = pyo.Set(dimen=6, initialize=helps)
    m.HARMFUL_DIVERSIONS = pyo.Set(dimen=6, initialize=harms)
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
    data = instance.resolved
    effects_on: dict[Move, list[tuple[str, str]]] = defaultdict(list)
    for a, p, i, j, l in data.effects:
        effects_on[a, i, j].append((p, l))
    late = _late_effects(instance, effects_on) if instance.terminal_value else {}
    m.AVOIDABLE_MOVES = pyo.Set(dimen=3, initialize=list(effects_on))
    m.EFFECTS_ON = pyo.Set(m.AVOIDABLE_MOVES, dimen=2, initialize=dict(effects_on))
    m.LATE_MOVES = pyo.Set(dimen=4, initialize=list(late))
    m.LATE_EFFECTS_ON = pyo.Set(m.LATE_MOVES, dimen=2, initialize=late)
    m.avoidable = pyo.Param(
        m.AVOIDABLE_MOVES,
        m.YEARS,
        initialize={
            (*move, y): data.avoidable.get((*move, y), 0.0) * m.chances.get((*move, y), 0.0)
            for move in effects_on
            for y in instance.horizon
        },
        doc="share of those in i who would move to j in a period of the year and need not",
    )


def _late_effects(
    instance: Instance, effects_on: dict[Move, list[tuple[str, str]]]
) -> dict[tuple[str, str, str, int], list[tuple[str, str]]]:
    """Effects that still avert a move in a period after the horizon, by move and period."""
    last, late = instance.number_of_periods, {}
    for (a, i, j), effects in effects_on.items():
        ends = {(p, l): last + reach(instance, (a, p, i, j, l)) for p, l in effects}
        start = last + 1
        for end in sorted(set(ends.values())):
            lasting = [effect for effect in effects if ends[effect] >= end]
            late.update({(a, i, j, t): lasting for t in range(start, end + 1)})
            start = end + 1
    return late


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
