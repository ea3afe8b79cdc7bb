"""HiGHS, through highspy."""

from __future__ import annotations

import time
from typing import Final

import numpy as np

from allocator.solvers.loading import STATUS, highspy
from allocator.solvers.solution import Floats, Status
from allocator.solvers.task import Reply, Task

_DUAL_SIMPLEX: Final = 1


def solve(task: Task) -> Reply:
    """Read, solve, answer; with a ray where the program is infeasible and there is one."""
    highs = highspy.Highs()
    settings = {
        "log_to_console": True,
        "time_limit": task.seconds,
        "threads": task.threads,
        "random_seed": task.seed,
        **task.options,
    }
    for name, value in settings.items():
        if highs.setOptionValue(name, value) == highspy.HighsStatus.kError:
            raise ValueError(f"HiGHS has no option {name} = {value!r}")
    if highs.readModel(task.path) == highspy.HighsStatus.kError:
        raise ValueError("HiGHS cannot read the program")
    started = time.perf_counter()
    highs.run()
    seconds = time.perf_counter() - started
    ended, info, solution = highs.getModelStatus(), highs.getInfo(), highs.getSolution()
    counts = (info.simplex_iteration_count, info.ipm_iteration_count, info.pdlp_iteration_count)
    status = STATUS.get(ended, Status.FAILED)
    return Reply(
        status,
        np.array(solution.col_value) if solution.value_valid else None,
        np.array(solution.row_dual) if solution.dual_valid else None,
        _ray(highs) if status is Status.INFEASIBLE and not task.whole else None,
        sum(max(count, 0) for count in counts),
        seconds,
        highs.modelStatusToString(ended),
        info.mip_dual_bound if task.whole else None,
        info.mip_node_count if task.whole else None,
    )


def _ray(highs: highspy.Highs) -> Floats | None:
    """Proof of infeasibility; by the dual simplex method without presolve."""
    status, there, ray = highs.getDualRay()  # type: ignore[attr-defined]  # the stubs lack it
    if not there:
        highs.setOptionValue("presolve", "off")
        highs.setOptionValue("solver", "simplex")
        highs.setOptionValue("simplex_strategy", _DUAL_SIMPLEX)
        highs.clearSolver()
        highs.run()
        status, there, ray = highs.getDualRay()  # type: ignore[attr-defined]
    return np.array(ray) if status == highspy.HighsStatus.kOk and there else None
