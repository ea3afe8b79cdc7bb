"""Cash prices beside real ones: by hand, and in every output; absent without a series.

The hand case by itself: 100 children leave at 0.2 a year, 20 come each year, and cost £50,000.
If nothing changes there are 100 / e^0.2 + 20 = 101.873 after a year and 103.407 after two.
"""

from __future__ import annotations

import json
import math
from functools import cache

import openpyxl
import pytest

from allocator.instance.change import apply_changes
from allocator.instance.raw import RESULTS
from allocator.plan.cash_prices import drawn_in_cash, in_cash
from allocator.plan.plan import Plan
from allocator.plan.saving import load, save
from allocator.plan.saving.facts import as_json
from allocator.report.figures import Figures
from allocator.report.html.findings import sections
from allocator.report.pages.paper import paper
from allocator.report.pages.summary import money_lines, summary
from allocator.report.saved_plan import SavedPlan
from allocator.report.workbook import write_workbook
from allocator.solving.again import audit_saved
from allocator.solving.solve import solve
from allocator.wording import pounds
from tests.plans import instance_of, plan_of, resealed

INDEX = {2020: 1.02, 2021: 1.05}
STAY = math.exp(-0.2)
ONE = 100 * STAY + 20
UNCHANGED = {2020: 25_000 * (100 + ONE), 2021: 25_000 * (ONE + ONE * STAY + 20)}


@cache
def plan_in_cash(case: str = "hand", *rows: str) -> Plan:
    rows = rows or tuple(f"+inflation.{year}.index={index}" for year, index in INDEX.items())
    return solve(apply_changes(instance_of(case), rows))


def test_a_pound_of_the_base_is_its_index_in_cash():
    plan = plan_in_cash()
    cash, years = in_cash(plan), plan.yearly()
    for year, index in INDEX.items():
        assert cash["baseline_total"][year] == pytest.approx(UNCHANGED[year] * index)
        for name in ("early_help", "edge_of_care", "statutory", "total"):
            assert cash[name][year] == pytest.approx(years[name][year] * index)
        assert cash["net"][year] == pytest.approx(years["net"][year] * index)
    assert cash["cumulative"][2021] == pytest.approx(sum(cash["net"].values()))


def test_the_plan_is_the_same_in_real_terms():
    plain, plan = plan_of("hand"), plan_in_cash()
    assert plan.objective == plain.objective
    assert plan.yearly() == plain.yearly()
    assert plan.cash() == plain.cash()


def test_what_funds_give_in_cash_is_what_is_spent():
    plan = plan_in_cash("window", "+inflation.2020.index=1.02", "+inflation.2024.index=1.1")
    cash, drawn = in_cash(plan), drawn_in_cash(plan)
    for year in plan.instance.horizon:
        given = sum(by_year[year] for by_year in drawn.values())
        assert given == pytest.approx(cash["total"][year])
        assert cash["one_off"][year] == pytest.approx(drawn["transition"][year])
    assert sum(cash["one_off"].values()) == pytest.approx(1.02 * sum(plan.one_off.values()))


def test_a_year_that_is_not_listed_has_the_last_that_is_else_the_base():
    plan = plan_in_cash("window", "+inflation.2021.index=1.03", "+inflation.2024.index=1.1")
    index = plan.table("cash")["cash_index"].tolist()
    assert index == [1, 1.03, 1.03, 1.03, 1.1, 1.1, 1.1, 1.1]
    before = plan_in_cash("window", "+inflation.2018.index=0.98", "+inflation.2022.index=1.04")
    assert before.table("cash")["cash_index"].tolist() == [0.98, 0.98, *[1.04] * 6]


def test_an_area_may_have_a_series_of_its_own():
    plan = plan_in_cash("two-areas", "+inflation.2020.index=1.1", "+inflation.area1.2020.index=1.2")
    one, other = (plan.yearly(area)["total"][2022] for area in plan.instance.areas)
    assert in_cash(plan)["total"][2022] == pytest.approx(1.1 * one + 1.2 * other)


def told(plan: Plan) -> dict[str, str]:
    return {name.strip(): said for name, said in money_lines(plan)}


def test_the_summary_tells_it_under_money():
    plan, cash = plan_in_cash(), in_cash(plan_in_cash())
    spent, unchanged = (sum(cash[name].values()) for name in ("total", "baseline_total"))
    said = told(plan)
    assert said["Spend in cash"] == (
        f"{pounds(spent)}, {pounds(unchanged - spent)} less than doing nothing new "
        f"({pounds(unchanged)})"
    )
    assert said["peak deficit"] == f"{pounds(-cash['net'][2020])}, reached in 2020-21"
    assert said["Spend in cash"] in summary(plan)
    window = plan_in_cash("window", "+inflation.2020.index=1.02", "+inflation.2024.index=1.1")
    first = pounds(1.02 * window.one_off[2020])
    assert told(window)["one-off money"].startswith(f"£4.59m: {first} in 2020-21, ")


def test_page_paper_and_workbook_have_it_and_agree(tmp_path):
    plan = plan_in_cash()
    saved, cash = SavedPlan("plan", plan, "1", plan.audit), in_cash(plan)
    section = next(each for each in sections(saved) if each.name == "money")
    on_page = [block.figures for block in section.blocks if hasattr(block, "figures")][-1]
    in_paper = [item for item in paper(saved) if isinstance(item, Figures)]
    assert on_page in in_paper
    assert [row[0] for row in on_page.rows] == [*INDEX]
    for row in on_page.rows:
        assert row[1] == pytest.approx(INDEX[row[0]])
        names = ("early_help", "edge_of_care", "statutory", "total", "baseline_total", "net")
        assert row[2:8] == pytest.approx([cash[name][row[0]] for name in names])
        after = [cash[name][row[0]] for name in ("cumulative", "one_off")]
        assert row[8:] == pytest.approx(after) and after[0] != after[1]
    heads = [column.heading for column in on_page.columns]
    assert heads[-3:] == ["Net, £m", "Cumulative, £m", "One-off money, £m"]
    assert on_page.caption == (
        "The same in cash, at the prices of each year; the plan itself is worked out at prices of "
        "2020-21"
    )
    funds = next(item for item in in_paper if item.caption.startswith("Drawn from each fund in"))
    assert [row[1] for row in funds.rows] == pytest.approx([*cash["total"].values()])
    write_workbook([plan], tmp_path / "plan.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "plan.xlsx")[f"{RESULTS} cash"]
    spent = [row[-2:] for row in sheet.iter_rows(values_only=True)][-2:]
    assert spent == [
        pytest.approx((cash["total"][year], cash["baseline_total"][year])) for year in INDEX
    ]
    facts = plan.to_dict()["in_cash"]
    assert facts["total"] == {str(year): amount for year, amount in cash["total"].items()}


def test_without_a_series_nothing_is_said_of_cash(tmp_path):
    plan = plan_of("window")
    saved = SavedPlan("plan", plan, "1", plan.audit)
    assert "cash" not in plan.tables
    assert "in_cash" not in plan.to_dict()
    assert "Spend in cash" not in summary(plan)
    assert not any("cash" in i.caption for i in paper(saved) if isinstance(i, Figures))
    write_workbook([plan], tmp_path / "plan.xlsx")
    assert f"{RESULTS} cash" not in openpyxl.load_workbook(tmp_path / "plan.xlsx").sheetnames


def test_it_is_saved_and_a_changed_amount_is_found(tmp_path):
    plan = plan_in_cash()
    save(plan, tmp_path / "plan")
    assert load(tmp_path / "plan").to_dict() == plan.to_dict()
    assert audit_saved(tmp_path / "plan").passed
    file = tmp_path / "plan" / "cash.csv"
    exact = repr(float(plan.tables["cash"]["cash_total"][0]))
    assert exact in file.read_text()
    file.write_text(file.read_text().replace(exact, "12"))
    facts = json.loads((tmp_path / "plan" / "plan.json").read_text())
    facts["in_cash"]["total"]["2020"] = 12
    (tmp_path / "plan" / "plan.json").write_text(as_json(facts))
    resealed(tmp_path / "plan")
    said = audit_saved(tmp_path / "plan").disagreements
    assert any("cash.csv" in each and "column cash_total: says 12" in each for each in said)
