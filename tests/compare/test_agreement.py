"""Every solver that is there, on the instances: certified optima that agree to 1e-6."""

from __future__ import annotations

import pytest

from allocator.compare.comparison import certified, compare
from allocator.compare.problems import of_instance
from allocator.instance import read
from allocator.solvers.algorithms import choose
from tests.compare.test_solvers import LINEAR, there
from tests.compare.unhurried import UNHURRIED
from tests.plans import INSTANCES, LARGER, LARGEST, NAMES, instance_of, standing
from tests.presence import need_algorithms

# The North East has 42,227 rows: six algorithms of four codes that share no simplex method, those
# that take seconds.  GLPK and SCIP take longer than two and a half minutes each, the others too
# take the longer.  `allocator compare instances/north-east-2025` runs all of them.
FOR_LARGE = ("highs-hipo", "highs-ipm", "clp-dual", "clp-barrier", "soplex", "glop-primal")
FIRST_ORDER = ("highs-pdlp", "pdlp")  # they need minutes on the instances, seconds on the cases


def solvers(*left_out: str):
    return choose([name for name in there() if name not in left_out])


@pytest.mark.parametrize("case", [name for name in NAMES if name != "hand-infeasible"])
def test_all_solvers_agree_on_the_cases(case):
    found = compare([of_instance(instance_of(case), "least_cost")], solvers(), UNHURRIED)
    check(found, all_but=FIRST_ORDER)


def test_all_solvers_agree_on_the_second_objective():
    problem = of_instance(instance_of("window"), "largest_reduction")
    check(compare([problem], solvers(*FIRST_ORDER), UNHURRIED), all_but=("glpk-ipm",))


def test_where_there_is_no_plan_it_is_proved():
    problem = of_instance(instance_of("hand-infeasible"), "least_cost")
    found = compare([problem], solvers("glpk-ipm"), UNHURRIED).compared[0]
    assert {result.status for result in found.results} == {"infeasible"}
    assert {result.algorithm.code for result in certified(found)} >= {"HiGHS", "SoPlex"}


@pytest.mark.parametrize("name", standing(*LARGER, but=LARGEST))
def test_six_algorithms_of_four_codes_agree_on_the_instances(name):
    problem = of_instance(read(INSTANCES / name), "least_cost")
    chosen = [name for name in there() if name not in FIRST_ORDER]
    check(compare([problem], choose(chosen), UNHURRIED, ranges=False), all_but=("glpk-ipm",))


@pytest.mark.large
def test_six_algorithms_of_four_codes_agree_on_the_largest_instance():
    problem = of_instance(read(INSTANCES / LARGEST), "least_cost")
    chosen = [name for name in FOR_LARGE if name in there()]
    check(compare([problem], choose(chosen), UNHURRIED, ranges=False), needed=FOR_LARGE)


def check(found, all_but=(), needed=LINEAR):
    """All that are there agree; with a solver absent the rest is skipped, by its name."""
    one = found.compared[0]
    proved = certified(one)
    told = [(each.algorithm.name, each.status, each.reason) for each in one.results]
    left = {each.algorithm.name for each in one.results} - {e.algorithm.name for e in proved}
    assert left <= set(all_but), told
    assert found.agrees and one.agreement.spread <= 1e-6
    need_algorithms(*needed)
    codes = {each.algorithm.code for each in proved} - {"CBC"}  # Clp solves its linear programs
    assert len(proved) >= 6 and len(codes) >= 4, told
