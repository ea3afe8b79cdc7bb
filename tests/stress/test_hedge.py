"""A saved hedge held: each scenario is its own plan, and a draw goes on by the nearest."""

from __future__ import annotations

import json

import pytest

import allocator
from allocator.hedge.saving import save_hedge
from allocator.report.pages.stress import text
from allocator.stress import stress
from allocator.stress.followed import Followed
from tests.hedge.hedges import hedge_of
from tests.stress.test_stress import SURE


@pytest.fixture(scope="module")
def held():
    """The hedge, and what holding it without spread comes to."""
    hedged = hedge_of("two-stage")
    return hedged, stress(hedged, draws=8, doubt=SURE, spreads={})


def test_each_scenario_does_what_the_hedge_says(held):
    hedged, found = held
    for future, (scenario, outcomes) in zip(hedged.futures, found.futures, strict=True):
        assert scenario.name == future.scenario.name
        assert float(outcomes.objective[0]) == pytest.approx(future.cost, rel=1e-7)
        care = [float(n) for n in future.plan.years()["children_in_care"]]
        assert outcomes.care[:, 0] == pytest.approx(care, rel=1e-7)
    mean = sum(s.probability * float(o.objective[0]) for s, o in found.futures)
    assert mean == pytest.approx(hedged.expected_cost, rel=1e-7)


def test_draws_of_the_instance_itself_take_its_own_scenario(held):
    """`central` changes nothing: without spread every draw is nearest to it."""
    hedged, found = held
    assert found.followed == {"central": 1.0, "weak": 0.0, "dear": 0.0, "rising": 0.0}
    central = next(each for each in hedged.futures if each.scenario.name == "central")
    assert float(found.outcomes.objective.max()) == pytest.approx(central.cost, rel=1e-7)
    assert "takes the levels of the scenario nearest" in " ".join(text(found).split())


def test_what_is_settled_is_held_in_every_draw(held):
    levels = [each.level[:2] for each in Followed.of(held[0]).held]
    assert all(each == pytest.approx(levels[0]) for each in levels)


def test_a_saved_hedge_is_stressed_and_compared(run, tmp_path):
    save_hedge(hedge_of("two-stage"), tmp_path / "hedge")
    result = run("stress", tmp_path / "hedge", "--draws", "64", "--json")
    facts = json.loads(result.stdout)
    assert facts["planned_cost"] > 0
    assert sum(facts["followed"].values()) == pytest.approx(1)
    assert max(facts["followed"].values()) < 1
    found = allocator.compare([tmp_path / "hedge"], ["highs-simplex"])
    assert found.agrees
    best = found.compared[0].agreement.best
    assert best == pytest.approx(hedge_of("two-stage").objective / 1e6, rel=1e-7)
