"""The solvers that can be asked for, as data: name, what it is, options, tolerances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from allocator.errors import UsageError


@dataclass(frozen=True)
class Solver:
    """A way to solve a linear program with HiGHS.

    ``options`` are HiGHS's own.  ``vertex`` says whether its answer is a vertex, with a basis
    to start from again and prices that have a range.
    """

    name: str
    meaning: str
    options: Mapping[str, str | float | int] = field(default_factory=dict)
    vertex: bool = True


# Ten times tighter than HiGHS's own 1e-7 in every residual: objectives then agree between
# algorithms to far better than a pound in a million.
_TIGHT: Final = {"primal_feasibility_tolerance": 1e-8, "dual_feasibility_tolerance": 1e-8}

SOLVERS: Final = {
    solver.name: solver
    for solver in (
        Solver("simplex", "HiGHS dual simplex", {"solver": "simplex", **_TIGHT}),
        Solver(
            "ipm", "HiGHS interior point, with crossover to a vertex",
            {"solver": "ipx", "run_crossover": "on", "ipm_optimality_tolerance": 1e-9, **_TIGHT},
        ),
        Solver(
            "hipo", "HiGHS factorising interior point, with crossover to a vertex",
            {"solver": "hipo", "run_crossover": "on", "ipm_optimality_tolerance": 1e-9, **_TIGHT},
        ),
        Solver(
            "pdlp", "HiGHS first-order method for very large programs",
            {"solver": "pdlp", "pdlp_optimality_tolerance": 1e-8, **_TIGHT},
            vertex=False,
        ),
    )
}  # fmt: skip

DEFAULT: Final = "simplex"


def find_solver(name: str) -> Solver:
    """The solver of that name, with or without ``highs-`` before it; UsageError if unknown."""
    bare = name.lower().removeprefix("highs-")
    if bare == "highs":
        bare = DEFAULT
    if bare not in SOLVERS:
        raise UsageError(f"there is no solver {name!r}; choose one of {', '.join(SOLVERS)}")
    return SOLVERS[bare]
