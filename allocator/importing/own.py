"""Our own optimum of the program, to set beside an imported solution."""

from __future__ import annotations

from allocator.errors import CertificateError, SolverError
from allocator.program.certificate import certify
from allocator.program.program import LinearProgram
from allocator.solvers.catalogue import DEFAULT, find_solver
from allocator.solvers.highs import HighsModel
from allocator.solvers.mip import solve_whole
from allocator.solvers.solution import Status
from allocator.solving.windows import HELD


def own_optima(program: LinearProgram) -> tuple[float, ...] | None:
    """Our own optimum of each objective, the ones before it held at theirs, proved; None: no plan.

    Each is in its objective's unit.
    """
    model, found = HighsModel(program, find_solver(DEFAULT)), []
    for stage, objective in enumerate(program.objectives):
        solution = model.solve(program, stage)
        if solution.status is Status.INFEASIBLE:
            return None
        if solution.status is not Status.OPTIMAL:
            raise SolverError(f"our own solve for comparison failed: {solution.message}")
        certificate = certify(program, solution.primal, solution.dual, stage)
        if not certificate.passed:
            raise CertificateError(f"our own optimum is not proved: {certificate.failure()}")
        found.append(certificate.primal_objective)
        if objective is not program.objectives[-1]:
            slack = HELD * max(1.0, abs(found[-1]))
            program = program.capped(f"{objective.name}_kept", found[-1] + slack)
    return tuple(found)


def own_over_windows(program: LinearProgram) -> tuple[float, ...] | None:
    """Our own optimum over all windows; None where there is no plan."""
    found = solve_whole(program)
    if found.status is Status.INFEASIBLE:
        return None
    if found.status is not Status.OPTIMAL:
        raise SolverError(f"our own solve for comparison failed: {found.message}")
    return (found.objective,)
