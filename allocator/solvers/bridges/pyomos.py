"""Any solver that Pyomo drives: Gurobi, Xpress, CPLEX, MOSEK, COPT, where there is a licence."""

from __future__ import annotations

import importlib
import time
from math import ceil
from typing import Any, Final

import numpy as np
import pyomo.environ as pyo
from pyomo.core.expr import LinearExpression

from allocator.program.program import LinearProgram
from allocator.solvers.mps import read_mps
from allocator.solvers.solution import Status
from allocator.solvers.task import GAP, Reply, Task

_STATUS: Final = {
    "optimal": Status.OPTIMAL,
    "infeasible": Status.INFEASIBLE,
    "unbounded": Status.UNBOUNDED,
    "maxTimeLimit": Status.TIME_LIMIT,
}


def licensed(name: str, plugin: str = "") -> bool:
    """Whether Pyomo knows the solver, by that name, and finds it ready to run, with a licence."""
    try:
        solver = _factory(name, plugin)
        there = solver.available(exception_flag=False)
        return bool(there) and bool(getattr(solver, "license_is_valid", lambda: True)())
    except Exception:  # noqa: BLE001  (an interface may fail in any way; then it is not there)
        return False


def solve(task: Task) -> Reply:
    """Read, rebuild in Pyomo, solve, answer."""
    model = _model(read_mps(task.path))
    solver = _factory(task.options["pyomo"], task.options.get("plugin", ""))
    solver.options.update(_terms(task))
    started = time.perf_counter()
    result = solver.solve(model, timelimit=ceil(task.seconds), load_solutions=False)
    seconds = time.perf_counter() - started
    ended = str(result.solver.termination_condition)
    status = _STATUS.get(ended, Status.FAILED)
    if status is not Status.OPTIMAL:
        return Reply(status, solving=seconds, message=ended)
    model.solutions.load_from(result)
    primal = np.array([pyo.value(model.x[n]) for n in range(task.columns)], dtype=float)
    if task.whole:
        bound = float(result.problem.lower_bound)
        return Reply(status, primal, solving=seconds, message=ended, bound=bound)
    prices = [model.dual.get(model.row[n], 0.0) for n in range(task.rows)]
    return Reply(status, primal, np.array(prices, dtype=float), solving=seconds, message=ended)


def _factory(name: str, plugin: str) -> Any:
    """Pyomo's interface; ``plugin`` is the module that brings it, where Pyomo has none itself."""
    if plugin:
        importlib.import_module(plugin)
    return pyo.SolverFactory(name)


def _terms(task: Task) -> dict[str, Any]:
    """The task's terms by the solver's own names for them."""
    values: dict[str, Any] = {
        "threads": task.threads,
        "seed": task.seed,
        "primal": task.tolerance,
        "dual": task.tolerance,
    }
    if task.whole:
        values["gap"] = GAP
    return {own: values[term] for term, own in task.options["terms"].items() if term in values}


def _model(program: LinearProgram) -> Any:
    """The arrays as a Pyomo model with columns ``x`` and rows ``row``."""
    model = pyo.ConcreteModel()
    costs, columns = program.objectives[0].costs, range(program.shape[1])
    whole = np.zeros(len(columns), bool) if program.integer is None else program.integer
    model.x = pyo.Var(
        columns,
        within=lambda m, j: pyo.Integers if whole[j] else pyo.Reals,
        bounds=lambda m, j: (_finite(program.lower[j]), _finite(program.upper[j])),
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
    if program.integer is None:
        model.dual = pyo.Suffix(direction=pyo.Suffix.IMPORT)
    return model


def _finite(bound: Any) -> float | None:
    return float(bound) if np.isfinite(bound) else None
