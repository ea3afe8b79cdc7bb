"""The summary of a plan whose other windows were ruled out, not solved."""

from __future__ import annotations

from allocator.instance import read
from allocator.plan.saving import load, save
from allocator.report import summary
from allocator.solving.solve import solve
from tests.plans import CASES


def test_windows_that_cannot_be_better_are_told_with_their_bound():
    plan = solve(read(CASES / "window"), every_window=False)
    bounded = [outcome for outcome in plan.windows if outcome.status == "bounded"]
    assert bounded and all(outcome.at_least > plan.objective for outcome in bounded)
    told = summary(plan)
    assert "at least £1,301.2m        not solved" in told
    assert "5 windows that cannot be better, not solved" in told
    assert "no plan exists" not in told


def test_the_bound_is_in_the_facts():
    plan = solve(read(CASES / "window"), every_window=False)
    none = plan.to_dict()["windows"][0]
    assert (none["status"], none["objective"], none["proved"]) == ("bounded", None, True)
    assert 1.3e9 < none["at_least"] <= 1302235364.0594


def test_the_bound_is_saved_and_loaded(tmp_path):
    plan = solve(read(CASES / "window"), every_window=False)
    save(plan, tmp_path / "plan")
    assert load(tmp_path / "plan").windows == plan.windows
    header, none, *_ = (tmp_path / "plan" / "windows.csv").read_text().splitlines()
    assert header.endswith("at_least") and none.endswith(str(plan.windows[0].at_least))
