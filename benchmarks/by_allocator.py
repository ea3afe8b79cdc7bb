"""The formulation as Allocator runs it."""

from __future__ import annotations

from allocator.instance import Instance
from allocator.solve import build as build_program
from allocator.solvers.catalogue import find_solver
from allocator.solvers.highs import HighsModel


def build(instance: Instance) -> HighsModel:
    """Build and hand over."""
    return HighsModel(build_program(instance), find_solver("highs"))
