"""The formulation as Allocator runs it."""

from __future__ import annotations

from allocator.instance import Instance
from allocator.solvers.catalogue import find_solver
from allocator.solvers.highs import HighsModel
from allocator.solving.solve import build as build_program


def build(instance: Instance) -> HighsModel:
    """Build and hand over."""
    return HighsModel(build_program(instance), find_solver("highs"))
