"""OR-tools: GLOP and PDLP, through its model builder."""

from __future__ import annotations

import time
from typing import Final

import numpy as np
from ortools.linear_solver.python import model_builder

from allocator.solvers.solution import Status
from allocator.solvers.task import Reply, Task

_STATUS: Final = {
    model_builder.SolveStatus.OPTIMAL: Status.OPTIMAL,
    model_builder.SolveStatus.INFEASIBLE: Status.INFEASIBLE,
    model_builder.SolveStatus.UNBOUNDED: Status.UNBOUNDED,
}
_PARAMETERS: Final = {
    "GLOP": "use_dual_simplex: {dual} random_seed: {seed} "
    "primal_feasibility_tolerance: {tolerance} dual_feasibility_tolerance: {tolerance} "
    "solution_feasibility_tolerance: {tolerance}",
    "PDLP": "num_threads: {threads} termination_criteria {{ simple_optimality_criteria "
    "{{ eps_optimal_absolute: {tolerance} eps_optimal_relative: {tolerance} }} }}",
}


def solve(task: Task) -> Reply:
    """Read, solve, answer."""
    model = model_builder.Model()  # type: ignore[no-untyped-call]
    if not model.import_from_mps_file(task.path):
        raise ValueError("OR-tools cannot read the program")
    method = task.options["method"]
    solver = model_builder.Solver(method)
    solver.set_solver_specific_parameters(
        _PARAMETERS[method].format(
            seed=task.seed,
            tolerance=task.tolerance,
            threads=task.threads,
            dual=task.options["dual"],
        )
    )
    if np.isfinite(task.seconds):
        solver.set_time_limit_in_seconds(task.seconds)
    started = time.perf_counter()
    ended = solver.solve(model)
    seconds = time.perf_counter() - started
    status = _STATUS.get(ended, Status.FAILED)
    if status is Status.FAILED and seconds >= task.seconds:
        status = Status.TIME_LIMIT
    if status is not Status.OPTIMAL:
        return Reply(status, solving=seconds, message=f"{ended.name} {solver.status_string}")
    return Reply(
        status,
        np.asarray(solver.values(model.get_variables()), dtype=float),
        np.asarray(solver.dual_values(model.get_linear_constraints()), dtype=float),
        solving=seconds,
    )
