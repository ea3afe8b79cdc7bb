"""What services avert, at their lags and within what can be avoided.  MODEL.md 3.3, 3.4."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from formulations.modelling import pyo
from formulations.profiles import Floats, Profiles, Spans
from formulations.rates import by_year
from formulations.services import reaches

if TYPE_CHECKING:
    from allocator.instance import Instance
    from allocator.instance.records import Effect

Move = tuple[str, str, str]  # area, from, to


def declare(m: pyo.AbstractModel, instance: Instance) -> None:
    """Sets, parameters and the variable of the moves that services avert."""
    _declare_effects(m, instance)
    _declare_avoidable(m, instance)


def _declare_effects(m: pyo.AbstractModel, instance: Instance) -> None:
    """``EFFECTS`` (area, service, from, to, instead), ``diverted`` over their periods."""
    data, last = instance.resolved, instance.number_of_periods
    spread = {k: spread_of(instance, k) for k in data.effects}
    m.EFFECTS = pyo.Set(dimen=5, initialize=list(data.effects))
    m.AGES = pyo.Set(m.EFFECTS, dimen=1, initialize={k: sorted(s) for k, s in spread.items()})
    m.effect_at_age = pyo.Param(
        pyo.Any,
        initialize={(*k, age): value for k, ages in spread.items() for age, value in ages.items()},
        doc="moves averted per period, by a case per year run one period, at an age in periods",
    )
    tail = reaches(instance) if instance.terminal_value else dict.fromkeys(data.effects, 0)
    harmful = np.array([min(lags.values()) < 0 for lags in data.effects.values()], dtype=bool)
    periods = Spans.of([(k, range(1, last + tail[k] + 1)) for k in data.effects])
    m.DIVERSIONS = pyo.Set(dimen=6, initialize=periods)
    m.HELPFUL_DIVERSIONS = pyo.Set(dimen=6, initialize=periods.only(~harmful))
    m.HARMFUL_DIVERSIONS = pyo.Set(dimen=6, initialize=periods.only(harmful))
    undone = [
        _all_undone(m, k, spread[k], last + tail[k], harms)
        for k, harms in zip(data.effects, harmful.tolist(), strict=True)
    ]
    m.all_undone = pyo.Param(
        m.DIVERSIONS,
        initialize=Profiles(periods, np.concatenate([np.empty(0), *undone])),
        doc="moves averted per period, if all that the baseline averts were undone",
    )
    m.diverted = pyo.Var(m.DIVERSIONS, bounds=undone_or_more, doc="children")
    _declare_destinations(m, instance)


def spread_of(instance: Instance, effect: Effect) -> dict[int, float]:
    r"""Moves averted per period by a case per year run one period, by its age in periods.

    A year's effect is spread over the m periods from its lag on; with continuous timing evenly
    over the year, so that half a period's part falls at either end of it.
    """
    per_year, averted = instance.periods_per_year, defaultdict[int, float](float)
    for lag, value in instance.resolved.effects[effect].items():
        for s, weight in enumerate(period_weights(instance)):
            averted[lag * per_year + s] += value * weight / per_year**2
    return dict(averted)


def period_weights(instance: Instance) -> list[float]:
    r"""Parts of a year's effect: :math:`1,\dots,1`, or :math:`\tfrac12,1,\dots,1,\tfrac12`."""
    if not instance.is_continuous:
        return [1.0] * instance.periods_per_year
    return [0.5, *[1.0] * (instance.periods_per_year - 1), 0.5]


def _all_undone(
    m: Any, effect: Effect, spread: dict[int, float], last: int, harmful: bool
) -> Floats:
    """The least moves that an effect may avert in each of its periods; none where it harms."""
    level = m.baseline_effective[effect[:2]]
    if harmful:
        return np.full(last, -np.inf)
    if isinstance(level, float):
        return np.full(last, -level * sum(spread.values()))
    return np.array(
        [-sum(v * level[t - age] for age, v in spread.items()) for t in range(1, last + 1)]
    )


def _declare_destinations(m: pyo.AbstractModel, instance: Instance) -> None:
    """Effects that change the children of each state, and where those who join one end up."""
    data = instance.resolved
    reached: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for a, i, j in m.rates.joining.spans.keys:
        reached[a, i][j] = None
    entering, into = defaultdict(list), defaultdict(list)
    for a, p, i, k, l in data.effects:
        for j in reached[a, k]:
            entering[a, j].append((p, i, k, l))
        for j in reached[a, l]:
            into[a, j].append((p, i, k, l))
    m.DIVERTED_FROM_ENTERING = pyo.Set(
        m.STATES, dimen=4, initialize={key: entering[key] for key in data.states}
    )
    m.DIVERTED_INTO = pyo.Set(m.STATES, dimen=4, initialize={key: into[key] for key in data.states})
    m.joining = pyo.Param(
        pyo.Any,
        initialize=m.rates.joining,
        doc="share of those who join i in a period of the year who are in j at its end",
    )


def _declare_avoidable(m: pyo.AbstractModel, instance: Instance) -> None:
    """``AVOIDABLE_MOVES`` (area, from, to) in a period, and late ones after the horizon."""
    data = instance.resolved
    effects_on: dict[Move, list[tuple[str, str]]] = defaultdict(list)
    for a, p, i, j, l in data.effects:
        effects_on[a, i, j].append((p, l))
    avoidable = by_year(instance, data.avoidable)
    late = _late_effects(instance, effects_on) if instance.terminal_value else {}
    m.AVOIDABLE_MOVES = pyo.Set(dimen=3, initialize=list(effects_on))
    m.EFFECTS_ON = pyo.Set(m.AVOIDABLE_MOVES, dimen=2, initialize=dict(effects_on))
    m.LATE_MOVES = pyo.Set(dimen=4, initialize=list(late))
    m.LATE_EFFECTS_ON = pyo.Set(m.LATE_MOVES, dimen=2, initialize=late)
    m.avoidable = pyo.Param(
        m.AVOIDABLE_MOVES,
        m.YEARS,
        initialize=Profiles.over(
            list(effects_on),
            instance.horizon,
            avoidable.rows_of(list(effects_on)) * m.rates.avertible.rows_of(list(effects_on)),
        ),
        doc="moves to j that need not be, per child in i at the start of a period (per child-year)",
    )
    _declare_stock(m, instance)
    _declare_late_harm(m, instance)


def _declare_stock(m: pyo.AbstractModel, instance: Instance) -> None:
    """Children, or child-years, of a period from which moves can be averted."""
    stock: dict[tuple[str, str], dict[str, None]] = {key: {} for key in instance.resolved.states}
    for a, u, i in m.rates.stock.spans.keys:
        stock[a, i][u] = None
    m.STOCK_OF = pyo.Set(
        m.STATES, dimen=1, initialize={key: list(sources) for key, sources in stock.items()}
    )
    m.stock_share = pyo.Param(
        pyo.Any,
        initialize=m.rates.stock,
        doc="of a child in u at the start of a period: in i (child-years spent in i)",
    )
    m.spent_by_new = pyo.Param(
        m.STATES, m.YEARS, initialize=m.rates.spent_by_new, doc="child-years"
    )


def _declare_late_harm(m: pyo.AbstractModel, instance: Instance) -> None:
    """``LATE_HARMS`` (area, state, period): harmful effects on a state's children after the end."""
    data, last = instance.resolved, instance.number_of_periods
    ends = reaches(instance) if instance.terminal_value else {}
    harms: dict[tuple[str, str, int], list[tuple[str, str, str]]] = defaultdict(list)
    for (a, p, i, j, l), end in ends.items():
        if i != j and min(data.effects[a, p, i, j, l].values()) < 0:
            for t in range(last + 1, last + end + 1):
                harms[a, i, t].append((p, j, l))
    m.LATE_HARMS = pyo.Set(dimen=3, initialize=list(harms))
    m.LATE_HARMS_OF = pyo.Set(m.LATE_HARMS, dimen=3, initialize=dict(harms))


def _late_effects(
    instance: Instance, effects_on: dict[Move, list[tuple[str, str]]]
) -> dict[tuple[str, str, str, int], list[tuple[str, str]]]:
    """Effects that still avert a move in a period after the horizon, by move and period."""
    last, reached, late = instance.number_of_periods, reaches(instance), {}
    for (a, i, j), effects in effects_on.items():
        ends = {(p, l): last + reached[a, p, i, j, l] for p, l in effects}
        start = last + 1
        for end in sorted(set(ends.values())):
            lasting = [effect for effect in effects if ends[effect] >= end]
            late.update({(a, i, j, t): lasting for t in range(start, end + 1)})
            start = end + 1
    return late


def undone_or_more(m: Any, a: str, p: str, i: str, j: str, l: str, t: int) -> Any:
    r"""What services avert may go to waste, but no more than all of it.

    .. math:: d_{kt} \ge -\Delta\, e_{p0} \sum_\lambda \epsilon_{k\lambda}

    where :math:`e_{p0}` varies, at the lags of what was served.  MODEL.md 3.3
    """
    return m.all_undone[a, p, i, j, l, t], None


def effective_level(m: Any, a: str, p: str, t: Any) -> Any:
    r"""Cases less what is lost in bands: :math:`e_{pt} = x_{pt} - \sum_b (1-\mu_b) z_{pbt}`."""
    return m.cases.served[a, p, t] - sum(
        m.lost_effect[a, p, b] * m.in_band[a, p, b, t] for b in m.BANDS_OF[a, p]
    )


def averted(m: Any, a: str, p: str, i: str, j: str, l: str, t: Any) -> Any:
    r"""Moves averted, :math:`R_{kt}`, by what was served above baseline in the periods before."""
    return sum(
        m.effect_at_age[a, p, i, j, l, age]
        * (effective_level(m, a, p, t - age) - m.opening_effective_level[a, p, t - age])
        for age in m.AGES[a, p, i, j, l]
    )


def diverted_by_service(m: Any, a: str, p: str, i: str, j: str, l: str, t: int) -> Any:
    r"""No more moves are averted than cases served above baseline avert, lag by lag.

    .. math::
        d_{kt} \le \sum_\lambda \epsilon_{k\lambda} \sum_{s=0}^{m-1}
        \frac{\Delta}{m}\,\big(e_{p,\,t-\lambda m-s} - e_{p0}\big)

    With continuous timing the sum over s runs to m, its first and last term counting half, and
    :math:`e_{p0}` is that of the baseline's own stock in the period.
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

    With continuous timing :math:`\phi_{ij} h_{ij} w_{it}`, and :math:`\phi_{ii} w_{it}` of those
    who stay, with the child-years :math:`w_{it} = \sum_u (n_{u,t-1} G_{ui} + b_u K_{ui})`.
    Dual: £m (present value) per further move that can be averted.  MODEL.md 3.4
    """
    year = m.year_of[t]
    averted = sum(m.diverted[a, p, i, j, l, t] for p, l in m.EFFECTS_ON[a, i, j])
    return averted <= m.avoidable[a, i, j, year] * stock(m, a, i, year, t - 1)


def stock(m: Any, a: str, i: str, y: Any, before: Any) -> Any:
    r"""Children in a state from whom moves can be averted in the period after ``before``.

    :math:`n_{i,t-1}`, or with continuous timing :math:`w_{it}`, the child-years spent there.
    """
    return m.spent_by_new[a, i, y] + sum(
        m.stock_share[a, u, i, y] * m.children[a, u, before] for u in m.STOCK_OF[a, i]
    )


def avoidable_limited_late(m: Any, a: str, i: str, j: str, t: int) -> Any:
    r"""After the horizon the same holds of the children there at its end.

    .. math:: \sum_{k:\,i\to j} d_{k,H+\tau} \le \phi_{ij}\, p_{ij}\, n_{iH}

    Dual: £m (present value) per further move that can be averted.  MODEL.md 3.11
    """
    return sum(m.diverted[a, p, i, j, l, t] for p, l in m.LATE_EFFECTS_ON[a, i, j, t]) <= sum(
        m.avoidable[a, i, j, m.year_of[end]] * stock(m, a, i, m.year_of[end], end) for end in m.END
    )


def harm_limited_late(m: Any, a: str, i: str, t: int) -> Any:
    r"""After the horizon harmful effects move no more children than have stayed.

    .. math:: -\sum_{k:\,i\to j,\ j\ne i} d_{k,H+\tau} \le p_{ii}\, n_{iH}

    summed over the effects with :math:`\epsilon < 0`.
    Dual: £m (present value) per further child who can be moved.  MODEL.md 3.4
    """
    return -sum(m.diverted[a, p, i, j, l, t] for p, j, l in m.LATE_HARMS_OF[a, i, t]) <= sum(
        m.probability[a, i, i, m.year_of[end]] * m.children[a, i, end] for end in m.END
    )
