"""A plan's levels held: the plan without spread, numbers worked out on paper, and the hedge."""

from __future__ import annotations

import json
import pickle
from concurrent.futures import Executor, Future
from dataclasses import replace

import numpy as np
import pytest

from allocator.calibrate.uncertainty import ProjectionSpread
from allocator.errors import AuditError, NoPlanError, UsageError
from allocator.forecast import Doubt, forecast, read_doubt
from allocator.forecast.doubt import ENGLAND
from allocator.hedge import hedge
from allocator.instance import read
from allocator.instance.cell_changes import with_only
from allocator.instance.change import apply_changes
from allocator.instance.scenarios import scenarios
from allocator.plan.saving import save
from allocator.simulate import baseline
from allocator.stress import stress
from allocator.stress.drawn import Drawn
from allocator.stress.held import held_of
from allocator.stress.money import Funds
from allocator.stress.outcomes import Outcomes
from allocator.stress.paths import driver_paths
from allocator.stress.population import Certain, Population
from allocator.stress.replan import replan
from allocator.stress.running import Runner
from allocator.stress.spreads import Spread, default_spreads
from allocator.stress.uncertain import Uncertain
from tests.plans import CASES, instance_of, plan_of

SURE = Doubt(ProjectionSpread(spread=0.0, shared=0.0, clumping=0.0), "nothing")
HEDGES = CASES.parent / "hedge" / "cases"
WHOLE = (
    "hand",
    "window",
    "annual-returns-limits",
    "two-areas",
    "benefits",
    "drivers",
    "../cases2/harm",
    "../cases2/continuous-annual",
    "../cases2/excess",
    "../cases2/overspend",
    "staff-part-training",
    "../cases2/staff-practice-areas",
)


def runner_of(name: str, *changes: str) -> Runner:
    plan = plan_of(name, *changes)
    return Runner(plan.instance, held_of(plan))


@pytest.mark.parametrize("name", WHOLE)
def test_without_spread_it_is_the_plan(name):
    plan, runner = plan_of(name), runner_of(name)
    found = Outcomes.of(runner, Funds(plan.instance, plan.window), runner.course(Certain(2)))
    years = plan.years()
    for values, column in (
        (found.care, "children_in_care"),
        (found.spend, "total"),
        (found.baseline_spend, "baseline_total"),
    ):
        for draw in (0, 1):
            assert values[:, draw] == pytest.approx(years[column].to_numpy(), rel=1e-9)
    assert found.cost == pytest.approx([plan.cost] * 2, rel=1e-9)
    assert found.objective == pytest.approx([plan.objective] * 2, rel=1e-9)
    short = plan.shortfall() or {"excess": {}, "overspent": {}}
    for values, name_of in ((found.excess, "excess"), (found.overspent, "overspent")):
        told = [short[name_of].get(year, 0.0) for year in plan.instance.horizon]
        assert values[:, 0] == pytest.approx(told, abs=1e-6 * max(1.0, *map(abs, told)))


def test_some_of_these_plans_are_at_an_avoidable_share_and_waste_some_of_an_effect():
    held = held_of(plan_of("../cases2/harm"))
    assert held.bound.any()
    assert (held.used < 0.999).any()


@pytest.mark.parametrize("timing", ["period", "continuous"])
def test_a_draw_is_the_instance_with_its_numbers(timing):
    """Rates, arrivals, effects and unit costs drawn, and the same written into the instance."""
    setting = f"instance.timing={timing}"
    plan = plan_of("window", setting)
    held, seen = held_of(plan), plan.instance
    factor = {"rate": 1.07, "arrivals": 0.9, "effect": 0.8, "cost": 1.1}

    class Other(Certain):
        def rate(self, *_):
            return factor["rate"]

        def arrivals(self, *_):
            return factor["arrivals"]

        def effect(self, effect, lag, value):
            return factor["effect"] * value

        def cost(self, *_):
            return factor["cost"]

    dearer = [f"services.*.{name}=*1.1" for name in ("unit_cost", "setup_cost", "exit_cost")]
    changes = ["transitions.*.*.rate=*1.07", "arrivals.*.children=*0.9", "effects.*.low="]
    changes += ["effects.*.high=", "effects.*.effect=*0.8", "states.*.unit_cost=*1.1", *dearer]
    changed = apply_changes(seen, changes)
    drawn, told = Runner(seen, held).course(Other(1)), Runner(changed, held).course(Certain(1))
    unchanged = baseline(changed)
    for area in seen.areas:
        assert drawn.care[area] == pytest.approx(told.care[area], rel=1e-12)
    for key, amounts in unchanged.spend.items():
        assert drawn.baseline_spend[key][:, 0] == pytest.approx(amounts, rel=1e-9)
        assert drawn.spend[key] == pytest.approx(told.spend[key], rel=1e-12)
    assert drawn.left == pytest.approx(told.left, rel=1e-12)


def test_one_effect_has_the_quantiles_worked_out_on_paper():
    """PERT with its mode at the low end, 0.25 to 0.45: below it with chance 1 - (1 - x)^5.

    Children are 100, of whom e^-0.2 stay each year; 20 come, and a case keeps one of four out.
    """
    most = "services.reunify.maximum=40"  # so few that what can be avoided never binds
    spread = ["effects.*.low=0.25", "effects.*.high=0.45"]
    plan = plan_of("hand", most)
    plan = replace(plan, instance=apply_changes(plan.instance, spread))
    level = plan.levels()["reunify"]
    found = stress(plan, draws=4096, doubt=SURE, spreads={})
    stay = np.exp(-0.2)
    for percentile, band in ((5, "p5"), (50, "p50"), (95, "p95")):
        effect = 0.25 + 0.2 * (1 - (percentile / 100) ** (1 / 5))  # many averted, few in care
        first = stay * 100 + 20 - effect * level[2020]
        last = stay * first + 20 - effect * level[2021]
        assert found.bands("children_in_care")[2021][band] == pytest.approx(last, abs=0.01)
        spend = 50_000 * (first + last) / 2 + 10_000 * level[2021]
        assert found.bands("spend")[2021][band] == pytest.approx(spend, abs=500)
    mean = found.tables["effects"]["mean"].item()
    assert mean == pytest.approx((0.25 + 4 * 0.25 + 0.45) / 6, rel=1e-4)
    assert found.targets_met == 1.0


def test_over_the_scenarios_it_costs_what_the_hedge_expects_where_every_year_is_settled():
    instance = apply_changes(read(HEDGES / "two-stage"), ["uncertainty.decide=6"])
    hedged = hedge(instance)
    plan = replace(hedged.futures[0].plan, window=hedged.window)
    total = 0.0
    for each, future in zip(scenarios(instance), hedged.futures, strict=True):
        runner = Runner(each.instance, held_of(plan))
        found = Outcomes.of(runner, Funds(each.instance, hedged.window), runner.course(Certain()))
        total += each.probability * float(found.objective[0])
        assert found.objective[0] >= future.cost * (1 - 1e-8)
    assert total == pytest.approx(hedged.expected_cost, rel=1e-7)


def test_if_nothing_changes_children_in_care_lie_within_the_forecast():
    instance = instance_of("window")
    uncertain = Uncertain(instance, ENGLAND, {})
    drawn = Drawn.at(uncertain, uncertain.points(4096, 3), 4096)
    runner = runner_of("window")
    care, ends = runner.run.in_care(), runner.run.clock.year_ends
    there = Population(runner.run, drawn).unchanged[ends][:, care].sum(axis=1)
    told = forecast(instance, ENGLAND, level=0.8).lines[0]
    width = np.log(np.percentile(there, 90, axis=1) / np.percentile(there, 10, axis=1))
    assert width == pytest.approx(np.log(told.high / told.low), rel=0.05)
    assert np.median(there, axis=1) == pytest.approx(told.children, rel=0.01)


def test_the_same_seed_makes_the_same_draws_and_another_others():
    one, again, other = (
        stress(plan_of("window"), draws=64, seed=seed).facts()["cost"] for seed in (1, 1, 2)
    )
    assert one == again
    assert one != other


def test_certain_costs_and_effects_leave_only_who_enters_to_carry_the_variance():
    found = stress(plan_of("hand"), draws=512, spreads={})
    inputs = found.tables["inputs"]
    assert list(inputs["kind"]) == ["entries"]
    assert inputs["care_rank_correlation"].item() > 0.95
    assert inputs["care_first_order"].item() > 0.9


def test_agency_meets_more_work_up_to_its_share_and_the_rest_is_told():
    plan = plan_of("staff-part-training")
    held = held_of(plan)

    class More(Certain):
        def arrivals(self, *_):
            return 1.0 if self.count == 1 else np.linspace(1.0, 3.0, self.count)

    course = Runner(plan.instance, held).course(More(9))
    unfilled = course.unfilled.sum(axis=0)
    assert unfilled[0] == pytest.approx(0.0, abs=1e-9)
    assert np.all(np.diff(unfilled) >= 0)
    assert unfilled[-1] > 1.0
    assert "staff_suffice_probability" in stress(plan, draws=32).facts()


def test_planned_anew_a_draw_costs_no_more_than_with_its_levels_held():
    plan = plan_of("../cases2/excess")
    found = stress(plan, draws=16, replans=6, spreads={})
    again, held = found.replanned.objective, found.outcomes.objective[:6]
    assert found.replanned.chance == 1.0
    assert np.all(again <= held * (1 + 1e-8))
    assert np.any(again < held * (1 - 1e-5))
    assert found.facts()["replanned"]["draws"] == len(found.tables["replanned"]) == 6


class Pickling(Executor):
    """What another process would be sent, and what it would send back."""

    def submit(self, work, /, *words):
        done = Future()
        done.set_result(pickle.loads(pickle.dumps(work(*pickle.loads(pickle.dumps(words))))))
        return done


def test_other_processes_plan_the_same_draws_anew():
    plan = plan_of("hand")
    here, there = (
        stress(plan, draws=4, replans=4, executor=each).replanned for each in (None, Pickling())
    )
    assert np.array_equal(here.objective, there.objective, equal_nan=True)
    assert np.array_equal(here.care, there.care, equal_nan=True)


def test_planned_anew_where_nothing_is_uncertain_the_plan_stays():
    plan = plan_of("../cases2/staff-practice-areas")
    draws = Drawn.at(Uncertain(plan.instance, SURE, {}, driver_paths(plan.instance)), {}, 1)
    again = replan(plan, replace(draws, sizes={}), [np.array([0])])
    assert again.objective[0] == pytest.approx(plan.objective, rel=1e-7)
    years = plan.years()["children_in_care"].to_numpy()
    assert again.care[:, 0] == pytest.approx(years, rel=1e-6)


def test_drivers_go_as_the_scenarios_let_them():
    instance = apply_changes(instance_of("drivers"), ["responses.*.low=", "responses.*.high="])
    rows = [
        {"scenario": "same", "probability": 0.75},
        {"scenario": "more", "probability": 0.25},
    ]
    driver = instance.tables["drivers"][0]["driver"]
    grown = [{"scenario": "more", "cell": f"drivers.{driver}.*.value", "value": "*1.5"}]
    futures = with_only(with_only(instance, "scenarios", rows), "changes", grown)
    plan = replace(plan_of("drivers"), instance=futures)
    found = stress(plan, draws=64, doubt=SURE, spreads={})
    care = found.outcomes.care[-1]
    certain = {name: f["children_in_care"] for name, f in found.facts()["scenarios"].items()}
    last = str(instance.last_year)
    effects = stress(replace(plan, instance=instance), draws=64, doubt=SURE, spreads={})
    assert certain["more"][last] != pytest.approx(certain["same"][last], rel=1e-3)
    assert np.isclose(care, effects.outcomes.care[-1]).sum() == pytest.approx(48, abs=1)


def test_a_plan_whose_levels_do_not_lead_to_it_is_not_held():
    plan = plan_of("hand")
    services = plan.tables["services"].copy()
    services["level"] += 1.0
    with pytest.raises(AuditError, match="allocator audit"):
        stress(replace(plan, tables={**plan.tables, "services": services}), draws=8)
    with pytest.raises(NoPlanError):
        stress(plan_of("hand-infeasible"), draws=8)
    with pytest.raises(UsageError, match="0 draws"):
        stress(plan, draws=0)


def test_unit_costs_are_drawn_about_their_mean_and_those_without_a_row_together():
    instance = instance_of("window")
    names = [name for _, name in instance.resolved.states]
    spreads = {names[0]: Spread(0.1, 0.0, "x"), "all": Spread(0.05, 0.02, "x")}
    uncertain = Uncertain(instance, SURE, spreads)
    drawn = Drawn.at(uncertain, uncertain.points(4096, 1), 4096)
    first, last = instance.first_year, instance.last_year
    own, others = drawn.cost(names[0], last), drawn.cost(names[1], last)
    assert own.mean() == pytest.approx(1.0, abs=1e-3)
    assert np.log(own).std() == pytest.approx(0.1, rel=0.01)
    after = np.hypot(0.05, 0.02 * (last - first))
    assert np.log(others).std() == pytest.approx(after, rel=0.01)
    assert others is drawn.cost(names[2], last)
    assert set(default_spreads(instance)) >= set(names)


def test_the_command_prints_the_page_or_json_and_writes_its_tables(run, tmp_path):
    save(plan_of("window"), tmp_path / "plan")
    words = ("--draws", 128, "--replan", 2, "--out", tmp_path / "stress")
    result = run("stress", tmp_path / "plan", *words)
    assert result.exit_code == 0, result.stderr
    for said in ("with the plan's levels held", "Paid back", "Planned anew", "128 draws, quasi"):
        assert said in result.stdout
    facts = json.loads((tmp_path / "stress" / "stress.json").read_text())
    assert {
        "draws",
        "seed",
        "children_in_care",
        "cumulative_position",
        "cost",
        "scenarios",
        "target_met_probability",
        "funds_suffice_probability",
        "payback_probability",
        "expected_shortfall",
        "instance_hash",
    } <= facts.keys()
    assert set(facts["cost"]) == {"mean", "p5", "p10", "p50", "p90", "p95"}
    assert set(facts["children_in_care"]["2025"]) == set(facts["cost"])
    assert sorted(facts["expected_shortfall"]) == ["excess", "overspent"]
    read_doubt(tmp_path)  # nothing stands there: England's


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("item,spread\nhom,0.1\n", "row 2, column item: 'hom'"),
        ("item,spread\nall,much\n", "row 2, column spread: 'much'"),
        ("item,spread\nall,-0.1\n", "row 2, column spread: '-0.1'"),
        ("item,spread\nall,0.1\nall,0.2\n", "row 3, column item: 'all' stands twice"),
        ("thing,spread\nall,0.1\n", "row 1: has a column 'thing'"),
    ],
)
def test_a_wrong_spread_is_told_by_row_and_column(run, tmp_path, table, said):
    save(plan_of("hand"), tmp_path / "plan")
    (tmp_path / "spread.csv").write_text(table)
    result = run("stress", tmp_path / "plan", "--spread", tmp_path / "spread.csv")
    assert result.exit_code == 2
    assert said in result.stderr
