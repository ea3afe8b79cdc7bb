"""The way of a user: export, solve elsewhere, import."""

from __future__ import annotations

import json

import pytest

from tests.importing.writers import WRITERS
from tests.plans import CASES

WINDOW = CASES / "window"


@pytest.fixture
def solution(run, tmp_path):
    result = run("export", WINDOW, tmp_path / "w.mps", "--window", "2020:3")
    assert result.exit_code == 0
    assert "w.mps.names.json" in result.stderr
    WRITERS["HiGHS, raw"](tmp_path / "w.mps", tmp_path / "w.sol")
    return tmp_path / "w.sol"


def test_it_is_certified_and_audited(run, solution):
    result = run("import-solution", WINDOW, solution)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("The solution is feasible and, by its own duals, optimal;")


def test_json(run, solution):
    result = run("import-solution", WINDOW, solution, "--json")
    facts = json.loads(result.stdout)
    assert facts["passed"] is facts["proved_optimal"] is True
    assert facts["plan"]["window"] == {"first_year": 2020, "years": 3}
    assert facts["plan"]["audit"]["passed"] is True
    assert facts["objective"] == pytest.approx(facts["own_objective"], rel=1e-9)
    assert facts["gap"] < 1e-9


def test_it_is_saved(run, solution, tmp_path):
    names = tmp_path / "w.mps.names.json"
    words = ("import-solution", WINDOW, solution, "--names", names, "--out", tmp_path / "plan")
    assert run(*words).exit_code == 0
    assert run("audit", tmp_path / "plan").exit_code == 0
    assert run(*words).exit_code == 2
    assert run(*words, "--force").exit_code == 0


def test_a_tampered_one_is_4(run, solution, tmp_path):
    text = solution.read_text().replace(
        "children__window__need__0 4511", "children__window__need__0 4"
    )
    solution.write_text(text)
    result = run("import-solution", WINDOW, solution, "--out", tmp_path / "plan")
    assert result.exit_code == 4
    assert "FAILS children_opening[window,need] is violated by" in result.stdout
    assert not (tmp_path / "plan").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((CASES / "two-areas",), "belongs to another program"),
        ((WINDOW, "--window", "2021:1"), "is not of that window"),
        ((WINDOW, "--window", "1999:1"), "is not a window that the instance allows"),
        ((WINDOW, "--formulation", "best"), "there is no formulation"),
    ],
)
def test_what_is_not_its_own_is_2(run, solution, words, said):
    instance, *options = words
    result = run("import-solution", instance, solution, *options)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_mixed_integer_program_goes_out_and_comes_back(run, tmp_path):
    program, solution = tmp_path / "m.lp", tmp_path / "m.sol"
    assert run("export", WINDOW, program, "--formulation", "window_choice").exit_code == 0
    WRITERS["HiGHS, raw"](program, solution)
    words = ("import-solution", WINDOW, solution, "--names", f"{program}.names.json")
    result = run(*words, "--out", tmp_path / "plan")
    assert result.exit_code == 0
    assert "it is not proved optimal" in " ".join(result.stdout.split())
    assert run("audit", tmp_path / "plan").exit_code == 0
