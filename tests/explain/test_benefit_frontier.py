"""What a pound of the council's buys for others, against plans in which that good is weighed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from allocator.cli import cli
from allocator.explain.answers import save
from allocator.explain.frontier.benefits import benefit_frontier
from allocator.program.program import POUNDS
from allocator.report.charts.answers import frontiers
from allocator.report.charts.shapes import MILLION, Panels
from allocator.report.pages.frontier import text
from allocator.report.saved_answers import read_answers
from allocator.solving.solve import solve
from tests.plans import CASES, instance_of


def test_plans_that_weigh_the_good_lie_on_the_curve():
    """Without a terminal value, weighing it by w leads to a point where £1 more of it costs w."""
    instance = replace(
        instance_of("benefits"), terminal_value=False, benefit_weight=0.3, double_investment=None
    )
    found = benefit_frontier(instance)
    table = found.table
    assert len(table) > 2
    assert (table["benefits"].diff().dropna() < 0).all()
    assert (table["price_per_pound"].diff().dropna() <= 1e-9).all()
    for weight in (0.0, 0.1, 0.3, 1.0):
        plan = solve(replace(instance, benefit_weight=weight))
        forgone = -sum((plan.wider_benefits() or {}).values()) / POUNDS
        piece = found.walked.at(forgone)
        assert piece is not None
        assert piece.line(forgone) * POUNDS == pytest.approx(plan.cost, rel=1e-8)
    cheapest = solve(replace(instance, benefit_weight=0.0))
    facts = found.facts()
    assert facts["lowest_cost"] == pytest.approx(cheapest.cost, rel=1e-9)
    assert facts["greatest_benefits"] > facts["free_benefits"]
    priced = table[table["price_per_pound"] > 0]
    bought = priced["bought_per_pound"] * priced["price_per_pound"]
    assert bought.to_list() == pytest.approx([1.0] * len(priced))
    assert "The first pound more of the council's buys" in " ".join(text(found).split())


def test_a_curve_that_was_saved_is_drawn(tmp_path):
    instance = instance_of("benefits-period")
    found = benefit_frontier(instance)
    save(found, tmp_path / "benefits")
    (chart,) = frontiers(solve(instance), read_answers(tmp_path, instance.hash))
    assert isinstance(chart, Panels) and chart.name == "frontier-benefits"
    ordered = found.table.sort_values("benefits")
    assert chart.axis == pytest.approx((ordered["benefits"] / MILLION).tolist())
    assert chart.panels[0].series[0].values == pytest.approx(ordered["cost"].tolist())
    assert len(chart.figures.rows) == len(found.table)


def test_the_command_says_what_is_missing():
    asked = ["frontier", "--against", "benefits", "--json"]
    found = CliRunner().invoke(cli, [*asked, str(CASES / "benefits-period")])
    assert found.exit_code == 0
    assert json.loads(found.stdout)["status"] == "optimal"
    missing = CliRunner().invoke(cli, [*asked, str(CASES / "hand")])
    assert missing.exit_code == 2
    assert "add the table benefits" in missing.stderr
