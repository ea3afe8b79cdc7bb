"""Rows against plans solved one by one; statuses; who works on them."""

from __future__ import annotations

import pickle
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import pandas as pd
import pytest

from allocator.errors import AuditError, CertificateError, SolverError, TimeLimitError
from allocator.solving.session import Session
from allocator.solving.solve import solve
from allocator.sweep import COLUMNS, Sweep, design, run, worker
from allocator.sweep.worker import Worker
from tests.plans import CASES, failing, instance_of
from tests.sweep.grids import AREAS, WINDOW, assert_same

GRIDS = {"window": WINDOW, "two-areas": AREAS}


def facts_of(plan):
    cash = plan.cash()
    years = plan.years()
    first, length = plan.window or (None, None)
    return {
        "objective": plan.objective,
        "terminal_value": plan.terminal_value,
        "window_first_year": first,
        "window_years": length,
        "children_in_care_end": years["children_in_care"].iloc[-1],
        **{f"children_in_care_{y}": years["children_in_care"][y]
           for y in {row["year"] for row in plan.instance.tables["targets"]}},
        "payback_year": cash.payback_year,
        "lasting_payback_year": cash.lasting_payback_year,
        "double_running_cost": cash.double_running_cost,
        "peak_deficit": cash.peak_deficit,
        "peak_deficit_year": cash.peak_deficit_year,
        "npv": plan.npv,
        "spend": years["total"].sum(),
        **{f"spend_{tier}": years[tier].sum()
           for tier in ("early_help", "edge_of_care", "statutory")},
        **{name: sum(((plan.shortfall() or {}).get(of) or {0: 0.0}).values())
           for name, of in (("children_above", "excess"), ("overspent", "overspent"))},
    }  # fmt: skip


def test_rows_say_what_falls_short_and_charges_are_no_cost():
    hand = instance_of("hand", "targets.2021.children=40", "shortfall.excess_price=100000")
    table = Sweep(hand, ["targets.2021.children=40,70"]).run()
    short, whole = table.to_dict("records")
    plan = solve(hand)
    for name, fact in facts_of(plan).items():
        if fact is not None:
            assert short[name] == pytest.approx(fact, rel=1e-6, abs=1e-3), name
    assert short["children_above"] > 1
    assert whole["children_above"] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("formulation", ["least_cost", "largest_reduction"])
@pytest.mark.parametrize("case", GRIDS)
def test_every_row_is_the_plan_of_its_point(case, formulation):
    sweep = Sweep(instance_of(case), GRIDS[case], formulation=formulation)
    table = sweep.run()
    assert list(table.columns) == sweep.columns
    statuses = set()
    for point, row in list(enumerate(table.to_dict("records")))[::2]:
        plan = solve(sweep.design.changed(sweep.design.position(point)), formulation=formulation)
        statuses.add(plan.status)
        assert (row["status"], row["message"]) == (plan.status, "")
        for name, fact in facts_of(plan).items() if plan.found else ():
            if fact is None:
                assert pd.isna(row[name])
            else:
                assert row[name] == pytest.approx(fact, rel=1e-9, abs=0.5), (point, name)
    assert "optimal" in statuses
    assert ("infeasible" in statuses) == (formulation == "least_cost")


def test_a_process_of_a_sweep_begins_without_pandas():
    """Which takes as long to load as all the rest; the table is made where it is asked for."""
    code = "import sys, allocator.sweep.worker; assert 'pandas' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_axis_values_stand_first_as_numbers_or_as_they_were_typed():
    table = Sweep(instance_of("window"), WINDOW).run()
    target, amount = table.columns[:2]
    assert list(table[target].unique()) == [500, 600, 700, 800, 900, 1000]
    assert list(table[amount][:3]) == ["*1", "*1.01", "*1"]


def test_without_a_plan_a_row_has_a_status_and_no_facts():
    table = Sweep(instance_of("hand-infeasible"), ["targets.2021.children=10,20"]).run()
    assert list(table["status"]) == ["infeasible", "infeasible"]
    assert not table["audited"].any()
    assert table["objective"].isna().all() and table["payback_year"].isna().all()


def test_an_invalid_point_is_a_row_with_a_message():
    axes = ["services.hubs.baseline=900,-5,1e6,1000"]
    table = Sweep(instance_of("window"), axes).run()
    assert list(table["status"].isin(["optimal", "infeasible"])) == [True, False, False, True]
    assert list(table["status"][1:3]) == ["invalid", "invalid"]
    assert "negative" in table["message"][1]
    assert "coverage" in table["message"][2]
    assert "\n" not in "".join(table["message"])


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (SolverError("no luck"), "failed"),
        (CertificateError("off by 3"), "failed"),
        (TimeLimitError("out of time"), "time_limit"),
    ],
)
def test_a_solver_that_fails_is_a_row(monkeypatch, error, status):
    tried = []

    def refuse(self, instance, **options):
        tried.append(instance)
        raise error

    monkeypatch.setattr(Session, "solve", refuse)
    table = Sweep(instance_of("window"), ["targets.2027.children=1119"]).run()
    assert list(table["status"]) == [status]
    assert list(table["message"]) == [str(error)]
    assert len(tried) == 1  # the ladder of every solve has been from nothing and other ways by then


def test_time_runs_out():
    sweep = Sweep(instance_of("window"), ["targets.2027.children=1119"], time_limit=1e-9)
    table = sweep.run()
    assert list(table["status"]) == ["time_limit"]


def test_the_first_the_last_some_between_and_the_best_are_audited(monkeypatch):
    monkeypatch.setattr(design, "AUDITED", 4)
    axes = ["targets.2027.children=1000:1018:2", "targets.2025.children=1119,1121"]
    table = Sweep(instance_of("window"), axes).run()
    audited = set(table.index[table["audited"]])
    assert audited == {0, 4, 8, 12, 16, 19, int(table["objective"].argmin())}
    assert Sweep(instance_of("window"), axes, audit_all=True).run()["audited"].all()


def test_a_plan_that_fails_its_audit_is_a_row(monkeypatch):
    monkeypatch.setattr(worker, "plan_of", failing(AuditError("off by £3")))
    axes = ["targets.2027.children=1119"]
    table = Sweep(instance_of("window"), axes).run()
    assert list(zip(table["status"], table["message"], strict=True)) == [("failed", "off by £3")]


def test_the_best_is_solved_again_and_a_difference_told(monkeypatch):
    told = Worker.row

    def cheaper(self, point, *, audit=None):
        row = told(self, point, audit=audit)
        return row if audit else {**row, "objective": 0.9 * row["objective"], "audited": False}

    monkeypatch.setattr(Worker, "row", cheaper)
    with pytest.raises(AuditError, match="the best plan, solved again"):
        Sweep(instance_of("window"), ["targets.2027.children=1119,1120"]).run()


def test_every_window_or_the_best_are_the_same_table():
    one, other = (
        Sweep(instance_of("window"), WINDOW, every_window=every).run() for every in (True, False)
    )
    assert_same(one, other)


def test_threads_and_processes_give_the_same_table(monkeypatch):
    monkeypatch.setattr(run, "CHUNK", 4)
    alone = Sweep(instance_of("window"), WINDOW).run()
    with ThreadPoolExecutor(2) as pool:
        assert_same(Sweep(instance_of("window"), WINDOW).run(pool), alone)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        assert_same(Sweep(instance_of("window"), WINDOW).run(pool), alone)


def test_rows_that_are_done_are_not_solved_again(solved_points):
    sweep, rows = Sweep(instance_of("window"), WINDOW), {}
    whole = sweep.run(told=rows.__setitem__)
    assert set(rows) == set(range(12))
    solved_points.clear()
    again = sweep.run(done={n: rows[n] for n in rows if n not in (3, 7)})
    assert set(solved_points) == {3, 7}
    assert_same(again, whole)


def test_a_design_travels():
    design = Sweep(instance_of("window"), WINDOW).design
    assert pickle.loads(pickle.dumps(design)).key == design.key
    assert replace(design, solver="ipm").key != design.key


def test_the_guide_says_what_every_column_is():
    guide = (CASES.parents[1] / "docs" / "how-to-sweep.md").read_text(encoding="utf-8")
    for name, said in COLUMNS.items():
        assert f"| `{name}` | {said.meaning} |" in guide
