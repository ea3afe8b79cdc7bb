"""Two plans side by side: by how much they differ, on the page and in the workbook."""

from __future__ import annotations

import re

import pytest
from openpyxl import load_workbook

from allocator.instance.instance import financial_year
from allocator.plan.saving import save
from allocator.report.against import against_first
from allocator.report.differing import differing
from allocator.report.html.differences import comparison
from allocator.report.html.headline import keys
from allocator.report.html.page import page
from allocator.report.pages.against import SAME, answers, text
from allocator.report.saved_plan import SavedPlan
from allocator.report.workbook import write_workbook
from allocator.wording import number, pounds, years_said
from tests.plans import instance_of, plan_of
from tests.report.saved_plans import saved_plan_of
from tests.report.test_command import report

DEARER = ("services.hubs.unit_cost=*1.2",)


def pair():
    return [plan_of("window"), plan_of("window", *DEARER)]


def test_differences_are_the_others_less_the_first():
    first, second = pair()
    lines = {(each.what, each.when): each for each in against_first([first, second])}
    spend = lines["Spend in all", "2020-21 to 2027-28"]
    totals = [float(plan.years()["total"].sum()) for plan in (first, second)]
    assert spend.first == pytest.approx(totals[0])
    assert spend.more[0] == pytest.approx(totals[1] - totals[0])
    assert spend.more[0] > 1e6
    tiers = [f"Spend on {name}" for name in ("early help", "edge-of-care work", "statutory work")]
    parts = [lines[tier, "2020-21 to 2027-28"].more[0] for tier in tiers]
    assert sum(parts) == pytest.approx(spend.more[0])
    drawn = [each for (what, _), each in lines.items() if what.startswith("Drawn from ")]
    assert sum(each.more[0] for each in drawn) == pytest.approx(spend.more[0])
    children = lines["Children in care", "end of 2027-28"]
    ends = [float(plan.years()["children_in_care"][2027]) for plan in (first, second)]
    assert (children.first, children.more[0]) == pytest.approx((ends[0], ends[1] - ends[0]))
    hubs = lines["hubs", "end of 2027-28"]
    assert hubs.more[0] == pytest.approx(second.levels()["hubs"][2027] - hubs.first)


def test_the_answer_says_by_how_much_the_plans_differ():
    first, second = pair()
    [told] = answers([first, second], ["old", "dearer"])
    more = float(second.years()["total"].sum() - first.years()["total"].sum())
    assert f"over 2020-21 to 2027-28 it spends {pounds(more)} more." in told
    years = [plan.years()["children_in_care"] for plan in (first, second)]
    gap = years[1] - years[0]
    assert abs(gap).max() > 0.05
    assert f"at the end of {financial_year(int(abs(gap).idxmax()))}, where they differ" in told
    [back] = answers([second, first], ["dearer", "old"])
    assert f"it spends {pounds(more)} less." in back
    [alike] = answers([first, first], ["old", "again"])
    assert alike.startswith("Against old, again has the same children in care in every year;")
    assert "cannot be said" in answers([first], ["old"])[0]
    none = answers([first, second, plan_of("hand-infeasible")], ["old", "dearer", "none"])
    assert none == (told, "none is no plan that was found.")


def test_a_plan_that_was_not_found_has_nothing_to_compare():
    assert against_first([plan_of("window")]) == []
    assert against_first([plan_of("hand-infeasible"), plan_of("window")]) == []
    lines = against_first([plan_of("window"), plan_of("hand-infeasible"), plan_of("window")])
    assert {each.more for each in lines} == {(None, 0.0)}


def test_plans_of_other_years_are_compared_over_those_they_share():
    lines = against_first([plan_of("window"), plan_of("hand")])
    assert {each.when for each in lines} == {
        "end of 2020-21", "end of 2021-22", "2020-21 and 2021-22",
    }  # fmt: skip


def facts_of(*saved):
    """The cells of the table that tells several plans fact by fact, by the name of the fact."""
    table = comparison(saved).first[0]
    return {str(row[0]): row[1:] for row in table.figures.rows}


def test_plans_asked_for_different_years_are_told_in_both_of_them():
    plans = [plan_of("window"), plan_of("window", "targets.2027.year=2026"), plan_of("hand")]
    facts = facts_of(
        *(SavedPlan(f"plan {n}", each, "1", each.audit) for n, each in enumerate(plans))
    )
    assert all(cell for row in facts.values() for cell in row)
    for year in (2026, 2027):
        name = f"In care, end of {financial_year(year)}"
        *found, never = facts[name]
        assert never == "not one of its years"
        for plan, said in zip(plans, found, strict=False):
            there = float(plan.years()["children_in_care"][year])
            assert said.startswith(f"{number(there)} (")
        assert f"In care, end of {financial_year(2021)}" in facts
    assert [each.split(": ")[0] for each in facts["Over its years"]] == [
        keys(plan)[-2].name for plan in plans
    ]


def test_a_plan_that_was_not_found_leaves_no_blank_among_the_facts():
    facts = facts_of(saved_plan_of("window"), saved_plan_of("infeasible"))
    assert facts["Payback"][1] == facts["Peak deficit"][1] == "no plan"
    assert all(cell for row in facts.values() for cell in row)
    assert len(facts_of(saved_plan_of("infeasible"), saved_plan_of("infeasible"))) >= 6


def test_rows_that_an_instance_lacks_are_counted_where_they_are_many():
    years = [instance_of("window"), instance_of("hand")]
    assert all("rows" not in str(row[1]) for row in differing(years))
    counted = differing(years, 2)
    [budgets] = [row for row in counted if row[0] == "budgets" and "rows" in str(row[1])]
    own, other = ({(r["fund"], r["year"]) for r in each.tables["budgets"]} for each in years)
    lacked = own - other
    assert len(lacked) > 2
    of = years_said({year for _, year in lacked})
    assert budgets == ("budgets", f"{len(lacked)} rows, of {of}", "", "there", "not there")


@pytest.mark.usefixtures("drawn_alike")
def test_the_page_tells_them_with_their_sign():
    text = page([saved_plan_of("window"), saved_plan_of("two-areas")])
    section = text[text.index('id="all-by-how-much"') :]
    section = section[: section.index("</section>")]
    assert "Spend on early help" in section
    assert "+" in section
    assert "−" in section
    alone = page([saved_plan_of("infeasible"), saved_plan_of("no-services")])
    assert 'id="all-by-how-much"' not in alone


def test_the_workbook_has_a_sheet_of_them(tmp_path):
    plans = pair()
    write_workbook(plans, tmp_path / "two.xlsx")
    sheet = load_workbook(tmp_path / "two.xlsx")["Plan by how much"]
    rows = {(row[0], row[1]): row for row in sheet.iter_rows(values_only=True)}
    line = next(each for each in against_first(plans) if each.what == "Spend in all")
    said = rows[line.what, line.when]
    assert said[3:5] == pytest.approx((line.first, line.more[0]))


def test_the_terminal_tells_what_differs_and_in_which_inputs(tmp_path):
    for name, plan in zip(("one", "two"), pair(), strict=True):
        save(plan, tmp_path / name)
    printed = report(tmp_path / "one", tmp_path / "two")
    assert printed.exit_code == 0, printed.stderr
    rows = [re.split(r" {2,}", line) for line in printed.stdout.splitlines()]
    first, second = (plan.yearly() for plan in pair())
    more = sum(second["total"].values()) - sum(first["total"].values())
    spend = next(row for row in rows if row[0] == "Spend in all")
    assert spend[1:] == [
        "2020-21 to 2027-28",
        pounds(sum(first["total"].values())),
        f"+{pounds(more)}",
    ]
    for figure in ("Children in care", "Spend on early help", "Drawn from core", "hubs"):
        assert any(row[0] == figure for row in rows)
    assert ["services", "hubs", "unit_cost", "1500", "1800"] in [
        [cell.replace(",", "") for cell in row] for row in rows
    ]
    assert [each.name for each in tmp_path.iterdir()] == ["one", "two"]


def test_of_one_instance_nothing_differs():
    saved = saved_plan_of("window")
    assert SAME in text([saved, saved])
    assert "That takes two" not in text([saved, saved])
    alone = text([saved_plan_of("infeasible"), saved])
    assert "that takes two that were found" in alone
