"""Targets for the number of children in care.  MODEL.md 3.10."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from formulations.modelling import pyo
from formulations.names import ALL

if TYPE_CHECKING:
    from allocator.instance import Instance


def declare(m: pyo.AbstractModel, instance: Instance) -> None:
    """``TARGETS`` (owner, year), and the care states that an owner's target counts."""
    data = instance.resolved
    m.TARGETS = pyo.Set(dimen=2, initialize=list(data.targets))
    m.target = pyo.Param(m.TARGETS, initialize=dict(data.targets), doc="children")
    care = [key for key, state in data.states.items() if state.in_care]
    of_area = {a: list[tuple[str, str]]() for a in instance.areas}
    for a, i in care:
        of_area[a].append((a, i))
    m.CARE_STATES_OF = pyo.Set(m.OWNERS, dimen=2, initialize={ALL: care, **of_area})


def target_met(m: Any, o: str, y: int) -> Any:
    r"""At the end of the year no more children are in care than the target says.

    .. math:: \sum_{i\in C} n_{i,t} - excess_y \le N_y, \quad t \text{ the last period of } y

    with an excess where there is a price for it.

    Dual: £m (present value) per child more in the target.  MODEL.md 3.10
    """
    return (
        sum(m.children[a, i, m.last_period_of[y]] for a, i in m.CARE_STATES_OF[o])
        - sum(m.excess[owner, year] for owner, year in m.EXCESS_OF[o, y])
        <= m.target[o, y]
    )
