"""The largest reduction that every area can have: the least area's share is made the greatest.

Targets are left out, and funds hold.  Among the plans that reach it the cheapest is chosen.  With
one area it is ``largest_reduction``.  MODEL.md 3.16.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from formulations import fairness, objective
from formulations.care_system import care_system
from formulations.modelling import pyo

if TYPE_CHECKING:
    from allocator.instance import Instance


def build(instance: Instance) -> pyo.AbstractModel:
    """The program whose objectives, in order, are the reduction, negative, and the cost."""
    m = care_system(instance, may_miss=False)
    fairness.declare(m, instance)
    m.reduction_shared = pyo.Constraint(
        m.REDUCED_AREAS, rule=fairness.reduction_shared, doc="children"
    )
    m.least_reduction = pyo.Objective(rule=fairness.least_reduction, doc="share")
    m.total_cost = pyo.Objective(rule=objective.total_cost, doc="£m")
    return m
