"""Every algorithm that ``compare`` can run, as data: what it is, what it can do, how to get it.

``catalogue`` holds the few that ``solve`` uses; these run in a process of their own, on a
program that they read from a file (see ``child``), so that any code can be held beside HiGHS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any, Final

from allocator.errors import UsageError
from allocator.solvers.catalogue import SOLVERS, WHOLE

ASKED: Final = 1e-8  # feasibility and optimality tolerance that every solver is asked for
NORMS: Final = (
    1e-9  # the same of a first-order method, whose tolerance is of norms, not of each row
)
SEED: Final = 1

# What a solver can do, as ``allocator solvers`` lists it.
DUALS, BASIS, WARM, MIP, RAY = "duals", "basis", "warm start", "mip", "ray"
# What it can be told.
TIME, THREADS, SEEDED, TOLERANCE = "time limit", "threads", "seed", "tolerance"
TERMS: Final = (TIME, TOLERANCE, SEEDED, THREADS)


@dataclass(frozen=True)
class Algorithm:
    """One algorithm of one code.

    ``bridge`` is the module below ``allocator.solvers.bridges`` that drives it, ``package``
    the Python distribution and ``program`` the executable it needs (one of the two), and
    ``install`` the command that brings it.  ``options`` are the bridge's or the code's own,
    on top of the tolerance and seed that all are given.  ``tolerance`` is
    the one it is asked for, None where the code lets nobody set it.
    """

    name: str
    code: str
    method: str
    bridge: str
    install: str
    can: frozenset[str]
    package: str = ""
    program: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    tolerance: float | None = ASKED

    @property
    def ignores(self) -> tuple[str, ...]:
        """What it cannot be told: of the time limit the process is killed for all that."""
        return tuple(term for term in TERMS if term not in self.can)

    def takes(self, whole: bool) -> bool:
        """Whether it is for programs with whole columns, or else for those without."""
        return (MIP if whole else DUALS) in self.can


DEVEX: Final = 6  # SCIP's number: SoPlex's own choice takes four times as long on large instances
EXTRA: Final = "pip install 'allocator[solvers]'"
_HIGHS: Final[dict[str, Any]] = {
    "code": "HiGHS", "bridge": "highs", "package": "highspy", "install": "pip install highspy",
}  # fmt: skip
_GLPK: Final[dict[str, Any]] = {
    "code": "GLPK", "bridge": "glpk", "package": "swiglpk", "install": EXTRA,
}  # fmt: skip
_CLP: Final[dict[str, Any]] = {
    "code": "Clp", "bridge": "coin", "program": "clp", "install": "apt-get install coinor-clp",
}  # fmt: skip
_SCIP: Final[dict[str, Any]] = {"package": "pyscipopt", "install": EXTRA, "bridge": "scip"}
_GOOGLE: Final[dict[str, Any]] = {
    "code": "OR-tools", "bridge": "google", "package": "ortools", "install": EXTRA,
}  # fmt: skip
_VERTEX: Final = frozenset({DUALS, BASIS, WARM, TIME, TOLERANCE})
_SEEDED: Final = _VERTEX | {SEEDED}


def _highs(name: str, method: str, can: frozenset[str], base: str, **changed: Any) -> Algorithm:
    """An algorithm of HiGHS: the options with which ``solve`` runs ``base``, but for some."""
    return Algorithm(
        f"highs-{name}",
        method=method,
        can=can | {RAY, TIME, SEEDED, TOLERANCE},
        options={**SOLVERS[base].options, **changed},
        **_HIGHS,
    )


def _licensed(
    name: str, code: str, package: str, terms: Mapping[str, str], plugin: str = ""
) -> Algorithm:
    """A commercial solver: used where Pyomo finds it with a licence, never required.

    ``terms`` are its names for the options that the task's terms go to, ``plugin`` the module that
    brings the interface where Pyomo has none itself.
    """
    told = {"threads": THREADS, "seed": SEEDED, "primal": TOLERANCE}
    can = {DUALS, TIME, MIP, *(told[term] for term in terms if term in told)}
    return Algorithm(
        name,
        code,
        "its own choice",
        "pyomos",
        f"pip install {package}, and a licence",
        frozenset(can),
        package=package,
        options={"pyomo": f"{name}_direct", "plugin": plugin, "terms": terms},
    )


ALGORITHMS: Final = {
    each.name: each
    for each in (
        _highs("simplex", "dual simplex", _VERTEX, "simplex"),
        _highs("primal", "primal simplex", _VERTEX, "simplex", simplex_strategy=4),
        _highs("ipm", "interior point, crossover", _VERTEX, "ipm"),
        _highs("ipm-only", "interior point, no crossover", frozenset({DUALS}), "ipm",
               run_crossover="off"),
        _highs("hipo", "factorising interior point, crossover", _VERTEX | {THREADS}, "hipo"),
        _highs("pdlp", "first-order (PDLP)", frozenset({DUALS, WARM, THREADS}), "pdlp",
               pdlp_optimality_tolerance=NORMS),
        Algorithm("highs-mip", method="branch and cut", can=frozenset({*TERMS, MIP}),
                  options=WHOLE, **_HIGHS),
        Algorithm("glpk-simplex", method="dual, then primal simplex", can=_VERTEX,
                  options={"method": "dual"}, **_GLPK),
        Algorithm("glpk-primal", method="primal simplex", can=_VERTEX,
                  options={"method": "primal"}, **_GLPK),
        Algorithm("glpk-ipm", method="interior point, no crossover", can=frozenset({DUALS}),
                  options={"method": "interior"}, tolerance=None, **_GLPK),
        Algorithm("glpk-mip", method="branch and cut", can=frozenset({TIME, TOLERANCE, MIP}),
                  options={"method": "dual"}, **_GLPK),
        Algorithm("clp-dual", method="dual simplex", can=_SEEDED,
                  options={"method": "-dualsimplex"}, **_CLP),
        Algorithm("clp-primal", method="primal simplex", can=_SEEDED,
                  options={"method": "-primalsimplex"}, **_CLP),
        Algorithm("clp-barrier", method="interior point, crossover", can=_SEEDED,
                  options={"method": "-barrier"}, **_CLP),
        Algorithm("cbc", "CBC", "its own choice", "coin", "apt-get install coinor-cbc",
                  _SEEDED | {THREADS, MIP}, program="cbc", options={"method": "-solve"}),
        Algorithm("scip", "SCIP", "branch and cut; its dual simplex",
                  can=frozenset({DUALS, TIME, TOLERANCE, SEEDED, MIP}),
                  options={"method": "model"}, **_SCIP),
        Algorithm("soplex", "SoPlex", "dual simplex, as in SCIP", can=_SEEDED | {RAY},
                  options={"method": "lp", "pricing": DEVEX}, **_SCIP),
        Algorithm("glop", method="dual simplex (GLOP)", can=_SEEDED,
                  options={"method": "GLOP", "dual": "true"}, **_GOOGLE),
        Algorithm("glop-primal", method="primal simplex (GLOP)", can=_SEEDED,
                  options={"method": "GLOP", "dual": "false"}, **_GOOGLE),
        Algorithm("pdlp", method="first-order (PDLP)",
                  can=frozenset({DUALS, TIME, TOLERANCE, THREADS}),
                  options={"method": "PDLP", "dual": ""}, tolerance=NORMS, **_GOOGLE),
        _licensed("gurobi", "Gurobi", "gurobipy", {
            "threads": "Threads", "seed": "Seed", "primal": "FeasibilityTol",
            "dual": "OptimalityTol", "gap": "MIPGap",
        }),
        _licensed("xpress", "Xpress", "xpress", {
            "threads": "threads", "seed": "randomseed", "primal": "feastol",
            "dual": "optimalitytol", "gap": "miprelstop",
        }),
        _licensed("cplex", "CPLEX", "cplex", {
            "threads": "threads", "seed": "randomseed",
            "primal": "simplex_tolerances_feasibility",
            "dual": "simplex_tolerances_optimality", "gap": "mip_tolerances_mipgap",
        }),
        _licensed("mosek", "MOSEK", "mosek", {
            "threads": "iparam.num_threads", "seed": "iparam.mio_seed",
            "primal": "dparam.intpnt_tol_pfeas", "dual": "dparam.intpnt_tol_dfeas",
            "gap": "dparam.mio_tol_rel_gap",
        }),
        _licensed("copt", "COPT", "coptpy", {
            "threads": "Threads", "primal": "FeasTol", "dual": "DualTol", "gap": "RelGap",
        }, plugin="copt_pyomo"),
    )
}  # fmt: skip


def choose(names: Sequence[str]) -> tuple[Algorithm, ...]:
    """Algorithms by name, pattern (``clp-*``) or code (``glpk``); all of them for no names.

    Raises UsageError for a name that none of them has.
    """
    chosen: dict[str, Algorithm] = {}
    for name in names or ["*"]:
        matching = {
            each.name: each
            for each in ALGORITHMS.values()
            if fnmatch(each.name, name.lower()) or each.code.lower() == name.lower()
        }
        if not matching:
            raise UsageError(f"there is no solver {name!r}; choose from {', '.join(ALGORITHMS)}")
        chosen |= matching
    return tuple(chosen.values())
