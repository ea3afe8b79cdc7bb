"""Weak evidence as futures: the worst choice of services at their `low`."""

from __future__ import annotations

import json
import math
from itertools import combinations

import pytest

from allocator.errors import TimeLimitError, UsageError
from allocator.hedge import hedge, low
from allocator.hedge.low import low_at_once, weak_services, with_choices
from allocator.hedge.origin import origin_facts, origin_of
from allocator.instance import read
from allocator.instance.cell_changes import without_futures
from allocator.instance.change import apply_changes
from allocator.instance.scenarios import scenario_of
from allocator.plan.saving import as_json
from allocator.report.pages.hedge import text
from allocator.solving.solve import solve
from tests.hedge.hedges import CASES, instance_of

LOW = ("effects.*.low=0.001", "effects.intensive.plan.home.*.low=0.02")


@pytest.fixture(scope="module")
def instance():
    return apply_changes(read(CASES / "two-stage"), LOW)


@pytest.fixture(scope="module")
def found(instance):
    return low_at_once(instance, 2)


def test_every_choice_is_a_scenario_and_the_worst_counts(instance, found):
    pairs = list(combinations(weak_services(instance), 2))
    assert len(pairs) == len(found.futures) == 6
    assert found.objective == pytest.approx(max(each.cost for each in found.futures), rel=1e-9)
    assert found.origin.choices == found.origin.counted == 6
    first = scenario_of(found.instance, "low_1")
    low = {row["effect"] for row in first.tables["effects"] if row["service"] in pairs[0]}
    assert low <= {0.001, 0.02}
    assert "6 choices" in " ".join(text(found).split())


def test_one_by_one_none_that_is_left_out_is_worse(instance, found):
    few = low_at_once(instance, 2, most=3)
    assert few.origin.counted < few.origin.choices == 6
    assert few.objective == pytest.approx(found.objective, rel=1e-7)
    assert few.origin.worst == pytest.approx(found.objective, rel=1e-7)
    assert few.origin.at_least <= few.origin.worst * (1 + 1e-8)


def test_when_time_is_over_the_worst_so_far_is_the_answer_and_what_is_left_is_said(
    instance, found, monkeypatch
):
    tried = []

    def out_of_time_at_the_second(*words):
        tried.append(words)
        if len(tried) > 1:
            raise TimeLimitError("out of time while looking")
        return iter([found.objective * 2] * 3)

    monkeypatch.setattr(low, "_costs", out_of_time_at_the_second)
    some = low_at_once(instance, 2, most=3)
    assert some.origin.counted == 3
    assert some.origin.at_least <= found.objective * (1 + 1e-8)
    assert some.origin.worst == pytest.approx(found.objective * 2)
    assert some.unfinished == "out of time while looking"
    tried.append(None)
    none = low_at_once(instance, 2, most=3)
    assert none.origin.worst is None
    assert "what the others cost was not found in time" in " ".join(text(none).split())
    assert origin_of(origin_facts(none.origin)) == none.origin


def test_a_choice_that_is_left_no_plan_is_told_as_that(instance, monkeypatch):
    monkeypatch.setattr(low, "_costs", lambda *_: iter([math.inf] * 3))
    monkeypatch.setattr(low, "_ROUNDS", 0)
    some = low_at_once(instance, 2, most=3)
    assert some.origin.stranded
    assert some.origin.worst is None
    assert "leaves at least one other no plan" in " ".join(text(some).split())
    assert origin_of(json.loads(as_json(origin_facts(some.origin)))) == some.origin


def test_more_weak_at_once_costs_no_less_and_all_of_them_are_one_future(instance, found):
    everyone = low_at_once(instance, 99)
    assert len(everyone.futures) == 1
    assert everyone.objective >= found.objective * (1 - 1e-8)
    plain = without_futures(with_choices(instance, [()]))
    assert found.objective >= solve(plain).objective * (1 - 1e-8)
    alone = solve(scenario_of(everyone.instance, "low_1"))
    assert everyone.objective == pytest.approx(alone.objective, rel=1e-8)


def test_without_a_low_there_is_no_choice():
    with pytest.raises(UsageError, match="no effect with a `low` below it"):
        low_at_once(instance_of("two-stage"), 1)


def test_the_hedge_of_the_written_instance_is_the_same(found):
    assert hedge(found.instance).objective == pytest.approx(found.objective, rel=1e-9)
