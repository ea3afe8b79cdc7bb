"""What a plan that may fall short is asked: later starts, other rules of money, other targets."""

from __future__ import annotations

import pytest

from allocator.explain.delay import cost_of_delay
from allocator.explain.explanation import explain
from allocator.explain.frontier.frontier import target_frontier
from allocator.explain.nearest import prices_for
from allocator.explain.regimes.regimes import FIXED, FREE, YEARLY, regimes
from allocator.report.pages.delay import text as delay_text
from allocator.report.pages.explanation import text as explanation_text
from allocator.report.pages.regimes import text as regimes_text
from allocator.solving.solve import solve
from tests.plans import instance_of

# No plan reaches 40 children in care; with £100,000 for a child above it there is one.
SHORT = ("hand", "targets.2021.children=40", "shortfall.excess_price=100000")


@pytest.fixture(scope="module")
def short():
    return instance_of(*SHORT)


@pytest.fixture(scope="module")
def above(short):
    """Children above the target at the end, by hand: who is there less the target."""
    return float(solve(short).years()["children_in_care"][2021]) - 40


def test_a_council_that_cannot_wait_has_a_row_for_every_delay(short, above):
    assert solve(instance_of(*SHORT[:2])).status == "infeasible"
    answer = cost_of_delay(short, 1)
    assert list(answer.table["status"]) == ["optimal"] * len(answer.table)
    assert answer.table["children_above"].iloc[0] == pytest.approx(above, rel=1e-6)
    late = answer.table[answer.table["years_late"] == 1]
    assert (late["children_above"] > above).all()
    assert (answer.table["overspent"] == 0).all()
    told = " ".join(delay_text(answer).split())
    assert "Above targets" in told
    assert "Overspent" not in told
    assert "£100,000 for a child above a target at a year's end" in told


def test_without_prices_there_is_no_such_column():
    assert "Above targets" not in delay_text(cost_of_delay(instance_of("hand"), 1))


def test_regimes_count_what_falls_short_at_a_price(short, above):
    answer = regimes(short)
    for regime in (FIXED, FREE, YEARLY):
        row = answer.row(regime)
        assert row["status"] == "optimal"
        assert row["children_above"] == pytest.approx(above, rel=1e-5)
    assert answer.tables["settlements"]["expected_above"].iloc[-1] == pytest.approx(above, rel=1e-5)
    assert "children above the targets" in regimes_text(answer)


def test_the_frontier_is_of_targets_that_are_met(short):
    """What a child missed is charged says nothing of what it costs to reach the target."""
    priced, firm = target_frontier(short), target_frontier(instance_of(*SHORT[:2]))
    assert priced.reach == pytest.approx(firm.reach, rel=1e-6)
    assert list(priced.table["cost"]) == pytest.approx(list(firm.table["cost"]), rel=1e-7)


@pytest.fixture(scope="module")
def explained():
    return explain(instance_of(*SHORT[:2]))


def test_without_a_plan_the_nearest_is_offered(explained, above):
    """£100,000 a child is enough to have all that can be done, and so is more."""
    near = explained.nearest
    assert near.audit.passed
    assert near.certificate.passed
    table = explained.tables["nearest"].set_index("year")
    assert table["excess"][2021] == pytest.approx(above, rel=1e-6)
    assert table["overspent"].max() == pytest.approx(0, abs=1)
    facts = explained.facts()["nearest_plan"]
    assert facts["excess_price"] == 100_000  # two years of £50,000
    assert facts["cost"] == pytest.approx(near.cost)
    told = " ".join(explanation_text(explained).split())
    assert "With £100,000 a child above a target at each year's end" in told
    assert "`--set shortfall.excess_price=100000`" in told


def test_what_is_offered_is_what_those_settings_give(explained):
    again = solve(instance_of(*SHORT, "shortfall.overspend_price=1"))
    assert again.objective == pytest.approx(explained.nearest.objective, rel=1e-9)


def test_where_funds_hold_whatever_the_prices_nothing_is_offered():
    poor = instance_of("hand", "budgets.core.*.amount=1000000")
    answer = explain(poor, formulation="largest_reduction")
    assert not answer.found
    assert answer.nearest is None
    assert "nearest" not in answer.tables


def test_prices_of_ones_own_are_kept(short):
    assert prices_for(short).excess_price == 100_000
    assert prices_for(instance_of("hand")).overspend_price == 1
