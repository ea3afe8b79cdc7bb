"""The committee paper: native tables, described pictures, prompts, and the plan's own numbers."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from docx import Document
from docx.oxml.ns import qn

from allocator.errors import UsageError
from allocator.report.figures import Figures
from allocator.report.outputs import Outputs
from allocator.report.pages.headline import answer_paragraphs, weak_said
from allocator.report.pages.paper import FIRM, NO_BREAK, PaperHeading, PaperLine, paper
from allocator.report.pages.summary import money_lines
from allocator.report.pages.tightest import tightest_said, untold
from allocator.report.paper import document
from allocator.report.saved_answers import SavedAnswers
from allocator.report.saved_plan import SavedPlan
from allocator.solving.solve import solve
from tests.plans import instance_of, plan_of
from tests.presence import need_writer
from tests.report.libreoffice import converted
from tests.report.odd_plans import odd_saved
from tests.report.saved_plans import folder_of, saved_plan_of
from tests.report.test_command import report

HEADINGS = ["Purpose", "Recommendation", "Options considered", "Finance", "Children", "Risks",
            "Equality", "Proof and sources"]  # fmt: skip


@cache
def made(name: str):
    return document(saved_plan_of(name))


def lines(name: str) -> list[str]:
    return [paragraph.text for paragraph in made(name).paragraphs]


def test_its_headings_are_those_of_a_paper():
    said = [p.text for p in made("window").paragraphs if p.style.name == "Heading 1"]
    assert said == HEADINGS
    assert made("window").paragraphs[0].style.name == "Title"


def test_it_says_what_the_answer_says():
    said = " ".join(lines("window"))
    for paragraph in answer_paragraphs(saved_plan_of("window").plan):
        assert paragraph in said or "weak" in paragraph or paragraph.startswith("It expands")
    assert "It is recommended that members agree" in said


def test_it_says_what_staff_it_takes():
    saved = odd_saved("staff binding")
    said = [paragraph.text for paragraph in document(saved).paragraphs]
    (staff,) = [each for each in answer_paragraphs(saved.plan) if "FTE in post" in each]
    assert said[said.index("Staff") + 1] == staff
    assert "Staff" not in lines("window")


@pytest.mark.parametrize("name", ["window", "two-areas", "infeasible"])
def test_every_table_is_native_and_holds_what_it_was_given(name):
    given = [each for each in paper(saved_plan_of(name)) if isinstance(each, Figures)]
    tables = made(name).tables
    assert len(tables) == len(given) >= 2
    for table, figures in zip(tables, given, strict=True):
        cells = [[cell.text for cell in row.cells] for row in table.rows]
        assert cells == [[column.heading for column in figures.columns], *figures.shown()]
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_the_figures_of_a_finance_officer_are_the_plans():
    plan = saved_plan_of("window").plan
    cells = {row.cells[0].text: row.cells[1].text for row in made("window").tables[2].rows}
    assert dict(money_lines(plan)).items() <= cells.items()
    funds = made("window").tables[3]
    for row in funds.rows[1:]:
        year = row.cells[0].text[:4]
        said = row.cells[1].text.replace(",", "").split(f"{NO_BREAK}of{NO_BREAK}")
        facts = plan.funds()["core"][year]
        assert float(said[0]) == pytest.approx(facts["drawn"] / 1e6, abs=0.051)


def test_pictures_say_what_they_show():
    shapes = made("window").inline_shapes
    assert len(shapes) == 2
    for shape in shapes:
        assert len(shape._inline.docPr.get("descr")) > 60


def test_what_a_council_must_write_is_a_prompt():
    prompts = [
        paragraph.text
        for paragraph in made("window").paragraphs
        if paragraph.runs and paragraph.runs[0].italic
    ]
    assert all("[" in text for text in prompts)
    assert any("equality" in text for text in prompts)
    assert any("section 151" in text for text in prompts)


def test_options_hold_doing_nothing_the_plan_no_window_and_later_starts():
    plan = saved_plan_of("window").plan
    rows = [[cell.text for cell in row.cells] for row in made("window").tables[1].rows]
    names = [row[0] for row in rows[1:]]
    assert names[0] == "Do nothing new"
    assert names[1:3] == ["Recommended: 2020-21 to 2022-23", "No double investment"]
    assert "Begun 1 year late" in names
    assert rows[1][3] == f"£{plan.npv / 1e6:,.1f}m"


def test_a_later_start_says_what_becomes_of_the_targets():
    saved = saved_plan_of("window")
    table = saved.answers.get("delay").assign(targets="shifted")
    late = table[table["years_late"] > 0]
    both = SavedAnswers({"delay": pd.concat([table, late.assign(targets="held")])})
    names = [row[0] for row in options(replace(saved, answers=both))]
    assert names[-2:] == ["Begun 1 year late, targets as much later",
                          "Begun 1 year late, targets held"]  # fmt: skip


def test_a_later_start_that_was_not_asked_for_is_not_worked_out():
    saved = saved_plan_of("window")
    said = "What a later start would cost is not worked out here."
    both = (saved, replace(saved, answers=SavedAnswers({})))
    told = [[item for item in paper(each) if getattr(item, "text", "") == said] for each in both]
    assert [len(lines) for lines in told] == [0, 1]
    assert not told[1][0].prompt


def options(saved: SavedPlan):
    """Rows of the options, of the paper's items."""
    tables = [item for item in paper(saved) if isinstance(item, Figures)]
    return next(each.rows for each in tables if each.caption.startswith("Options"))


def test_what_is_cut_stands_under_its_heading_and_what_it_hangs_on_under_risks():
    plan = solve(instance_of("window"), ask_tightest=True)
    items = list(paper(SavedPlan("plan", plan, "1", plan.audit)))
    texts = [item.text for item in items if isinstance(item, PaperHeading | PaperLine)]
    assert texts.count(tightest_said(plan)) == 1
    assert texts[texts.index("Risks") + 1] == tightest_said(plan)
    assert not any(text != tightest_said(plan) and "It hangs on this" in text for text in texts)


def test_a_short_table_stands_on_one_page_and_money_in_one_form():
    table = made("window").tables[-3]
    together = [
        paragraph.paragraph_format.keep_with_next
        for row in table.rows
        for paragraph in row.cells[0].paragraphs
    ]
    assert together == [True] * (len(together) - 1) + [None]
    (funds,) = (t for t in made("window").tables if t.rows[0].cells[-1].text == "Lapses, £m")
    decimals = {
        len(part.partition(".")[2])
        for row in funds.rows[1:]
        for cell in row.cells[1:]
        for part in cell.text.split(f"{NO_BREAK}of{NO_BREAK}")
        if part != "–"
    }
    assert len(decimals) == 1


def test_the_largest_reduction_is_an_option_where_it_was_asked():
    plan = saved_plan_of("window").plan
    rows = [[cell.text for cell in row.cells] for row in made("window").tables[1].rows]
    (furthest,) = (row for row in rows if row[0] == "The largest reduction within the funds")
    assert furthest[1] == "95"  # of the frontier saved with it
    assert float(furthest[3].replace(",", "").strip("£")) == pytest.approx(100_000)
    assert plan.found
    unasked = [row.cells[0].text for row in made("two-areas").tables[1].rows]
    assert "The largest reduction within the funds" not in unasked


def test_risks_name_what_it_hangs_on_and_on_which_evidence():
    plan = solve(instance_of("hand", "effects.*.evidence=strong"), ask_tightest=True)
    said = risks(plan)
    assert said[:2] == [tightest_said(plan), FIRM]
    weak = risks(plan_of("hand"))
    assert weak[0] == weak_said(plan_of("hand"))
    assert not any("switching" in text for text in weak)
    far = replace(plan_of("window"), untold="far")
    assert risks(far)[0] == untold(far)


def test_how_much_is_assumed_is_a_sentence_under_risks():
    instance = plan_of("window").instance
    tables = {**instance.tables, "returns": ()}
    sources = {"states": "Assumption, in part", "services": "a return", "effects": None}
    for name, rows in tables.items():
        source = sources.get(name, "a return")
        tables[name] = tuple(replace(row, values={**row.values, "source": source}) for row in rows)
    plan = replace(plan_of("window"), instance=replace(instance, tables=tables))
    count = {name: len(rows) for name, rows in tables.items()}
    assert risks(plan)[-1] == (
        f"Of {sum(count.values())} rows of the instance, {count['states']} are in whole or in "
        f"part an assumption ({count['states']} of {count['states']} in states); "
        f"{count['effects']} name no source."
    )


def risks(plan) -> list[str]:
    items = list(paper(SavedPlan("plan", plan, "1", plan.audit)))
    start = items.index(PaperHeading("Risks"))
    return [item.text for item in items[start + 1 : start + 4] if isinstance(item, PaperLine)]


def test_without_a_plan_there_is_a_finding_and_no_finance():
    said = lines("infeasible")
    assert "Finding" in said
    assert "Finance" not in said
    assert any(text.startswith("There is no such plan.") for text in said)
    headings = [
        each.text for each in paper(saved_plan_of("infeasible")) if isinstance(each, PaperHeading)
    ]
    assert headings[1] == "Finding"


def test_the_command_writes_it_and_refuses_what_it_cannot(tmp_path):
    file = tmp_path / "paper.docx"
    found = report(folder_of("window"), "--docx", file)
    assert found.exit_code == 0, found.stderr
    assert Document(str(file)).core_properties.title == "window"
    again = report(folder_of("window"), "--docx", file)
    assert (again.exit_code, "exists already" in again.stderr) == (2, True)
    named = report(folder_of("window"), "--docx", tmp_path / "paper.doc")
    assert (named.exit_code, "ends in .docx" in named.stderr) == (2, True)
    with pytest.raises(UsageError, match="of one plan"):
        Outputs(docx=file, force=True).check(2)


def test_it_opens_in_an_office_on_two_to_four_pages(tmp_path):
    need_writer()
    file = tmp_path / "paper.docx"
    document(saved_plan_of("window")).save(str(file))
    (printed,) = converted([file], "pdf", tmp_path)
    pages = re.findall(rb"/Type\s*/Page[^s]", Path(printed).read_bytes())
    assert 2 <= len(pages) <= 4
