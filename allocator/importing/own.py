"""Our own optimum of the program, to set beside an imported solution."""

from __future__ import annotations

from allocator.certificate import certify
from allocator.errors import CertificateError, SolverError
from allocator.program import LinearProgram
from allocator.solvers.catalogue import DEFAULT, find_solver
from allocator.solvers.highs import HighsModel
from allocator.solvers.mip import solve_whole
from allocator.solvers.solution import Status


def own_optimum(program: LinearProgram) -> float | None:
    """Our own optimum of the program, proved; None where it has no plan."""
    solution = HighsModel(program, find_solver(DEFAULT)).solve(program, 0)
    if solution.status is Status.INFEASIBLE:
        return None
    if solution.status is not Status.OPTIMAL:
        raise SolverError(f"our own solve for comparison failed: {solution.message}")
    certificate = certify(program, solution.primal, solution.dual, 0)
    if not certificate.passed:
        raise CertificateError(f"our own optimum is not proved: {certificate.failure()}")
    return certificate.primal_objective


def own_over_windows(program: LinearProgram) -> float | None:
    """Our own optimum over all windows."""
    found = solve_whole(program)
    if found.status is Status.INFEASIBLE:
        return None
    if found.status is not Status.OPTIMAL:
        raise SolverError(f"our own solve for comparison failed: {found.message}")
    return found.objective
