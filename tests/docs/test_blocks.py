"""Every block of commands or Python in any page of the tree, run or read as written.

Pages with a test of their own are run there: the README, and those on explanations, frontiers and
switching values; so are blocks that name the file they go into (test_contributing).  Commands
that read published tables, which are not here, are parsed.
"""

from __future__ import annotations

import gzip
import re
import shlex
import shutil
from functools import cache
from itertools import pairwise, takewhile
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from allocator.cli import cli
from allocator.plan.plan import Plan
from allocator.plan.saving import save
from allocator.report.workbook import write_workbook
from allocator.solving.solve import solve
from benchmarks.returns903 import write_returns
from tests.calibrate.ssda903.made import world_of
from tests.plans import CASES, STANDING, plan_of

ROOT = Path(__file__).parents[2]
ELSEWHERE = {
    "README.md", "how-to-explain.md", "how-to-frontier.md", "how-to-switching.md",
}  # fmt: skip
# What is not at hand here: the published tables, and an extra, whose tests run the page's lines.
UNREAD = ("downloads", "--engine mpi-sppy")
MADE_BY_HAND = {  # files that another program writes
    "allocator import-solution instances/england-2016 england.sol --names england.mps.names.json",
}
COUNCIL = "how-to-council-futures.md"  # its own hedge, of the council itself: tests/hedge
FUTURES = {  # what a page has its reader add to the council first
    page: {
        "scenarios.csv": f"scenario,probability\ncentral,0.4\n{dear},0.2\nweak,0.4\n",
        "changes.csv": f"scenario,cell,value\n{dear},states.care.unit_cost,*1.02\n"
        "weak,effects.*.effect,*0.95\n",
        "effects.csv": "service,from,to,instead,lag_years,effect,low,high\n"
        "reunify,care,care,exit,0,0.25,0.24,0.26\n",
        "instance.toml": (CASES / "hand" / "instance.toml").read_text(encoding="utf-8")
        + "[shortfall]\nexcess_price = 1e6\noverspend_price = 10\n",
    }
    for page, dear in (("how-to-hedge.md", "dear"), (COUNCIL, "fees"))
}
HEALTH = {"item": "reunify", "to_whom": "nhs", "amount": 100.0, "kind": "fiscal"}
SMALL = {  # drawn four times over, or solved a dozen times: the hand case in its place
    ("how-to-report.md", "england-2016"),
    ("how-to-compare.md", "england-2016"),
    (COUNCIL, "reading-2025"),
}
# The one that is always there; the test of each solver is tests/compare/test_solvers.py.
ONE_SOLVER = {"how-to-compare.md": ["--solvers", "highs-simplex,highs-mip"]}
LANGUAGES = {"sh", "python", "console", "bat", "toml", "json", "text", "math"}
PLACES = ("*.md", "docs/*.md", "instances/*/*.md", "benchmarks/**/*.md", "tests/**/*.md")
PAGES = sorted(page for place in PLACES for page in ROOT.glob(place))


@cache
def blocks(page: Path) -> list[tuple[str, str]]:
    """Language and text of each block that is no directive of the site's."""
    text = page.read_text(encoding="utf-8")
    found = re.findall(r"^```([^\n]*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [(language, body) for language, body in found if not language.startswith("{")]


def lines(body: str) -> list[str]:
    """Commands, those that go on joined."""
    return [line for line in body.replace("\\\n", " ").splitlines() if line.strip()]


COMMANDS = [
    (page.relative_to(ROOT).as_posix(), line)
    for page in PAGES
    for language, body in blocks(page)
    if language in ("sh", "console")
    for line in lines(body)
]
LONG = "how-to-sweep.md"  # a sweep of a hundred points of a whole country
SHELL = [
    pytest.param(page, id=page.name, marks=[pytest.mark.large] if page.name == LONG else [])
    for page in PAGES
    if page.name not in ELSEWHERE and any(language == "sh" for language, _ in blocks(page))
]  # fmt: skip
PYTHON = [
    (page, n)
    for page in PAGES
    if page.name not in ELSEWHERE
    for n, (language, body) in enumerate(blocks(page))
    if language == "python" and not body.startswith(("# allocator/", "# formulations/"))
]


def test_every_block_says_what_it_is():
    """Else no test would know what to do with it."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert {language for language, _ in blocks(page)} <= LANGUAGES, page
        assert len(re.findall(r"^ *(?:```|~~~)", text, re.MULTILINE)) % 2 == 0, page
        assert "~~~" not in text, page
        prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
        assert not re.search(r"(?<=\n\n)    \S", prose), f"{page}: a block without its fence"


def test_every_page_that_has_commands_is_run():
    """Here, or by a test of its own that names the page."""
    tests = [file.read_text(encoding="utf-8") for file in (ROOT / "tests" / "docs").glob("*.py")]
    for page in PAGES:
        if page.name in ELSEWHERE and any(language == "sh" for language, _ in blocks(page)):
            assert sum(page.stem in text for text in tests) > 1, page


def test_every_verb_named_in_a_sentence_is_one():
    verbs = set(cli.list_commands(click.Context(cli)))
    for page in PAGES:
        prose = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
        assert set(re.findall(r"`allocator ([a-z]\S*?)[ `]", prose)) <= verbs, page


@pytest.mark.parametrize(("page", "line"), COMMANDS)
def test_every_command_is_one(page, line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for written in ("afiro.mps", "england.mps.names.json", "england.sol"):
        Path(written).touch()
    words = shlex.split(line.removeprefix("$ "), comments=True)
    if words[0] == "make":
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        assert re.search(rf"^{words[1]}:", makefile, re.MULTILINE)
        return
    assert words[0] == "allocator"
    group, name, rest = cli, words[1], words[2:]
    command = cli.get_command(click.Context(cli), name)
    while isinstance(command, click.Group):
        group, name, rest = command, rest[0], rest[1:]
        command = group.get_command(click.Context(group), name)
    assert command is not None, name
    command.make_context(name, list(rest))


def planned(place: Path, plan: Plan) -> None:
    """Put a plan there, under several names, and its workbook."""
    for name in ("england-2016", "england-2020", "my-council"):
        save(plan, place / "plans" / name)
    write_workbook([plan], place / "plan.xlsx")


@pytest.fixture(scope="module")
def at_hand(tmp_path_factory):
    """What most pages have at hand: plans, a program, returns, a workbook."""
    place = tmp_path_factory.mktemp("at-hand")
    planned(place, plan_of("hand"))
    with gzip.open(ROOT / "tests" / "compare" / "netlib" / "afiro.mps.gz") as packed:
        (place / "afiro.mps").write_bytes(packed.read())
    world, children = world_of(150, 3)
    write_returns(place / "returns", children, world, 5, seed=3)
    return place


@pytest.fixture
def _place(page, tmp_path, monkeypatch, by_years, at_hand):
    """That, a council, instances by years; a report's plan does good to others."""
    shutil.copytree(at_hand, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    shutil.copytree(CASES / "hand", "my-council")
    for name, text in FUTURES.get(page.name, {}).items():
        (Path("my-council") / name).write_text(text, encoding="utf-8")
    Path("instances").mkdir()
    for each in STANDING:
        small = (page.name, each) in SMALL
        (Path("instances") / each).symlink_to(Path("../my-council") if small else by_years / each)
    if page.name == "how-to-report.md":
        for made in ("plans", "plan.xlsx"):
            shutil.move(made, tmp_path.with_name(f"{tmp_path.name}-{made}"))
        planned(tmp_path, solve(plan_of("hand").instance.with_rows("benefits", [HEALTH])))


def _can_run(line: str) -> bool:
    return line not in MADE_BY_HAND and not any(part in line for part in UNREAD)


def kept(body: str) -> list[str]:
    """Lines that can be run here: those before one that cannot."""
    return list(takewhile(_can_run, lines(body)))


def test_few_commands_are_read_alone():
    """Those of published tables, an extra and another solver's file; the number may only fall."""
    run = [page.values[0] for page in SHELL]
    bodies = [body for page in run for language, body in blocks(page) if language == "sh"]
    assert sum(len(lines(body)) - len(kept(body)) for body in bodies) <= 10


@pytest.mark.usefixtures("_place")
@pytest.mark.parametrize("page", SHELL)
def test_commands_run_as_written(page):
    """From the first to the last; what a page makes anew takes the place of what was there."""
    for language, body in blocks(page):
        for line in kept(body) if language == "sh" else ():
            words = shlex.split(line, comments=True)[1:]
            for out in [b for a, b in pairwise(words) if a == "--out"]:
                shutil.rmtree(out, ignore_errors=True)
            if words[0] == "compare":
                words += ONE_SOLVER.get(page.name, [])
            result = CliRunner().invoke(cli, words)
            assert result.exit_code == 0, (line, result.stderr)


@pytest.mark.usefixtures("_place")
@pytest.mark.parametrize(("page", "n"), PYTHON, ids=lambda each: getattr(each, "name", each))
def test_lines_of_python_run_as_written(page, n):
    exec(compile(blocks(page)[n][1], page.name, "exec"), {"__name__": "block"})
