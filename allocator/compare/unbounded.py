"""Where a solver says that there is no least value: a proof of it, its own or one that we find.

Few codes give the ray that their claim rests on, so that a ray is looked for where none proves
it: the direction in which the objective falls most among all that lead away from no bound, each
entry at most 1 in size, by a linear program; and a feasible point, by another.  Whoever finds
them, the arrays decide.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from allocator.errors import SolverError
from allocator.program.matrix import Floats
from allocator.program.program import LinearProgram, Objective
from allocator.program.proofs import feasible, goes_down_for_ever
from allocator.solvers.catalogue import find_solver
from allocator.solvers.solution import Status
from allocator.solving.proved import Ladder

PATIENCE: Final = 60.0  # seconds for either program


def no_least_value(program: LinearProgram, primal: Floats | None, ray: Floats | None) -> bool:
    """Whether the objective is proved to fall for ever.

    ``primal`` and ``ray`` are what a solver gives, by column, each None where it gives none.
    """
    width = program.shape[1]
    point = primal if primal is not None and primal.shape == (width,) else None
    if point is None or not feasible(program, point):
        point = _optimum(_flat(program))
    if point is None:
        return False
    if ray is not None and ray.shape == (width,) and goes_down_for_ever(program, point, ray):
        return True
    way = _optimum(_cone(program))
    return way is not None and goes_down_for_ever(program, point, way)


def _flat(program: LinearProgram) -> LinearProgram:
    """Any point will do."""
    return replace(program, objectives=(_aim(np.zeros(program.shape[1])),), integer=None)


def _cone(program: LinearProgram) -> LinearProgram:
    """Directions: no bound is met by going further, so each is 0, and entries are 1 at most."""
    row_lower, row_upper = _sides(program.row_lower, program.row_upper)
    lower, upper = _sides(program.lower, program.upper)
    return replace(
        program,
        row_lower=row_lower,
        row_upper=row_upper,
        lower=np.maximum(lower, -1.0),
        upper=np.minimum(upper, 1.0),
        objectives=(_aim(program.objectives[-1].costs),),
        integer=None,
    )


def _sides(lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
    return np.where(np.isfinite(lower), 0.0, -np.inf), np.where(np.isfinite(upper), 0.0, np.inf)


def _aim(costs: Floats) -> Objective:
    return Objective("direction", costs, 0.0, "")


def _optimum(program: LinearProgram) -> Floats | None:
    ladder = Ladder(find_solver("simplex"))
    try:
        solution = ladder.solve(program, doing="looking for a proof", seconds=PATIENCE)
    except SolverError:
        return None
    return solution.primal if solution.status is Status.OPTIMAL else None
