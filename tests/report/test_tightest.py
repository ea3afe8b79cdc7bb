"""The inputs that put the target out of reach soonest: proved on both sides, told on every page."""

from __future__ import annotations

import json

import pytest

from allocator.instance.cell_changes import changed
from allocator.plan.saving import load, save
from allocator.report.pages.headline import answer
from allocator.report.pages.tightest import tightest_said
from allocator.solving.solve import solve
from tests.plans import instance_of, plan_of


@pytest.fixture(scope="module")
def tight():
    return solve(instance_of("window"), ask_tightest=True)


def test_there_is_a_plan_just_before_and_none_there(tight):
    rows = tight.tables["tightest"].to_dict("records")
    assert rows[0]["input"] == "states.home.unit_cost"
    assert [abs(row["share"]) for row in rows] == sorted(abs(row["share"]) for row in rows)
    row = rows[0]
    for times, status in ((1.0, "infeasible"), (0.99, "optimal")):
        moved = changed(instance_of("window"), f"{row['input']}=*{1 + times * row['share']!r}")
        assert solve(moved, every_window=False).status == status


def test_the_answer_says_so_where_it_was_asked(tight):
    said = tightest_said(tight)
    assert said.startswith("It hangs on this: no plan meets the targets within the funds with ")
    assert "the unit cost of home 6.1% higher; " in said
    assert said.endswith(", each alone.")
    assert said in answer(tight)
    assert "It hangs on this" not in answer(plan_of("window"))
    assert tight.to_dict()["tightest"][0]["input"] == "states.home.unit_cost"
    assert "tightest" not in plan_of("window").to_dict()


def test_it_is_saved_with_the_plan(tight, tmp_path):
    save(tight, tmp_path / "plan")
    assert answer(load(tmp_path / "plan")) == answer(tight)
    facts = json.loads((tmp_path / "plan" / "plan.json").read_text())
    assert len(facts["tightest"]) == len(tight.tables["tightest"])


def test_targets_that_may_be_missed_at_a_price_are_never_out_of_reach():
    priced = instance_of("hand", "shortfall.excess_price=100000")
    assert "tightest" not in solve(priced, ask_tightest=True).tables
