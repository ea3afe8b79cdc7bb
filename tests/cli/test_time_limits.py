"""``--time-limit``: which verbs have it, and that what there is by then is told."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click
import pytest

from allocator import clock
from allocator.cli import cli, progress
from allocator.instance.writing import write
from allocator.solvers.highs import HighsModel
from tests.docs.test_contributing import EVERY_VERB, FUTURES, solve_exported
from tests.plans import CASES, instance_of

PER_RUN = {"sweep", "compare"}  # many solves of equal rank, each with a time of its own
REPLANNED = ["plan", "--draws", "8", "--replan", "4"]
WORDS = {**EVERY_VERB, "stress": REPLANNED}
# What may be there before the time is over.
PARTLY = {
    "explain": ["hand"],
    "frontier": ["window", "--against", "budget"],
    "delay": ["window", "--years", "1"],
    "switching": ["hand", "--inputs", "services.*.unit_cost"],
    "alternatives": ["hand"],
    "regimes": ["hand"],
}
MOST = 10**9  # looks at the clock


@pytest.fixture
def looks(monkeypatch):
    """Set how often the clock may be looked at before the time is over."""

    def allow(count: int) -> list[int]:
        used = list[int]()

        def now() -> float:
            used.append(len(used))
            return 0.0 if len(used) <= count else 1e9

        monkeypatch.setattr(clock, "now", now)
        return used

    return allow


@pytest.fixture(scope="module")
def council(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("limits")
    write(instance_of("hand", "services.*.growth_per_year=500"), folder / "council")
    return folder


def params(verb: str) -> set[str | None]:
    command = cli.get_command(click.Context(cli), verb)
    assert command is not None
    return {each.name for each in command.params}


def test_whatever_solves_tells_how_far_it_is_has_a_time_limit_and_ends_by_it(
    run, looks, monkeypatch, council
):
    monkeypatch.chdir(council)
    solved, own = list[str](), HighsModel.solve

    def counted(*args, **options):
        solved.append("")
        return own(*args, **options)

    monkeypatch.setattr(HighsModel, "solve", counted)
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    monkeypatch.setattr(progress, "BETWEEN_LINES", 0.0)
    ends, told_on = {}, {}
    for verb, words in WORDS.items():
        if verb in PER_RUN:
            continue
        solved.clear()
        if verb == "import-solution":
            solve_exported()
        monkeypatch.setattr(clock, "now", lambda: 0.0)
        done = run(verb, *words)
        assert done.exit_code == 0, verb
        if solved:
            assert "time_limit" in params(verb), verb
            told_on[verb] = re.search(r" \(\d+ of \d+", done.stderr) is not None
            looks(1)
            again = ["--force"] if {"--out", "--html"}.intersection(words) else []
            ends[verb] = run(verb, *words, *again, "--time-limit", "60")
    assert len(ends) > 10
    assert [verb for verb, told in told_on.items() if not told] == []
    for verb, result in ends.items():
        assert (verb, result.exit_code) == (verb, 4)
        told = result.stderr.splitlines() + result.stdout.splitlines()
        assert any("out of time while" in line for line in told), verb
        assert "Traceback" not in result.stderr
    assert all("time_limit" in params(verb) for verb in PER_RUN)


@pytest.mark.parametrize("verb", PARTLY)
def test_what_there_is_by_then_is_told(run, looks, verb, tmp_path):
    case, *words = PARTLY[verb]
    asked, folder = [verb, CASES / case, *words, "--time-limit", "60"], tmp_path / "out"
    used = looks(MOST)
    assert run(*asked).exit_code == 0
    looks(len(used) - 3)
    page = run(*asked)
    assert page.exit_code == 4
    assert "\nNot all of it: out of time while" in page.stdout
    assert "nan" not in page.stdout.lower()
    assert page.stderr.startswith("error: out of time while")
    assert page.stderr.endswith("; this is what there was by then\n")
    looks(len(used) - 4)
    result = run(*asked, "--json", "--out", folder)
    facts = json.loads(result.stdout)
    assert result.exit_code == 4 and facts["unfinished"].startswith("out of time while")
    assert facts == json.loads((folder / f"{facts['answer']}.json").read_text(encoding="utf-8"))


def test_windows_that_are_known_are_told(run, looks):
    """With the best of them, as a price that there is a plan for."""
    said = set()
    for count in range(2, 30, 3):
        looks(count)
        said.add(run("solve", CASES / "window", "--time-limit", "60").stderr)
    assert any("windows are known: the best so far, with" in line for line in said)


def test_nothing_is_told_as_json_where_there_is_nothing(run, looks):
    looks(1)
    result = run("delay", CASES / "hand", "--time-limit", "60", "--json")
    assert json.loads(result.stdout)["status"] == "time_limit" and result.exit_code == 4


def test_limits_within_limits_end_with_the_sooner(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: 0.0)
    with clock.limited(60.0):
        assert clock.Clock(90.0).left() == clock.Clock().left() == 60.0
        with clock.limited(10.0), clock.limited(None):
            assert clock.Clock(90.0).left() == 10.0
    assert clock.Clock().left() == float("inf")


def test_a_hedge_keeps_the_plan_that_it_has_proved_whenever_the_time_is_over(run, looks):
    """Which of the optima it is, which fund pays and its audit are no reason to lose it."""

    def ended(count):
        looks(count)
        return run("hedge", FUTURES, "--time-limit", "60")

    used = looks(MOST)
    assert run("hedge", FUTURES, "--time-limit", "60").exit_code == 0
    found = [ended(count) for count in range(1, len(used) - 1, 8)]
    assert {each.exit_code for each in found} == {4}
    kept = ["Answer" in each.stdout for each in found]
    assert kept == sorted(kept) and sum(kept) > len(kept) / 2  # from some time on, always
    for each, is_kept in zip(found, kept, strict=True):
        said = "this is what there was by then" if is_kept else "0 of 1 window is known"
        assert said in each.stderr and ("Not all of it" in each.stdout) == is_kept
