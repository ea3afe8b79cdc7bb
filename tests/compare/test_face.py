"""One optimum or many: told apart, and the width of the choice, on programs seen through by eye."""

from __future__ import annotations

import numpy as np
import pytest

from allocator.compare.comparison import compare
from allocator.compare.face import Face, unique_prices, widest
from allocator.compare.problems import of_file, of_instance
from allocator.solvers.algorithms import choose
from allocator.solvers.mps import read_mps
from tests.compare import every_kind
from tests.compare.unhurried import UNHURRIED
from tests.plans import instance_of

pytestmark = pytest.mark.usefixtures("in_this_process")

# Least x + y with x + y >= 4, x <= 3: anything from (0, 4) to (3, 1), and one price.
CHOICE = """\
NAME choice
ROWS
 N cost
 G need
COLUMNS
 x cost 1 need 1
 y cost 1 need 1
RHS
 RHS need 4
BOUNDS
 UP B x 3
ENDATA
"""
# Least x + y with x >= 1 told twice: one point, and a choice of prices.
TWICE = """\
NAME twice
ROWS
 N cost
 G once
 G again
COLUMNS
 x cost 1 once 1
 x again 1
 y cost 1 again 1
RHS
 RHS once 1 again 1
ENDATA
"""


@pytest.fixture
def program(tmp_path):
    def read(text):
        path = tmp_path / "file.mps"
        path.write_text(text)
        return read_mps(path)

    return read


def test_a_choice_is_found_and_its_width(program):
    the = program(CHOICE)
    primal, dual = np.array([2.0, 2.0]), np.array([1.0])
    face = Face(the, primal, dual)
    assert not face.unique()
    assert (face.range(0).least, face.range(0).most) == pytest.approx((0.0, 3.0), abs=1e-6)
    assert (face.range(1).least, face.range(1).most) == pytest.approx((1.0, 4.0), abs=1e-6)
    assert unique_prices(the, primal)


def test_a_choice_of_prices_is_found(program):
    the = program(TWICE)
    primal, dual = np.array([1.0, 0.0]), np.array([0.5, 0.5])
    assert Face(the, primal, dual).unique()
    assert not unique_prices(the, primal)


def test_one_optimum_with_one_set_of_prices_is_shown_to_be(program):
    the = program(every_kind.FREE)
    primal = np.array([every_kind.PRIMAL[index[0]] for index in the.columns["column"].indices])
    dual = np.array([every_kind.DUAL[index[0]] for index in the.rows["row"].indices])
    assert Face(the, primal, dual).unique()
    assert unique_prices(the, primal)


def test_paths_are_compared_only_where_there_is_one(tmp_path):
    path = tmp_path / "file.mps"
    solvers = choose(["highs-simplex", "glpk-primal"])
    path.write_text(CHOICE)
    many = compare([of_file(path)], solvers, UNHURRIED).compared[0].optimum
    assert many.paths_differ is None and many.prices_differ == pytest.approx(0.0, abs=1e-9)
    path.write_text(TWICE)
    one = compare([of_file(path)], solvers, UNHURRIED).compared[0].optimum
    assert one.prices_differ is None and one.paths_differ == pytest.approx(0.0, abs=1e-9)


def test_ranges_of_spend_hold_what_is_spent():
    problem = of_instance(instance_of("window"), "least_cost")
    found = compare([problem], choose(["highs-simplex", "soplex"]), UNHURRIED).compared[0]
    spend = problem.program.columns["spend"]
    assert len(found.optimum.spend) == spend.count
    for name, reach in found.optimum.spend:
        assert name.startswith("spend[")
        for result in found.results:
            value = result.primal[reach.column]
            assert reach.least - 1e-5 <= value <= reach.most + 1e-5


def test_the_widest_difference_is_relative():
    assert widest([np.array([1.0, 100.0]), np.array([1.0, 101.0])]) == pytest.approx(1 / 101)
    assert widest([np.array([1.0])]) == 0.0
