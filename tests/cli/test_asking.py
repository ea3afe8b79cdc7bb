"""The verbs that ask a question of an instance: page, JSON, folder, exit codes, start-up."""

from __future__ import annotations

import json
import subprocess
import sys

import pandas as pd
import pytest

from tests.plans import CASES

# Verb and options -> what its folder holds, and the exit code of an instance without a plan.
ASKED = {
    ("frontier",): (["frontier_target"], 0),
    ("frontier", "--against", "budget"): (["frontier_budget"], 0),
    ("delay",): (["delay", "delay_years"], 3),
    ("switching", "--inputs", "services.*.unit_cost"): (["switching"], 3),
    ("alternatives", "--within", "1%"): (["alternatives", "alternatives_services"], 3),
    ("reallocate",): (["reallocation", "reallocation_services"], 0),
    ("regimes",): (["regimes", "regimes_years", "settlements"], 3),
}


@pytest.fixture(params=ASKED, ids=" ".join)
def verb(request):
    return request.param


def test_the_page_answers_the_question(run, verb):
    result = run(verb[0], CASES / "hand", *verb[1:])
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[:2] == ["hand", "===="] and lines[3].startswith("Question: ")
    assert "\nAnswer: " in result.stdout and "nan" not in result.stdout.lower()


def test_json_and_the_folder_say_the_same(run, verb, tmp_path):
    tables, _ = ASKED[verb]
    result = run(verb[0], CASES / "hand", *verb[1:], "--json", "--out", tmp_path / "out")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert told == json.loads((tmp_path / "out" / f"{told['answer']}.json").read_text())
    for name in tables:
        table = pd.read_csv(tmp_path / "out" / f"{name}.csv")
        assert list(table.columns) == list(told["columns"][name])
        assert len(table) == len(told[name]) > 0
    again = run(verb[0], CASES / "hand", *verb[1:], "--out", tmp_path / "out")
    assert again.exit_code == 2 and "exists already" in again.stderr
    forced = run(verb[0], CASES / "hand", *verb[1:], "--out", tmp_path / "out", "--force")
    assert forced.exit_code == 0 and "wrote the answer to" in forced.stderr


def test_an_instance_without_a_plan_is_an_answer_too(run, verb):
    result = run(verb[0], CASES / "hand-infeasible", *verb[1:])
    assert result.exit_code == ASKED[verb][1]
    assert "\nAnswer: " in result.stdout and "internal error" not in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["frontier", "--fund", "core"], "--fund is not for --against target"),
        (["frontier", "--against", "budget", "--target", "2021"],
         "--target is not for --against budget"),
        (["frontier", "--target", "1999"], "there is no target '1999'"),
        (["delay", "--years", "2"], "leaves nothing of a plan of 2"),
        (["switching", "--inputs", "funds.*"], "'funds.*': fits no input"),
        (["alternatives", "--within", "lots"], "neither a share, as 1%, nor an amount"),
        (["alternatives", "--within", "-5"], "neither a share, as 1%, nor an amount"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(run, words, said):
    result = run(words[0], CASES / "hand", *words[1:])
    assert result.exit_code == 2 and said in result.stderr


def test_amounts_and_shares_are_told_apart(run):
    told = [
        json.loads(run("alternatives", CASES / "hand", "--within", each, "--json").stdout)
        for each in ("£50,000", "50000", "0.5%")
    ]
    assert told[0] == told[1] and told[0]["allowed"] == 50_000
    assert told[2]["allowed"] == pytest.approx(0.005 * told[2]["objective"])


def test_help_loads_no_solver():
    code = (
        "import sys; from allocator.cli import cli\n"
        "for verb in ('frontier', 'delay', 'switching', 'alternatives', 'reallocate', 'regimes'):\n"
        "    cli([verb, '--help'], standalone_mode=False)\n"
        "assert not {'pyomo', 'highspy', 'scipy', 'pandas'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
