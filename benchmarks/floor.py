"""The floor of ``allocator solve``: what is left when the programs are there already.

    python -m benchmarks.floor FOLDER

Reads the exported MPS files of the folder in the order of their names with highspy, loads the
first, gives its model the column bounds of each of the others in turn, and solves it from
the last basis, with the tolerances and the algorithm that Allocator uses.
"""

import json
import sys
from pathlib import Path

import highspy
import numpy as np


def main() -> None:
    """Solve every file, and print the least cost."""
    solver, objectives = None, []
    for file in sorted(Path(sys.argv[1]).glob("*.mps")):
        read = highspy.Highs()
        read.setOptionValue("output_flag", False)
        read.readModel(str(file))
        if solver is None:
            solver = read
            for name in ("primal_feasibility_tolerance", "dual_feasibility_tolerance"):
                solver.setOptionValue(name, 1e-8)
            if solver.getNumRow() > 10_000:
                for name, value in (("solver", "hipo"), ("run_crossover", "on")):
                    solver.setOptionValue(name, value)
        else:
            lp = read.getLp()
            every = np.arange(lp.num_col_, dtype=np.int32)
            lower, upper = np.array(lp.col_lower_), np.array(lp.col_upper_)
            solver.changeColsBounds(lp.num_col_, every, lower, upper)
            solver.setOptionValue("solver", "simplex")
        solver.run()
        if solver.getModelStatus() == highspy.HighsModelStatus.kOptimal:
            objectives.append(solver.getInfo().objective_function_value)
    print(
        json.dumps(
            {
                "least": min(objectives, default=None),
                "solved": len(objectives),
                "solving": solver.getRunTime() if solver else 0.0,
            }
        )
    )


if __name__ == "__main__":
    main()
