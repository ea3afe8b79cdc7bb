"""The pages on frontiers and on switching values: their commands and lines, run as written."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from allocator.cli import cli
from allocator.explain.alternatives.alternatives import Alternatives
from allocator.explain.delay import Delay
from allocator.explain.frontier.benefits import BenefitFrontier
from allocator.explain.frontier.budget import BudgetFrontier
from allocator.explain.frontier.fairness import FairFrontier
from allocator.explain.frontier.target import TargetFrontier
from allocator.explain.reallocation import Reallocation
from allocator.explain.regimes.regimes import Regimes
from allocator.explain.switching.switching import Switching
from tests.plans import CASES

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("how-to-frontier.md", "how-to-switching.md")
ANSWERS = (
    Alternatives,
    BenefitFrontier,
    BudgetFrontier,
    FairFrontier,
    Delay,
    Reallocation,
    Regimes,
    Switching,
    TargetFrontier,
)


def block(page: str, language: str) -> str:
    text = (DOCS / page).read_text(encoding="utf-8")
    found = re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert len(found) == 1
    return str(found[0])


@pytest.fixture(autouse=True)
def _my_council(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(CASES / "hand", "my-council")


@pytest.mark.parametrize("page", PAGES)
def test_commands_run_as_written(page):
    lines = block(page, "sh").splitlines()
    assert len(lines) >= 4
    for line in lines:
        result = CliRunner().invoke(cli, shlex.split(line, comments=True)[1:])
        assert (result.exit_code, "Answer: " in result.stdout) == (0, True), line


@pytest.mark.parametrize("page", PAGES)
def test_lines_of_python_run_as_written(page):
    exec(block(page, "python"), {})


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.NAME)
def test_tables_that_the_pages_name_are_those_that_are_written(answer):
    told = "".join((DOCS / page).read_text(encoding="utf-8") for page in PAGES)
    for name in re.findall(r"`(\w+)\.csv`", told):
        assert any(name in each.COLUMNS for each in ANSWERS)
    assert all(
        said.meaning and not said.meaning.endswith(".") for columns in answer.COLUMNS.values()
        for said in columns.values()
    )  # fmt: skip
