"""The bridge to commercial solvers, with stand-ins: HiGHS behind their place in Pyomo.

A stand-in is a module that registers a solver with Pyomo, as COPT's own does; it says what it is
told, has a licence or none, and answers, lies or crashes.  The interfaces that Pyomo has itself
of GLPK, CBC and HiGHS are run as they are.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

import allocator
from allocator.compare.comparison import compare
from allocator.compare.judge import Standing
from allocator.compare.problems import of_file
from allocator.solvers.algorithms import ALGORITHMS
from allocator.solvers.bridges.pyomos import licensed
from allocator.solvers.presence import version
from tests.compare import every_kind
from tests.compare.test_solvers import COMMERCIAL, INFEASIBLE
from tests.compare.test_whole import BEST, KINDS
from tests.compare.unhurried import UNHURRIED
from tests.presence import need

STAND_IN = """\
import os
import pyomo.environ as pyo
from pyomo.opt import SolverFactory

@SolverFactory.register("{name}")
class StandIn:
    def __init__(self, **options):
        self.options = {{}}
    def available(self, exception_flag=True):
        if "{way}" == "broken":
            raise RuntimeError("cannot load the shared library")
        return True
    def license_is_valid(self):
        return "{way}" != "unlicensed"
    def solve(self, model, timelimit=None, load_solutions=True):
        print("told", sorted(self.options.items()), timelimit)
        if "{way}" == "expired":
            raise RuntimeError("the licence has expired")
        if "{way}" == "crash":
            os.abort()
        found = pyo.SolverFactory("appsi_highs").solve(model, load_solutions=load_solutions)
        if "{way}" == "turned":
            for price in found.solution(0).constraint.values():
                price["Dual"] = -price["Dual"]
        return found
"""
GOOD = ALGORITHMS["highs-simplex"]
TERMS = replace(UNHURRIED, threads=2)


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """An algorithm like a commercial one's, of a stand-in that goes some way."""
    here = str(Path(allocator.__file__).parents[1])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), here]))
    monkeypatch.syspath_prepend(tmp_path)

    def made(way: str, name: str = "gurobi"):
        module, solver = f"stand_in_{way}", f"stand_in_{way}_direct"
        (tmp_path / f"{module}.py").write_text(STAND_IN.format(name=solver, way=way))
        like = ALGORITHMS[name]
        options = {**like.options, "pyomo": solver, "plugin": module}
        return replace(like, package="highspy", options=options)

    return made


def result(folder, text, *algorithms):
    path = folder / "program.mps"
    path.write_text(text)
    found = compare([of_file(path)], algorithms, TERMS, ranges=False)
    return found, found.compared[0].results[0]


@pytest.mark.usefixtures("in_this_process")
def test_it_is_found_solves_and_is_certified(tmp_path, stand_in):
    found, one = result(tmp_path, every_kind.FREE, stand_in("good"))
    assert (one.standing, one.reason) == (Standing.CERTIFIED, ""), one.log
    assert one.objective == pytest.approx(every_kind.OBJECTIVE)
    rows = found.compared[0].problem.program.rows["row"].positions
    dual = {at: one.dual[rows[(at,)]] for at in every_kind.DUAL}
    assert dual == pytest.approx(every_kind.DUAL, abs=1e-7)
    assert found.agrees


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize("name", ["gurobi", "copt"])
def test_it_is_told_the_terms_by_its_own_names(tmp_path, stand_in, name):
    algorithm = stand_in("good", name)
    _, one = result(tmp_path, every_kind.FREE, algorithm)
    values = {"threads": 2, "seed": 1, "primal": 1e-8, "dual": 1e-8}
    names = algorithm.options["terms"]
    told = sorted((names[term], value) for term, value in values.items() if term in names)
    assert f"told {told} {TERMS.seconds:.0f}" in one.log
    assert ("seed" in algorithm.ignores) is ("seed" not in names)


@pytest.mark.usefixtures("in_this_process")
def test_whole_columns(tmp_path, stand_in):
    _, one = result(tmp_path, KINDS, stand_in("good"))
    assert (one.standing, one.reason) == (Standing.FEASIBLE, ""), one.log
    assert one.objective == pytest.approx(BEST)
    assert "('MIPGap', 1e-09)" in one.log


@pytest.mark.usefixtures("in_this_process")
def test_an_infeasible_program_is_only_claimed(tmp_path, stand_in):
    _, one = result(tmp_path, INFEASIBLE, stand_in("good"))
    assert (one.standing, one.status) == (Standing.CLAIMED, "infeasible"), one.log


@pytest.mark.parametrize("way", ["unlicensed", "broken"])
def test_without_a_licence_it_is_absent(tmp_path, stand_in, way):
    algorithm = stand_in(way)
    assert version(algorithm) is None
    _, one = result(tmp_path, every_kind.FREE, algorithm)
    assert one.standing is Standing.ABSENT


@pytest.mark.parametrize(("way", "said"), [("expired", "has expired"), ("crash", "SIGABRT")])
def test_a_failure_costs_its_own_row(tmp_path, stand_in, way, said):
    found, one = result(tmp_path, every_kind.FREE, stand_in(way), GOOD)
    assert one.standing is Standing.FAILED
    assert said in one.reason
    assert found.compared[0].results[1].standing is Standing.CERTIFIED


@pytest.mark.usefixtures("in_this_process")
def test_duals_of_the_other_sign_are_caught(tmp_path, stand_in):
    _, one = result(tmp_path, every_kind.FREE, stand_in("turned"))
    assert one.standing is Standing.CLAIMED
    assert "wrong sign" in one.reason


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize("name", ["glpk", "cbc", "appsi_highs", "highs"])
def test_pyomos_own_interfaces(tmp_path, name):
    if name in ("glpk", "cbc"):
        need({"glpk": "glpsol"}.get(name, name))
    assert licensed(name)
    options = {"pyomo": name, "plugin": "", "terms": {}}
    algorithm = replace(ALGORITHMS["gurobi"], package="highspy", options=options)
    _, one = result(tmp_path, every_kind.maximised(), algorithm)
    assert (one.standing, one.reason) == (Standing.CERTIFIED, ""), one.log
    assert one.objective == pytest.approx(every_kind.OBJECTIVE)


def test_commercial_solvers_are_never_needed():
    for each in ALGORITHMS.values():
        if each.code in COMMERCIAL:
            assert each.package and "licence" in each.install
            assert each.takes(True) and each.takes(False)
