"""Any solver that Pyomo drives: Gurobi, Xpress, CPLEX, MOSEK, COPT, where there is a licence."""

from __future__ import annotations

import time
from typing import Any, Final

import numpy as np
import pyomo.environ as pyo
from pyomo.core.expr import LinearExpression

from allocator.program import LinearProgram
from allocator.solvers.mps import read_mps
from allocator.solvers.solution import Status
from allocator.solvers.task import Answer, Task

_STATUS: Final = {
    "optimal": Status.OPTIMAL,
    "infeasible": Status.INFEASIBLE,
    "unbounded": Status.UNBOUNDED,
    "maxTimeLimit": Status.TIME_LIMIT,
}


def licensed(name: str) -> bool:
    """Whether Pyomo knows the solver and finds it ready to run."""
    try:
        return bool(pyo.SolverFactory(name).available(exception_flag=False))
    except Exception:  # noqa: BLE001  (an interface may fail in any way; then it is not there)
        return False


def solve(task: Task) -> Answer:
    """Read, rebuild in Pyomo, solve, answer."""
    model = _model(read_mps(task.path))
    solver = pyo.SolverFactory(task.options["pyomo"])
    started = time.perf_counter()
    result = solver.solve(model, timelimit=task.seconds, load_solutions=False)
    seconds = time.perf_counter() - started
    ended = str(result.solver.termination_condition)
    status = _STATUS.get(ended, Status.FAILED)
    if status is not Status.OPTIMAL:
        return Answer(status, solving=seconds, message=ended)
    model.solutions.load_from(result)
    return Answer(
        status,
        np.array([pyo.value(model.x[n]) for n in range(task.columns)], dtype=float),
        np.array([model.dual.get(model.row.get(n), 0.0) for n in range(task.rows)], dtype=float),
        solving=seconds, message=ended,
    )  # fmt: skip


def _model(program: LinearProgram) -> Any:
    """The arrays as a Pyomo model with columns ``x`` and rows ``row``."""
    model = pyo.ConcreteModel()
    costs, columns = program.objectives[0].costs, range(program.shape[1])
    model.x = pyo.Var(
        columns, bounds=lambda m, j: (_finite(program.lower[j]), _finite(program.upper[j]))
    )
    model.cost = pyo.Objective(
        expr=LinearExpression(
            linear_coefs=list(map(float, costs)), linear_vars=[model.x[j] for j in columns]
        )
    )
    rows = program.matrix.to_scipy().tocsr()

    def row(m: Any, i: int) -> Any:
        entries = slice(rows.indptr[i], rows.indptr[i + 1])
        body = LinearExpression(
            linear_coefs=list(map(float, rows.data[entries])),
            linear_vars=[m.x[int(j)] for j in rows.indices[entries]],
        )
        return pyo.inequality(_finite(program.row_lower[i]), body, _finite(program.row_upper[i]))

    model.row = pyo.Constraint(range(program.shape[0]), rule=row)
    model.dual = pyo.Suffix(direction=pyo.Suffix.IMPORT)
    return model


def _finite(bound: Any) -> float | None:
    return float(bound) if np.isfinite(bound) else None
