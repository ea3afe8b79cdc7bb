"""Staff worked out on paper: hiring that binds in three years, training, a practice, the audit.

Children in care grow by 20 a year from 100 and nobody leaves, so a caseload of 10 takes 11, 13
and 15 FTE.  One in post costs 30,000 a year and one from the agency 50,000; no discounting.
"""

from __future__ import annotations

from typing import Any

import pytest

from allocator.audit import audit
from allocator.explain.citing import Citer
from allocator.explain.explanation import explain
from allocator.explain.shadow_prices.priced_limits import priced_limits
from allocator.instance.change import apply_changes
from allocator.plan.plan import Plan
from allocator.report.pages.explanation import text
from allocator.report.pages.headline import answer
from allocator.report.pages.staff import staff_figures
from allocator.report.pages.summary import summary
from allocator.solving.solve import solve
from allocator.wording import pounds
from formulations.staff import opening_staff_cost
from tests.model.by_hand import S, by_period, care, near, price, same
from tests.model.cases import Case, case

GROWING = """
[states]
state  tier       in_care  opening  unit_cost
care   statutory  yes      100      50000

[transitions]
from  to    rate
care  exit  0

[arrivals]
state  year  children
care   2020  20

[funds]
fund  tiers
core  all

[budgets]
fund  year  amount
core  2020  9000000
core  2021  9000000
core  2022  9000000

[workloads]
role    item  caseload
worker  care  10
"""
ROLE = """
[roles]
role    opening  unit_cost  leaving_rate       hires_per_year  hire_cost  agency_cost  agency_share
worker  8        30000      0.105360515657826  2               2000       50000        0.5
"""
KEPT = ROLE.replace("8        30000      0.105360515657826  2", "10  30000  0  0")
PRACTICE = """
[practices]
practice  role    unit_cost  time  share  growth_per_year
admin     worker  8000       1.25  0.4    3
"""


def growing(text: str = ROLE) -> Case:
    return case(GROWING + text, years=3)


def hires(**cells: Any) -> Plan:
    made = growing()
    for column, value in cells.items():
        made = made.changed("roles", column, lambda row, to=value: to)
    return solve(made.instance())


def prices(plan: Plan, constraint: str) -> list[float]:
    return [price(plan, constraint, period=t) for t in (1, 2, 3)]


def test_hiring_that_binds_in_three_years() -> None:
    """Nine tenths stay: a hire saves 20,000 a year less 2,000 once; what lacks the agency fills."""
    plan = hires()
    posts, agency = near(9.2, 10.28, 11.252), near(1.8, 2.72, 3.748)
    assert by_period(plan, "staff", "in_post") == posts
    assert by_period(plan, "staff", "agency") == agency
    assert by_period(plan, "staff", "need") == near(11, 13, 15)
    assert by_period(plan, "staff", "turnover_cost") == near(4000, 4000, 4000)
    assert plan.objective == same(50_000 * 390 + 30_000 * 30.732 + 2_000 * 6 + 50_000 * 8.268)
    assert prices(plan, "hiring_limited") == near(-52_200, -36_000, -18_000)
    assert prices(plan, "work_fits") == near(-50_000, -50_000, -50_000)
    assert prices(plan, "staff_change") == near(-54_200, -38_000, -20_000)
    assert price(plan, "staff_in_post_at_start") == same(-20_000 * (0.9 + 0.81 + 0.729))
    (hiring,) = [each for each in priced_limits(plan) if each.noun == "Hiring of worker"]
    assert hiring.worth == "one hire a year more saves £106,200"


def test_a_new_starter_in_training_carries_half() -> None:
    """Half a year's training: the last year's hire would cost 32,000 and save 25,000."""
    plan = hires(training_years=0.5)
    assert by_period(plan, "staff", "hired") == near(2, 2, 0)
    assert by_period(plan, "staff", "agency") == near(11 - 8.2, 13 - 9.28, 15 - 9.252)
    assert price(plan, "hiring_limited", period=1) == same(-27_200)
    assert price(plan, "hiring_limited", period=2) == same(-11_000)


def test_an_agency_at_the_start_is_kept_by_the_baseline_and_its_premium_with_it() -> None:
    """One from the agency at the start: doing nothing costs 50,000 a year more, no plan does."""
    usual, plan = hires(), hires(agency_opening=1)
    assert plan.objective == same(usual.objective)
    before, after = (sum(each.cash().net.values()) for each in (usual, plan))
    assert after - before == same(3 * 50_000)
    assert plan.audit is not None and plan.audit.passed


def test_an_agency_at_the_start_is_part_of_what_a_window_protects() -> None:
    made = growing().changed("roles", "agency_opening", lambda row: 1).instance()
    assert opening_staff_cost(made, ("statutory",), 2020) == same(8 * 30_000 + 50_000)


def test_an_agency_share_that_binds() -> None:
    """A tenth at most: of the third year's 15 only 13.5 can be in post, so no year's hires do."""
    plan = hires(hires_per_year="", agency_share=0.1, agency_cost=20000)
    assert by_period(plan, "staff", "in_post") == near(9.9, 11.7, 13.5)
    assert by_period(plan, "staff", "agency") == near(1.1, 1.3, 1.5)


def test_a_practice() -> None:
    """A quarter of 50,000 is won for 8,000: as many as its growth, then its share, allow.

    The share is of all at work, u + g = need - v / 4, so that v 1.1 is 0.4 of the need.
    """
    plan = solve(growing(KEPT + PRACTICE).instance())
    second, third = 5.2 / 1.1, 6 / 1.1
    assert by_period(plan, "practices", "supported") == near(3, second, third)
    assert by_period(plan, "staff", "agency") == near(0.25, 3 - second / 4, 5 - third / 4)
    assert price(plan, "support_growth_limited", period=1) == same(-4_500)
    assert price(plan, "support_limited", period=2) == same(-4_500 / 1.1)
    assert prices(plan, "work_fits") == near(-50_000, *[-(50_000 / 1.1 + 8_000 * 0.4 / 1.1)] * 2)
    facts = plan.to_dict()["staff"]["worker"]["2021"]
    assert facts["supported"] == same(second)
    assert facts["cases_per_fte"] == same(130 / (13 - second / 4))
    assert facts["caseload"] == same(10)


def test_the_baseline_keeps_those_in_post() -> None:
    plan = hires()
    before = plan.tables["years"]["baseline_statutory"].to_list()
    kept = 30_000 * 8 + 2_000 * 0.8
    assert before == near(50_000 * 110 + kept, 50_000 * 130 + kept, 50_000 * 150 + kept)


def test_a_child_at_the_end_costs_its_staff_too() -> None:
    made = care(terminal_value=True, discount_rate=0.04).with_rows(ROLE)
    plan = solve(made.with_rows("[workloads]\nrole  item  caseload\nworker  care  10").instance())
    left = by_period(plan, "states", "children", state="care")[-1]
    after = 53_000 * (1 / 1.04) / (1 - S / 1.04)
    averted = plan.tables["diverted"]
    assert not averted[averted["period"] > 2]["diverted"].abs().max() > 1e-9
    assert plan.terminal_value == same(left * after / 1.04)


@pytest.mark.parametrize(
    ("table", "column", "by", "rules"),
    [
        ("staff", "in_post", -1, {"staff in post", "work fits the staff"}),
        ("staff", "hired", 1, {"staff in post", "hiring limit"}),
        ("staff", "let_go", 1, {"staff in post"}),
        ("staff", "agency", -1, {"work fits the staff", "agency staff not negative"}),
        ("staff", "agency", 20, {"agency share"}),
        ("practices", "supported", 1, {"growth of a practice"}),
        ("practices", "supported", -4, {"supported not negative", "work fits the staff"}),
    ],
)
def test_a_tampered_number_of_staff_is_caught(
    table: str, column: str, by: float, rules: set[str]
) -> None:
    plan = solve(growing(KEPT + PRACTICE).instance())
    tables = {name: frame.copy() for name, frame in plan.tables.items()}
    tables[table].loc[0, column] += by
    found = audit(
        plan.instance,
        tables,
        plan.window,
        objective=plan.objective or 0.0,
        terminal_value=0.0,
    )
    failed = {each.rule for each in found.findings if not each.passed}
    assert rules <= failed


def test_staff_can_be_set_priced_limited_and_cited() -> None:
    limits = (
        "[limits]\nitem    maximum\nworker  800000\n[prices]\nitem  year  index\nworker  2021  1.5"
    )
    instance = growing().with_tables(limits).instance()
    plan = solve(apply_changes(instance, ["roles.worker.hires_per_year=3"]))
    spent = plan.tables["staff"][["post_cost", "turnover_cost", "agency_cost"]].sum(axis=1)
    posts = by_period(plan, "staff", "in_post")
    assert spent.max() < 800_001
    assert plan.tables["staff"]["post_cost"].to_list() == near(
        *(30_000 * index * u for index, u in zip((1, 1.5, 1.5), posts, strict=True))
    )
    citer = Citer(instance)
    (limit,) = citer.place("limits.worker.maximum")
    assert limit.words == "the most that may be spent on worker"
    (hiring,) = citer.place("roles.worker.hires_per_year")
    assert (hiring.words, hiring.where) == ("the hiring limit of worker", "roles.csv, row 2")
    (caseload,) = citer.place("workloads.worker.care.caseload")
    assert caseload.words == "the caseload of worker for care"


def test_people_are_told_of_the_staff() -> None:
    plan = hires()
    told = summary(plan)
    assert (
        "worker    8 FTE in post, 11.3 at the end; 6 hired; agency 25% at most, in 2022-23" in told
    )
    assert "10 cases per FTE at the fullest, in 2020-21; one carries 10" in told
    assert "Turnover  £12,000 in the years of the plan" in told
    first = staff_figures(plan).rows[0]
    assert first[:5] == ("worker", 2020, same(9.2), same(1.8), same(1.8 / 11))
    assert first[8:10] == (same(11), same(1.8))
    assert first[12:] == (same(4_000), same(90_000), 0)


def test_hires_are_a_way_out() -> None:
    """13 FTE take 10.28 in post with two hires a year; without an agency it takes 3.8 each year."""
    changes = ["agency_cost=", "agency_share="]
    instance = growing().instance()
    short = apply_changes(instance, [f"roles.worker.{each}" for each in changes])
    answer = explain(short)
    (way,) = [each for each in answer.ways if each.possible]
    assert way.kind == "hires"
    # 7.2 + h = 11, and 15 - 0.9 (13) = 3.3 in the last year: the first year asks for most.
    assert way.after == same(3.8)
    told = text(answer)
    assert "The hiring limit of worker (roles.csv, row 2)" in told
    assert "1.8 more hires a year" in told
    assert "the work that worker can carry" in told.lower()


def test_the_answer_says_that_hiring_holds_the_plan_back() -> None:
    said = answer(hires())
    assert "Hiring holds it back: worker, 2020-21 to 2022-23, are hired as fast as they can" in said
    assert "Hiring holds it back" not in answer(hires(hires_per_year=""))


def test_the_answer_says_what_staff_it_takes_and_what_their_time_is_worth() -> None:
    """An agency FTE costs 50,000 in each of three years, undiscounted; 3.75 of 15 are the most."""
    said = answer(hires())
    assert (
        "Worker: 8 FTE in post at the start and 11.3 at the end, 6 hired in all, and at most 25% "
        "of those at work from an agency, in 2022-23." in said
    )
    worth = "£150,000 for a full-time post of worker, 2020-21 to 2022-23; that is a rate"
    assert f"at present value in prices of 2020-21, {worth}" in said
    idle = answer(hires(opening=40, unit_cost=0, hire_cost=0))
    assert "Time given back" not in idle and "FTE in post at the start" in idle


def test_a_whole_hire_is_priced_where_the_price_holds_for_less() -> None:
    """With 3.5 a year 0.3 more is needed in the first year, and less than one in the others."""
    usual, more = (hires(hires_per_year=each) for each in (3.5, 4.5))
    found = explain(usual.instance)
    (row,) = found.tables["limits"].query("constraint == 'hiring_limited'").to_dict("records")
    assert row["holds"] < 1
    assert row["saves_whole"] == same((usual.objective or 0) - (more.objective or 0))
    assert row["saves_whole"] < row["saves"]
    told = " ".join(text(found).split())
    assert (
        f"saves {pounds(row['saves_whole'])}, at first at a rate of {pounds(row['saves'])}" in told
    )
