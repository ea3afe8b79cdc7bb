"""Money by fund: what is needed, when, and what lapses, first of all that is told of money."""

from __future__ import annotations

import openpyxl
import pytest

from allocator.report.html.blocks import Facts, HtmlTable
from allocator.report.html.findings import sections
from allocator.report.workbook import write_workbook
from tests.plans import plan_of
from tests.report.saved_plans import saved_plan_of

COLUMNS = ("amount", "brought_forward", "drawn", "unspent", "lapsed")  # £


@pytest.mark.parametrize("name", ["window", "two-areas"])
def test_the_page_has_it_first_under_money(name):
    saved = saved_plan_of(name)
    money = next(sections(saved))
    assert money.title == "Money"
    lines = next(block.lines for block in money.blocks if isinstance(block, Facts))
    told = [what for what, _ in lines]
    assert told[0] == "One-off money needed"
    assert told.index("Lapses unspent") < told.index("Peak deficit")
    tables = [block.figures for block in money.blocks if isinstance(block, HtmlTable)]
    rows = {(row[0], str(row[1])): row[2:] for row in tables[0].rows}
    facts = saved.plan.funds()
    assert len(rows) == sum(map(len, facts.values())) > 8
    for fund, by_year in facts.items():
        label = saved.plan.instance.label("funds", fund)
        for year, amounts in by_year.items():
            assert set(amounts) == set(COLUMNS)
            assert rows[label, year] == tuple(amounts[column] for column in COLUMNS)


def test_the_workbook_has_a_sheet_of_it(tmp_path):
    plan = plan_of("window")
    write_workbook([plan], tmp_path / "plan.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "plan.xlsx", data_only=True)["Plan funds"]
    heads, *rows = sheet.iter_rows(min_row=3, values_only=True)
    names = [str(head).split("\n", 1)[0] for head in heads]
    drawn: dict[str, float] = {}
    for row in rows:
        cells = dict(zip(names, row, strict=True))
        drawn[cells["Fund"]] = drawn.get(cells["Fund"], 0.0) + cells["Drawn"]
    facts = plan.funds()
    assert drawn == pytest.approx(
        {fund: sum(year["drawn"] for year in by.values()) for fund, by in facts.items()}
    )
