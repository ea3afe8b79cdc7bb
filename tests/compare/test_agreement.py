"""Every solver that is there, on the instances: certified optima that agree to 1e-6."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator.compare.comparison import certified, compare
from allocator.compare.problems import of_instance
from allocator.compare.race import Terms
from allocator.instance import read
from allocator.solvers.algorithms import choose
from tests.compare.test_solvers import LINEAR, there
from tests.plans import NAMES, instance_of
from tests.presence import need_algorithms

# The North East has 42,227 rows: six algorithms of four codes that share no simplex method, those
# that take seconds.  GLPK and SCIP take longer than two and a half minutes each, the others too
# take the longer.  `allocator compare instances/north-east-2025` runs all of them.
LARGE = "north-east-2025"
FOR_LARGE = ("highs-hipo", "highs-ipm", "clp-dual", "clp-barrier", "soplex", "glop-primal")
FOLDER = Path(__file__).parents[2] / "instances"
INSTANCES = sorted(p for p in FOLDER.iterdir() if p.is_dir() and p.name != LARGE)
FIRST_ORDER = ("highs-pdlp", "pdlp")  # they need minutes on the instances, seconds on the cases


def solvers(*left_out: str):
    return choose([name for name in there() if name not in left_out])


@pytest.mark.parametrize("case", [name for name in NAMES if name != "hand-infeasible"])
def test_all_solvers_agree_on_the_cases(case):
    found = compare([of_instance(instance_of(case), "least_cost")], solvers(), Terms(60.0))
    check(found, all_but=FIRST_ORDER)


def test_all_solvers_agree_on_the_second_objective():
    problem = of_instance(instance_of("window"), "largest_reduction")
    check(compare([problem], solvers(*FIRST_ORDER), Terms(60.0)), all_but=("glpk-ipm",))


def test_where_there_is_no_plan_it_is_proved():
    problem = of_instance(instance_of("hand-infeasible"), "least_cost")
    found = compare([problem], solvers("glpk-ipm"), Terms(60.0)).compared[0]
    assert {result.status for result in found.results} == {"infeasible"}
    assert {result.algorithm.code for result in certified(found)} >= {"HiGHS", "SoPlex"}


@pytest.mark.parametrize("path", INSTANCES, ids=lambda path: path.name)
def test_six_algorithms_of_four_codes_agree_on_the_instances(path):
    problem = of_instance(read(path), "least_cost")
    chosen = [name for name in there() if name not in FIRST_ORDER]
    check(compare([problem], choose(chosen), Terms(120.0), ranges=False), all_but=("glpk-ipm",))
    need_algorithms(*LINEAR)


def test_six_algorithms_of_four_codes_agree_on_the_largest_instance():
    problem = of_instance(read(FOLDER / LARGE), "least_cost")
    chosen = [name for name in FOR_LARGE if name in there()]
    check(compare([problem], choose(chosen), Terms(300.0), ranges=False), all_but=())
    need_algorithms(*FOR_LARGE)


def check(found, all_but):
    one = found.compared[0]
    proved = certified(one)
    told = [(each.algorithm.name, each.status, each.reason) for each in one.results]
    left = {each.algorithm.name for each in one.results} - {e.algorithm.name for e in proved}
    assert left <= set(all_but), told
    codes = {each.algorithm.code for each in proved} - {"CBC"}  # Clp solves its linear programs
    assert len(proved) >= 6 and len(codes) >= 4, told
    assert found.agrees and one.agreement.spread <= 1e-6
