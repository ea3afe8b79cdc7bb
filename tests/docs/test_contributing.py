"""CONTRIBUTING's constraint and formulation, added as it says and asked of every verb."""

from __future__ import annotations

import importlib
import json
import re
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import highspy
import pandas as pd
import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

import formulations
from allocator import vocabulary
from allocator.cli import cli
from allocator.instance.schema import TABLES
from allocator.instance.writing import write
from allocator.solving.solve import solve
from formulations import services
from tests.plans import CASES, instance_of

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
CONSTRAINT, FORMULATION = "growth_in_all_limited", "least_services"
TITLE = "Growth in all of "
NOUN = "the growth in all that "
QUESTION = "ith how few cases served can"
WINDOW = CASES / "window"
FUTURES = ROOT / "tests" / "hedge" / "cases" / "two-stage"
LOOSE = ("--set", "targets.*.children=*1.1")


def block(path: str) -> str:
    """The block of code that goes into a file."""
    (found,) = re.findall(rf"^```python\n# {path}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    return str(found)


def defined(path: str, **names: object) -> dict[str, object]:
    """What a block defines, beside the names that its file has."""
    module = vars(sys.modules[path.removesuffix(".py").replace("/", ".")])
    scope = {**module, **names}
    exec(block(path), scope)
    return scope


@pytest.fixture
def constraint(built_anew, monkeypatch):
    """The constraint in every formulation, in the vocabulary and in the audit."""
    import formulations.care_system as whole
    from formulations import fair_reduction, largest_reduction, least_cost, one_future

    rule = defined("formulations/services.py")[CONSTRAINT]
    monkeypatch.setattr(services, CONSTRAINT, rule, raising=False)

    def care_system(instance, **options):
        m = whole.care_system(instance, **options)
        defined("formulations/care_system.py", m=m)
        return m

    for module in (fair_reduction, largest_reduction, least_cost, one_future):
        monkeypatch.setattr(module, "care_system", care_system)
    entry = eval("{" + block("allocator/vocabulary.py") + "}", vars(vocabulary))
    monkeypatch.setitem(vocabulary.CONSTRAINTS, CONSTRAINT, entry[CONSTRAINT])
    people = importlib.import_module("allocator.audit.people")
    check = defined("allocator/audit/people.py")["growth_in_all"]
    monkeypatch.setattr(people, "growth_in_all", check, raising=False)


@pytest.fixture
def formulation(built_anew, tmp_path, monkeypatch):
    """The formulation, from a file of its own and one line."""
    path = tmp_path / "sources" / f"{FORMULATION}.py"
    path.parent.mkdir()
    path.write_text(block(f"formulations/{FORMULATION}.py"), encoding="utf-8")
    monkeypatch.setattr(formulations, "__path__", [*formulations.__path__, str(path.parent)])
    record = eval("{" + block("formulations/__init__.py") + "}", vars(formulations))
    monkeypatch.setitem(formulations.FORMULATIONS, FORMULATION, record[FORMULATION])
    yield
    sys.modules.pop(f"formulations.{FORMULATION}", None)


def run(*words: object, code: int = 0) -> str:
    result = CliRunner().invoke(cli, [str(word) for word in words])
    assert result.exit_code == code, (words, result.stdout, result.stderr, result.exception)
    return " ".join((result.stdout + "\n" + result.stderr).split())


def explained(out: Path, *words: object, code: int = 0) -> tuple[str, dict[str, Any]]:
    """What ``explain`` tells, and all of its answer."""
    told = run("explain", *words, "--out", out, code=code)
    return told, json.loads((out / "explain.json").read_text(encoding="utf-8"))


@pytest.mark.usefixtures("constraint")
def test_a_constraint_is_priced_cited_and_explained(tmp_path):
    told, found = explained(tmp_path / "why", WINDOW, *LOOSE)
    assert NOUN in told
    (row, *_) = [row for row in found["limits"] if row["constraint"] == CONSTRAINT]
    assert row["file"] == "services.csv"
    assert row["key"].endswith(".growth_per_year")
    assert row["relief"] == "room for one case a year more in all"
    assert row["saves"] > 0
    binding = [row for row in found["binding"] if row["constraint"] == CONSTRAINT]
    assert {row["unit"] for row in binding} == {"cases per year"}
    assert all(row["service"] and row["period"] for row in binding)
    assert row["key"].partition(".")[0] in TABLES


@pytest.mark.usefixtures("constraint")
def test_a_constraint_is_in_summary_page_and_workbook(tmp_path):
    plan = tmp_path / "plan"
    assert TITLE in run("solve", WINDOW, *LOOSE, "--out", plan)
    assert CONSTRAINT in set(pd.read_csv(plan / "prices.csv")["constraint"])
    run("audit", plan)
    page, book = tmp_path / "plan.html", tmp_path / "plan.xlsx"
    run("report", plan, "--html", page, "--xlsx", book)
    html = page.read_text(encoding="utf-8")
    assert TITLE in html
    assert "saves £" in html
    with closing(load_workbook(book, read_only=True)) as read:
        cells = {
            str(cell) for sheet in read for row in sheet.iter_rows(values_only=True) for cell in row
        }
    assert any(TITLE in cell for cell in cells)
    assert {CONSTRAINT, "cases per year"} <= cells


@pytest.mark.usefixtures("constraint")
def test_a_constraint_is_in_a_conflict_and_a_way_out(tmp_path):
    told, found = explained(tmp_path / "why", WINDOW, code=3)
    assert "The growth in all that conference" in told
    assert CONSTRAINT in {row["constraint"] for row in found["conflict"]}
    ways = [row for row in found["ways"] if row["way"] == "growth_in_all"]
    assert ways
    assert {row["unit"] for row in ways} == {"cases a year, per year"}


def test_broken_on_purpose_the_audit_names_it(request, tmp_path):
    plan = tmp_path / "plan"
    run("solve", WINDOW, "--out", plan)
    run("audit", plan)
    request.getfixturevalue("constraint")
    told = run("audit", plan, code=4)
    assert re.search(r"FAILS growth in all 3\.5 [0-9.e+]+ cases per year", told), told


@pytest.mark.usefixtures("formulation")
def test_a_formulation_asks_its_own_question_everywhere(tmp_path):
    plan, page = tmp_path / "plan", tmp_path / "plan.html"
    asked = ("--formulation", FORMULATION)
    told = run("solve", WINDOW, *asked, "--out", plan)
    assert QUESTION in told
    assert "cases served kept at the fewest" in told
    run("audit", plan)
    run("report", plan, "--html", page)
    assert QUESTION in page.read_text(encoding="utf-8")
    assert QUESTION in run("sweep", WINDOW, "--over", "targets.2027.children=900,1000", *asked)
    refused = CliRunner().invoke(cli, ["solve", str(WINDOW), "--formulation", "nothing"])
    assert refused.exit_code == 2
    assert FORMULATION in refused.stderr


@pytest.mark.usefixtures("formulation")
def test_a_formulation_serves_fewer_cases_for_more_money():
    instance = instance_of("window")
    ours, cheapest = (solve(instance, formulation=f) for f in (FORMULATION, formulations.USUAL))
    served = [plan.tables["services"]["level"].sum() for plan in (ours, cheapest)]
    assert served[0] < served[1]
    assert ours.objective > cheapest.objective


# What each verb is asked of the smallest instance, and of what the verbs before it wrote.
EVERY_VERB = {
    "check": ["council"],
    "convert": ["council", "--timing", "continuous", "--out", "converted"],
    "forecast": ["council"],
    "solve": ["council", "--out", "plan"],
    "report": ["plan", "--html", "plan.html", "--xlsx", "plan.xlsx"],
    "audit": ["plan", "--again"],
    "stress": ["plan", "--draws", "8"],
    "explain": ["council"],
    "frontier": ["council", "--against", "target"],
    "delay": ["council", "--years", "1"],
    "switching": ["council", "--inputs", "effects.*"],
    "alternatives": ["council"],
    "reallocate": ["council"],
    "regimes": ["council"],
    "hedge": [FUTURES],
    "sweep": ["council", "--over", "targets.2021.children=70"],
    "compare": ["council", "--solvers", "highs-simplex"],
    "export": ["council", "hand.mps"],
    "import-solution": ["council", "hand.sol", "--names", "hand.mps.names.json"],
}
NO_PROGRAM = {"new", "calibrate", "solvers", "backtest"}  # make none, and read none
ASKED = {"instance", "plan", "plans", "program", "programs"}  # arguments from which one is made


def run_every_verb(*, formulation: str = "") -> None:
    """Each verb in its turn, with the formulation where it takes one, of services that may grow."""
    write(instance_of("hand", "services.*.growth_per_year=500"), Path("council"))
    for verb, words in EVERY_VERB.items():
        command = cli.get_command(click.Context(cli), verb)
        chooses = "formulation" in {each.name for each in command.params}
        run(verb, *words, *(("--formulation", formulation) if chooses and formulation else ()))
        if verb == "export":
            solve_exported()


def solve_exported() -> None:
    """What ``export`` wrote, solved by HiGHS on its own: what ``import-solution`` reads."""
    solver = highspy.Highs()
    solver.silent()
    solver.readModel("hand.mps")
    solver.run()
    solver.writeSolution("hand.sol", 0)


def test_no_verb_is_forgotten():
    assert set(cli.list_commands(click.Context(cli))) == EVERY_VERB.keys() | NO_PROGRAM
    for verb in NO_PROGRAM:
        command = cli.get_command(click.Context(cli), verb)
        assert ASKED.isdisjoint(each.name for each in command.params), verb


@pytest.mark.usefixtures("constraint")
def test_every_verb_takes_the_constraint(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run_every_verb()
    assert CONSTRAINT in Path("hand.mps.names.json").read_text(encoding="utf-8")


@pytest.mark.usefixtures("formulation")
def test_every_verb_takes_the_formulation(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run_every_verb(formulation=FORMULATION)
    assert FORMULATION in Path("hand.mps.names.json").read_text(encoding="utf-8")
    assert QUESTION in Path("plan.html").read_text(encoding="utf-8")


def test_every_block_that_names_a_file_is_for_one():
    """And no other is: those without are run by ``test_blocks``."""
    paths = re.findall(r"^```python\n# (\S+\.py)$", TEXT, re.MULTILINE)
    assert len(paths) == len(set(paths)) == 7
    assert all((ROOT / each).is_file() or FORMULATION in each for each in paths)
