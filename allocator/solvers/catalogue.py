"""The solvers that can be asked for, as data: name, what it is, options, tolerances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from allocator.errors import UsageError

Options = Mapping[str, str | float | int]


@dataclass(frozen=True)
class Solver:
    """A way to solve a linear program with HiGHS.

    ``options`` are HiGHS's own; ``large`` are used in their place to solve a program of more
    than ``LARGE`` rows that has no basis yet, ``later`` on top of them once an objective before
    is held at its best.  ``vertex`` says whether its answer is a vertex, with a basis to start
    from again and prices that have a range.
    """

    name: str
    meaning: str
    options: Options = field(default_factory=dict)
    large: Options = field(default_factory=dict)
    later: Options = field(default_factory=dict)
    vertex: bool = True


# Ten times tighter than HiGHS's own in every residual: objectives then agree between
# algorithms to far better than a pound in a million.
_TIGHT: Final[Options] = {
    "primal_feasibility_tolerance": 1e-8,
    "dual_feasibility_tolerance": 1e-8,
}
# Of an objective that is a share, about 1, prices of pounds are small, so these must be tighter.
OF_A_SHARE: Final[Options] = {"dual_feasibility_tolerance": 1e-10}
_OWN: Final[Options] = {
    "primal_feasibility_tolerance": 1e-7,
    "dual_feasibility_tolerance": 1e-7,
}
_SIMPLEX: Final[Options] = {"solver": "simplex", **_TIGHT}
_CROSSOVER: Final[Options] = {
    "run_crossover": "on",
    "ipm_optimality_tolerance": 1e-9,
    **_TIGHT,
}

# Where an objective is held at its best there is next to nothing inside the bounds: HiPO circles
# there to its limit of iterations, hundreds of them, and IPX ends in some twenty.
_WITHOUT_INTERIOR: Final[Options] = {"solver": "ipx"}

# Branch and bound to the end: a gap of nothing but rounding, with rows and whole columns held as
# tightly as a linear program's.
WHOLE: Final[Options] = {
    "mip_rel_gap": 1e-9, "mip_abs_gap": 0.0, "mip_feasibility_tolerance": 1e-8, **_TIGHT,
}  # fmt: skip

STALLED: Final = 20_000  # iterations from a good basis; past this it is quicker to begin again
LARGE: Final = 10_000  # rows; from here on an interior point is the faster way to a first basis

SOLVERS: Final = {
    solver.name: solver
    for solver in (
        Solver(
            "highs", "simplex; a large program's first solve by interior point",
            {**_SIMPLEX, "simplex_iteration_limit": STALLED},
            large={"solver": "hipo", **_CROSSOVER},
        ),
        Solver("simplex", "dual simplex", _SIMPLEX),
        Solver(
            "ipm", "interior point with crossover",
            {"solver": "ipx", **_CROSSOVER},
        ),
        Solver(
            "hipo", "factorising interior point (HiPO) with crossover",
            {"solver": "hipo", "hipo_system": "choose", **_CROSSOVER},
            later=_WITHOUT_INTERIOR,
        ),
        Solver(
            "pdlp", "first-order method (PDLP)",
            {"solver": "pdlp", "pdlp_optimality_tolerance": 1e-8, **_TIGHT},
            vertex=False,
        ),
    )
}  # fmt: skip

DEFAULT: Final = "highs"

# Where only the objective changes the last point stays feasible, and the primal simplex method
# goes on from there, several times faster than the dual one.
PRIMAL: Final = Solver("simplex", "primal simplex", {**_SIMPLEX, "simplex_strategy": 4})

# A basis that comes from a like program has no steepest-edge weights, and to work them out takes
# longer than the few iterations left: devex weights begin at 1.
FROM_A_BASIS: Final = replace(
    SOLVERS[DEFAULT],
    meaning="simplex from a like program's basis",
    options={**SOLVERS[DEFAULT].options, "simplex_dual_edge_weight_strategy": 1},
)

# The same where the programs differ in little: costs need no perturbing for the few iterations that
# are left, and scaling makes more of them.
FROM_NEARBY: Final = replace(
    FROM_A_BASIS,
    options={
        **FROM_A_BASIS.options,
        "simplex_scale_strategy": 0,
        "dual_simplex_cost_perturbation_multiplier": 0.0,
    },
)

# Asked in turn, each from nothing, where a solver gives no answer that is proved.
OTHERS: Final = (
    Solver("simplex", "dual simplex without presolve", {**_SIMPLEX, "presolve": "off"}),
    SOLVERS["ipm"],
    PRIMAL,
    Solver("simplex", "dual simplex at HiGHS's own tolerances", {**_SIMPLEX, **_OWN}),
)


def others(rows: int) -> tuple[Solver, ...]:
    """``OTHERS`` in the order in which they are asked about a program of so many rows."""
    if rows <= LARGE:
        return OTHERS
    return tuple(sorted(OTHERS, key=lambda each: each.options["solver"] == "simplex"))


def iteration_limits(rows: int, columns: int) -> Options:
    """The most iterations of each algorithm for a program of a size: none goes on for ever."""
    size = rows + columns
    return {
        "simplex_iteration_limit": 1_000 + 10 * size,
        "ipm_iteration_limit": 200 + size // 100,
        "pdlp_iteration_limit": 200_000 + 100 * size,
    }


def find_solver(name: str) -> Solver:
    """The solver of that name, with or without ``highs-`` before it; UsageError if unknown."""
    bare = name.lower().removeprefix("highs-")
    if bare not in SOLVERS:
        raise UsageError(f"there is no solver {name!r}; choose one of {', '.join(SOLVERS)}")
    return SOLVERS[bare]
