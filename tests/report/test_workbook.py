"""The workbook: what it holds, and what it gives back."""

from __future__ import annotations

import math
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from xlsxwriter import Workbook

from allocator.errors import InstanceError, UsageError
from allocator.instance import read
from allocator.plan.columns import TABLES, WINDOWS
from allocator.plan.tables import charges
from allocator.report.charts.answers import FRONTIERS
from allocator.report.html.findings import sections
from allocator.report.pages.headline import answer_paragraphs
from allocator.report.saved_answers import COLUMNS
from allocator.report.saved_plan import SavedPlan
from allocator.report.workbook import tables as sheets_of_tables
from allocator.report.workbook import write_workbook
from allocator.report.workbook.book import LINE, PRICE, Book
from allocator.report.workbook.checks import checks_of
from allocator.report.workbook.columns import headings, names
from allocator.report.workbook.facts import facts_of
from allocator.solving.solve import solve
from tests.instance.test_writing import STANDING, content
from tests.plans import LARGER, LARGEST, instance_of, plan_of
from tests.report.saved_plans import saved_plan_of
from tests.report.workbooks import PLANS, TABLE_ROWS, cells, unsolved, write_all


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> dict[str, Path]:
    return write_all(tmp_path_factory.mktemp("written"))


@cache
def held(path: Path) -> openpyxl.Workbook:
    """What a workbook that nobody changes holds, read once."""
    return cells(path, values=True)


def chart_parts(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as parts:
        names = [name for name in parts.namelist() if name.startswith("xl/charts/chart")]
        return [parts.read(name).decode("utf-8") for name in names]


def test_sheets_stand_in_the_order_of_a_reader(written):
    names = held(written["window"]).sheetnames
    plan = plan_of("window")
    results = ["Plan", "Plan charts", "Plan by year", "Plan levels", "Plan checks"]
    tables = [f"Plan {name}" for name in TABLES if name in plan.tables]
    more = ["Plan windows", "Plan binding", "Plan audit", "Plan guide"]
    inputs = ["instance", *(name for name, rows in plan.instance.tables.items() if rows)]
    assert names == [*results, *tables, *more, *inputs, "Drop-downs"]


@pytest.mark.parametrize("name", ["window", "two-areas"])
def test_every_table_is_there_to_the_digit(written, name):
    book, plan = held(written[name]), plan_of(name)
    for table, frame in plan.tables.items():
        sheet = book[f"Plan {table}"]
        heads = [cell.value for cell in sheet[TABLE_ROWS - 1]][: len(frame.columns)]
        assert heads == [h.text for h in headings(frame.columns, plan.instance.price_base)]
        rows = sheet.iter_rows(min_row=TABLE_ROWS, max_col=len(frame.columns), values_only=True)
        for found, row in zip(rows, frame.itertuples(index=False), strict=True):
            for cell, value in zip(found, row, strict=True):
                if isinstance(value, str):
                    assert (cell or "") == value
                elif pd.isna(value):
                    assert cell is None
                elif math.isinf(value):
                    assert cell == ("no limit" if value > 0 else "no least")
                else:
                    assert cell == pytest.approx(value, rel=1e-15)


def test_every_column_of_every_table_has_a_unit_or_is_a_name():
    for _, columns in (*TABLES.values(), WINDOWS):
        assert len(headings(columns, "2016-17")) == len(columns)
    money = headings(["spend", "price"], "2016-17")
    assert money[0].text == "Spend\n£, prices of 2016-17"
    assert money[1].text == "Price\n£ at present value per unit"


def test_inputs_say_what_each_column_is(written):
    book = held(written["window"])
    notes = {cell.value: cell.comment.text for cell in book["services"][1]}
    assert "Cost of a case.\nUnit: £ per case, prices of 2020-21" in notes["unit_cost"]
    assert "Blank: no limit" in notes["coverage"]
    for name, rows in plan_of("window").instance.tables.items():
        assert not rows or all(cell.comment for cell in book[name][1])


def test_text_keeps_off_the_number_to_its_left(written):
    funds = held(written["window"])["Plan funds"]
    (label,) = (cell for cell in funds[TABLE_ROWS - 1] if cell.value == "Label")
    first = funds.cell(TABLE_ROWS, label.column)
    assert isinstance(funds.cell(TABLE_ROWS, label.column - 1).value, float | int)
    assert (first.alignment.indent, label.alignment.indent) == (1, 1)
    # LibreOffice leaves an indent out where the side is not said.
    assert (first.alignment.horizontal, label.alignment.horizontal) == ("left", "left")


def test_what_is_owed_is_red_but_where_it_would_read_as_nought(tmp_path):
    with Workbook(tmp_path / "owed.xlsx") as workbook:
        book = Book(workbook, "")
        sheet = book.sheet("owed")
        for row, owed in enumerate((-2.0, -0.004, -1e-16)):
            book.put(sheet, row, 0, owed, num_format=PRICE)
    (column,) = cells(tmp_path / "owed.xlsx", values=True)["owed"].iter_cols()
    assert [cell.value for cell in column] == [-2.0, -0.004, -1e-16]
    assert [cell.number_format for cell in column] == [PRICE, "0.00;0.00", "0.00;0.00"]


def test_a_wide_table_is_printed_on_more_pages_than_one_side_by_side(tmp_path):
    with Workbook(tmp_path / "wide.xlsx") as workbook:
        book = Book(workbook, "")
        for name, columns in (("narrow", 6), ("wide", 30)):
            heads = names(*((f"c{n}", "A heading") for n in range(columns)))
            sheet = book.sheet(name)
            book.title(sheet, "What & where", "How it is told")
            book.table(sheet, name, heads, [["ten letters"] * columns])
    sheets = list(cells(tmp_path / "wide.xlsx", values=True))
    assert [sheet.page_setup.fitToWidth for sheet in sheets] == [None, 2]
    assert [sheet.print_title_cols for sheet in sheets] == [None, "$A:$A"]
    assert [sheet.oddHeader.left.text for sheet in sheets] == [
        None,
        "What && where\nHow it is told",
    ]
    assert [sheet.print_area for sheet in sheets] == ["", "'wide'!$A$3:$AD$5"]


def test_of_a_long_table_the_first_rows_are_printed_and_the_page_says_so(tmp_path):
    with Workbook(tmp_path / "long.xlsx") as workbook:
        book = Book(workbook, "")
        for name, columns, rows, how in (
            ("short", 2, 100, "How"),
            ("long", 2, 101, "How"),
            ("wide", 30, 1000, "How"),
            ("worded", 30, 1000, "Why & how " * 30),
        ):
            heads = names(*((f"c{n}", "A heading") for n in range(columns)))
            sheet = book.sheet(name)
            book.title(sheet, "What", how)
            told = [["ten letters"] * columns] * rows
            book.table(sheet, name, heads, told, looked_up=True)
        sheet = book.sheet("whole")
        book.table(sheet, "whole", names(("c", "A heading")), [["ten letters"]] * 101)
    sheets = list(cells(tmp_path / "long.xlsx", values=True))
    areas = [each.print_area for each in sheets]
    wide = ["'wide'!$A$3:$AD$103", "'worded'!$A$3:$AD$103"]
    assert areas == ["", "'long'!$A$1:$B$103", *wide, ""]
    said = [each.oddHeader.right.text for each in sheets]
    first = "On paper the first 100 of {} rows; all are on the sheet"
    many = first.format("1,000")
    assert said == [None, first.format(101), many, many, None]  # whatever else the page says
    assert sheets[2].oddHeader.left.text == "What\nHow"
    assert sheets[3].oddHeader.left.text.startswith("What\nWhy && how Why && how ")


def test_long_tables_and_long_inputs_alike_are_printed_in_part(tmp_path):
    write_workbook([plan_of("window")], tmp_path / "plan.xlsx")
    book = cells(tmp_path / "plan.xlsx", values=True)
    tables = {f"Plan {name}": len(table) for name, table in plan_of("window").tables.items()}
    inputs = {name: len(rows) for name, rows in plan_of("window").instance.tables.items()}
    for name, rows in {**tables, **inputs}.items():
        if name in book.sheetnames:
            assert bool(book[name].print_area) is (rows > 100), name
    assert any(rows > 100 for rows in tables.values())
    long = instance_of("window").with_rows("prices", price_rows())
    write_workbook([replace(plan_of("window"), instance=long)], tmp_path / "long.xlsx")
    sheet = cells(tmp_path / "long.xlsx", values=True)["prices"]
    assert sheet.print_area.startswith("'prices'!$A$1:") and sheet.print_area.endswith("$101")


def price_rows() -> list[dict[str, object]]:
    """Of each state a hundred years, more than are printed."""
    columns = dict.fromkeys(("area", "source", "note"))
    return [{**columns, "item": "need", "year": 2020 + n, "index": 1.0} for n in range(120)]


def test_a_text_that_its_column_holds_takes_one_line(tmp_path):
    with Workbook(tmp_path / "lines.xlsx") as workbook:
        book, told = Book(workbook, ""), names(("what", "What"))
        texts = ["x" * 58, "word " * 16]
        book.table(book.sheet("lines"), "lines", told, [[text] for text in texts])
    sheet = cells(tmp_path / "lines.xlsx", values=True)["lines"]
    one, two = (sheet.row_dimensions[row].height for row in (4, 5))
    assert one is None and two == pytest.approx(2 * LINE, abs=0.75)


def test_the_answer_stands_first_a_paragraph_in_a_row_high_enough_for_it(written):
    front, plan = held(written["window"])["Plan"], plan_of("window")
    first, *others = answer_paragraphs(plan)
    rows = {cell.value: cell.row for (cell,) in front.iter_rows(max_col=1)}
    places = [rows[text] for text in (f"Answer: {first}", *others)]
    assert places == [*range(places[0], places[0] + len(places))]
    for place, text in zip(places, (first, *others), strict=True):
        lines = front.row_dimensions[place].height / LINE
        assert len(text) / 140 < lines < len(text) / 140 + 2


def test_charts_are_native_and_over_cells(written):
    charts = chart_parts(written["window"])
    assert len(charts) == 4
    assert all("<c:f>'Plan " in chart for chart in charts)
    assert sum("by year'!" in chart for chart in charts) == 3
    assert len(chart_parts(written["areas"])) == 5
    assert len(chart_parts(written["hand-infeasible"])) == 2


def test_text_is_never_a_formula_a_number_or_a_link(tmp_path):
    strange = ["=1+1", "+44", "http://example.org", "007", "@SUM(A1)"]
    plan = plan_of("hand")
    rows = plan.instance.tables["services"]
    for text in strange:
        told = replace(rows[0], values={**rows[0].values, "label": text, "note": text})
        tables = {**plan.instance.tables, "services": (told,)}
        changed = replace(plan, instance=replace(plan.instance, title=text, tables=tables))
        write_workbook([changed], tmp_path / "strange.xlsx", force=True)
        book = cells(tmp_path / "strange.xlsx", values=False)
        for place in (book["Plan"]["A1"], book["Plan levels"]["B4"]):
            assert (place.data_type, place.value, place.hyperlink) == ("s", text, None)
        assert content(read(tmp_path / "strange.xlsx")) == content(changed.instance)


@pytest.mark.parametrize(
    "path",
    [path for path in STANDING if path.parent.name not in (*LARGER, LARGEST)],
    ids=lambda path: path.parent.name,
)
def test_the_inputs_come_back_exactly(path, tmp_path):
    instance = read(path)
    write_workbook([unsolved(instance)], tmp_path / "plan.xlsx")
    again = read(tmp_path / "plan.xlsx")
    assert content(again) == content(instance)
    assert again.hash == instance.hash


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_with_results_is_an_instance_too(written, name):
    assert content(read(written[name])) == content(PLANS[name]().instance)


def test_solving_the_workbook_gives_the_plan_again(written):
    again, plan = solve(read(written["hand-66"])), plan_of("hand", "targets.2021.children=66")
    assert again.objective == plan.objective


def test_a_misspelt_table_beside_results_is_still_told(written, tmp_path):
    book = cells(written["hand"], values=False)
    book["targets"].title = "target"
    book.create_sheet("Planned services")
    book.save(tmp_path / "misspelt.xlsx")
    with pytest.raises(InstanceError) as told:
        read(tmp_path / "misspelt.xlsx")
    told_of = [problem.file for problem in told.value.problems]
    assert told_of == ["misspelt.xlsx: target", "misspelt.xlsx: Planned services"]


def test_a_table_that_no_sheet_can_hold_says_where_it_is(tmp_path, monkeypatch):
    plan = plan_of("window")
    monkeypatch.setattr(sheets_of_tables, "MOST_ROWS", len(plan.tables["spend"]))
    write_workbook([plan], tmp_path / "long.xlsx")
    book = cells(tmp_path / "long.xlsx", values=True)
    count = len(plan.tables["services"])
    assert book["Plan services"]["A2"].value.startswith(f"{count} rows, more than a sheet holds")
    assert "services.csv" in book["Plan services"]["A2"].value
    first, level = next(iter(plan.levels().items()))
    assert book["Plan levels"]["A4"].value == first
    assert book["Plan levels"]["C4"].value == pytest.approx(min(level.items())[1])
    formulas = cells(tmp_path / "long.xlsx", values=False)
    used = "".join(str(c.value) for sheet in formulas for row in sheet for c in row)
    assert "plan_services_level" not in used
    assert "plan_states_children" not in used
    assert book["Plan checks"]["A2"].value.startswith("all ")


def test_it_is_ready_for_paper(tmp_path):
    plan = plan_of("hand")
    titled = replace(plan, instance=replace(plan.instance, title="2016 & after"))
    write_workbook([titled], tmp_path / "paper.xlsx")
    book = cells(tmp_path / "paper.xlsx", values=True)
    assert book.properties.title == "2016 & after"
    for sheet in book:
        way = "portrait" if sheet.title == "Plan" else "landscape"
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == (way, 9)
        assert sheet.oddFooter.left.text == "2016 && after: &A"
        assert sheet.oddFooter.left.size == 8
    for name in ("Plan states", "Plan prices", "Plan by year", "Plan checks"):
        assert book[name].print_title_rows == "$3:$3"
        assert book[name].freeze_panes.endswith("4")
    assert book["services"].print_title_rows == "$1:$1"


@pytest.mark.parametrize("name", ["excess", "overspend"])
def test_what_a_plan_falls_short_by_is_in_the_totals(tmp_path, name):
    plan = solve(read(Path(__file__).parents[1] / "cases2" / name))
    frames = sheets_of_tables.frames_of(plan)
    facts = facts_of(plan, frames)
    short = "excess" if name == "excess" else "overspent"
    own = {fact.key: fact.own for fact in facts}
    assert own[short] > 1
    assert own["cost"] == pytest.approx(plan.objective - charges(plan.instance, plan.tables))
    checks = checks_of(plan, frames, facts, None)
    assert any("overspent" in check.what for check in checks) == ("overspent" in plan.tables)
    assert [check.what for check in checks if not check.agrees] == []
    write_workbook([plan], tmp_path / "plan.xlsx")
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    assert f"plan_{short}_{short}" in book.defined_names
    assert f"by_year_{short}" in book.defined_names
    (section,) = [
        each for each in sections(SavedPlan("plan", plan, "0")) if each.name == "shortfall"
    ]
    assert section.title == "What the plan falls short by"


def test_names_are_told_apart_whatever_their_case(written):
    for path in written.values():
        names = [name.lower() for name in held(path).defined_names]
        assert len(names) == len(set(names))
        assert {"plan_discount_rate", "by_year_baseline_total", "plan_years_year"} <= set(names)


def test_several_plans_stand_side_by_side(tmp_path):
    plans = [plan_of("window"), plan_of("hand-infeasible")]
    write_workbook(plans, tmp_path / "several.xlsx")
    book = cells(tmp_path / "several.xlsx", values=True)
    found = {row[0]: row[2:4] for row in book["Plan figures"].iter_rows(values_only=True)}
    assert found["Figure"] == ("1: window", "2: hand-infeasible")
    assert found["Cost of the plan"] == (pytest.approx(plans[0].objective), None)
    assert found["Instance"] == tuple(plan.instance.hash for plan in plans)
    years = list(book["Plan care together"].iter_rows(min_row=TABLE_ROWS, values_only=True))
    care = list(plans[0].years()["children_in_care"])
    assert [row[1] for row in years] == [pytest.approx(value) for value in care]
    assert len(chart_parts(tmp_path / "several.xlsx")) == 3


def test_several_plans_say_what_differs_in_their_instances(tmp_path):
    plans = [plan_of("hand"), plan_of("hand", "targets.2021.children=66")]
    write_workbook(plans, tmp_path / "several.xlsx")
    sheet = cells(tmp_path / "several.xlsx", values=True)["Plan differences"]
    rows = list(sheet.iter_rows(min_row=TABLE_ROWS, values_only=True))
    assert rows == [("targets", "2021-22", "children", "90", "66")]
    write_workbook(plans[:1] * 2, tmp_path / "same.xlsx")
    sheet = cells(tmp_path / "same.xlsx", values=True)["Plan differences"]
    assert sheet["A2"].value == "Nothing: all are of the same instance"


def test_nothing_is_overwritten_unasked_or_half_written(tmp_path):
    write_workbook([plan_of("hand")], tmp_path / "plan.xlsx")
    before = (tmp_path / "plan.xlsx").read_bytes()
    with pytest.raises(UsageError, match="exists already"):
        write_workbook([plan_of("window")], tmp_path / "plan.xlsx")
    with pytest.raises(UsageError, match=r"ends in \.xlsx"):
        write_workbook([plan_of("hand")], tmp_path / "plan.csv")
    with pytest.raises(UsageError, match="needs a plan"):
        write_workbook([], tmp_path / "none.xlsx")
    hand = plan_of("hand")
    long = replace(hand, instance=replace(hand.instance, title="x" * 40_000))
    with pytest.raises(UsageError, match="too long for a"):
        write_workbook([long], tmp_path / "plan.xlsx", force=True)
    assert (tmp_path / "plan.xlsx").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["plan.xlsx"]


def test_a_stress_test_has_a_sheet_and_charts(tmp_path):
    saved = saved_plan_of("window")
    for name, answers in (("with", saved.answers), ("without", None)):
        write_workbook([saved.plan], tmp_path / f"{name}.xlsx", answers=answers)
    drawn, alone = (chart_parts(tmp_path / f"{name}.xlsx") for name in ("with", "without"))
    assert len(drawn) == len(alone) + 4 + len(FRONTIERS)
    book = cells(tmp_path / "with.xlsx", values=True)
    sheet = book["Plan stress"]
    headings = [str(cell.value).split("\n")[0] for cell in sheet[3]]
    assert "Children in care in the draws: Half of the draws are not above" in headings
    assert len(headings) == 1 + 3 * 4 + 3
    assert sheet.max_row == 3 + saved.plan.instance.years
    assert sheet.cell(4, headings.index("Paid back by then") + 1).value == 0.75
    assert read(tmp_path / "with.xlsx").hash == saved.plan.instance.hash
    assert "Plan stress" not in cells(tmp_path / "without.xlsx", values=True).sheetnames


def test_each_saved_answer_has_a_sheet(tmp_path):
    saved = saved_plan_of("window")
    write_workbook([saved.plan], tmp_path / "with.xlsx", answers=saved.answers)
    book = cells(tmp_path / "with.xlsx", values=True)
    for name in ("switching", "delay", *(each.table for each in FRONTIERS)):
        sheet, table = book[f"Plan {name.replace('_', ' ')}"], saved.answers.get(name)
        assert sheet.max_row == 3 + len(table)
        for n, column in enumerate(c for c in COLUMNS[name] if c in table):
            for row, value in enumerate(table[column], 4):
                told = sheet.cell(row, n + 1).value
                number = isinstance(value, float)  # of which a workbook keeps 16 digits
                known = pytest.approx(value, rel=1e-15) if number else value
                assert told == known or (told is None and pd.isna(value)), (name, column)
