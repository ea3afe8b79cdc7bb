"""``convert``: the same children at each year's end, or every cell that stands in the way."""

from __future__ import annotations

import pytest

from allocator.instance import read
from allocator.simulate import baseline
from tests.model.cases import case
from tests.plans import CASES

AROUND = """
[areas]
area
east
west
[states]
area  state  in_care  opening  unit_cost
.     home   .        400      1000
.     care   yes      100      50000
west  care   yes      60       50000
[transitions]
area  from  to    rate  avoidable_share  year
.     home  care  0.1   0.3              .
.     home  care  0.12  0.3              2021
west  home  care  0.05  0.2              .
.     home  exit  0.4   .                .
.     care  home  0.2   .                .
.     care  exit  0.2   .                .
.     care  care  .     0.05             .
[arrivals]
state  year  children
home   2020  100
care   2020  25
[funds]
fund
core
[budgets]
fund  year  amount
core  2020  9000000
core  2021  9000000
"""


def same_year_ends(before, after):
    for area, children in baseline(read(before)).children_in_care.items():
        found = baseline(read(after)).children_in_care[area]
        assert list(found) == pytest.approx(list(children), rel=1e-6)


@pytest.mark.parametrize("periods", [1, 4])
def test_the_baseline_is_the_same(run, tmp_path, periods):
    before = case(AROUND, periods_per_year=periods).write(tmp_path / "before")
    after = tmp_path / "after"
    result = run("convert", before, "--timing", "continuous", "--out", after)
    assert (result.exit_code, result.stdout) == (0, "")
    assert read(after).timing == "continuous"
    same_year_ends(before, after)
    shares = read(after).resolved.avoidable
    assert shares["east", "care", "care", 2020] == pytest.approx(0.05 * periods)
    assert shares["west", "home", "care", 2020] == 0.2
    assert shares["west", "home", "care", 2021] == 0.3
    assert run("check", after).stdout == f"{after}: no problems\n"
    again = run("convert", after, "--timing", "continuous", "--out", tmp_path / "twice")
    assert again.exit_code == 2
    assert "its timing is continuous already" in again.stderr


def test_one_state_and_its_arrivals(run, tmp_path):
    assert run("convert", CASES / "hand", "--timing", "continuous",
               "--out", tmp_path / "hand").exit_code == 0  # fmt: skip
    same_year_ends(CASES / "hand", tmp_path / "hand")


def test_moves_in_two_steps_that_a_period_leaves_out_are_told_by_their_cells(run, tmp_path):
    chain = AROUND.replace(".     care  home  0.2   .                .\n", "")
    before = case(chain, periods_per_year=4).write(tmp_path / "before")
    result = run("convert", before, "--timing", "continuous", "--out", tmp_path / "after")
    assert result.exit_code == 0  # the move into care and out again stands beside its own
    lost = chain.replace(".     home  exit  0.4   .                .\n", "")
    before = case(lost, periods_per_year=4).write(tmp_path / "lost")
    result = run("convert", before, "--timing", "continuous", "--out", tmp_path / "never")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "transitions.csv, column rate: '-0.0" in result.stderr
    assert "would have to be a rate from home to exit in east in 2 years from 2020" in result.stderr
    assert result.stderr.count("from home to exit in east") == 1  # once, not for every year
    assert not (tmp_path / "never").exists()


def test_a_share_of_stayers_above_one_is_told(run, tmp_path):
    much = AROUND.replace("care  care  .     0.05", "care  care  .     0.5")
    before = case(much, periods_per_year=4).write(tmp_path / "before")
    result = run("convert", before, "--timing", "continuous", "--out", tmp_path / "after")
    assert result.exit_code == 2
    assert "transitions.csv, row 8, column avoidable_share: '2' is the share" in result.stderr


def test_rates_that_follow_a_driver_are_not_converted(run, tmp_path):
    driven = (
        AROUND
        + """
        [drivers]
        driver   year  value
        poverty  2020  30
        poverty  2021  32
        [responses]
        driver   from  to    response
        poverty  home  care  0.02
        """
    )
    before = case(driven).write(tmp_path / "before")
    result = run("convert", before, "--timing", "continuous", "--out", tmp_path / "after")
    assert result.exit_code == 2
    assert "its rates follow drivers" in result.stderr
