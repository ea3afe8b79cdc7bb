"""Funded places: statutory cost falls later than the number of children.  MODEL.md 3.6."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from formulations.modelling import pyo
from formulations.population import baseline as baseline_children

if TYPE_CHECKING:
    from allocator.instance import Instance


def declare(m: pyo.AbstractModel, instance: Instance) -> None:
    """``places`` and the share of them that must be kept from one period to the next."""
    kept = kept_shares(instance)
    m.kept_share = pyo.Param(m.STATES, initialize=kept, doc="share of funded places")
    m.HELD_STATES = pyo.Set(dimen=2, initialize=[key for key, share in kept.items() if share > 0])
    m.places = pyo.Var(m.STATES, m.PERIODS_AND_OPENING, bounds=(0, None), doc="children")


def places_opening(m: Any, a: str, i: str) -> Any:
    r"""At the start every child has a place, and no place is empty.

    .. math:: q_{i0} = n_{i0}

    Dual: £m (present value) per place more at the start.  MODEL.md 3.6
    """
    return m.places[a, i, 0] == m.opening[a, i]


def kept_shares(instance: Instance) -> dict[tuple[str, str], float]:
    """Least share of last period's places still funded, by area and state."""
    return {
        key: 1 - min(1.0, state.release_per_year / instance.periods_per_year)
        for key, state in instance.resolved.states.items()
    }


def places_needed(m: Any, a: str, i: str, t: int) -> Any:
    r"""There is a funded place for every child, on average over the period.

    .. math:: q_{it} \ge \tfrac12\,(n_{i,t-1} + n_{it})

    Dual: £m (present value) per place needed.  MODEL.md 3.6
    """
    return m.places[a, i, t] - 0.5 * (m.children[a, i, t - 1] + m.children[a, i, t]) >= 0


def places_kept(m: Any, a: str, i: str, t: int) -> Any:
    r"""Places, staff and contracts cannot be given up overnight.

    .. math:: q_{it} \ge \big(1 - \min(1, release_i\,\Delta)\big)\, q_{i,t-1}

    Dual: £m (present value) per place that must be kept.  MODEL.md 3.6
    """
    return m.places[a, i, t] - m.kept_share[a, i] * m.places[a, i, t - 1] >= 0


def baseline(instance: Instance) -> dict[tuple[str, str, int], float]:
    """Places by area, state and period (1..H) at the least 3.6 allows, if nothing changes."""
    children, kept = baseline_children(instance), kept_shares(instance)
    places = {(a, i, 0): state.opening for (a, i), state in instance.resolved.states.items()}
    for t in range(1, instance.number_of_periods + 1):
        for a, i in instance.resolved.states:
            needed = (children[a, i, t - 1] + children[a, i, t]) / 2
            places[a, i, t] = max(needed, kept[a, i] * places[a, i, t - 1])
    return places
