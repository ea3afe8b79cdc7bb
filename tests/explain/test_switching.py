"""Switching values: the whole plan solved anew on both sides of each, and at the ends."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from click.testing import CliRunner

from allocator.cli import cli
from allocator.errors import UsageError
from allocator.explain.straight import Straight
from allocator.explain.switching import judge, worker
from allocator.explain.switching.inputs import inputs
from allocator.explain.switching.judge import Judge
from allocator.explain.switching.outcomes import CHOSEN, EVENTS
from allocator.explain.switching.programs import MovedPrograms
from allocator.explain.switching.search import TOLERANCE
from allocator.explain.switching.switching import switching_values
from allocator.instance.change import apply_changes
from allocator.report.pages.switching import text
from allocator.solving.session import build
from allocator.solving.solve import solve
from allocator.wording import pounds
from tests.plans import CASES, instance_of

HAND = ("hand", "targets.2021.children=66", "effects.*.low=0.05", "effects.*.high=0.4",
        "effects.*.evidence=weak")  # fmt: skip
WINDOW = ("window", "targets.2025.children=866", "double_investment.starts=2020")


def concluded(instance):
    """Reach, payback and choice of the plan, from its tables."""
    plan = solve(instance, every_window=False)
    if not plan.found:
        return {"reach": False, "payback": None, "choice": None}
    chosen = frozenset(
        row["service"]
        for row in instance.tables["services"]
        if any(
            abs(level - row["baseline"]) > CHOSEN * max(1.0, row["baseline"])
            for level in period_levels(plan, row["service"])
        )
    )
    pays = plan.cash().lasting_payback_year is not None
    return {"reach": True, "payback": pays, "choice": (chosen, plan.window)}


def period_levels(plan, service):
    table = plan.tables["services"]
    return table[table["service"] == service]["level"].tolist()


def moved(instance, each, value):
    return each.times(instance, value / each.value)


@pytest.mark.parametrize(
    ("case", "patterns"),
    [
        (HAND, ()),
        (WINDOW, ("effects.conference*", "services.intensive.unit_cost", "states.home.unit_cost",
                  "services.hubs.growth*", "transitions.foster.exit*")),
    ],
)  # fmt: skip
def test_each_value_switches_and_nothing_else_does(case, patterns):
    instance = instance_of(*case)
    answer = switching_values(instance, patterns)
    usual = concluded(instance)
    switched = 0
    for each, row in zip(inputs(instance, patterns), answer.table.to_dict("records"), strict=True):
        for side, sign in (("below", -1), ("above", 1)):
            for event in EVENTS:
                value = row[f"{event}_{side}"]
                if math.isnan(value):
                    continue
                switched += 1
                apart = TOLERANCE * max(each.value, value)
                beyond = concluded(moved(instance, each, value))
                before = concluded(moved(instance, each, value - sign * apart * 1.001))
                assert beyond[event] != usual[event], (each.key, event, side)
                assert before[event] == usual[event], (each.key, event, side)
            ends = {"below": 0.0, "above": 4 * each.value}
            unseen = [e for e in EVENTS if math.isnan(row[f"{e}_{side}"])]
            if math.isnan(row[f"reach_{side}"]):  # else nothing is concluded at the end
                far = concluded(moved(instance, each, ends[side]))
                assert all(far[event] == usual[event] for event in unseen)
    assert switched >= 6


def test_the_ends_of_the_evidence_are_solved():
    answer = switching_values(instance_of(*HAND), ("effects.*",))
    row = answer.table.iloc[0]
    assert (row["low"], row["high"], row["evidence"]) == (0.05, 0.4, "weak")
    assert math.isnan(row["cost_at_low"]) and row["hangs_on"] == "reach"
    high = solve(apply_changes(instance_of(*HAND), ["effects.*.effect=0.4"]))
    assert row["cost_at_high"] == pytest.approx(high.objective, rel=1e-9)
    page = " ".join(text(answer).split())
    assert "the target is out of reach; evidence: weak" in page
    assert f"{row['label']} {row['value']:g} " in page  # a row in words
    assert "effects.reunify.care.care.exit.0.effect" not in page


def test_a_plan_that_weaker_effects_make_cheaper_is_told_with_the_reason():
    """Hubs that do little are kept for it; if they do nothing, they are cut and their cost saved.

    All of their effects stand for each.  Where no cut is allowed, nothing is cheaper.
    """
    weak = ("effects.hubs.*.effect=*0.4", "effects.hubs.*.low=0")
    free = instance_of("window", *weak, "services.hubs.minimum=0")
    answer = switching_values(free, ("effects.hubs.*",))
    none = solve(apply_changes(free, ["effects.hubs.*.effect=0"]))
    assert sum(answer.table["cost_at_low"] < answer.usual.cost) > 1
    less = pounds(answer.usual.cost - none.objective)
    said = " ".join(text(answer).split())
    assert f"cost less, not more, at the low end of all effects of hubs ({less} less)." in said
    assert "cut below that level at less loss" in said
    assert "warns of spending that may buy little today; it is no gain" in said
    held = instance_of("window", *weak, "services.hubs.minimum=900")
    answer = switching_values(held, ("effects.hubs.*",))
    assert "not more, at the low end" not in " ".join(text(answer).split())


def test_an_instance_without_a_plan_has_nothing_to_switch():
    answer = switching_values(instance_of("hand-infeasible"))
    assert answer.table.empty and answer.facts()["status"] == "infeasible"
    assert "no plan to begin with" in text(answer)


def test_inputs_are_rows_but_years_of_one_move_are_one_and_effects_of_a_service_also():
    found = {each.key: each for each in inputs(instance_of("window"))}
    both = found["transitions.need.foster.2020.rate"]
    assert [row["year"] for row in both.rows] == [None, 2022]
    doubled = both.times(instance_of("window"), 2.0).resolved.rates
    assert doubled["window", "need", "foster", 2020] == pytest.approx(0.10)
    assert doubled["window", "need", "foster", 2025] == pytest.approx(0.11)
    assert both.label == "the rate of moves from need to foster"
    assert len(found["effects.intensive.*.effect"].rows) == 3
    assert len(found["effects.conference.need.foster.need.0.effect"].rows) == 1
    assert "effects.conference.*.effect" not in found
    assert "states.need.unit_cost" in found and "transitions.foster.foster.rate" not in found
    assert all(each.value for each in found.values())


def test_inputs_are_filtered_by_name():
    instance = instance_of("window")
    assert [each.key for each in inputs(instance, ["services.hubs.*"])] == [
        "services.hubs.unit_cost", "services.hubs.growth_per_year",
    ]  # fmt: skip
    with pytest.raises(UsageError, match=r"'budgets\.\*': fits no input"):
        inputs(instance, ["budgets.*"])


@pytest.mark.parametrize(
    ("key", "straight"),
    [
        ("effects.intensive.*.effect", True), ("services.hubs.growth_per_year", True),
        ("states.home.unit_cost", True), ("arrivals.need.2020.children", True),
        ("transitions.foster.exit.2020.rate", False),
    ],
)  # fmt: skip
def test_programs_on_a_line_are_those_that_would_be_built(key, straight):
    instance = instance_of("window")
    each = next(each for each in inputs(instance) if each.key == key)
    built = []

    def make(factor):
        built.append(factor)
        return build(each.times(instance, factor))

    programs = Straight(build(instance), make)
    for factor in (0.0, 0.3, 1.0, 4.0):
        said, true = programs.at(factor), build(each.times(instance, factor))
        x = np.linspace(0.5, 1.5, true.shape[1])
        assert said.matrix.times(x) == pytest.approx(true.matrix.times(x), rel=1e-9, abs=1e-9)
        assert said.row_upper == pytest.approx(true.row_upper, rel=1e-9)
        assert said.objectives[-1].costs == pytest.approx(true.objectives[-1].costs, abs=1e-12)
    assert len(built) == (2 if straight else 5)


def test_where_targets_give_way_at_a_price_the_plan_is_the_same_and_that_there_is_none_is_proved(
    monkeypatch,
):
    instance = instance_of(*WINDOW)
    program = build(instance)
    cost = solve(instance).objective
    assert Judge(instance, program).usual.cost == pytest.approx(cost, rel=1e-9)
    monkeypatch.setattr(judge, "GIVING_WAY", (1e-6, 1e6))
    cheap = Judge(instance, program)  # a plan would pay the first price
    assert cheap.usual.cost == pytest.approx(cost, rel=1e-9)
    beyond = apply_changes(instance, ["targets.2025.children=400"])
    assert cheap.outcome(beyond, build(beyond)).cost is None and not solve(beyond).found


def test_one_proof_serves_every_window_where_nothing_that_gives_way_helps():
    """Hubs as large as today have too few to serve: a solve shows it, and again with no solve."""
    instance = instance_of(*WINDOW)
    asked = Judge(instance, build(instance))
    asked.begin_line()
    solves = asked._plans.ladder.solves
    for few in ("0.01", "0.02"):
        empty = apply_changes(
            instance, [f"arrivals.*.children=*{few}", "services.hubs.minimum=900"]
        )
        assert not solve(empty).found
        assert not asked.has_plan(empty, build(empty), asked.usual.window, float(few))
        assert (asked._rooms.ladder.solves, asked._plans.ladder.solves) == (1, solves)
    assert asked.has_plan(instance, build(instance), asked.usual.window, 1.0)


def test_what_steers_is_near_what_would_be_built_and_the_same_where_it_was():
    instance = instance_of("window")
    (rate,) = inputs(instance, ["transitions.foster.exit.*"])
    line = MovedPrograms(instance, build(instance), rate)
    for factor in (1.1, 1.2):
        assert line.exact(factor) is line.near(factor)
    near, true = line.near(1.15), build(rate.times(instance, 1.15))
    assert near.numbers() == pytest.approx(true.numbers(), rel=1e-3, abs=1e-9)
    assert not np.array_equal(near.numbers(), true.numbers())
    assert not line.is_straight


def test_the_edge_of_reach_takes_few_solves():
    instance = instance_of(*WINDOW)
    answer = switching_values(instance, ["states.home.unit_cost"])
    (row,) = answer.table.to_dict("records")
    assert row["reach_above"] > row["value"]
    assert answer.solves <= 25


SOME = ("states.home.*", "effects.conference*", "transitions.foster.exit*")


def test_inputs_moved_side_by_side_give_the_same_answer():
    instance, told = instance_of(*WINDOW), list[tuple[int, int]]()
    one = switching_values(instance, SOME)
    with ThreadPoolExecutor(2) as pool:
        two = switching_values(instance, SOME, lambda _, *done: told.append(done), pool)
    assert two.to_dict() == one.to_dict()
    assert told == [(n, len(one.table)) for n in (*range(len(one.table) + 1), len(one.table))]
    (alone,) = switching_values(instance, SOME[-1:]).table.to_dict("records")  # after no others
    assert one.table.to_dict("records")[-1] == pytest.approx(alone, nan_ok=True)


def test_side_by_side_it_tells_what_there_is_when_the_time_is_over(monkeypatch):
    instance, own = instance_of(*WINDOW), worker.limited
    times = iter((math.inf, 0.0, 0.0, 0.0, 0.0))
    monkeypatch.setattr(worker, "limited", lambda seconds: own(min(seconds, next(times))))
    with ThreadPoolExecutor(1) as pool:
        answer = switching_values(instance, ("states.*",), executor=pool)
    assert len(answer.table) == 1
    assert answer.unfinished.startswith("out of time while ")


def test_processes():
    words = ["switching", str(CASES / "hand"), "--inputs", "services.*.unit_cost", "--json"]
    one, two = (CliRunner().invoke(cli, [*words, *more]) for more in ((), ("--jobs", "2")))
    assert two.exit_code == one.exit_code == 0
    assert two.stdout == one.stdout


def test_what_moves_nothing_switches_nothing():
    instance = apply_changes(instance_of(*WINDOW), ["+benefits.foster.police.0.fiscal.amount=-100"])
    answer = switching_values(instance, ["benefits.*"])
    (row,) = answer.table.to_dict("records")
    assert all(
        math.isnan(row[f"{event}_{side}"]) for event in EVENTS for side in ("below", "above")
    )
    assert row["cost_at_low"] == answer.usual.cost and row["hangs_on"] == ""
