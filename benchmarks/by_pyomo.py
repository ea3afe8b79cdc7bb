"""The formulation as plain Pyomo runs it: a model of objects, and Pyomo's own HiGHS interface."""

from __future__ import annotations

from typing import Any

from pyomo.contrib.solver.solvers.highs import Highs

from allocator.instance import Instance
from formulations import least_cost


def build(instance: Instance) -> Any:
    """Build and hand over."""
    solver = Highs()
    solver.set_instance(least_cost.build(instance).create_instance())
    return solver
