"""Draws as futures: written out they are the same instance, and the few are near the many."""

from __future__ import annotations

import json
import shutil
from itertools import pairwise

import numpy as np
import pytest

from allocator.errors import UsageError
from allocator.instance import read
from allocator.instance.scenarios import scenarios
from allocator.stress.reduced import drawn_futures, selected, written_out
from tests.hedge.hedges import CASES, instance_of
from tests.plans import CASES as PLAIN


@pytest.mark.parametrize(
    "folder",
    [CASES / "staff-areas", PLAIN / "two-areas", PLAIN / "drivers"],
    ids=["staff", "areas", "drivers"],
)
def test_an_instance_written_out_by_year_is_the_same(folder):
    instance = read(folder)
    plain = written_out(instance)
    for family in ("rates", "arrivals", "prices", "effects"):
        ours, its = (getattr(each.resolved, family) for each in (plain, instance))
        assert {k: v for k, v in ours.items() if v} == {k: v for k, v in its.items() if v}


def test_fast_forward_selection_on_paper():
    """Points 0, 1, 2, 10 on a line: first 1 (or 2), then 10; distances 1, 0, 1, 0 of four."""
    points = np.array([0.0, 1.0, 2.0, 10.0])
    apart = np.abs(points[:, None] - points[None, :])
    kept, nearest, distance = selected(apart, 2)
    assert kept.tolist() == [1, 3]
    assert nearest.tolist() == [0, 0, 0, 1]
    assert distance == pytest.approx(0.5)
    assert selected(apart, 4)[2] == 0
    assert selected(apart, 1)[2] == pytest.approx(11 / 4)


def test_draws_are_scenarios_that_add_up_and_more_of_them_are_nearer():
    instance = instance_of("two-stage")
    made, told = drawn_futures(instance, 32, 1, kept=4)
    listed = scenarios(made)
    assert len(listed) == told.kept == 4
    assert sum(each.probability for each in listed) == pytest.approx(1)
    shares = [round(32 * each.probability) for each in listed]
    assert [each.label.split(", ")[1] for each in listed] == [f"for {n} of 32" for n in shares]
    assert len(set(shares)) > 1
    more = drawn_futures(instance, 32, 1, kept=8)[1]
    assert 0 < more.distance < told.distance < told.alone
    pairs = pairwise(each.instance.resolved.rates for each in listed)
    assert all(one != other for one, other in pairs)
    assert drawn_futures(instance, 32, 1, kept=4)[0].hash == made.hash


def test_too_many_draws_are_refused():
    with pytest.raises(UsageError, match="keep one or more, of no more than 5,000"):
        drawn_futures(instance_of("two-stage"), 6_000, 1)


def test_a_calibration_beside_the_instance_says_how_far_rates_are_drawn(run, tmp_path):
    shutil.copytree(CASES / "two-stage", tmp_path / "two-stage")
    sure = {"from": "outside care", "to": "foster", "low": 0.5, "mean": 1.0, "high": 1.6}
    told = {"kind": "ssda903", "level": 0.8, "rates": [sure]}
    (tmp_path / "calibration.json").write_text(json.dumps(told), encoding="utf-8")
    asked = ("--draw", "8", "--keep", "1", "--json")
    without = json.loads(run("hedge", tmp_path / "two-stage", *asked).stdout)["origin"]
    calibrated = ("--calibrated", tmp_path)
    told = json.loads(run("hedge", tmp_path / "two-stage", *asked, *calibrated).stdout)["origin"]
    (tmp_path / "calibration.json").rename(tmp_path / "two-stage" / "calibration.json")
    beside = json.loads(run("hedge", tmp_path / "two-stage", *asked).stdout)["origin"]
    assert told == beside
    assert "the intervals of the rates" in told["rates_from"]
    assert "no calibration" in without["rates_from"]
    assert told["distance"] > 1.01 * without["distance"]


def test_a_hedge_over_draws_from_the_command_line(run):
    asked = ("--draw", "16", "--seed", "3", "--keep", "2", "--json")
    facts = json.loads(run("hedge", CASES / "two-stage", *asked).stdout)
    assert facts["origin"]["kind"] == "draw"
    assert facts["origin"]["kept"] == len(facts["scenarios"]) == 2
    assert run("hedge", CASES / "two-stage", "--draw", "4", "--low-at-once", "1").exit_code == 2
