"""``allocator sweep`` as a user types it."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from click.testing import CliRunner

from allocator.cli import cli
from allocator.errors import SolverError
from allocator.solving.session import Session
from allocator.sweep import worker
from tests.plans import CASES, contents, failing
from tests.sweep.grids import assert_same

TARGET = "targets.2027.children"


def table_of(result):
    return pd.read_csv(io.StringIO(result.stdout))


@pytest.fixture
def run():
    return lambda *words: CliRunner().invoke(cli, ["sweep", *map(str, words)])


def test_help_shows_the_axis_and_an_example(run):
    result = run("--help")
    assert result.exit_code == 0
    assert "--over" in result.stdout and "start:stop:step" in result.stdout


def test_the_table_goes_to_stdout(run):
    result = run(CASES / "window", "--over", f"{TARGET}=500:900:200")
    assert result.exit_code == 0, result.stderr
    table = table_of(result)
    assert list(table[TARGET]) == [500, 700, 900]
    assert list(table["status"]) == ["infeasible", "infeasible", "optimal"]
    assert list(table["audited"]) == ["no", "no", "yes"]
    assert result.stderr == "2 infeasible, 1 optimal\n"


def test_or_to_a_file_which_is_not_replaced(run, tmp_path):
    words = (CASES / "window", "--over", f"{TARGET}=900,1000", "--out", tmp_path / "t.csv")
    first = run(*words)
    assert (first.exit_code, first.stdout) == (0, "")
    assert first.stderr == f"2 optimal; wrote {tmp_path / 't.csv'}\n"
    before = contents(tmp_path)
    again = run(*words)
    assert again.exit_code == 2
    assert "--force" in again.stderr
    assert contents(tmp_path) == before
    assert run(*words, "--force").exit_code == 0


def test_set_changes_every_point(run):
    words = (CASES / "window", "--over", f"{TARGET}=900,1000")
    plain, changed = (
        table_of(run(*words, *more)) for more in ((), ("--set", "services.hubs.unit_cost=*2"))
    )
    assert (changed["objective"] > plain["objective"]).all()


def test_processes(run):
    words = (CASES / "window", "--over", f"{TARGET}=500,900")
    one, two = (table_of(run(*words, *more)) for more in ((), ("--jobs", 2)))
    assert_same(two, one)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "Missing option '--over'"),
        (["--over", "nonsense"], "'nonsense': is not an axis"),
        (["--over", f"{TARGET}=1:2"], "is not a range"),
        (["--over", f"{TARGET}=1", "--solver", "x"], "there is no solver 'x'"),
        (["--over", f"{TARGET}=1", "--formulation", "x"], "there is no formulation 'x'"),
        (["--over", f"{TARGET}=1", "--jobs", "0"], "--jobs"),
        (["--over", f"{TARGET}=1", "--out", "."], "directory"),
    ],
)
def test_bad_usage_exits_2(run, words, told):
    result = run(CASES / "window", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr


def test_a_failure_exits_4_with_the_table(run, monkeypatch):
    monkeypatch.setattr(Session, "solve", failing(SolverError("no luck")))
    result = run(CASES / "window", "--over", f"{TARGET}=900")
    assert result.exit_code == 4
    assert "failed" in result.stdout and "no luck" in result.stdout


def test_interrupted_it_says_how_to_go_on(run, monkeypatch, tmp_path):
    monkeypatch.setattr(worker.Worker, "row", failing(KeyboardInterrupt()))
    words = (CASES / "window", "--over", f"{TARGET}=900,1000")
    result = run(*words, "--out", tmp_path / "t.csv")
    assert result.exit_code == 130
    assert "0 of 2 points are in" in result.stderr
    assert "the same command goes on from there" in result.stderr
    assert list(contents(tmp_path)) == ["t.csv.journal"]
    assert run(*words).exit_code == 130
