"""The inputs that put the target out of reach soonest: proved on both sides, told on every page."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from allocator.clock import limited
from allocator.errors import SolverError
from allocator.explain.explanation import explain
from allocator.instance.cell_changes import changed
from allocator.plan.saving import load, save
from allocator.report.html.findings import sections
from allocator.report.outputs import open_saved
from allocator.report.pages.explanation import text
from allocator.report.pages.headline import answer
from allocator.report.pages.summary import WHERE_TO_ASK, summary
from allocator.report.pages.tightest import tightest_said, untold
from allocator.report.saved_plan import SavedPlan
from allocator.solving.reach import NEAR, Room
from allocator.solving.solve import solve, with_tightest
from tests.plans import contents, failing, instance_of, plan_of


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


class Bent(Room):
    """Room of 0.001 that half of an input's share takes, until another window comes to leave more.

    Of that one a fifth is taken, so that none is left at 0.003.
    """

    def __init__(self) -> None:
        self.asked = 0

    def at(self, key="", share=0.0):
        self.asked += 1
        left = max(0.001 - 0.5 * share, 0.0006 - 0.2 * share)
        return SimpleNamespace(value=lambda n: -left, optimal=True)

    def taken(self, key, here, share=0.0):
        return -0.5 if 0.001 - 0.5 * share > 0.0006 - 0.2 * share else -0.2


def test_where_another_window_comes_to_leave_more_the_share_is_found_all_the_same():
    room = Bent()
    found = room.used_up("arrivals", 1.0, 0.002, 0.001)
    assert 0.003 <= found <= 0.003 * (1 + NEAR)
    assert room.asked <= 5


def test_a_page_of_a_plan_saved_without_it_has_it(tmp_path):
    plan = plan_of("hand", "targets.2021.children=66")
    save(plan, tmp_path / "plan")
    before = contents(tmp_path / "plan")
    (saved,) = open_saved([tmp_path / "plan"])
    said = tightest_said(saved.plan)
    assert said.startswith("It hangs on this: no plan meets the target within the funds with ")
    assert said in answer(saved.plan)
    assert contents(tmp_path / "plan") == before
    assert WHERE_TO_ASK in summary(plan)
    assert WHERE_TO_ASK not in summary(saved.plan)


def test_a_page_does_without_it_where_the_solver_fails(tmp_path, monkeypatch):
    save(plan_of("hand"), tmp_path / "plan")
    monkeypatch.setattr("allocator.solving.reach.tightest", failing(SolverError("no")))
    (saved,) = open_saved([tmp_path / "plan"])
    assert saved.plan.to_dict() == plan_of("hand").to_dict()
    assert "the solver gave no answer" in untold(saved.plan)


def test_explain_has_it_where_it_is_asked():
    instance = instance_of("hand", "targets.2021.children=66")
    found = explain(instance, ask_tightest=True)
    assert found.facts()["tightest"][0]["input"] == "states.care.unit_cost"
    assert tightest_said(found.plan) in " ".join(text(found).split())
    assert "tightest" not in explain(instance).facts()


UNTOLD = "Which inputs, a little worse, leave no plan is not told: "


def test_why_it_is_not_told_is_known(monkeypatch):
    assert untold(plan_of("window")).startswith(f"{UNTOLD}it was not asked.")
    with limited(0):
        late = untold(with_tightest(plan_of("window")))
    assert late.startswith(f"{UNTOLD}there was no time left to ask.")
    far = untold(with_tightest(plan_of("hand", "budgets.*.amount=*10")))
    assert far.startswith("No unit cost, arrivals, frequent move or service, each alone ")
    assert "--set" not in far
    monkeypatch.setattr("allocator.solving.reach.MOST_ROWS", 1)
    assert "too large" in untold(with_tightest(plan_of("window")))


def test_targets_and_funds_that_leave_no_room_are_told_so(monkeypatch):
    monkeypatch.setattr("allocator.solving.reach.with_room", lambda windows: [])
    plan = with_tightest(plan_of("hand"))
    assert untold(plan).startswith("The targets and the funds leave no room: ")


def test_where_it_is_not_told_a_page_says_why_and_how_to_ask(tight):
    plan = replace(plan_of("window"), untold="large")
    said = untold(plan)
    assert said.startswith(f"{UNTOLD}the program is too large to be solved again so often.")
    key = said.partition("--set '")[2].partition("'")[0]
    assert solve(changed(instance_of("window"), key), every_window=False).status
    assert untold(tight) == ""
    assert untold(plan_of("hand", "shortfall.excess_price=100000")) == ""
    assert untold(plan_of("hand-infeasible")) == ""
    notes = [
        block.text
        for section in sections(SavedPlan("plan", plan, "1", plan.audit))
        for block in section.blocks
        if block.kind == "text"
    ]
    assert said in notes
