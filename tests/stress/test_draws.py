"""What is drawn, input by input, and what of the draws is told."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest

from allocator.forecast import Doubt
from allocator.instance.cell_changes import with_only
from allocator.instance.change import apply_changes
from allocator.plan.saving import save
from allocator.report.pages.stress import text
from allocator.stress import read_spreads, stress
from allocator.stress.drawn import Drawn
from allocator.stress.held import held_of
from allocator.stress.money import Funds
from allocator.stress.outcomes import Outcomes
from allocator.stress.paths import driver_paths
from allocator.stress.population import Certain
from allocator.stress.replan import drawn_instance
from allocator.stress.running import Runner
from allocator.stress.spreads import Spread
from allocator.stress.stress import draws_by_path, run_draws
from allocator.stress.uncertain import Uncertain
from tests.hedge.hedges import CASES as HEDGES
from tests.hedge.hedges import hedge_of
from tests.plans import CASES, instance_of, plan_of
from tests.stress.test_stress import SURE


def drawn_of(instance, count, doubt=SURE):
    uncertain = Uncertain(instance, doubt, {}, driver_paths(instance))
    return Drawn.at(uncertain, uncertain.points(count, 1), count)


def test_the_effects_of_a_service_are_as_strong_or_weak_together_and_not_those_of_others():
    instance = apply_changes(instance_of("window"), ["effects.*.low=0", "effects.*.high=0.5"])
    drawn = drawn_of(instance, 512)
    ranks = {
        key: np.argsort(np.argsort(drawn.effect(*key, evidence.value)))
        for key, evidence in drawn.of.effects.items()
    }
    services = {key[0][1] for key in ranks}
    assert len(ranks) > len(services) > 1
    for one, first in ranks.items():
        for other, second in ranks.items():
            together = float(np.corrcoef(first, second)[0, 1])
            same = one[0][1] == other[0][1]
            assert together > 0.999 if same else abs(together) < 0.1


def test_rates_are_drawn_as_far_as_their_calibration_says():
    sure, key = SURE.uncertainty, ("need", "foster")
    drawn = drawn_of(instance_of("window"), 4096, Doubt(sure, "made", {key: 0.2}))
    area = drawn.of.instance.areas[0]
    own = drawn.rate(area, *key, 2020)
    assert own.mean() == pytest.approx(1.0, abs=2e-3)
    assert own.std() == pytest.approx(0.2, rel=0.01)
    assert drawn.rate(area, "need", "plan", 2020) == 1.0


def test_responses_are_drawn_and_act_on_how_their_drivers_go():
    """A draw is the instance with the response that it drew, in the future that it is in."""
    wide = ("responses.*.low=0.001", "responses.*.high=0.04")
    plan = plan_of("drivers")
    rows = [{"scenario": name, "probability": 0.5} for name in ("same", "more")]
    driver = plan.instance.tables["drivers"][0]["driver"]
    more = [{"scenario": "more", "cell": f"drivers.{driver}.*.value", "value": "*1.5"}]
    futures = with_only(apply_changes(plan.instance, wide), "scenarios", rows)
    futures = with_only(futures, "changes", more)
    drawn, held = drawn_of(futures, 16), held_of(plan)
    found = run_draws(replace(plan, instance=futures), held, drawn)
    for (_, path), mine in zip(drawn.of.paths, draws_by_path(drawn), strict=True):
        one = drawn.part(mine[:1], replace(drawn.of, instance=path))
        rows = path.tables["responses"]
        assert len(rows) == len(one.of.responses) == 5
        cells = [
            f"responses.{each.driver}.{each.start}.{each.end}.{row['lag_years']}.response="
            f"{float(each.evidence.quantile(one.quantiles[each.column])[0])!r}"
            for row, each in zip(rows, one.of.responses, strict=True)
        ]
        told, own = apply_changes(path, cells), drawn_instance(one).resolved
        for family in ("rates", "arrivals"):
            ours, its = (dict(getattr(data, family)) for data in (own, told.resolved))
            assert ours == pytest.approx(its, rel=1e-12)
        runner = Runner(told, held)
        again = Outcomes.of(runner, Funds(told, plan.window), runner.course(Certain()))
        assert found.care[:, mine[0]] == pytest.approx(again.care[:, 0], rel=1e-9)


def test_what_a_table_of_spreads_says_is_what_is_drawn(run, tmp_path):
    instance = instance_of("window")
    item = next(name for _, name in instance.resolved.states)
    table = f"item,spread,growth,source\n{item},0.08,0.03,our commissioners\nall,,0.01,\n"
    (tmp_path / "spread.csv").write_text(table)
    listed = read_spreads(tmp_path / "spread.csv", instance)
    own = Spread(0.08, 0.03, "our commissioners")
    assert listed == {item: own, "all": Spread(0.0, 0.01, "spread.csv")}
    save(plan_of("window"), tmp_path / "plan")
    words = ("stress", tmp_path / "plan", "--draws", 16, "--json", "--spread")
    facts = json.loads(run(*words, tmp_path / "spread.csv").stdout)
    said = [tuple(row.values()) for row in facts["spreads"]]
    assert said[0][:3] == (item, 0.08, 0.03)


def test_what_is_told_of_the_draws_on_paper():
    """Four draws of two years, a target of 100 in each, funds of £10 a year beyond the fixed."""
    zeros = np.zeros((2, 4))
    made = Outcomes(
        care=zeros,
        spend=np.array([[12.0, 8.0, 12.0, 10.0], [6.0, 13.0, 10.0, 10.0]]),
        baseline_spend=np.full((2, 4), 10.0),
        excess=np.array([[0.0, 5.0, 0.0, 0.0], [0.0, 0.0, 3.0, 0.0]]),
        overspent=np.array([[0.0, 0.0, 2000.0, 0.0], [4000.0, 0.0, 0.0, 0.0]]),
        cost=np.zeros(4),
        objective=np.zeros(4),
        unfilled=np.array([[0.0, 0.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0]]),
    )
    found = replace(stress(plan_of("hand"), draws=8, doubt=SURE, spreads={}), outcomes=made)
    assert made.paid_back.tolist() == [[False, True, False, True], [True, True, False, True]]
    assert list(found.payback.values()) == [0.5, 0.75]
    assert (found.targets_met, found.funds_suffice, found.staff_suffice) == (0.5, 0.5, 0.75)
    assert found.expected_shortfall == {"excess": 2.0, "overspent": 1500.0}
    assert made.position.tolist() == [[-2.0, 2.0, -2.0, 0.0], [2.0, -1.0, -2.0, 0.0]]


def test_without_spread_the_windows_own_money_pays_in_every_draw():
    plan = plan_of("window")
    assert (
        Funds(plan.instance, None)
        .beyond({key: np.asarray(n)[:, None] for key, n in spend_of(plan).items()})
        .sum()
    )
    assert stress(plan, draws=8, doubt=SURE, spreads={}).funds_suffice == 1.0


def spend_of(plan):
    runner = Runner(plan.instance, held_of(plan))
    return {key: amounts[:, 0] for key, amounts in runner.course(Certain()).spend.items()}


def test_the_mean_of_skewed_evidence_stands_beside_the_effect():
    plan = plan_of("hand")
    spread = ("effects.*.low=0.25", "effects.*.high=0.45")
    plan = replace(plan, instance=apply_changes(plan.instance, spread))
    told = text(stress(plan, draws=4096, doubt=SURE, spreads={}))
    assert "a mean that is not its best estimate" in " ".join(told.split())
    assert ["0.25", "0.25", "0.45", "0.2833"] in [line.split()[-4:] for line in told.splitlines()]
    sure = text(stress(plan_of("hand"), draws=16, doubt=SURE, spreads={}))
    assert "best estimate" not in sure


def test_two_hundred_draws_are_planned_anew_unless_another_number_is_said(
    run, tmp_path, monkeypatch
):
    save(plan_of("hand"), tmp_path / "plan")
    asked = []

    def watched(plan, **options):
        asked.append(options["replans"])
        return stress(plan, draws=8)

    monkeypatch.setattr(import_module("allocator.stress"), "stress", watched)
    for words in (["--replan"], ["--replan", "3"], []):
        assert run("stress", tmp_path / "plan", *words).exit_code == 0
    assert asked == [200, 3, 0]


def test_cases_that_the_plan_left_unserved_or_in_a_worse_band_stay_so():
    plan = hedge_of("cvar").futures[0].plan
    services, bands = (plan.tables[name].copy() for name in ("services", "bands"))
    funded = services["served"] > 1
    services.loc[funded, "served"] *= 0.5
    half = held_of(replace(plan, tables={**plan.tables, "services": services, "bands": bands}))
    whole = held_of(plan)
    level = whole.level > 1
    assert level.any()
    assert half.served[level] == pytest.approx(0.5 * whole.served[level], rel=1e-6)
    bands["in_band"] *= 0.5
    fewer = held_of(replace(plan, tables={**plan.tables, "bands": bands}))
    banded = np.isclose(fewer.effective, 0.5 * whole.effective, rtol=1e-6)
    assert (banded & (whole.effective > 0.9)).any()


def test_agency_that_the_plan_has_to_spare_is_kept_and_paid_for():
    plan = plan_of("staff-part-training")
    staff = plan.tables["staff"].copy()
    before = held_of(plan)
    staff.loc[staff["period"] >= 1, "agency"] += 0.25
    more = held_of(replace(plan, tables={**plan.tables, "staff": staff}))
    assert more.spare_agency == pytest.approx(before.spare_agency + 0.25, abs=1e-6)
    costs = [
        sum(n.sum() for n in Runner(plan.instance, each).course(Certain()).spend.values())
        for each in (before, more)
    ]
    assert costs[1] > costs[0] + 1.0


def test_costs_of_staff_are_drawn_as_those_of_children_and_services_are():
    plan = plan_of("staff-part-training")
    dearer = [
        f"{table}.*.{column}=*1.1"
        for table, columns in (
            ("roles", ("unit_cost", "hire_cost", "exit_cost", "agency_cost")),
            ("practices", ("unit_cost",)),
            ("states", ("unit_cost",)),
            ("services", ("unit_cost", "setup_cost", "exit_cost")),
        )
        for column in columns
    ]

    class Dearer(Certain):
        def cost(self, *_):
            return 1.1

    held, told = held_of(plan), apply_changes(plan.instance, dearer)
    drawn = Runner(plan.instance, held).course(Dearer())
    again = Runner(told, held).course(Certain())
    for key, amounts in again.spend.items():
        assert drawn.spend[key] == pytest.approx(amounts, rel=1e-12)
        assert drawn.baseline_spend[key] == pytest.approx(again.baseline_spend[key], rel=1e-12)
    assert drawn.left == pytest.approx(again.left, rel=1e-12)


@pytest.mark.parametrize(
    ("verb", "folder"), [("solve", CASES / "window"), ("hedge", HEDGES / "two-stage")]
)
def test_a_plan_keeps_the_calibration_of_its_instance_for_its_draws(verb, folder, run, tmp_path):
    shutil.copytree(folder, tmp_path / "council")
    sure = {"from": "outside care", "to": "foster", "low": 0.5, "mean": 1.0, "high": 1.6}
    told = {"kind": "ssda903", "level": 0.8, "rates": [sure]}
    (tmp_path / "council" / "calibration.json").write_text(json.dumps(told), encoding="utf-8")
    for again in ((), ("--force",)):
        assert run(verb, tmp_path / "council", "--out", tmp_path / "plan", *again).exit_code == 0
    kept = sorted(file.name for file in (tmp_path / "plan" / "instance").glob("cal*"))
    assert kept == ["calibration.json"]
    asked = ("stress", tmp_path / "plan", "--draws", "16", "--json")
    assert "the intervals of the rates" in json.loads(run(*asked).stdout)["rates_from"]
    assert run("audit", tmp_path / "plan").exit_code == 0
    (tmp_path / "plan" / "instance" / "calibration.json").write_text("{}")
    assert run("audit", tmp_path / "plan").exit_code == 4
    assert "no calibration stands" not in run(*asked).stdout


@pytest.mark.parametrize(
    ("verb", "folder"), [("solve", CASES / "window"), ("hedge", HEDGES / "two-stage")]
)
def test_a_calibration_that_is_no_text_is_named_before_any_work(verb, folder, run, tmp_path):
    """It is asked for only where a plan is saved, and is no defect of the program."""
    shutil.copytree(folder, tmp_path / "council")
    (tmp_path / "council" / "calibration.json").write_bytes(b"\xff{")
    result = run(verb, tmp_path / "council", "--out", tmp_path / "plan")
    assert result.exit_code == 2 and not (tmp_path / "plan").exists()
    assert "calibration.json: cannot be read" in result.stderr and "remove it" in result.stderr
    assert run(verb, tmp_path / "council").exit_code == 0
