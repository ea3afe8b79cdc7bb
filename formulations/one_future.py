"""``least_cost`` in one of several futures: levels are settled before it shows who comes.

A service may then be funded for more cases than there are children for, so the cases that are
``served`` are columns of their own.  ``SETTLED`` are the columns that futures which are not yet
told apart have in common.  MODEL.md 3.15.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from formulations import objective, services, target
from formulations.care_system import care_system
from formulations.modelling import pyo

if TYPE_CHECKING:
    from allocator.instance import Instance

# Their last index is the period.
SETTLED: Final = ("level", "expansion", "contraction", "hired", "let_go", "supported")


def build(instance: Instance) -> pyo.AbstractModel:
    """The program of one scenario, on its own."""
    m = care_system(instance, served_apart=True)
    m.served_funded = pyo.Constraint(
        m.SERVICES, m.PERIODS, rule=services.served_funded, doc="cases per year"
    )
    m.served_held = pyo.Constraint(
        m.SERVICES, m.PERIODS_AROUND, rule=services.served_held, doc="cases per year"
    )
    m.target_met = pyo.Constraint(m.TARGETS, rule=target.target_met, doc="children")
    m.total_cost = pyo.Objective(rule=objective.total_cost, doc="£m")
    return m
