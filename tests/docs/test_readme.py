"""The README's commands and lines, run as written."""

from __future__ import annotations

import re
import shlex
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from allocator.cli import cli
from allocator.instance import read
from allocator.instance.change import apply_changes
from allocator.instance.starter import write_starter

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(language: str) -> list[str]:
    """Lines of the only block in a language."""
    found = re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert len(found) == 1
    return found[0].splitlines()


def run(line: str) -> str:
    words = shlex.split(line, comments=True)
    assert words[0] == "allocator"
    result = CliRunner().invoke(cli, words[1:])
    assert result.exit_code == 0, (line, result.stderr)
    return result.stdout


def by_years(line: str) -> None:
    """The council that a line has made is followed by years: a quarter of the rows to solve."""
    if line.startswith("allocator new "):
        settings = Path("my-council") / "instance.toml"
        text = settings.read_text(encoding="utf-8")
        assert "\nperiods_per_year = 4 " in text
        settings.write_text(
            text.replace("\nperiods_per_year = 4", "\nperiods_per_year = 1"), encoding="utf-8"
        )


def test_an_instance_in_five_minutes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for line in block("sh"):
        run(line)
        by_years(line)
    assert (tmp_path / "plans" / "my-council" / "plan.json").is_file()
    assert (tmp_path / "my-council.mps").is_file()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_can_complete(shell):
    assert f"{shell}_source" in README
    result = CliRunner().invoke(
        cli, [], prog_name="allocator", env={"_ALLOCATOR_COMPLETE": f"{shell}_source"}
    )
    assert (result.exit_code, result.stderr) == (0, "")
    assert "_ALLOCATOR_COMPLETE" in result.stdout
    words = {"COMP_WORDS": "allocator so", "COMP_CWORD": "1"} | {
        "_ALLOCATOR_COMPLETE": "bash_complete"
    }
    told = CliRunner().invoke(cli, [], prog_name="allocator", env=words).stdout
    assert told.split() == ["plain,solve", "plain,solvers"]


def test_the_sample_is_what_is_printed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_starter("my-council")
    assert run("allocator solve my-council").startswith("\n".join(block("text")))


@cache
def instance_at(name):
    return read(ROOT / name)


@pytest.mark.parametrize(
    "line",
    [line for verb in cli.list_commands(None) for line in cli.get_command(None, verb).examples],
)
def test_examples_of_the_help_name_what_there_is(line):
    words = shlex.split(line)
    named = [word for word in words if word.startswith("instances/")]
    changes = [value for option, value in pairwise(words) if option == "--set"]
    for name in named:
        apply_changes(instance_at(name), changes)


def test_the_three_library_lines(monkeypatch):
    monkeypatch.chdir(ROOT)
    lines = block("python")
    assert len([line for line in lines if line]) == 3
    names: dict[str, object] = {}
    exec("\n".join(lines), names)
    assert names["plan"].found


def test_the_way_without_make_is_what_make_does():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for line in block("bat")[1:3]:
        assert line.partition("-m pip ")[2] in makefile
    make = [line.split()[2] for line in README.splitlines() if line.startswith("$ make ")]
    assert make == ["plan", "test"]
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in make)
    windows = block("bat")[3].replace("\\", "/").partition("/allocator ")[2].split()
    assert windows[:2] == ["solve", "instances/england-2016"]


@pytest.mark.parametrize("folder", sorted(path.parent for path in ROOT.glob("instances/*/*.toml")))
def test_an_instance_is_told_on_one_page_and_all_else_in_its_notes(folder):
    page = (folder / "README.md").read_text(encoding="utf-8")
    notes = (folder / "NOTES.md").read_text(encoding="utf-8")
    assert len(page.replace("|", " ").replace("---", " ").split()) <= 600
    for said in ("**Asked:**", "## What the plan says", "**What keeps early help", "## Be careful"):
        assert said in page
    for said in ("## What was assumed", "## Results in detail", "## Be careful, in full"):
        assert said in notes
    links = re.findall(r"\]\((?!http)([^)#]+)\)", page + notes)
    assert {"NOTES.md", "README.md"} <= set(links)
    assert all((folder / link).is_file() for link in links)
