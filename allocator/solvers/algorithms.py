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
from allocator.solvers.catalogue import SOLVERS

ASKED: Final = 1e-8  # feasibility and optimality tolerance that every solver is asked for
NORMS: Final = (
    1e-9  # the same of a first-order method, whose tolerance is of norms, not of each row
)
SEED: Final = 1

# What a solver can do, as ``allocator solvers`` lists it.
DUALS, BASIS, WARM, TIME, THREADS, MIP, RAY = (
    "duals", "basis", "warm start", "time limit", "threads", "mip", "ray",
)  # fmt: skip


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
_VERTEX: Final = frozenset({DUALS, BASIS, WARM, TIME})


def _highs(name: str, method: str, can: frozenset[str], base: str, **changed: Any) -> Algorithm:
    """An algorithm of HiGHS: the options with which ``solve`` runs ``base``, but for some."""
    return Algorithm(
        f"highs-{name}", method=method, can=can | {RAY},
        options={**SOLVERS[base].options, **changed}, **_HIGHS,
    )  # fmt: skip


def _licensed(name: str, code: str, package: str) -> Algorithm:
    """A commercial solver: used where Pyomo finds it with a licence, never required."""
    return Algorithm(
        name, code, "its own choice", "pyomos", f"pip install {package}, and a licence",
        frozenset({DUALS, TIME, THREADS, MIP}), package=package, options={"pyomo": name},
    )  # fmt: skip


ALGORITHMS: Final = {
    each.name: each
    for each in (
        _highs("simplex", "dual simplex", _VERTEX | {MIP}, "simplex"),
        _highs("primal", "primal simplex", _VERTEX, "simplex", simplex_strategy=4),
        _highs("ipm", "interior point, crossover", _VERTEX, "ipm"),
        _highs("ipm-only", "interior point, no crossover", frozenset({DUALS, TIME}), "ipm",
               run_crossover="off"),
        _highs("hipo", "factorising interior point, crossover", _VERTEX | {THREADS}, "hipo"),
        _highs("pdlp", "first-order (PDLP)", frozenset({DUALS, WARM, TIME, THREADS}), "pdlp",
               pdlp_optimality_tolerance=NORMS),
        Algorithm("glpk-simplex", method="dual, then primal simplex", can=_VERTEX | {MIP},
                  options={"method": "dual"}, **_GLPK),
        Algorithm("glpk-primal", method="primal simplex", can=_VERTEX,
                  options={"method": "primal"}, **_GLPK),
        Algorithm("glpk-ipm", method="interior point, no crossover", can=frozenset({DUALS}),
                  options={"method": "interior"}, tolerance=None, **_GLPK),
        Algorithm("clp-dual", method="dual simplex", can=_VERTEX,
                  options={"method": "-dualsimplex"}, **_CLP),
        Algorithm("clp-primal", method="primal simplex", can=_VERTEX,
                  options={"method": "-primalsimplex"}, **_CLP),
        Algorithm("clp-barrier", method="interior point, crossover", can=_VERTEX,
                  options={"method": "-barrier"}, **_CLP),
        Algorithm("cbc", "CBC", "its own choice", "coin", "apt-get install coinor-cbc",
                  _VERTEX | {THREADS, MIP}, program="cbc", options={"method": "-solve"}),
        Algorithm("scip", "SCIP", "dual simplex, in branch and cut",
                  can=frozenset({DUALS, TIME, MIP}), options={"method": "model"}, **_SCIP),
        Algorithm("soplex", "SoPlex", "dual simplex, as in SCIP", can=_VERTEX | {RAY},
                  options={"method": "lp"}, **_SCIP),
        Algorithm("glop", method="dual simplex (GLOP)", can=_VERTEX,
                  options={"method": "GLOP"}, **_GOOGLE),
        Algorithm("pdlp", method="first-order (PDLP)", can=frozenset({DUALS, TIME, THREADS}),
                  options={"method": "PDLP"}, tolerance=NORMS, **_GOOGLE),
        _licensed("gurobi", "Gurobi", "gurobipy"),
        _licensed("xpress", "Xpress", "xpress"),
        _licensed("cplex", "CPLEX", "cplex"),
        _licensed("mosek", "MOSEK", "mosek"),
        _licensed("copt", "COPT", "coptpy"),
    )
}  # fmt: skip


def choose(names: Sequence[str]) -> tuple[Algorithm, ...]:
    """Algorithms by name, pattern (``clp-*``) or code (``glpk``); all of them for no names.

    Raises UsageError for a name that none of them has.
    """
    chosen: dict[str, Algorithm] = {}
    for name in names or ["*"]:
        found = {
            each.name: each
            for each in ALGORITHMS.values()
            if fnmatch(each.name, name.lower()) or each.code.lower() == name.lower()
        }
        if not found:
            raise UsageError(f"there is no solver {name!r}; choose from {', '.join(ALGORITHMS)}")
        chosen |= found
    return tuple(chosen.values())
