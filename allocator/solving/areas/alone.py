"""One area without the others: whether it has a point at all."""

from __future__ import annotations

from dataclasses import replace

from allocator.program.matrix import Floats
from allocator.program.program import LinearProgram
from allocator.solvers.solution import Status
from allocator.solving.areas.pricing import AreaProgram
from allocator.solving.proved import Ladder


def ray_of(program: LinearProgram, part: AreaProgram, window: Floats) -> Floats | None:
    """A proof, by the area's rows, that one area has no point in a window; None without one."""
    block = part.block
    row_lower, row_upper = part.row_lower.copy(), part.row_upper.copy()
    row_lower[block.moved], row_upper[block.moved] = part.moved(window)
    last = program.objectives[-1]
    alone = replace(  # without what ties it, and without names, which are the whole's
        program,
        matrix=block.matrix,
        row_lower=row_lower,
        row_upper=row_upper,
        lower=part.lower,
        upper=part.upper,
        objectives=(replace(last, costs=part.costs[-1]),),
        columns={},
        rows={},
        integer=None,
    )
    answer = Ladder().solve(alone, doing=f"solving {block.name} alone")
    return answer.ray if answer.status is Status.INFEASIBLE else None
