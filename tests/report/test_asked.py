"""What was asked, in its author's words: told before the answer wherever a plan is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from allocator.errors import UsageError
from allocator.instance import read
from allocator.instance.change import apply_changes
from allocator.instance.writing import write
from allocator.report.html.page import page
from allocator.report.notebook import page as notebook_page
from allocator.report.pages.headline import answer_paragraphs
from allocator.report.pages.paper import PaperLine, paper
from allocator.report.pages.summary import summary
from allocator.report.saved_plan import SavedPlan
from allocator.report.workbook import write_workbook
from tests.plans import instance_of
from tests.report.saved_plans import saved_plan_of

pytestmark = pytest.mark.usefixtures("drawn_alike")  # charts are not the point

ASKED = "Must we invest twice <for long>?"


def asking(question: str) -> SavedPlan:
    saved = saved_plan_of("window")
    instance = replace(saved.plan.instance, question=question)
    return replace(saved, plan=replace(saved.plan, instance=instance))


def told(saved: SavedPlan, folder: Path) -> list[str]:
    """The texts of a plan: summary, page, notebook, paper, first sheet."""
    plan, file = saved.plan, folder / "book.xlsx"
    write_workbook([plan], file)
    front = openpyxl.load_workbook(file).worksheets[0]
    lines = [item.text for item in paper(saved) if isinstance(item, PaperLine)]
    cells = [str(row[0].value) for row in front.iter_rows(max_row=5)]
    return [summary(plan), page([saved]), notebook_page(plan), "\n".join(lines), "\n".join(cells)]


def test_the_question_of_the_author_stands_before_the_answer(tmp_path):
    saved = asking(ASKED)
    for text in told(saved, tmp_path):
        at = text.replace("&lt;", "<").replace("&gt;", ">").index(ASKED)
        assert "Asked" in text[:at][-40:]
        assert answer_paragraphs(saved.plan)[0][:20] in text[at:]
        assert answer_paragraphs(saved.plan)[0][:20] not in text[:at]
    assert saved.plan.to_dict()["asked"] == ASKED
    assert saved.plan.instance.hash == saved_plan_of("window").plan.instance.hash


def test_without_one_nothing_is_said(tmp_path):
    saved = asking("")
    assert saved.plan.to_dict()["asked"] == ""
    assert not any("Asked" in text for text in told(saved, tmp_path))


def test_a_question_is_written_and_read_again_and_may_not_be_an_essay(tmp_path):
    instance = apply_changes(instance_of("hand"), [f"instance.question={ASKED}"])
    write(instance, tmp_path / "hand")
    assert read(tmp_path / "hand").question == ASKED
    with pytest.raises(UsageError, match="is 401 characters; say it in 400 or fewer"):
        apply_changes(instance, ["instance.question=" + 401 * "x"])
