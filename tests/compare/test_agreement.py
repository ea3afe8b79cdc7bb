"""Every solver that is there, on the instances: certified optima that agree to 1e-6."""

from __future__ import annotations

import pytest

from allocator.compare.comparison import certified, compare
from allocator.compare.problems import of_instance
from allocator.instance import read
from allocator.solvers.algorithms import choose
from tests.compare.test_solvers import LINEAR, there
from tests.compare.unhurried import UNHURRIED
from tests.plans import LARGEST, PERIOD, instance_of, standing, yearly
from tests.presence import need_algorithms

pytestmark = pytest.mark.usefixtures("in_this_process")

# Six algorithms of four codes that share no simplex method.  They take seconds on the 42,227 rows
# of the North East, where GLPK and SCIP take longer than two and a half minutes each.
# `allocator compare instances/north-east-2025` runs all of them.
SIX = ("highs-hipo", "highs-ipm", "clp-dual", "clp-barrier", "soplex", "glop-primal")
# GLOP gives up where a child stays for days (contacts of adcs-2016): coefficients down to 1e-53.
IN_DAYS = (*SIX[:-1], "glpk-simplex")
FIRST_ORDER = ("highs-pdlp", "pdlp")  # seconds on the smallest, minutes on the instances


def solvers(*left_out: str):
    return choose([name for name in there() if name not in left_out])


def six(names=SIX):
    return choose([name for name in names if name in there()])


@pytest.mark.parametrize("case", ["hand", "window"])
def test_all_solvers_agree_on_the_cases(case):
    """The first-order methods on the smaller."""
    chosen = solvers() if case == "hand" else solvers(*FIRST_ORDER)
    problem = of_instance(instance_of(case), "least_cost")
    check(compare([problem], chosen, UNHURRIED), all_but=FIRST_ORDER)


@pytest.mark.parametrize(
    ("case", "formulation"),
    [
        ("annual-returns-limits", "least_cost"),
        ("two-areas", "least_cost"),
        ("window", "largest_reduction"),
    ],
)
def test_six_algorithms_of_four_codes_agree_on_the_others(case, formulation):
    check(compare([of_instance(instance_of(case), formulation)], six(), UNHURRIED), needed=SIX)


def test_where_there_is_no_plan_it_is_proved():
    problem = of_instance(instance_of("hand-infeasible"), "least_cost")
    found = compare([problem], solvers("glpk-ipm"), UNHURRIED).compared[0]
    assert {result.status for result in found.results} == {"infeasible"}
    assert {result.algorithm.code for result in certified(found)} >= {"HiGHS", "SoPlex"}


@pytest.mark.parametrize("name", standing(but=LARGEST))
def test_six_algorithms_of_four_codes_agree_on_the_instances(name):
    """By years."""
    names = IN_DAYS if name == "adcs-2016" else SIX
    problem = of_instance(yearly(name), "least_cost")
    check(compare([problem], six(names), UNHURRIED, ranges=False), needed=names)


@pytest.mark.large
def test_six_algorithms_of_four_codes_agree_on_the_largest_instance():
    problem = of_instance(read(PERIOD / LARGEST), "least_cost")
    check(compare([problem], six(), UNHURRIED, ranges=False), needed=SIX)


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
