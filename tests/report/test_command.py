"""`allocator report`: where it writes, what it refuses, and how it says so."""

from __future__ import annotations

import importlib.util
import json
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from allocator.cli import cli
from allocator.explain.answers import save as save_answer
from allocator.report.charts.pictures import picture
from allocator.report.charts.shapes import Chart
from allocator.report.charts.stress import stress_charts
from allocator.report.html.page import charts, parts
from allocator.report.saved_answers import COLUMNS, read_answers
from allocator.stress import stress
from tests.plans import contents, resealed
from tests.report.saved_plans import folder_of, saved_plan_of


def report(*words: object) -> Result:
    return CliRunner().invoke(cli, ["report", *map(str, words)])


def charts_of(name: str) -> list[Chart]:
    """Every chart of a saved plan's page."""
    return [chart for part in parts([saved_plan_of(name)]) for chart in charts(part)]


@pytest.fixture
def plan(tmp_path) -> Path:
    """A copy of a saved plan, with its answers."""
    return Path(shutil.copytree(folder_of("window"), tmp_path / "plan"))


@pytest.mark.usefixtures("drawn_alike")
def test_without_an_option_the_page_stands_beside_the_plan(plan, tmp_path):
    found = report(plan)
    assert found.exit_code == 0
    assert found.stdout == ""
    assert found.stderr == f"wrote {tmp_path / 'plan.html'}\n"
    assert (tmp_path / "plan.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plan", "plan.html"]


@pytest.mark.usefixtures("drawn_alike")
def test_nothing_is_replaced_without_force(tmp_path):
    """The folder's plan.json stands for the folder."""
    page, plan = tmp_path / "page.html", folder_of("infeasible") / "plan.json"
    page.write_text("mine")
    found = report(plan, "--html", page)
    assert found.exit_code == 2
    assert "exists already" in found.stderr
    assert page.read_text() == "mine"
    assert report(plan, "--html", page, "--force").exit_code == 0
    assert "There is no such plan" in page.read_text(encoding="utf-8")


def test_one_command_writes_page_workbook_and_pictures(tmp_path):
    out = tmp_path / "out"
    found = report(
        folder_of("one-year"), "--html", out / "r.html", "--xlsx", out / "r.xlsx",
        "--png", out / "png", "--svg", out / "svg",
    )  # fmt: skip
    assert found.exit_code == 0, found.stderr
    charts = {path.stem for path in (out / "png").iterdir()}
    assert charts == {path.stem for path in (out / "svg").iterdir()}
    assert charts >= {"children-in-care", "spend", "position", "services", "moves"}
    for path in (out / "png").iterdir():
        assert path.read_bytes().startswith(b"\x89PNG")
    for path in (out / "svg").iterdir():
        root = ET.parse(path).getroot()
        assert root.tag.endswith("svg")
        assert len(list(root.iter())) > 50
    assert (out / "r.xlsx").read_bytes().startswith(b"PK")


@pytest.mark.usefixtures("drawn_alike")
def test_answers_have_their_pictures_too(plan, tmp_path):
    assert report(plan, "--png", tmp_path / "png").exit_code == 0
    drawn = {path.stem for path in (tmp_path / "png").iterdir()}
    assert drawn == {chart.name for chart in charts_of("window")}
    assert drawn >= {"sensitivity", "frontier-target", "delay", "stress-spend"}


@pytest.mark.parametrize("name", ["sensitivity", "stress-spend"])
def test_the_picture_of_an_answer_is_drawn(name):
    [chart] = [chart for chart in charts_of("window") if chart.name == name]
    assert picture(chart, "png").startswith(b"\x89PNG")


@pytest.mark.usefixtures("drawn_anew")
def test_the_same_plan_gives_the_same_bytes(tmp_path):
    plan = folder_of("one-year")
    for name in ("one", "two"):
        assert report(plan, "--html", tmp_path / name / "r.html").exit_code == 0
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


@pytest.mark.parametrize("form", ["png", "svg"])
def test_the_same_chart_gives_the_same_bytes(form):
    chart, *_ = charts_of("one-year")
    assert picture(chart, form) == picture(chart, form)


def test_pictures_are_refused_before_any_is_replaced(plan, tmp_path):
    (tmp_path / "spend.png").write_text("mine")
    found = report(plan, "--png", tmp_path)
    assert found.exit_code == 2
    assert "spend.png" in found.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plan", "spend.png"]


def test_several_plans_without_a_file_are_set_side_by_side_on_the_terminal(plan):
    found = report(plan, folder_of("infeasible"))
    assert found.exit_code == 0
    assert found.stdout.startswith("2 plans side by side: plan, infeasible\n")
    assert "wrote" not in found.stderr


@pytest.mark.usefixtures("drawn_alike")
def test_several_plans_side_by_side(tmp_path):
    page = tmp_path / "both.html"
    assert report(folder_of("one-year"), folder_of("infeasible"), "--html", page).exit_code == 0
    assert "2 plans side by side" in page.read_text(encoding="utf-8")


def test_a_plan_that_does_not_stand_up_is_not_reported(plan, tmp_path):
    table = plan / "states.csv"
    rows = table.read_text(encoding="utf-8").splitlines()
    cells = rows[-1].split(",")
    cells[-2] = str(float(cells[-2]) + 5)
    table.write_text("\n".join([*rows[:-1], ",".join(cells)]) + "\n", encoding="utf-8")
    found = report(plan)
    assert found.exit_code == 2
    assert "its seal is broken: states.csv" in found.stderr
    resealed(plan)
    found = report(plan)
    assert found.exit_code == 4
    assert "does not stand up" in found.stderr
    assert "allocator audit" in found.stderr
    assert not (tmp_path / "plan.html").exists()


@pytest.mark.parametrize("status", ["optimal", "infeasible"])
def test_another_instance_than_was_solved_is_refused(plan, tmp_path, status):
    if status == "infeasible":
        plan = Path(shutil.copytree(folder_of("infeasible"), tmp_path / "none"))
    settings = plan / "instance" / "instance.toml"
    text = settings.read_text(encoding="utf-8")
    assert 'name = "' in text
    settings.write_text(text.replace('name = "', 'name = "other-', 1), encoding="utf-8")
    assert report(plan).exit_code == 2
    resealed(plan)
    assert report(plan).exit_code in (2, 4)


def test_no_plan_is_bad_usage(tmp_path):
    found = report(tmp_path)
    assert found.exit_code == 2
    assert "holds no plan" in found.stderr


def test_a_wrong_name_for_the_workbook_is_refused_before_the_page_is_written(plan, tmp_path):
    found = report(plan, "--html", tmp_path / "r.html", "--xlsx", tmp_path / "r.xls")
    assert found.exit_code == 2
    assert "ends in .xlsx" in found.stderr
    assert not (tmp_path / "r.html").exists()


def test_a_missing_package_is_named(plan, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *rest: None if name == "sankeyflow" else find(name),
    )
    found = report(plan)
    assert found.exit_code == 2
    assert "needs sankeyflow" in found.stderr
    assert "allocator[report]" in found.stderr


# Answers of other verbs.


def test_answers_are_read_whole():
    found = saved_plan_of("window").answers
    assert set(found.tables) == set(COLUMNS)
    assert found.get("switching") is not None


def test_a_stress_test_that_was_saved_is_drawn(tmp_path):
    plan = saved_plan_of("window").plan
    save_answer(stress(plan, draws=16, spreads={}), tmp_path / "stress")
    charts = stress_charts(read_answers(tmp_path, plan.instance.hash))
    names = ("children-in-care", "spend", "cumulative-position", "chances")
    assert [chart.name for chart in charts] == [f"stress-{name}" for name in names]
    planned, low, _, high = charts[0].panels[0].series
    assert planned.values == pytest.approx(plan.years()["children_in_care"].tolist())
    assert all(a <= b <= c for a, b, c in zip(low.values, planned.values, high.values, strict=True))


def test_answers_of_another_instance_are_refused(plan):
    other = plan / "answers" / "delay.json"
    other.write_text(json.dumps({"instance_hash": "f" * 64}), encoding="utf-8")
    asked = report(plan, "--answers", plan / "answers")
    assert asked.exit_code == 2
    assert "another instance, hash ffffffffffff" in asked.stderr


@pytest.mark.usefixtures("drawn_alike")
def test_answers_that_nobody_asked_for_are_left_out_with_a_warning(plan, tmp_path):
    (plan / "answers" / "switching.json").unlink()
    found = report(plan)
    assert found.exit_code == 0
    assert "warning: left out" in found.stderr
    page = (tmp_path / "plan.html").read_text(encoding="utf-8")
    assert "Answers are there but left out" in page
    assert 'id="sensitivity"' not in page


DAMAGE = {
    "no columns": ("delay.csv", "a,b\n1,2\n", "lacks years_late"),
    "a word for a number": (
        "frontier_budget.csv",
        ",".join(COLUMNS["frontier_budget"]) + "\nmuch,1,1,,,optimal\n",
        "column money: holds what is not a number",
    ),
    "no hash": ("delay.json", "{}", "does not say its instance_hash"),
    "not JSON": ("delay.json", "{", "does not say its instance_hash"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_answers_say_what_is_wrong(plan, damage):
    name, text, said = DAMAGE[damage]
    (plan / "answers" / name).write_text(text, encoding="utf-8")
    found = report(plan, "--answers", plan / "answers")
    assert found.exit_code == 2
    assert name in found.stderr
    assert said in found.stderr


def test_a_folder_that_is_not_there_is_refused(plan, tmp_path):
    found = report(plan, "--answers", tmp_path / "nowhere")
    assert found.exit_code == 2
    assert "is not a folder of answers" in found.stderr


def test_answers_are_of_one_plan(plan, tmp_path):
    found = report(plan, plan, "--html", tmp_path / "r.html", "--answers", plan / "answers")
    assert found.exit_code == 2
    assert "--answers is of one plan" in found.stderr


def test_an_empty_answer_is_none(plan):
    hashed = saved_plan_of("window").plan.instance.hash
    (plan / "answers" / "delay.csv").write_text(",".join(COLUMNS["delay"]) + "\n", encoding="utf-8")
    assert read_answers(plan / "answers", hashed).get("delay") is None
