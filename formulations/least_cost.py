"""The lowest-cost path to the targets.  MODEL.md 3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from formulations import objective, target
from formulations.care_system import care_system
from formulations.modelling import pyo

if TYPE_CHECKING:
    from allocator.instance import Instance


def build(instance: Instance) -> pyo.AbstractModel:
    """The program whose optimum is the cheapest plan that meets every target."""
    m = care_system(instance)
    m.target_met = pyo.Constraint(m.TARGETS, rule=target.target_met, doc="children")
    m.total_cost = pyo.Objective(rule=objective.total_cost, doc="£m")
    return m
