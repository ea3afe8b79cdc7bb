"""The report of a saved hedge: a page, a workbook, a paper and pictures; refused where damaged."""

from __future__ import annotations

import zipfile

import pytest

from allocator.hedge.saving import save_hedge
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


def test_what_is_not_as_it_was_saved_is_not_reported(run, saved, tmp_path):
    (saved / "known.csv").write_text("scenario,service,year,level\n")
    result = run("report", saved, "--html", tmp_path / "page.html")
    assert result.exit_code == 2
    assert "its seal is broken: known.csv" in result.stderr
    beside = run("report", saved, saved, "--html", tmp_path / "page.html")
    assert "is reported alone" in beside.stderr
