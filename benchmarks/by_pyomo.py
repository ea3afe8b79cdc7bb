"""The formulation as plain Pyomo runs it: a model of objects, and Pyomo's own HiGHS interface."""

from __future__ import annotations

from typing import Any

from pyomo.contrib.solver.solvers.highs import Highs

from allocator.instance import Instance
from formulations import least_cost
from formulations.double_investment import window_columns


def build(instance: Instance) -> Any:
    """Build and hand over, without a double-investment window."""
    solver, model = Highs(), least_cost.build(instance).create_instance()
    for (name, index), value in window_columns(instance, None).items():
        column = model.component(name)[index]
        column.setlb(value)
        column.setub(value)
    solver.set_instance(model)
    return solver
