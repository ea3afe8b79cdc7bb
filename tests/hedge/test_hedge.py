"""The plan to settle now: an independent solution's answers, and what must hold of any hedge."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from filecmp import cmpfiles
from itertools import pairwise
from pathlib import Path

import pytest

from allocator.hedge import hedge
from allocator.instance.cell_changes import with_only
from allocator.report.pages.hedge import text
from allocator.solving.futures import cvar
from allocator.solving.solve import solve
from tests.hedge.hedges import CASES, expected, hedge_of, instance_of
from tests.plans import yearly

SHARED = Path(__file__).parents[3] / "shared" / "cases2"
NAMES = ("two-stage", "tree", "cvar", "worst", "strong", "windows", "staff-areas")


@pytest.mark.parametrize("name", NAMES)
def test_an_independent_solution_agrees(name):
    facts, told = hedge_of(name).facts(), expected(name)
    about = 1e-6 * abs(told["objective"])
    for key in ("objective", "wait_and_see", "expected_cost", "cvar"):
        assert facts[key] == pytest.approx(told[key], rel=1e-6)
    for key in ("value_of_perfect_information", "value_of_stochastic_solution"):
        if told[key] is None:
            assert facts[key] is None
        else:
            assert facts[key] == pytest.approx(told[key], abs=about)


@pytest.mark.parametrize("name", NAMES)
def test_every_window_costs_what_it_costs(name):
    found = {each.window: each for each in hedge_of(name).windows}
    for told in expected(name)["windows"]:
        window = None if told["window"] is None else tuple(told["window"])
        assert found[window].proved
        if told["objective"] is None:
            assert found[window].objective is None
        else:
            assert found[window].objective == pytest.approx(told["objective"], rel=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_each_scenarios_plan_stands_up_to_its_audit(name):
    for future in hedge_of(name).futures:
        assert future.plan.audit is not None
        assert future.plan.audit.passed
        assert "served cases are funded" in {each.rule for each in future.plan.audit.findings}


@pytest.mark.parametrize("name", NAMES)
def test_knowing_is_worth_something_and_so_is_planning(name):
    found = hedge_of(name)
    about = 1e-7 * abs(found.objective)
    assert found.wait_and_see <= found.expected_cost + about
    if found.following is not None:
        assert found.objective <= found.following + about


@pytest.mark.parametrize("name", NAMES)
def test_the_cvar_is_that_of_the_scenarios_costs(name):
    """At a risk weight of 1 what is minimised is the CVaR; else it is mixed with the mean."""
    found = hedge_of(name)
    weight = found.instance.uncertainty.risk_weight
    costs = [future.cost for future in found.futures]
    chances = [future.scenario.probability for future in found.futures]
    mean = sum(c * p for c, p in zip(costs, chances, strict=True))
    level = found.instance.uncertainty.risk_level
    risk = cvar(costs, chances, level)
    assert found.objective == pytest.approx((1 - weight) * mean + weight * risk, rel=1e-8)
    assert sum(future.weight for future in found.futures) == pytest.approx(1)


def test_levels_are_the_same_until_the_scenarios_part():
    for found in (hedge_of("tree"), hedge_of("two-stage")):
        levels = found.tables["levels"].pivot_table(
            index=["service", "year"], columns="scenario", values="level"
        )
        first = min(future.scenario.branches for future in found.futures)
        early = levels[levels.index.get_level_values("year") < first]
        spread = early.max(axis=1) - early.min(axis=1)
        assert len(early) > 0
        assert float(spread.max()) <= 1e-9
    tree = hedge_of("tree").tables["levels"]
    pair = tree[tree["scenario"].isin(["weak", "dear"]) & (tree["year"] == 2023)]
    same = pair.pivot_table(index="service", columns="scenario", values="level")
    assert same["weak"].to_numpy() == pytest.approx(same["dear"].to_numpy(), abs=1e-9)


def test_futures_that_are_the_same_give_the_plan_of_one():
    instance = with_only(instance_of("two-stage"), "changes", [])
    assert hedge(instance).objective == pytest.approx(solve(instance).objective, rel=1e-9)


def test_a_future_split_in_two_halves_changes_nothing():
    instance = instance_of("cvar", "instance.periods_per_year=1")
    halves = []
    for row in instance.tables["scenarios"]:
        one = dict(row.values)
        if one["scenario"] == "weak":
            one["probability"] /= 2
            halves.append({**one, "scenario": "weak_again"})
        halves.append(one)
    changes = [dict(row.values) for row in instance.tables["changes"]]
    changes += [{**row, "scenario": "weak_again"} for row in changes if row["scenario"] == "weak"]
    split = with_only(with_only(instance, "scenarios", halves), "changes", changes)
    split = replace(split, double_investment=None)
    whole = replace(instance, double_investment=None)
    assert hedge(split).objective == pytest.approx(hedge(whole).objective, rel=1e-8)


def test_the_longer_is_settled_the_dearer_and_the_more_risk_counts():
    by_years = [
        hedge_of("two-stage", f"uncertainty.decide={years}").objective for years in (0, 1, 3, 6)
    ]
    by_risk = [
        hedge_of("two-stage", f"uncertainty.risk_weight={weight}").objective
        for weight in (0, 0.5, 1)
    ]
    for costs in (by_years, by_risk):
        slack = 1e-8 * costs[0]
        assert all(a <= b + slack for a, b in pairwise(costs))
    assert by_years[0] == pytest.approx(hedge_of("two-stage").wait_and_see, rel=1e-8)


def test_an_instance_without_a_plan_in_every_future_is_an_answer(run):
    words = [f"--set={each}" for each in ("shortfall.excess_price=", "targets.*.children=*0.2")]
    result = run("hedge", CASES / "two-stage", *words, "--json")
    facts = json.loads(result.stdout)
    assert (result.exit_code, facts["status"], facts["objective"]) == (3, "infeasible", None)
    assert all(each["proved"] for each in facts["windows"])


def test_where_there_is_no_plan_the_page_gives_the_words_that_find_one(run):
    words = [CASES / "two-stage", "--set=targets.*.children=*0.2"]
    none = run("hedge", *words, "--set=shortfall.excess_price=", "--set=shortfall.overspend_price=")
    told = " ".join(none.stdout.split())
    given = re.findall(r"--set (shortfall\.\w+=[\d.]+)", told)
    assert (none.exit_code, len(given)) == (3, 2)
    assert "£200,000 for each child above a target" in told
    found = run("hedge", *words, *(f"--set={each}" for each in given))
    assert found.exit_code == 0


def test_the_page_says_what_to_settle_and_what_each_future_does(run, tmp_path):
    result = run("hedge", CASES / "cvar", "--out", tmp_path / "hedge")
    assert result.exit_code == 0
    for said in ("settle the levels of 2020-21 and", "targets are met", "proved optimal", "dear"):
        assert said in result.stdout
    assert (tmp_path / "hedge" / "hedge.json").is_file()


def test_without_scenarios_there_is_nothing_to_hedge(run):
    result = run("hedge", Path(__file__).parents[1] / "cases" / "hand")
    assert result.exit_code == 2
    assert "has no table scenarios" in result.stderr


def test_one_scenario_is_solved_as_though_it_were_known(run):
    result = run("solve", CASES / "two-stage", "--scenario", "dear", "--json")
    facts = json.loads(result.stdout)
    assert facts["title"] == "hedge-two-stage: dear"
    assert run("solve", CASES / "two-stage", "--scenario", "deer").exit_code == 2


def test_where_there_is_little_to_hedge_the_page_says_so():
    told = " ".join(text(hedge_of("tree")).split())
    assert "settling what the plan without scenarios settles is as good." in told
    assert "would cost £1.12m more" in " ".join(text(hedge_of("cvar")).split())


def test_no_regret_is_what_every_futures_own_best_plan_does():
    same = hedge(with_only(instance_of("two-stage"), "changes", []))
    assert all(
        same.without_regret(service, year)
        for service, levels in same.settled.items()
        for year in levels
    )
    assert "* no regret" in text(same)
    found = hedge_of("cvar")
    for service, levels in found.settled.items():
        for year, level in levels.items():
            own = [each[service][year] for each in found.alone.levels]
            near = max(own) - min(own) <= max(1.0, 0.01 * level)
            assert found.without_regret(service, year) == near
    assert found.facts()["no_regret"].keys() == found.settled.keys()


@pytest.mark.parametrize("name", NAMES)
def test_the_window_is_the_one_and_no_future_costs_another_sum(name):
    """Costs by scenario may differ where plans are as cheap; by probability they make the same."""
    found, told = hedge_of(name), expected(name)
    window = None if told["window"] is None else tuple(told["window"])
    assert found.window == window
    chances = {each.scenario.name: each.scenario.probability for each in found.futures}
    total = sum(chances[scenario] * cost for scenario, cost in told["cost"].items())
    assert sum(each.cost * each.scenario.probability for each in found.futures) == pytest.approx(
        total, rel=1e-6
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_cases_are_those_that_were_solved_elsewhere(name):
    """Where they lie beside the repository, to the byte; the command takes them as they lie."""
    there = SHARED / f"hedge-{name}"
    if not there.is_dir():
        pytest.skip("the cases are not beside the repository")
    files = sorted(each.name for each in there.iterdir())
    assert files == sorted(each.name for each in (CASES / name).iterdir())
    same, other, odd = cmpfiles(there, CASES / name, files, shallow=False)
    assert (same, other, odd) == (files, [], [])


def test_a_councils_own_futures_have_a_plan_each():
    """Of the council of the page, by years, with the prices that the page gives."""
    prices = ("shortfall.excess_price=200000", "shortfall.overspend_price=0.5")
    found = hedge(yearly("reading-2025", "double_investment.longest=1", *prices))
    assert [future.plan.audit.passed for future in found.futures] == [True] * 5
    assert len(found.windows) == 4
    assert all(each.proved for each in found.windows)
