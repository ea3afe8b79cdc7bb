"""What it costs that no area is left behind, against solving for a reduction on its own."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from allocator.cli import cli
from allocator.explain.frontier.fairness import fair_frontier
from allocator.instance import read
from allocator.report.pages.frontier import text
from allocator.solving.areas import ladder
from allocator.solving.session import Session, at_window, build
from tests.plans import CASES, instance_of, plan_of

CASES2 = CASES.parent / "cases2"


def least_cost(instance, reduction):
    """£, present value, of the cheapest plan in which every area has at least this reduction."""
    program = build(instance, "fair_reduction").fixed({("reduction", ()): reduction})
    program = replace(program, objectives=program.objectives[-1:])
    session, costs = Session(), []
    for window in (None, *instance.windows):
        solved = session.solve_window(window, at_window(program, instance, window))
        costs += [solved.value(-1) * 1e6] if solved.optimal else []
    return min(costs, default=None)


def test_each_breakpoint_and_what_lies_between_agree_with_direct_solves():
    instance = instance_of("two-areas")
    found = fair_frontier(instance)
    rows = found.table.to_dict("records")
    assert len(rows) > 1 and rows[0]["price_of_fairness"] > 0 == rows[-1]["price_of_fairness"]
    for row, after in itertools.pairwise(rows):
        assert row["reduction"] > after["reduction"]
        assert least_cost(instance, row["reduction"]) == pytest.approx(row["cost"], rel=1e-9)
        middle = (row["reduction"] + after["reduction"]) / 2
        points = 100 * (row["reduction"] - middle)
        wanted = row["cost"] - points * row["price_per_point"]
        assert least_cost(instance, middle) == pytest.approx(wanted, rel=1e-9)
    assert least_cost(instance, rows[0]["reduction"] + 1e-4) is None


def test_area_by_area_the_curve_is_the_same(monkeypatch):
    whole = fair_frontier(instance_of("two-areas"))
    monkeypatch.setattr(ladder, "FEWEST", 2)
    monkeypatch.setattr(ladder, "SMALLEST", 0)
    found = fair_frontier(instance_of("two-areas"))
    assert found.solver.endswith("area by area")
    assert found.reach == pytest.approx(whole.reach, rel=1e-8)
    for at in (0.1, 0.5, 0.9):
        there = whole.reach + at * (whole.end - whole.reach)
        assert found.walked.at(there).line(there) == pytest.approx(
            whole.walked.at(there).line(there), rel=1e-8
        )


def test_it_begins_at_the_plan_of_the_fair_reduction():
    plan = plan_of("two-areas", formulation="fair_reduction")
    found = fair_frontier(plan.instance)
    assert found.facts()["greatest_reduction"] == pytest.approx(plan.theta, abs=2e-7)
    assert found.table["cost"].iloc[0] == pytest.approx(plan.objective, rel=1e-7)
    page = " ".join(text(found).split())
    assert "every area can have 24.729% fewer" in page and "Price of fairness" in page


def test_where_prevention_pays_fairness_is_free():
    """An independent solution of four areas says the same of the largest reduction and its cost."""
    folder = CASES2 / "fair-four"
    wanted = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["fair"]
    found = fair_frontier(read(folder))
    facts = found.facts()
    assert facts["greatest_reduction"] == pytest.approx(wanted["theta"], abs=1e-6)
    assert facts["price_of_fairness"] == 0
    assert found.table["cost"].iloc[0] == pytest.approx(wanted["cost"], rel=1e-6)
    assert "fairness costs nothing here" in " ".join(text(found).split())


def test_without_money_no_reduction_is_within_reach():
    instance = instance_of("two-areas", "budgets.core.*.amount=*0.5")
    found = fair_frontier(instance)
    assert found.facts()["status"] == "infeasible" and found.table.empty
    assert "no reduction is within reach" in text(found)


def test_on_the_command_line():
    runner = CliRunner()
    case = str(CASES / "two-areas")
    refused = runner.invoke(cli, ["frontier", case, "--against", "fairness", "--fund", "core"])
    assert refused.exit_code == 2 and "--fund is not for --against fairness" in refused.output
    asked = runner.invoke(cli, ["frontier", case, "--against", "fairness", "--json"])
    assert asked.exit_code == 0
    told = json.loads(asked.stdout)
    assert told["answer"] == "frontier_fairness" and told["breakpoints"] == 2
