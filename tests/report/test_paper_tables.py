"""What the committee paper's options and funds hold is what the plan and its answers hold."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from allocator.instance.instance import financial_year
from allocator.plan.ties import as_good, margin
from allocator.report.figures import Figures
from allocator.report.pages import paper as pages
from allocator.report.pages.paper import MOST_WINDOWS, NO_BREAK, PaperLine, paper
from allocator.report.pages.services import lost_said, service_figures
from allocator.report.pages.stressed import stress_said
from allocator.report.pages.summary import proof_lines
from allocator.report.saved_answers import SavedAnswers
from allocator.report.saved_plan import SavedPlan
from allocator.wording import counted, number, pounds, window_words
from tests.report.odd_plans import odd_saved
from tests.report.saved_plans import saved_plan_of


def rows_of(saved: SavedPlan, caption: str) -> list[tuple]:
    """Of the paper's table whose caption begins so."""
    tables = [item for item in paper(saved) if isinstance(item, Figures)]
    return list(next(each.rows for each in tables if each.caption.startswith(caption)))


def options(saved: SavedPlan) -> dict[str, tuple]:
    return {row[0]: row[1:] for row in rows_of(saved, "Options")}


def answered(saved: SavedPlan, **tables: pd.DataFrame) -> SavedPlan:
    return replace(saved, answers=SavedAnswers({**saved.answers.tables, **tables}))


def test_every_option_holds_the_plans_own_figures():
    saved = saved_plan_of("window")
    plan, told = saved.plan, options(saved)
    cost = plan.cost
    care = plan.years().iloc[-1]
    unchanged, end = care["baseline_children_in_care"], care["children_in_care"]
    assert told["Do nothing new"][:3] == pytest.approx((unchanged, cost + plan.npv, plan.npv))
    assert told["Recommended: 2020-21 to 2022-23"] == pytest.approx((end, cost, 0.0, ""))
    none, *others = plan.windows
    others = [each for each in others if each.window != plan.window]
    best = sorted(others, key=lambda each: round(each.objective, 2))[:MOST_WINDOWS]  # to the penny
    assert MOST_WINDOWS == 3
    shown = {"No double investment": none} | {window_words(w.window): w for w in best}
    assert list(told)[2:6] == list(shown)
    for name, window in shown.items():
        more = window.objective - plan.objective
        assert more > 0 and window not in as_good(plan)
        assert told[name] == pytest.approx((window.children_in_care, cost + more, more, ""))


def test_a_window_as_good_and_one_without_a_plan_say_so():
    saved = saved_plan_of("window")
    plan = saved.plan
    own = next(each for each in plan.windows if each.window == plan.window)
    none, other = plan.windows[0], plan.windows[1]
    tied = replace(other, objective=plan.objective + 0.5 * margin(plan))
    lost = replace(none, objective=None, status="infeasible", children_in_care=None)
    told = options(replace(saved, plan=replace(plan, windows=(lost, own, tied))))
    assert told["No double investment"] == (None, None, None, "there is no plan")
    assert told[window_words(tied.window)][-1] == "as good"


def test_a_later_start_holds_what_it_costs_or_that_there_is_no_plan():
    saved = saved_plan_of("window")
    row = saved.answers.get("delay").iloc[1]
    gone = row.copy()
    gone["years_late"], gone["status"], gone["extra_cost"] = 2, "infeasible", 5e6
    told = options(answered(saved, delay=pd.DataFrame([row, gone])))
    more, cost = row["extra_cost"], saved.plan.cost
    assert more > 0
    assert told["Begun 1 year late"] == pytest.approx((None, cost + more, more, ""))
    assert told["Begun 2 years late"] == (None, None, None, "there is no plan")


def test_the_largest_reduction_is_of_all_areas_in_the_last_year_and_holds_its_cost():
    saved = saved_plan_of("window")
    table = saved.answers.get("frontier_target")
    lowest = table[table["status"] == "optimal"].sort_values("children").iloc[0]
    least = options(saved)["The largest reduction within the funds"]
    more = lowest["cost"] - saved.plan.cost
    assert least == pytest.approx((lowest["children"], lowest["cost"], more, ""))
    for column, other in (("year", saved.plan.instance.last_year - 1), ("owner", "north")):
        told = options(answered(saved, frontier_target=table.assign(**{column: other})))
        assert "The largest reduction within the funds" not in told


def test_funds_hold_what_is_drawn_of_what_is_there_and_what_lapses():
    saved = saved_plan_of("window")
    facts, horizon = saved.plan.funds(), saved.plan.instance.horizon
    rows = rows_of(saved, "Drawn from each fund")
    assert [row[0] for row in rows] == list(horizon)
    one_off = {r["fund"] for r in saved.plan.instance.tables["funds"] if r["window_only"]}
    assert one_off and set(facts) - one_off
    for year, *drawn, lapsed in rows:
        for fund, said in zip(facts, drawn, strict=True):
            own = facts[fund][str(year)]
            there = own["amount"] + own["brought_forward"]
            of = f"{own['drawn'] / 1e6:,.1f} of {there / 1e6:,.1f}".replace(" ", NO_BREAK)
            assert said == (of if there >= 1 else "–")
        lost = sum(facts[fund][str(year)]["lapsed"] for fund in set(facts) - one_off)
        assert float(lapsed) == pytest.approx(lost / 1e6, abs=0.051)
    assert any(float(row[-1]) > 0 for row in rows)


def test_a_year_in_which_a_fund_has_nothing_is_a_dash_and_one_off_money_does_not_lapse():
    saved = saved_plan_of("window")
    funds = saved.plan.tables["funds"].copy()
    own = (funds["fund"] == "transition") & (funds["year"] == 2027)
    funds.loc[own, ["amount", "brought_forward", "drawn", "unspent"]] = 0.0
    funds.loc[funds["fund"] == "transition", "lapsed"] = 9e6
    plan = replace(saved.plan, tables={**saved.plan.tables, "funds": funds})
    rows = rows_of(replace(saved, plan=plan), "Drawn from each fund")
    assert rows[-1][3] == "–"
    assert rows[-1][-1] == rows_of(saved, "Drawn from each fund")[-1][-1]


def test_funds_that_have_no_column_are_counted(monkeypatch):
    saved = saved_plan_of("window")
    monkeypatch.setattr(pages, "MOST_FUNDS", 1)
    tables = [item for item in paper(saved) if isinstance(item, Figures)]
    (funds,) = (each for each in tables if each.caption.startswith("Drawn from each fund"))
    assert funds.caption.endswith("; 2 funds more in funds.csv")
    assert len(funds.columns) == 3


def lines(saved: SavedPlan) -> list[PaperLine]:
    return [item for item in paper(saved) if isinstance(item, PaperLine)]


def test_finance_says_in_which_prices_and_at_which_rate():
    saved = saved_plan_of("window")
    assert saved.plan.instance.discount_rate == 0.035
    (said,) = (each.text for each in lines(saved) if each.text.startswith("In prices of "))
    assert said == (
        "In prices of 2020-21, undiscounted unless it says present value; present values at 3.5% "
        "a year to 2020-21."
    )


def test_members_are_asked_for_the_one_off_money_and_for_each_service_that_grows():
    saved = saved_plan_of("window")
    plan = saved.plan
    said = [each.text for each in lines(saved) if each.bullet]
    total = sum(plan.one_off.values())
    assert said[0] == f"one-off money of {pounds(total)}, in 2020-21 to 2022-23;"
    grown = {
        k: v for k, v in plan.to_dict()["services"].items() if v["fate"] in ("expanded", "taken up")
    }
    for service, told in zip(grown, said[1:-1], strict=True):
        levels = plan.levels()[service]
        year = max(levels, key=levels.__getitem__)
        assert told == (
            f"{service}: from {number(grown[service]['before'])} cases a year to "
            f"{number(levels[year])} in {financial_year(year)};"
        )
    assert said[-1] == "[the decisions asked of this committee]."


def test_the_purpose_has_the_question_and_the_years():
    saved = saved_plan_of("window")
    instance = replace(saved.plan.instance, question="Is `this` enough?")
    asked = replace(saved, plan=replace(saved.plan, instance=instance))
    first, second = lines(asked)[:2]
    assert first.text == "Asked: Is this enough?"
    years = counted(instance.years, "year")
    assert f"services for {years}. The question put was: what is the cheapest path" in second.text
    assert lines(saved)[0].text == second.text


def test_risks_name_the_inputs_that_hang_on_it_or_that_none_does():
    saved = saved_plan_of("window")
    table = saved.answers.get("switching")
    hanging = [
        label
        for label, on in zip(table["label"], table["hangs_on"], strict=True)
        if isinstance(on, str) and on.strip()
    ]
    assert hanging and len(hanging) < len(table)
    (said,) = (each.text for each in lines(saved) if each.text.startswith("Within their own"))
    assert all(label in said for label in hanging)
    assert not any(label in said for label in set(table["label"]) - set(hanging))
    none = answered(saved, switching=table.assign(hangs_on=""))
    told = "No input changes the choice, the payback or the target within its range."
    assert told in [each.text for each in lines(none)]


def test_risks_say_what_a_stress_test_found_where_there_is_one():
    saved = saved_plan_of("window")
    found = stress_said(saved)
    assert found and found in [each.text for each in lines(saved)]
    unasked = replace(saved, answers=SavedAnswers({}))
    assert not stress_said(unasked)
    assert not any(each.text.startswith(found[:20]) for each in lines(unasked))


def test_what_is_cut_is_told_with_the_weights_at_which_it_would_be_kept(monkeypatch):
    saved = odd_saved("a cut")
    monkeypatch.setattr(SavedPlan, "keeping_weights", ["a row"])
    monkeypatch.setattr(pages, "weights_said", lambda _plan, rows: [f"`weight` of {rows[0]}"])
    text = [each.text for each in lines(saved)]
    assert text[text.index(lost_said(saved.plan)) + 1] == "weight of a row"


def test_services_and_proof_are_tables_of_the_plans_own():
    saved = odd_saved("a cut")
    rows = rows_of(saved, "Services: cases a year")
    assert rows == [row[:-1] for row in service_figures(saved.plan).rows]
    assert rows_of(saved, "What the figures rest on") == proof_lines(saved.plan)


def test_without_a_plan_it_says_in_how_many_ways_it_was_tried():
    saved = saved_plan_of("infeasible")
    (once,) = saved.plan.windows
    three = replace(saved, plan=replace(saved.plan, windows=(once,) * 3))
    for each, tried in ((saved, "1 way"), (three, "3 ways")):
        (said,) = (line.text for line in lines(each) if line.text.startswith("No plan was found"))
        assert f"in any of the {tried} tried" in said
    assert any("allocator explain" in each.text for each in lines(saved))
    assert not any("`" in each.text for each in lines(saved))


def test_proof_is_of_the_plan_or_of_there_being_none():
    def told(saved: SavedPlan) -> str:
        return " ".join(each.text for each in lines(saved)[-1:])

    none = saved_plan_of("infeasible")
    assert told(saved_plan_of("window")).startswith("The plan is the optimum of a linear program")
    assert told(none).startswith("That there is no plan is proved")
    unsure = tuple(replace(each, proved=False) for each in none.plan.windows)
    open_still = replace(none, plan=replace(none.plan, windows=unsure))
    assert "that there is none is not proved" in told(open_still)
    assert all("Every input stands with its source" in told(each) for each in (none, open_still))
