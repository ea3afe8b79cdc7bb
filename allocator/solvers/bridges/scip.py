"""SCIP, and SoPlex as SCIP's linear programming solver, through pyscipopt."""

from __future__ import annotations

import time
from typing import Final

import numpy as np
from pyscipopt import LP, Model
from pyscipopt.scip import PY_SCIP_PARAMSETTING

from allocator.program.program import LinearProgram
from allocator.solvers.mps import read_mps
from allocator.solvers.solution import Floats, Status
from allocator.solvers.task import COLUMN, GAP, ROW, Reply, Task

_STATUS: Final = {
    "optimal": Status.OPTIMAL,
    "infeasible": Status.INFEASIBLE,
    "unbounded": Status.UNBOUNDED,
    "timelimit": Status.TIME_LIMIT,
}

# SCIP's numbers for parameters of its linear programming solver (scip/type_lpi.h).
_PRICING, _FEASIBLE, _DUAL_FEASIBLE, _SECONDS, _SEED = 4, 6, 7, 11, 17


def solve(task: Task) -> Reply:
    """Read, solve, answer."""
    return _soplex(task) if task.options["method"] == "lp" else _scip(task)


def _scip(task: Task) -> Reply:
    """A linear program without presolve, propagation, heuristics: they leave SCIP no duals."""
    model = Model()
    if not task.whole:
        for off in (model.setPresolve, model.setHeuristics, model.setSeparating):
            off(PY_SCIP_PARAMSETTING.OFF)
        model.disablePropagation()
    model.setParam("limits/gap", GAP if task.whole else 0.0)
    model.setParam("limits/time", min(task.seconds, 1e20))
    model.setParam("randomization/randomseedshift", task.seed)
    model.setParam("numerics/feastol", task.tolerance)
    model.setParam("numerics/dualfeastol", task.tolerance)
    model.readProblem(task.path)
    columns = {variable.name: variable for variable in model.getVars()}
    rows = {} if task.whole else {row.name: row for row in model.getConss()}
    started = time.perf_counter()
    model.optimize()
    seconds = time.perf_counter() - started
    status = _STATUS.get(model.getStatus(), Status.FAILED)
    if status is not Status.OPTIMAL and not (task.whole and model.getNSols()):
        return Reply(status, solving=seconds, message=model.getStatus())
    primal = np.array([model.getVal(columns[f"{COLUMN}{n}"]) for n in range(task.columns)])
    if task.whole:
        return Reply(
            status,
            primal,
            iterations=model.getNLPIterations(),
            solving=seconds,
            message=model.getStatus(),
            bound=model.getDualbound(),
            nodes=model.getNNodes(),
        )
    dual = np.array([model.getDualsolLinear(rows[f"{ROW}{n}"]) for n in range(task.rows)])
    return Reply(
        status,
        primal,
        _with_bounds(read_mps(task.path), primal, dual),
        iterations=model.getNLPIterations(),
        solving=seconds,
        message=model.getStatus(),
    )


def _with_bounds(program: LinearProgram, primal: Floats, dual: Floats) -> Floats:
    """The duals, with those of rows of one column, which are bounds to SCIP, filled in.

    Such a row's dual is what is left of its column's reduced cost, where the row holds the
    column on that side and the column's own bound does not.
    """
    matrix, dual = program.matrix, dual.copy()
    alone = np.bincount(matrix.rows, minlength=matrix.shape[0])[matrix.rows] == 1
    reduced = program.objectives[-1].costs - matrix.transposed_times(dual)
    for entry in np.flatnonzero(alone):
        row, column, factor = matrix.rows[entry], matrix.columns[entry], matrix.values[entry]
        left, value = reduced[column], primal[column]
        own = program.lower[column] if left > 0 else program.upper[column]
        bound = program.row_lower[row] if left / factor > 0 else program.row_upper[row]
        if not np.isclose(value, own) and np.isclose(value * factor, bound):
            dual[row] += left / factor
            reduced[column] = 0.0
    return dual


def _soplex(task: Task) -> Reply:
    program = LP()
    program.readLP(task.path.encode())
    for name, value in {
        _FEASIBLE: task.tolerance,
        _DUAL_FEASIBLE: task.tolerance,
        _SECONDS: min(task.seconds, 1e20),
    }.items():
        program.setRealParam(name, value)
    program.setIntParam(_SEED, task.seed)
    program.setIntParam(_PRICING, task.options["pricing"])
    started = time.perf_counter()
    program.solve(dual=True)
    seconds = time.perf_counter() - started
    iterations = program.getNIterations()
    if program.isOptimal():
        primal, dual = np.array(program.getPrimal()), np.array(program.getDual())
        return Reply(Status.OPTIMAL, primal, dual, iterations=iterations, solving=seconds)
    if seconds >= task.seconds:
        return Reply(Status.TIME_LIMIT, iterations=iterations, solving=seconds)
    ray = program.getDualRay()
    if ray is not None:
        return Reply(Status.INFEASIBLE, ray=np.array(ray), iterations=iterations, solving=seconds)
    way = program.getPrimalRay()
    if way is None:
        return Reply(Status.FAILED, iterations=iterations, solving=seconds)
    return Reply(Status.UNBOUNDED, ray=np.array(way), iterations=iterations, solving=seconds)
