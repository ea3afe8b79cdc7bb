"""The committee paper as a Word file: its page, its tables, its pictures, its prompts."""

from __future__ import annotations

import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn

from allocator.report.charts.children import care
from allocator.report.charts.money import position
from allocator.report.figures import Figures
from allocator.report.pages.paper import PaperLine, paper, subtitle
from allocator.report.paper import WIDTH
from tests.report.saved_plans import saved_plan_of
from tests.report.test_paper import made


def tables():
    """The tables of the paper, each with what it was given."""
    given = [each for each in paper(saved_plan_of("window")) if isinstance(each, Figures)]
    return list(zip(made("window").tables, given, strict=True))


def test_it_is_a4_and_says_its_title_and_language():
    section = made("window").sections[0]
    page = (section.page_width.cm, section.page_height.cm)
    assert page == pytest.approx((21.0, 29.7), abs=0.01)
    margins = section.left_margin.cm + section.right_margin.cm
    assert page[0] - margins == pytest.approx(WIDTH, abs=0.01)
    known = made("window").core_properties
    assert (known.title, known.language, known.author) == ("window", "en-GB", "")


def test_below_its_title_stand_its_years_and_prices():
    instance = saved_plan_of("window").plan.instance
    assert subtitle(instance) == (
        "[Committee, date, author]. 2020-21 to 2027-28, in prices of 2020-21."
    )
    assert made("window").paragraphs[1].text == subtitle(instance)


def test_tables_fit_the_page_and_no_row_is_torn():
    for table, _ in tables():
        for row in table.rows:
            assert row._tr.trPr.find(qn("w:cantSplit")) is not None
            assert sum(cell.width.cm for cell in row.cells) == pytest.approx(WIDTH, abs=0.1)
        widths = [cell.width for cell in table.rows[0].cells]
        assert all([cell.width for cell in row.cells] == widths for row in table.rows)
    assert any(len({cell.width for cell in table.rows[0].cells}) > 1 for table, _ in tables())


def test_numbers_stand_at_the_right_and_words_at_the_left():
    sides = set()
    for table, figures in tables():
        for row in table.rows:
            for cell, column in zip(row.cells, figures.columns, strict=True):
                right = cell.paragraphs[0].alignment == WD_ALIGN_PARAGRAPH.RIGHT
                assert right is (column.form != "text")
                sides.add(right)
    assert sides == {True, False}


def test_captions_stand_on_the_page_of_what_they_name():
    for table, figures in tables():
        above = table._tbl.getprevious()
        assert "".join(each.text for each in above.iter(qn("w:t"))) == figures.caption
        assert above.pPr.find(qn("w:keepNext")) is not None


def test_pictures_are_described_by_what_their_charts_say():
    plan = saved_plan_of("window").plan
    shapes = made("window").inline_shapes
    for shape, chart in zip(shapes, (position(plan), care(plan)), strict=True):
        described = shape._inline.docPr
        assert described.get("title") == chart.title
        assert described.get("descr") == f"{chart.title}. {chart.about}" and chart.about


def test_prompts_are_in_a_colour_of_their_own_and_bullets_are_bullets():
    given = {
        each.text: each for each in paper(saved_plan_of("window")) if isinstance(each, PaperLine)
    }
    found = [each for each in made("window").paragraphs if each.text in given]
    assert len(found) == len(given)
    for paragraph in found:
        line, run = given[paragraph.text], paragraph.runs[0]
        assert bool(run.italic) is line.prompt is (run.font.color.rgb is not None)
        assert (paragraph.style.name == "List Bullet") is line.bullet
    assert {each.prompt for each in given.values()} == {True, False}
    assert {each.bullet for each in given.values()} == {True, False}
