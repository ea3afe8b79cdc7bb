"""`calibrate published`, `backtest` and `forecast` as a user types them."""

from __future__ import annotations

import csv
import json

import pytest

from allocator.simulate import baseline
from tests.calibrate.made import rows_of, write
from tests.plans import CASES, contents, instance_of


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    return write(tmp_path_factory.mktemp("cli") / "panel.csv", rows_of(30))


def test_a_council_to_an_instance_to_a_forecast(run, table, tmp_path):
    out = tmp_path / "stone"
    made = run("calibrate", "published", table, "--council", "stone", "--year", 2021,
               "--out", out, "--target", "90")  # fmt: skip
    assert made.exit_code == 0, made.stderr
    assert made.stdout.startswith("Stone-on-Sea from 2021-22\n")
    assert "allocator check" in made.stderr
    checked = run("check", out)
    assert checked.exit_code == 0
    told = run("forecast", out, "--json")
    assert told.exit_code == 0
    facts = json.loads(told.stdout)
    assert facts["intervals_from"].startswith("how far")
    assert facts["in_care"]["low"]["2021"] < facts["in_care"]["children"]["2021"]


def test_councils_are_listed(run, table):
    listed = run("calibrate", "published", table, "--list", "mary")
    assert listed.exit_code == 0
    assert listed.stdout.startswith("Saint Mary & Hill")
    assert len(run("calibrate", "published", table, "--list", "").stdout.splitlines()) == 30
    assert run("calibrate", "published", table, "--list", "atlantis").exit_code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--council", "made 01", "--out", "x"), "could be any of Made 010, Made 011"),
        (("--council", "nowhere", "--out", "x"), "has no council of that name"),
        (("--council", "stone"), "--out INSTANCE says where to write"),
        (("--out", "x"), "--council NAME"),
        (("--council", "stone", "--out", "x", "--year", "2050"), "has no council's children"),
        (("--council", "stone", "--out", "x.xlsx"), "write to a folder"),
        (("--council", "stone", "--out", "x", "--target", "lots"), "2030=375"),
        (("--region", "west", "--out", "x"), "--region west"),
    ],
)
def test_what_cannot_be_made_is_told(run, table, tmp_path, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    result = run("calibrate", "published", table, *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert contents(tmp_path) == {}


def test_an_instance_is_not_replaced_by_chance(run, table, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "instance.toml").write_text("schema = 1\n")
    words = ("calibrate", "published", table, "--council", "stone", "--out", tmp_path / "mine",
             "--target", "90")  # fmt: skip
    assert run(*words).exit_code == 2
    assert run(*words, "--force").exit_code == 0


def test_backtest(run, table, tmp_path):
    out = tmp_path / "councils.csv"
    result = run("backtest", table, "--base", 2018, "--horizon", 2, "--json", "--out", out)
    assert result.exit_code == 0, result.stderr
    facts = json.loads(result.stdout)
    assert (facts["base"], facts["horizon"], facts["councils"]) == (2018, 2, 30)
    assert set(facts["methods"]) >= {"allocator", "no_change", "three_year_trend"}
    assert [c["horizon"] for c in facts["comparisons"]] == [1, 2]
    with out.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["horizon"] == "2"]
    assert list(rows[0]) == list(facts["columns"])
    errors = [abs(float(r["allocator"]) / float(r["actual"]) - 1) for r in rows]
    told = facts["methods"]["allocator"]["mean_absolute_percentage_error"]
    assert told == pytest.approx(100 * sum(errors) / len(errors), abs=0.02)
    inside = [float(r["low_80"]) <= float(r["actual"]) <= float(r["high_80"]) for r in rows]
    assert facts["coverage_percent"]["80"] == pytest.approx(100 * sum(inside) / len(rows), abs=0.01)


def test_backtest_without_an_outcome(run, table):
    result = run("backtest", table, "--base", 2021, "--horizon", 3)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no outcome for 2024" in result.stderr


def test_backtest_as_a_table(run, table):
    result = run("backtest", table, "--base", 2018, "--base", 2019)
    assert result.exit_code == 0
    assert len([line for line in result.stdout.splitlines() if line.startswith("20")]) == 6


def test_forecast_is_the_baseline(run, tmp_path):
    out, chart = tmp_path / "f.csv", tmp_path / "f.svg"
    result = run("forecast", CASES / "window", "--json", "--level", "95%", "--out", out,
                 "--chart", chart)  # fmt: skip
    assert result.exit_code == 0, result.stderr
    facts = json.loads(result.stdout)
    assert facts["level"] == 0.95
    [path] = baseline(instance_of("window")).children_in_care.values()
    assert list(facts["in_care"]["children"].values()) == pytest.approx(path)
    assert chart.read_text(encoding="utf-8").startswith("<svg")
    assert run("forecast", CASES / "window", "--out", out).exit_code == 2
    assert run("forecast", CASES / "window", "--out", out, "--force").exit_code == 0


@pytest.mark.parametrize("level", ["0", "100%", "much", "-5"])
def test_no_such_level(run, level):
    result = run("forecast", CASES / "window", f"--level={level}")
    assert result.exit_code == 2
    assert "is no level" in result.stderr


def test_forecast_with_a_change(run):
    plain = json.loads(run("forecast", CASES / "hand", "--json").stdout)
    changed = run("forecast", CASES / "hand", "--json", "--set", "states.care.opening=50")
    assert json.loads(changed.stdout)["in_care"] != plain["in_care"]
