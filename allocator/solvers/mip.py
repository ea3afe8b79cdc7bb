"""The bridge from arrays to HiGHS for a program with columns that must be whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from allocator.program.program import LinearProgram
from allocator.solvers.catalogue import WHOLE
from allocator.solvers.highs import highs_lp
from allocator.solvers.loading import highspy
from allocator.solvers.solution import Floats, Status

_STATUS: Final = {
    highspy.HighsModelStatus.kOptimal: Status.OPTIMAL,
    highspy.HighsModelStatus.kInfeasible: Status.INFEASIBLE,
    highspy.HighsModelStatus.kTimeLimit: Status.TIME_LIMIT,
}


@dataclass(frozen=True)
class WholeSolution:
    """Branch and bound's answer.  Values are in the program's units.

    ``primal`` is by column, empty where no point was found; ``bound`` is a value that, by the
    solver's word, no point goes below.
    """

    status: Status
    primal: Floats
    objective: float
    bound: float
    nodes: int
    seconds: float
    message: str

    @property
    def gap(self) -> float:
        """Difference of objective and bound, relative to the objective's size (at least 1)."""
        return abs(self.objective - self.bound) / max(1.0, abs(self.objective))


def solve_whole(
    program: LinearProgram, seconds: float = np.inf, log: Path | None = None
) -> WholeSolution:
    """Minimise the program's last objective, its ``integer`` columns whole.

    ``seconds`` is the longest it may take; HiGHS writes its log to ``log``.
    """
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", log is not None)
    highs.setOptionValue("log_to_console", False)
    if log is not None:
        highs.setOptionValue("log_file", str(log))
    for name, value in WHOLE.items():
        highs.setOptionValue(name, value)
    highs.setOptionValue("time_limit", max(seconds, 0.0))
    highs.passModel(highs_lp(program))
    highs.run()
    info, ended = highs.getInfo(), highs.getModelStatus()
    solution = highs.getSolution()
    return WholeSolution(
        status=_STATUS.get(ended, Status.FAILED),
        primal=np.array(solution.col_value if solution.value_valid else []),
        objective=float(info.objective_function_value),
        bound=float(info.mip_dual_bound),
        nodes=int(info.mip_node_count),
        seconds=float(highs.getRunTime()),
        message=highs.modelStatusToString(ended),
    )
