"""The mirror of ``least_cost``: the fewest children in care that the funds can reach.

Targets are left out, and so is overspending at a price: the question is what the money can do,
and an instance whose targets cannot be met is the one it is asked of most.  Among the plans that
reach the fewest children in care at the end of the horizon, the cheapest is chosen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from formulations import objective
from formulations.care_system import care_system
from formulations.modelling import pyo

if TYPE_CHECKING:
    from allocator.instance import Instance


def build(instance: Instance) -> pyo.AbstractModel:
    """The program whose objectives, in order, are the children in care at the end and the cost."""
    m = care_system(instance, may_miss=False)
    m.children_in_care_at_end = pyo.Objective(
        rule=objective.children_in_care_at_end, doc="children"
    )
    m.total_cost = pyo.Objective(rule=objective.total_cost, doc="£m")
    return m
