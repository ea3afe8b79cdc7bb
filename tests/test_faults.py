"""Inputs that once failed, each the smallest of its kind: what comes now is an answer or a reason.

They are made up; ``tests/faults`` holds no person's data.  Relatives of each are tested where the
code is.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from allocator.cli import cli
from allocator.instance import read
from tests.plans import CASES

FAULTS = Path(__file__).parent / "faults"


def run(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


def words_of(result: Result) -> str:
    return " ".join(result.output.split())


def in_care(place: Path) -> float:
    return sum(row["opening"] for row in read(place).tables["states"] if row["in_care"])


REFUSED = {
    "cut": "line 20: the file ends without ENDATA",
    "inf-entry": "line 8: inf is no finite number",
    "nan-bound": "line 14: nan is no finite number",
    "nan-cost": "line 7: nan is no finite number",
    "nan-entry": "line 8: nan is no finite number",
    "nan-rhs": "line 12: nan is no finite number",
    "t6": "line 8: 1e400 is no finite number",
    "tiny": "line 10: HiGHS says: LP matrix packed vector contains 1 |value|",
    "tiny-coefficient": "line 16: HiGHS says: LP matrix packed vector contains 1 |value|",
}


@pytest.mark.parametrize("name", REFUSED)
def test_compare_refuses_what_the_file_does_not_say(name):
    result = run("compare", FAULTS / "compare" / f"{name}.mps")
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{name}.mps: this cannot be read as a linear program: {REFUSED[name]}" in result.stderr


@pytest.mark.parametrize(
    ("name", "solver", "answer"),
    [
        ("lozero", "highs-simplex", "infeasible, certified"),
        ("crossed", "highs-simplex", "infeasible, certified"),
        ("mip", "highs-mip", "infeasible, certified"),
        ("norows", "highs-simplex", "optimal, certified"),
    ],
)
def test_compare_certifies_what_is_plain_to_see(name, solver, answer):
    result = run("compare", FAULTS / "compare" / f"{name}.mps", "--solvers", solver)
    assert result.exit_code == 0, result.output
    assert answer in result.stdout
    assert "only claimed" not in result.stdout


@pytest.mark.parametrize("name", ["minimal", "g208"])
def test_a_frontier_of_one_point_is_a_flat_curve(name):
    result = run("frontier", FAULTS / "frontier-indexerror" / name)
    assert result.exit_code == 0, result.output
    assert "the curve is flat" in result.stdout
    assert "no target changes what it costs" in words_of(result)


def test_a_budget_frontier_of_one_point_is_a_flat_curve():
    result = run("frontier", FAULTS / "frontier-indexerror" / "minimal", "--against", "budget")
    assert result.exit_code == 0, result.output
    said = words_of(result)
    assert "the curve is flat. 96.4 children is as few as can be reached" in said
    assert "the least change that leaves a plan is £1.01m less a year" in said
    enough = run("frontier", FAULTS / "frontier-indexerror" / "g208", "--against", "budget")
    assert "more money would not make it fewer" in words_of(enough)


def test_explain_ends_where_interior_point_did_not():
    result = run("explain", FAULTS / "explain-hang" / "g1060")
    assert result.exit_code == 3, result.output
    said = words_of(result)
    assert (
        "The target of 16,114 children in care by the end of 2017-18 (targets.csv, row 2)" in said
    )
    assert "the growth limit of hubs" in said
    assert "16,114.5 can be reached, no fewer" in said


def test_explain_blames_what_truly_conflicts_and_not_the_window():
    result = run("explain", FAULTS / "explain-window-rule" / "g1046")
    assert result.exit_code == 3, result.output
    [answer] = re.findall(r"Answer: (.*?)\n\n", result.stdout, flags=re.DOTALL)
    assert "budget (budgets.csv, row 3)" in answer
    assert "The same holds in every double-investment window" in " ".join(answer.split())
    assert "only in a double" not in answer


def test_regimes_are_proved():
    result = run("regimes", FAULTS / "regimes-not-proved" / "g1024")
    assert result.exit_code == 0, result.output
    assert "annual budgets cost nothing more" in result.stdout


def test_the_tables_of_2025_are_read(tmp_path):
    panel = tmp_path / "panel"
    panel.mkdir()
    cla = FAULTS / "published-2025-headings" / "cla.csv"
    (panel / "cla.csv").write_bytes(cla.read_bytes())
    (panel / "other.csv").write_text("a,b\n1,2\n")
    out = tmp_path / "out"
    result = run("calibrate", "published", panel, "--council", "Easton", "--out", out)
    assert result.exit_code == 0, result.output
    assert "passed over: other.csv: has no column for the year" in result.stderr
    assert in_care(out) == pytest.approx(410)


@pytest.fixture
def calibrated(tmp_path):
    def calibrate(name: str, *options: str) -> Result:
        place = tmp_path / "-".join((name, *options))
        return run("calibrate", "ssda903", FAULTS / name, "--out", place, "--json", *options)

    return calibrate


def rates(result: Result) -> dict:
    """What was found but for how the files are called."""
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_another_module_of_the_return_is_passed_over_and_named(calibrated):
    result = calibrated("ssda903-sw-episodes-module")
    assert rates(result)
    assert "sw_episodes.csv: another module of the return: it has no DECOM" in result.stderr


def test_no_rate_that_no_council_can_have(calibrated, tmp_path):
    assert rates(calibrated("ssda903-more-leave-than-remain"))
    place = tmp_path / "ssda903-more-leave-than-remain"
    moves = pd.read_csv(place / "transitions.csv")
    assert moves["rate"].max() < 10
    assert moves["rate"].gt(0).any()
    for verb, code in (("forecast", 0), ("solve", None), ("explain", None)):
        ended = run(verb, place).exit_code
        assert ended == code or (code is None and ended in (0, 3))


def test_dates_are_read_in_the_form_they_have(calibrated):
    """American dates and ours, and months in words: the same children, the same moves."""
    american = rates(calibrated("ssda903-us-dates"))
    ours = rates(calibrated("ssda903-sw-episodes-module"))  # the same returns, dd/mm/yyyy
    assert {**american, "name": ""} == {**ours, "name": ""}
    assert calibrated("ssda903-us-dates", "--dates", "dd/mm/yyyy").exit_code == 2
    assert rates(calibrated("ssda903-date-formats"))


def test_children_of_two_councils_are_not_made_one(calibrated, tmp_path):
    result = calibrated("ssda903-two-councils-in-one-file")
    assert result.exit_code == 2
    assert "choose one with --council, one of Easton, Weston" in result.stderr
    one = ("ssda903-two-councils-in-one-file", "--council", "Easton")
    assert rates(calibrated(*one)) and in_care(tmp_path / "-".join(one)) == 60


def test_identifiers_that_a_spreadsheet_damaged_are_refused(calibrated):
    result = calibrated("ssda903-scientific-ids")
    assert result.exit_code == 2
    assert "2025/episodes.csv, row 2, column CHILD: the identifier has lost digits" in result.stderr


def test_a_heading_that_stands_twice_is_refused(calibrated):
    result = calibrated("ssda903-duplicate-heading")
    assert result.exit_code == 2
    assert "2023/episodes.csv, row 1, column DEC: the heading stands 2 times" in result.stderr
    assert "rename them" in result.stderr


def test_a_quote_that_is_never_closed_is_told(tmp_path):
    place = shutil.copytree(FAULTS / "ssda903-us-dates", tmp_path / "returns")
    file = place / "2024" / "header.csv"
    lines = file.read_text().splitlines()
    lines[9] = lines[9].replace(",", ',"', 1)
    file.write_text("\n".join(lines))
    result = run("calibrate", "ssda903", place, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "2024/header.csv: is not valid CSV: EOF inside string" in result.stderr


def test_the_small_council_shows_no_count_of_one_to_four(tmp_path):
    """In what is printed of the years; subtractions are tested where they are met."""
    result = run(
        "calibrate", "ssda903", FAULTS / "ssda903-differencing" / "small", "--out", tmp_path / "out"
    )
    assert result.exit_code == 0, result.output
    years = re.findall(r"to 31 March \d{4} +\d+ +(\S.*?)  +(\S.*)", result.stdout)
    counts = [cell for pair in years for cell in pair if "not shown" not in cell]
    assert len(years) == 5
    assert counts
    assert all(int(count) == 0 or int(count) >= 5 for count in counts)


def test_a_plan_of_before_the_seals_fails_for_what_was_changed():
    changed = run("audit", FAULTS / "tampered-plan" / "t2")
    assert changed.exit_code == 4
    for said in (
        "FAILS funds.csv, core all 2020, column amount: says 1, 97,621,434 follows",
        "FAILS moves.csv, window exit need 2020, column baseline_moves",
        "FAILS windows.csv: is not what plan.json says of the windows",
        "FAILS solver: 'Gurobi 99' is none that allocator solves with",
        "note: this plan has no seal",
    ):
        assert said in changed.stdout
    another = run("audit", FAULTS / "tampered-plan" / "t3")
    assert another.exit_code == 4
    assert "FAILS objective: the least cost by largest_reduction" in another.stdout
    for name in ("t2", "t3"):
        refused = run("report", FAULTS / "tampered-plan" / name)
        assert refused.exit_code == 2
        assert "has no seal" in refused.stderr


@pytest.mark.parametrize("verb", ["audit", "report"])
def test_a_window_that_is_no_year_is_told(verb):
    result = run(verb, FAULTS / "tampered-window" / "t4")
    assert result.exit_code == 2
    assert "'abc'" in result.stderr or "has no seal" in result.stderr


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("toml-bigint/bigint", "instance.toml, row 6: holds a number with more digits than can be"),
        ("toml-deep/deep", "instance.toml, row 11: nests brackets too deep"),
        ("toml-name-inf/nm", "instance.toml, column instance.name: 'inf' is not a name"),
    ],
)
def test_settings_that_cannot_be_are_told(place, said):
    result = run("check", FAULTS / place)
    assert result.exit_code == 2
    assert said in result.output


@pytest.mark.parametrize(
    ("book", "sheet"),
    [("1-0", "arrivals"), ("1-2", "effects"), ("1-5", "services"), ("3-0", "transitions"),
     ("3-4", "funds"), ("3-9", "targets")],
)  # fmt: skip
def test_a_workbook_damaged_inside_is_told(book, sheet):
    result = run("check", FAULTS / "workbooks" / book / "instance.xlsx")
    assert result.exit_code == 2
    assert f"instance.xlsx: the sheet '{sheet}' is damaged" in result.output


def test_money_beyond_any_is_told_by_its_cell(tmp_path):
    folder = shutil.copytree(CASES / "hand", tmp_path / "hand")
    money = folder / "budgets.csv"
    heading, first, *rest = money.read_text().splitlines()
    first = ",".join([*first.split(",")[:2], "1e300", *first.split(",")[3:]])
    money.write_text("\n".join([heading, first, *rest]))
    result = run("solve", folder)
    assert result.exit_code == 2
    assert "budgets.csv, row 2, column amount: '1e300' is too large" in result.stderr
    assert "no more than 1,000,000,000,000,000" in result.stderr
