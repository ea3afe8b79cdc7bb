"""One reduction for every area.  MODEL.md 3.16."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from formulations.modelling import pyo
from formulations.population import baseline

if TYPE_CHECKING:
    from allocator.instance import Instance


def declare(m: pyo.AbstractModel, instance: Instance) -> None:
    """``reduction``, and the baseline's children in care at the end where there are any."""
    unchanged, last = baseline(instance), instance.number_of_periods
    there = dict.fromkeys(instance.areas, 0.0)
    for (a, i), state in instance.resolved.states.items():
        if state.in_care:
            there[a] += unchanged[a, i, last]
    left = {a: children for a, children in there.items() if children > 0}
    m.REDUCED_AREAS = pyo.Set(initialize=list(left))
    m.unchanged_in_care = pyo.Param(m.REDUCED_AREAS, initialize=left, doc="children")
    m.reduction = pyo.Var(bounds=(None, 1), doc="share")


def reduction_shared(m: Any, a: str) -> Any:
    r"""At the end of the horizon an area has fewer children in care by the share that all have.

    .. math:: \sum_{i\in C} n_{a,i,H} \le (1-\theta)\,B_a

    :math:`B_a` is the baseline's children in care at the end of the horizon.

    Dual: £m (present value) per child more that the area may have.  MODEL.md 3.16
    """
    return (
        sum(m.children[b, i, t] for b, i in m.CARE_STATES_OF[a] for t in m.END)
        + m.unchanged_in_care[a] * m.reduction
        <= m.unchanged_in_care[a]
    )


def least_reduction(m: Any) -> Any:
    r"""Greatest share by which every area has fewer children in care, as a minimum.

    .. math:: \min\, -\theta

    MODEL.md 3.16
    """
    return -1.0 * m.reduction
