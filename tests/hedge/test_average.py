"""The cost of hedging against the average, and the weights that the duals give, on paper.

A hundred children in care for two years at 50,000 a year, and a service whose case costs 10,000 and
takes `effect` children out of care, half of the year on average in the first, all of the second.
It works (0.25, and then a child in care costs 51,000) or fails (0.05), with even chances.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from allocator import clock
from allocator.errors import TimeLimitError
from allocator.hedge import Hedge, hedge
from allocator.hedge.average import average_of
from allocator.hedge.saving import load_hedge, save_hedge
from allocator.hedge.saving.recheck import audit_hedge
from allocator.hedge.values import following_today
from allocator.instance import read
from allocator.instance.cell_changes import with_only
from allocator.instance.change import apply_changes
from allocator.instance.scenarios import scenarios
from allocator.report.pages.hedge import text
from allocator.report.pages.hedge_items import worth_figures
from allocator.wording import pounds

HAND = Path(__file__).parents[1] / "cases" / "hand"
BASE = 10_000_000.0  # two years without the service
WORKS = 1.5 * 0.25 * 51_000 - 10_000  # what a case of the first year saves
FAILS = 10_000 - 1.5 * 0.05 * 50_000  # what it costs more than it saves
CASES = 0.02 * BASE / (WORKS + FAILS)  # at which both futures cost the same: 13.008


@cache
def instance_of(risk_weight: float):
    plain = apply_changes(
        read(HAND),
        [
            "transitions.exit.rate=0",
            "arrivals.*.children=0",
            "budgets.*.amount=20000000",
            "services.reunify.maximum=100",
            "uncertainty.decide=1",
            f"uncertainty.risk_weight={risk_weight}",
            "uncertainty.risk_level=1",
        ],
    )
    changes = [
        {"scenario": "fails", "cell": "effects.*.effect", "value": "0.05"},
        {"scenario": "works", "cell": "states.care.unit_cost", "value": "51000"},
    ]
    rows = [{"scenario": name, "probability": 0.5} for name in ("works", "fails")]
    told = with_only(with_only(plain, "targets", []), "scenarios", rows)
    return with_only(told, "changes", changes)


@cache
def hedge_of(risk_weight: float) -> Hedge:
    return hedge(instance_of(risk_weight))


def test_the_average_future_has_the_mean_of_every_number_that_differs():
    average = average_of(scenarios(instance_of(0.0)))
    assert average.tables["effects"][0]["effect"] == pytest.approx(0.15)
    assert average.tables["states"][0]["unit_cost"] == pytest.approx(50_500)
    assert average.tables["services"][0]["maximum"] == 100


def test_against_the_average_it_costs_what_the_worst_future_is_feared_for():
    """The average saves 1,362.50 a case, so its plan has 100; the hedge settles 13.008 of them."""
    found, saves = hedge_of(0.9), 1.5 * 0.15 * 50_500 - 10_000
    assert found.settled["reunify"][2020] == pytest.approx(CASES)
    assert found.average.cost == pytest.approx(1.01 * BASE - 100 * saves)
    assert found.average.hedged == pytest.approx(1.01 * BASE - CASES * saves)
    assert found.cost_of_hedging == pytest.approx((100 - CASES) * saves)
    told = " ".join(text(found).split())
    assert "Were the average of the futures certain £9.96m" in told
    more = f"{pounds((100 - CASES) * saves)} more"
    assert f"What is settled costs, should the average come {more}" in told
    assert [row[1] for row in worth_figures(found).rows][2:4] == ["£9.96m", more]


def test_where_risk_does_not_count_the_plan_of_the_average_is_as_good_here():
    found = hedge_of(0.0)
    assert found.settled["reunify"][2020] == pytest.approx(100)
    assert found.cost_of_hedging == pytest.approx(0, abs=1e-3)
    assert [each.weight for each in found.futures] == [0.5, 0.5]


def test_of_futures_that_are_as_dear_the_duals_tell_the_weights():
    """At 13.008 cases one more saves in one what it costs in the other, by their weights."""
    works, fails = hedge_of(0.9).futures
    assert works.cost == pytest.approx(fails.cost)
    assert works.weight == pytest.approx(FAILS / (WORKS + FAILS))
    assert fails.weight == pytest.approx(WORKS / (WORKS + FAILS))


def test_both_are_kept_and_held_to_what_they_say(tmp_path):
    found, folder = hedge_of(0.9), tmp_path / "hedge"
    save_hedge(found, folder)
    again = load_hedge(folder)
    assert again.average == found.average
    assert [each.weight for each in again.futures] == [each.weight for each in found.futures]
    verdict = audit_hedge(folder, every_window=True)
    assert verdict.passed, (verdict.disagreements, verdict.audit.failure())


def test_weights_that_do_not_make_the_objective_fail_the_audit():
    from allocator.hedge.saving.recheck import _of_the_whole

    found = hedge_of(0.0)
    first, second = found.futures
    damaged = replace(
        found, futures=(replace(first, weight=0.9), replace(second, weight=0.1)), objective=BASE
    )
    broken = [each.rule for each in _of_the_whole(damaged) if each.relative > 1e-6]
    assert "weights make the objective of the costs" in broken


@pytest.fixture(scope="module")
def cut_short():
    """A hedge whose time is over once the average is known, before today's plan is followed."""
    with pytest.MonkeyPatch.context() as patched:
        time = [0.0]
        patched.setattr(clock, "now", lambda: time[0])

        def late(*told):
            time[0] = 61.0
            return following_today(*told)

        patched.setattr(import_module("allocator.hedge.hedge"), "following_today", late)
        return hedge(instance_of(0.9), time_limit=60)


def test_a_time_limit_leaves_the_plan_and_says_what_it_left_out(cut_short):
    whole = hedge_of(0.9)
    assert cut_short.unfinished.startswith("out of time while working out what knowing more")
    assert cut_short.objective == whole.objective and cut_short.average == whole.average
    assert cut_short.settled == whole.settled and cut_short.is_proved
    assert cut_short.following is None and cut_short.alone is None and whole.following is not None
    told = " ".join(text(cut_short).split())
    assert "Not all of it: out of time while working out" in told
    assert "should the average come" in told and "without scenarios" not in told
    assert "Settling the plan without scenarios" in " ".join(text(whole).split())


def test_what_was_left_out_for_time_is_no_fault_of_a_saved_hedge(cut_short, tmp_path):
    save_hedge(cut_short, tmp_path / "cut")
    assert load_hedge(tmp_path / "cut").unfinished == cut_short.unfinished
    checked = audit_hedge(tmp_path / "cut", every_window=True)
    assert checked.passed, checked.disagreements


def test_a_time_limit_that_ends_before_a_plan_is_proved_is_an_error(monkeypatch):
    time = iter(range(0, 10**6, 10))
    monkeypatch.setattr(clock, "now", lambda: float(next(time)))
    with pytest.raises(TimeLimitError, match="0 of 1 window is known"):
        hedge(instance_of(0.0), time_limit=15)
