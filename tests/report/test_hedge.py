"""The report of a saved hedge: a page, a workbook, a paper and pictures; refused where damaged."""

from __future__ import annotations

import json
import shutil
import zipfile

import openpyxl
import pytest

from allocator.hedge.saving import save_hedge
from allocator.report.pages.hedge import answered, windows_told
from allocator.report.pages.hedge_settled import settled_told
from allocator.wording import number, pounds
from tests.cli.conftest import run
from tests.hedge.hedges import hedge_of

__all__ = ["run"]


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report") / "hedge"
    save_hedge(hedge_of("two-stage"), folder)
    return folder


def test_a_hedge_is_reported_in_every_form(run, saved, tmp_path):
    made = {name: tmp_path / f"hedge.{name}" for name in ("html", "xlsx", "docx")}
    asked = [word for name, path in made.items() for word in (f"--{name}", path)]
    result = run("report", saved, *asked, "--png", tmp_path / "png")
    assert result.exit_code == 0, result.stderr
    page = made["html"].read_text(encoding="utf-8")
    for said in (
        "What to settle now",
        "If it turns out",
        "weak",
        "Worth of knowing it",
        "allocator audit",
    ):
        assert said in page
    with zipfile.ZipFile(made["xlsx"]) as book:
        text = book.read("xl/workbook.xml").decode()
    assert all(name in text for name in ("settle", "futures", "scenarios", "charts"))
    with zipfile.ZipFile(made["docx"]) as paper:
        words = paper.read("word/document.xml").decode()
    assert "Settle now, cases per year" in words
    pictures = sorted(file.name for file in (tmp_path / "png").iterdir())
    assert pictures == ["care-by-future.png", "spend-by-future.png"]


@pytest.mark.usefixtures("drawn_alike")
def test_what_a_stress_test_of_it_found_is_in_every_form(run, saved, tmp_path):
    folder = shutil.copytree(saved, tmp_path / "hedge")
    page = tmp_path / "page.html"
    assert run("report", folder, "--html", page).exit_code == 0
    told = "allocator stress hedge --out hedge/answers/stress"
    assert told in page.read_text(encoding="utf-8")
    assert run("stress", folder, "--draws", "32", "--out", folder / "answers/stress").exit_code == 0
    assert run("audit", folder).exit_code == 0
    made = {name: tmp_path / f"hedge.{name}" for name in ("html", "xlsx", "docx")}
    asked = [word for name, path in made.items() for word in (f"--{name}", path)]
    result = run("report", folder, *asked, "--png", tmp_path / "png")
    assert result.exit_code == 0, result.stderr
    text = made["html"].read_text(encoding="utf-8")
    assert told not in text
    assert "by the levels of the future that is nearest to it" in text
    names = [f"stress-{name}" for name in ("chances", "children-in-care", "cumulative-position")]
    pictures = [file.stem for file in (tmp_path / "png").iterdir()]
    assert {*names, "stress-spend"} <= set(pictures)
    book = openpyxl.load_workbook(made["xlsx"], read_only=True)
    facts = json.loads((folder / "answers/stress/stress.json").read_text())
    rows = list(book["Plan stress"].iter_rows(values_only=True))
    last = facts["children_in_care"][str(hedge_of("two-stage").instance.last_year)]
    assert any(last["p95"] == pytest.approx(n) for n in rows[-1] if isinstance(n, float))
    with zipfile.ZipFile(made["docx"]) as paper:
        words = paper.read("word/document.xml").decode()
        assert words.count("<w:drawing>") == 3
    assert f"between {number(last['p5'])} and {number(last['p95'])} children in care" in words
    (folder / "answers/stress/stress.json").write_text('{"instance_hash": "other"}')
    warned = run("report", folder, "--html", page, "--force")
    assert "warning: left out" in warned.stderr


def test_what_is_not_as_it_was_saved_is_not_reported(run, saved, tmp_path):
    (saved / "known.csv").write_text("scenario,service,year,level\n")
    result = run("report", saved, "--html", tmp_path / "page.html")
    assert result.exit_code == 2
    assert "its seal is broken: known.csv" in result.stderr
    beside = run("report", saved, saved, "--html", tmp_path / "page.html")
    assert "is reported alone" in beside.stderr


def test_the_answer_tells_what_is_cut_and_what_is_never_enough():
    answer = hedge_of("windows")
    said = answered(answer)
    assert "cuts, in cases a year, hubs from 900 to 419" in said
    assert "The targets are met in none of the scenarios" in said
    assert "the funds suffice in every scenario" in said
    assert "As good" not in said
    head, rows = settled_told(answer)
    assert head[1] == "Today"
    assert ["hubs", "900"] in [row[:2] for row in rows]
    assert "with a chance of 80%" in answered(hedge_of("two-stage"))


def test_windows_that_differ_by_less_than_the_answer_is_sure_of_are_told_as_ties():
    answer = hedge_of("staff-areas")
    cost = {each.window: each.objective for each in answer.windows}
    near = {w for w, c in cost.items() if abs(c - answer.objective) <= 0.01 * abs(answer.npv)}
    assert {each.window for each in answer.as_good} == near - {answer.window} != set()
    within = f"within 1% of the {pounds(answer.npv)} that it gains at present value"
    assert f"As good, since {within}: no window at all; 2020-21" in answered(answer)
    _, rows = windows_told(answer)
    more = {row[0]: row[2] for row in rows}
    assert more["2020-21 and 2021-22 (chosen)"] == ""
    assert all(said.endswith("dearer, as good") for said in more.values() if said)


def test_what_it_saves_is_what_its_futures_save_by_their_chances():
    answer = hedge_of("two-stage")
    saved = [each.scenario.probability * each.plan.npv for each in answer.futures]
    assert answer.npv == pytest.approx(sum(saved))
