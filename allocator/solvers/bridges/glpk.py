"""GLPK, through swiglpk: simplex, interior point, branch and cut."""

from __future__ import annotations

import time
from typing import Any, Final

import numpy as np
import swiglpk as glp

from allocator.solvers.solution import Floats, Status
from allocator.solvers.task import GAP, Reply, Task

_STATUS: Final = {
    glp.GLP_OPT: Status.OPTIMAL,
    glp.GLP_NOFEAS: Status.INFEASIBLE,
    glp.GLP_UNBND: Status.UNBOUNDED,
}
# What the presolver and the search themselves return.
_ENDED: Final = {
    glp.GLP_ENOPFS: Status.INFEASIBLE,
    glp.GLP_ENODFS: Status.UNBOUNDED,
    glp.GLP_ETMLIM: Status.TIME_LIMIT,
}
_METHODS: Final = {"dual": glp.GLP_DUALP, "primal": glp.GLP_PRIMAL}


def solve(task: Task) -> Reply:
    """Read, solve, answer."""
    problem = glp.glp_create_prob()
    if glp.glp_read_mps(problem, glp.GLP_MPS_FILE, None, task.path):
        raise ValueError("GLPK cannot read the program")
    started = time.perf_counter()
    if task.options["method"] == "interior":
        return _interior(problem, started)
    if task.whole:
        return _whole(problem, task, started)
    ended = _simplex(problem, task)
    seconds = time.perf_counter() - started
    status = _ENDED.get(ended, _STATUS.get(glp.glp_get_status(problem), Status.FAILED))
    if status is not Status.OPTIMAL:
        return Reply(status, solving=seconds)
    return Reply(
        status,
        _vector(glp.glp_get_col_prim, problem, glp.glp_get_num_cols(problem)),
        _vector(glp.glp_get_row_dual, problem, glp.glp_get_num_rows(problem)),
        iterations=glp.glp_get_it_cnt(problem),
        solving=seconds,
    )


def _simplex(problem: Any, task: Task) -> int:
    terms = glp.glp_smcp()
    glp.glp_init_smcp(terms)
    terms.meth, terms.presolve = _METHODS[task.options["method"]], glp.GLP_ON
    terms.tol_bnd = terms.tol_dj = task.tolerance
    terms.tm_lim = int(min(task.seconds * 1000, 2**31 - 1))
    return int(glp.glp_simplex(problem, terms))


def _whole(problem: Any, task: Task, started: float) -> Reply:
    """Branch and cut to the end.  It keeps its bound to itself, but where it says optimal."""
    _round_bounds(problem)
    terms = glp.glp_iocp()
    glp.glp_init_iocp(terms)
    terms.presolve = terms.gmi_cuts = terms.mir_cuts = terms.cov_cuts = glp.GLP_ON
    terms.mip_gap, terms.tol_int = GAP, task.tolerance
    terms.tm_lim = int(min(task.seconds * 1000, 2**31 - 1))
    ended = glp.glp_intopt(problem, terms)
    seconds = time.perf_counter() - started
    status = _ENDED.get(ended, _STATUS.get(glp.glp_mip_status(problem), Status.FAILED))
    if glp.glp_mip_status(problem) not in (glp.GLP_OPT, glp.GLP_FEAS):
        return Reply(status, solving=seconds)
    return Reply(
        status,
        _vector(glp.glp_mip_col_val, problem, glp.glp_get_num_cols(problem)),
        solving=seconds,
        bound=glp.glp_mip_obj_val(problem) if status is Status.OPTIMAL else None,
    )


def _round_bounds(problem: Any) -> None:
    """Bounds of whole columns moved to the next whole number inside, as GLPK insists."""
    for n in range(1, glp.glp_get_num_cols(problem) + 1):
        if glp.glp_get_col_kind(problem, n) != glp.GLP_CV:
            low, high = glp.glp_get_col_lb(problem, n), glp.glp_get_col_ub(problem, n)
            whole = (float(np.ceil(low - 1e-9)), float(np.floor(high + 1e-9)))
            if whole != (low, high):
                glp.glp_set_col_bnds(problem, n, glp.glp_get_col_type(problem, n), *whole)


def _interior(problem: Any, started: float) -> Reply:
    ended = glp.glp_interior(problem, None)
    seconds = time.perf_counter() - started
    if ended or glp.glp_ipt_status(problem) != glp.GLP_OPT:
        return Reply(Status.FAILED, solving=seconds, message="no optimum found")
    return Reply(
        Status.OPTIMAL,
        _vector(glp.glp_ipt_col_prim, problem, glp.glp_get_num_cols(problem)),
        _vector(glp.glp_ipt_row_dual, problem, glp.glp_get_num_rows(problem)),
        solving=seconds,
    )


def _vector(read: Any, problem: Any, count: int) -> Floats:
    """By position; GLPK counts from one."""
    return np.array([read(problem, n) for n in range(1, count + 1)])
