"""What is settled, and what is told of it: bounds of every future, regret, ranges, held plans."""

from __future__ import annotations

from dataclasses import replace

import pytest

from allocator.hedge import hedge
from allocator.instance.cell_changes import with_only
from allocator.instance.scenarios import scenarios
from allocator.report.pages.hedge_settled import today
from allocator.solving.solve import solve
from allocator.stress.held import held_of
from allocator.stress.money import Funds
from allocator.stress.outcomes import Outcomes
from allocator.stress.population import Certain
from allocator.stress.running import Runner
from tests.hedge.hedges import hedge_of, instance_of


def changed(instance, *rows):
    """With these changes of scenarios beside its own."""
    own = [dict(row.values) for row in instance.tables["changes"]]
    names = ("scenario", "cell", "value")
    return with_only(
        instance, "changes", [*own, *(dict(zip(names, row, strict=True)) for row in rows)]
    )


def test_what_is_settled_keeps_the_bounds_of_every_future():
    """The first future and the last have no such limit; the one between them has."""
    found = hedge_of("two-stage")
    name, year = found.futures[1].scenario.name, found.settled_years[-1]
    rises = {own: levels[year] - today(found, own) for own, levels in found.settled.items()}
    service = max(rises, key=rises.get)
    most = today(found, service) + rises[service] / 2
    assert rises[service] > 1
    cell = (f"services.{service}.maximum", f"{most}")
    tied = hedge(changed(instance_of("two-stage"), (name, *cell)))
    assert tied.settled[service][year] <= most * (1 + 1e-9)
    assert tied.objective > found.objective


def test_low_and_high_do_not_bind_a_future():
    """Effects of 0.9 to 1.1 of what they are, and a future in which they are twice that."""
    plain = instance_of("two-stage")
    rows = [
        {**row.values, "low": 0.9 * row["effect"], "high": 1.1 * row["effect"]}
        for row in plain.tables["effects"]
    ]
    sure = with_only(plain, "effects", rows)
    name = sure.tables["scenarios"][-1]["scenario"]
    told = changed(sure, (name, "effects.*.effect", "*2"))
    last = scenarios(told)[-1].instance.tables["effects"]
    without = scenarios(sure)[-1].instance.tables["effects"]
    for row, before in zip(last, without, strict=True):
        assert row["effect"] == pytest.approx(2 * before["effect"])
        assert row["low"] <= row["effect"] <= row["high"]


@pytest.mark.parametrize(
    ("level", "apart", "agreed"),
    [(10.0, 0.9, True), (10.0, 1.1, False), (1000.0, 9.9, True), (1000.0, 10.1, False)],
)
def test_futures_agree_on_a_level_to_a_case_or_a_hundredth(level, apart, agreed):
    found = replace(hedge_of("cvar"))
    service, year = next(iter(found.settled)), found.settled_years[0]
    own = [
        {**each, service: {**each[service], year: level + apart * (n == 0)}}
        for n, each in enumerate(found.alone.levels)
    ]
    found = replace(found, alone=replace(found.alone, levels=tuple(own)))
    found.__dict__["settled"] = {service: {year: level}}
    assert found.without_regret(service, year) == agreed


@pytest.mark.parametrize("name", ["two-stage", "tree"])
def test_a_plan_that_is_held_in_every_future_costs_no_less_than_the_hedge(name):
    """Nothing is decided anew, so on average it cannot be cheaper than what is best to decide."""
    found = hedge_of(name)
    assert found.instance.uncertainty.risk_weight == 0
    listed, dearer = scenarios(found.instance), []
    for future in found.futures:
        held, mean = held_of(future.plan), 0.0
        for each in listed:
            runner, funds = Runner(each.instance, held), Funds(each.instance, found.window)
            outcomes = Outcomes.of(runner, funds, runner.course(Certain()))
            mean += each.probability * float(outcomes.objective[0])
        assert mean >= found.expected_cost * (1 - 1e-9)
        dearer.append(mean > found.expected_cost * (1 + 1e-6))
    assert any(dearer)


def test_futures_that_are_the_same_do_what_the_plan_of_one_does():
    found = hedge(with_only(instance_of("two-stage"), "changes", []))
    plan = solve(instance_of("two-stage"))
    assert found.window == plan.window
    care = plan.years()["children_in_care"].to_numpy()
    for future in found.futures:
        assert future.cost == pytest.approx(plan.objective, rel=1e-8)
        assert future.plan.years()["children_in_care"].to_numpy() == pytest.approx(care, abs=0.5)
    assert found.value_of_perfect_information == pytest.approx(0, abs=1.0)
    assert found.value_of_stochastic_solution == pytest.approx(0, abs=1.0)
