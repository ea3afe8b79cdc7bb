"""Where a solver says that nothing fits: what is proved of that without a ray of its own.

Bounds that are crossed, or a row that its columns cannot reach, prove it at sight.  No code gives
a ray of a program with whole columns, so one is looked for of that program without them: what has
no solution then has none with them.  Whoever finds it, the arrays decide.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from allocator.errors import SolverError
from allocator.program.program import LinearProgram
from allocator.program.proofs import plainly_empty
from allocator.solvers.catalogue import find_solver
from allocator.solvers.solution import Status
from allocator.solving.proved import Ladder

PATIENCE: Final = 60.0  # seconds for the program without whole columns


def nothing_fits(program: LinearProgram) -> bool:
    """Whether no point meets every bound, at sight or since none does with columns in part."""
    if plainly_empty(program):
        return True
    if program.integer is None:
        return False
    relaxed = replace(program, integer=None)
    ladder = Ladder(find_solver("simplex"))
    try:
        solution = ladder.solve(relaxed, doing="looking for a proof", seconds=PATIENCE)
    except SolverError:
        return False
    return solution.status is Status.INFEASIBLE
