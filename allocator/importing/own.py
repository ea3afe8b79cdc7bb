"""Our own optimum of the program, to set beside an imported solution."""

from __future__ import annotations

from allocator.errors import SolverError
from allocator.program.program import LinearProgram
from allocator.solvers.mip import solve_whole
from allocator.solvers.solution import Status
from allocator.solving.proved import Ladder
from allocator.solving.windows import most_kept, not_kept


def own_optima(program: LinearProgram) -> tuple[float, ...] | None:
    """Our own optimum of each objective, the ones before it held at theirs, proved; None: no plan.

    Each is in its objective's unit.
    """
    ladder, optima = Ladder(), list[float]()
    for stage, objective in enumerate(program.objectives):
        solution = ladder.solve(program, stage, doing="solving it ourselves for comparison")
        if solution.status is Status.INFEASIBLE and stage == 0:
            return None
        if solution.certificate is None:
            raise not_kept(program, stage, "solving it ourselves for comparison")
        optima.append(solution.certificate.primal_objective)
        if objective is not program.objectives[-1]:
            program = program.capped(f"{objective.name}_kept", most_kept(solution.certificate))
    return tuple(optima)


def own_over_windows(program: LinearProgram) -> tuple[float, ...] | None:
    """Our own optimum over all windows; None where there is no plan."""
    solution = solve_whole(program)
    if solution.status is Status.INFEASIBLE:
        return None
    if solution.status is not Status.OPTIMAL:
        raise SolverError(f"our own solve for comparison failed: {solution.message}")
    return (solution.objective,)
