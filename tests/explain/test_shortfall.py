"""What a plan that may fall short is asked: later starts, other rules of money, other targets."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator.explain.delay import cost_of_delay
from allocator.explain.explanation import explain
from allocator.explain.frontier.target import target_frontier
from allocator.explain.nearest import prices_for
from allocator.explain.regimes.regimes import FIXED, FREE, YEARLY, regimes
from allocator.instance import read
from allocator.instance.change import apply_changes
from allocator.report.pages.delay import text as delay_text
from allocator.report.pages.explanation import text as explanation_text
from allocator.report.pages.regimes import text as regimes_text
from allocator.solving.solve import solve
from allocator.wording import pounds
from tests.plans import instance_of

CASES2 = Path(__file__).parents[1] / "cases2"

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


def told_of(case, *changes):
    answer = explain(apply_changes(read(CASES2 / case), changes))
    return answer, " ".join(explanation_text(answer).split())


def test_a_pound_of_overspend_is_worth_its_charge_where_the_plan_overspends():
    answer, told = told_of("overspend")
    short = answer.tables["short"].set_index("year")
    assert (short["kind"] == "pound").all()
    facts = answer.plan.shortfall()["overspent"]
    assert short["short"].to_dict() == pytest.approx(facts, abs=1)
    priced = answer.tables["limits"].set_index("key")["saves"]
    for year, row in short.iterrows():
        assert row["charged"] == pytest.approx(0.25 / 1.035 ** (year - 2020))
        assert row["worth"] == pytest.approx(row["charged"], rel=1e-6)
        assert priced[f"budgets.core.{year}.amount"] == pytest.approx(row["worth"], rel=1e-6)
    assert "A pound of overspend is charged £0.22 to £0.25 on top of itself." in told
    assert f"The plan overspends {pounds(sum(facts.values()))}, in 2020-21 to 2024-25" in told
    assert "there a pound more from a fund saves £0.22 to £0.25, the charge." in told
    assert "Where the funds are enough" not in told


def test_a_child_of_shortfall_is_worth_its_charge_where_the_plan_is_above():
    answer, told = told_of("excess")
    short = answer.tables["short"]
    children = short[short["kind"] == "child"].set_index("year")
    above = children["short"] > 1e-3
    assert above.any()
    assert not above.all()
    assert children[above]["worth"].tolist() == pytest.approx(
        children[above]["charged"].tolist(), rel=1e-6
    )
    assert (children[~above]["worth"] <= children[~above]["charged"]).all()
    assert "A child above a target at a year's end is charged £75,778 to £81,175." in told
    assert "The plan is above by 107 in 2023-24 and 63.8 in 2024-25" in told
    assert "one more in the target saves £78,430 to £81,175." in told
    assert "Where the funds are enough, a pound more from a fund saves nothing." in told


def test_of_a_plan_that_may_not_fall_short_nothing_is_said_of_it():
    answer, told = told_of("continuous-annual")
    assert "short" not in answer.tables
    assert "falling short" not in told
    assert "of overspend" not in told


def test_the_order_in_which_funds_pay_is_told_with_its_reasons():
    answer, told = told_of("overspend")
    table = answer.tables["paying"]
    assert list(table["fund"]) == ["grant", "core", "transition"]
    for fund, by_year in answer.plan.funds().items():
        row = table.set_index("fund").loc[fund]
        for column in ("drawn", "lapsed"):
            drawn = sum(amounts[column] for amounts in by_year.values())
            assert row[column] == pytest.approx(drawn, abs=1)
    assert "1. grant (funds.csv, row 3): what is left of it at a year's end lapses." in told
    assert "2. core (funds.csv, row 2): 50% of what is left of it" in told
    assert "3. transition (funds.csv, row 4): one-off money, only for what no other" in told
    assert f"It pays {pounds(sum(answer.plan.one_off.values()))} of " in told
    assert "in 2022-23 and 2023-24." in told


def test_funds_alike_pay_as_they_are_listed_and_one_fund_needs_no_order():
    answer, told = told_of("overspend", "funds.grant.carry_forward=0.5")
    assert list(answer.tables["paying"]["fund"]) == ["core", "grant", "transition"]
    assert "lapses, as of the fund before it, which is listed first." in told
    alone = " ".join(explanation_text(explain(instance_of("hand"))).split())
    assert "Whose money pays" in alone
    assert "Any fund that may pay" not in alone


def test_what_can_be_reached_and_the_nearest_plan_agree_to_the_digits_that_are_told():
    answer = explain(instance_of("hand-infeasible"))
    said = " ".join(explanation_text(answer).split())
    reached = float(said.partition(" can be reached, no fewer")[0].rpartition(" ")[2])
    nearest = float(said.partition("comes nearest has ")[2].partition(" ")[0])
    assert 0 <= reached - nearest <= 0.05 + 0.01  # half of the last digit, and a hundredth up
    target = [f"targets.2021.children={reached!r}"]
    assert solve(instance_of("hand-infeasible", *target)).found
