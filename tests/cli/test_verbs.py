"""Every verb as a user types it: what goes where, and how it ends."""

from __future__ import annotations

import json
import shutil

import pytest

import allocator.solving.solve
from allocator import __version__
from allocator.cli import cli
from allocator.errors import AuditError, CertificateError, SolverError, TimeLimitError
from tests.plans import CASES, contents, failing

VERBS = (
    "new", "calibrate", "check", "convert", "forecast", "solve", "report", "explain", "frontier",
    "delay", "switching", "alternatives", "reallocate", "regimes", "hedge", "stress", "sweep",
    "audit", "compare", "export", "import-solution", "solvers", "backtest",
)  # fmt: skip


@pytest.fixture
def broken(tmp_path):
    """A case with two errors and a warning."""
    folder = tmp_path / "broken"
    shutil.copytree(CASES / "hand", folder)
    states = "state,tier,in_care,opening,unit_cost\ncare,statutory,yes,100,900\n"
    (folder / "states.csv").write_text(states)  # a week's cost
    moves = "from,to,rate,avoidable_share\ncare,exit,0.2,\ncare,care,,0.5\ncare,hoem,x,\n"
    (folder / "transitions.csv").write_text(moves)
    return folder


def test_version(run):
    assert run("--version").stdout == f"allocator {__version__}\n"


@pytest.mark.parametrize("verb", VERBS)
def test_help_ends_with_an_example_of_the_verb(run, verb):
    result = run(verb, "--help")
    assert result.exit_code == 0
    assert f"  allocator {verb} " in result.stdout.partition("Example")[2]


def test_help_lists_every_verb_and_exit_code(run):
    told = run("--help").stdout
    assert all(f"\n  {verb} " in told for verb in VERBS)
    assert all(f"\n  {code}  " in told for code in range(5))
    assert cli.list_commands(None) == list(VERBS)


@pytest.mark.parametrize(
    "words",
    [["nonsense"], ["solve"], ["solve", CASES / "hand", "--nonsense"],
     ["solve", CASES / "hand", "--time-limit", "0"], ["solve", CASES / "hand", "--solver", "x"],
     ["solve", CASES / "hand", "--formulation", "x"], ["solve", "nowhere"], ["check", "nowhere"],
     ["audit", "nowhere"], ["export", CASES / "hand", "x.txt"],
     ["solve", CASES / "hand", "--set", "nonsense"]],
)  # fmt: skip
def test_bad_usage_exits_2_with_nothing_on_stdout(run, words):
    result = run(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "rror: " in result.stderr


@pytest.mark.parametrize(
    ("words", "meant"),
    [(["slove"], "solve"), (["calibrate", "publish"], "published"), (["chek", "x"], "check")],
)
def test_the_nearest_verb_is_named(run, words, meant):
    result = run(*words)
    assert result.exit_code == 2
    assert f"; did you mean {meant!r}?" in result.stderr


def test_check_finds_nothing(run):
    result = run("check", CASES / "hand")
    assert (result.exit_code, result.stderr) == (0, "")
    warned, verdict = result.stdout.splitlines()
    assert "column instance.timing: 'period' makes rates hold for 1 period a year" in warned
    assert "`allocator convert INSTANCE --timing continuous --out PATH`" in warned
    assert verdict == f"{CASES / 'hand'}: 1 warning"
    lasting = run("check", CASES.parent / "cases2" / "excess")
    assert lasting.stdout == f"{CASES.parent / 'cases2' / 'excess'}: no problems\n"


def test_check_lists_errors_then_warnings_and_exits_2(run, broken):
    result = run("check", broken)
    *problems, verdict = result.stdout.splitlines()
    assert result.exit_code == 2
    kinds = [line.partition(":")[0] for line in problems]
    assert kinds == sorted(kinds)
    assert set(kinds) == {"error", "warning"}
    errors = kinds.count("error")
    assert verdict.startswith(f"{broken}: {errors} errors and ")


def test_check_in_json(run, broken):
    facts = json.loads(run("check", broken, "--json").stdout)
    assert facts["passed"] is False
    first = facts["problems"][0]
    assert set(first) == {"file", "row", "column", "value", "rule", "remedy", "severity"}
    lasting = CASES.parent / "cases2" / "excess"
    assert json.loads(run("check", lasting, "--json").stdout) == {"passed": True, "problems": []}


def test_warnings_alone_exit_0(run, tmp_path):
    shutil.copytree(CASES / "hand", tmp_path / "hand")
    targets = tmp_path / "hand" / "targets.csv"
    targets.write_text("year,children\n2021,900\n")
    result = run("check", tmp_path / "hand")
    assert result.exit_code == 0
    assert result.stdout.startswith("warning: ")
    solved = run("solve", tmp_path / "hand")
    assert solved.exit_code == 0
    assert solved.stderr.startswith("warning: ")


def test_solve_tells_every_problem_in_one_pass(run, broken):
    result = run("solve", broken, "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    told = result.stderr.splitlines()
    checked = run("check", broken).stdout.splitlines()[:-1]
    timing = [line for line in checked if "instance.timing" in line]
    assert len(timing) == 1  # of an old instance that is as it was: check alone says it
    assert told[:-1] == [line for line in checked if line not in timing]
    assert "nothing was done" in told[-1]


def test_solve_prints_the_summary(run):
    result = run("solve", CASES / "window")
    assert (result.exit_code, result.stderr) == (0, "")
    told = " ".join(result.stdout.split())
    assert "One-off money may be spent in 2020-21 to 2022-23" in told


def test_solve_with_a_change(run):
    plain = json.loads(run("solve", CASES / "hand", "--json").stdout)
    changed = run("solve", CASES / "hand", "--set", "services.reunify.unit_cost=*2", "--json")
    assert json.loads(changed.stdout)["objective"] > plain["objective"]
    refused = run("solve", CASES / "hand", "--set", "targets.2021.children=many")
    assert refused.exit_code == 2
    assert "'many' is not a number" in refused.stderr


def test_infeasible_exits_3_and_says_where_to_go(run):
    result = run("solve", CASES / "hand-infeasible")
    assert result.exit_code == 3
    assert "There is no such plan" in result.stdout
    assert "--formulation" in result.stdout


@pytest.mark.parametrize(
    ("error", "status"),
    [(TimeLimitError("out of time"), "time_limit"), (SolverError("no luck"), "failed"),
     (CertificateError("off by 3 children"), "failed"), (AuditError("off by £3"), "failed")],
)  # fmt: skip
def test_a_failed_solve_exits_4_and_says_so_in_json(run, monkeypatch, tmp_path, error, status):
    monkeypatch.setattr(allocator.solving.solve, "solve", failing(error))
    result = run("solve", CASES / "hand", "--json", "--out", tmp_path / "plan")
    assert result.exit_code == 4
    assert json.loads(result.stdout) == {"status": status, "message": str(error)}
    assert result.stderr == f"error: {error}\n"
    assert contents(tmp_path) == {}


def test_out_of_time(run):
    result = run("solve", CASES / "window", "--time-limit", "0.000001", "--json")
    assert result.exit_code == 4
    assert json.loads(result.stdout)["status"] == "time_limit"


def test_out_writes_the_plan_and_prints_it_too(run, tmp_path):
    result = run("solve", CASES / "window", "--out", tmp_path / "plan")
    assert result.exit_code == 0
    assert "Peak deficit" in result.stdout
    assert result.stderr == f"wrote the plan to {tmp_path / 'plan'}\n"
    written = json.loads((tmp_path / "plan" / "plan.json").read_text(encoding="utf-8"))
    printed = json.loads(run("solve", CASES / "window", "--json").stdout)
    assert {key: written[key] for key in printed} == printed


def test_out_keeps_what_is_there_of_an_infeasible_instance(run, tmp_path):
    result = run("solve", CASES / "hand-infeasible", "--out", tmp_path / "plan")
    assert result.exit_code == 3
    assert {"plan.json", "years.csv", "windows.csv"} <= set(contents(tmp_path / "plan"))


def test_out_refuses_before_it_solves(run, tmp_path, monkeypatch):
    monkeypatch.setattr(allocator.solving.solve, "solve", failing(AssertionError("solved")))
    (tmp_path / "mine.txt").write_text("keep")
    for force in ((), ("--force",)):
        result = run("solve", CASES / "hand", "--out", tmp_path, *force)
        assert result.exit_code == 2
    assert run("solve", CASES / "hand", "--out", tmp_path / "mine.txt" / "x").exit_code == 2
    assert contents(tmp_path) == {"mine.txt": b"keep"}


def test_new_writes_an_instance_that_checks_and_solves(run, tmp_path):
    for path in (tmp_path / "council", tmp_path / "council.xlsx"):
        assert run("new", path).exit_code == 0
        assert run("new", path).exit_code == 2
        assert run("check", path).stdout.splitlines()[1:] == []
    assert run("solve", tmp_path / "council").exit_code == 0


def test_audit_passes_and_fails(run, tmp_path):
    folder = tmp_path / "plan"
    run("solve", CASES / "window", "--out", folder)
    passed = run("audit", folder)
    assert passed.exit_code == 0
    assert "every rule holds" in passed.stdout
    file = folder / "services.csv"
    lines = file.read_text().splitlines()
    row = lines[1].split(",")
    row[4] = str(float(row[4]) + 100)
    file.write_text("\n".join([lines[0], ",".join(row), *lines[2:]]) + "\n")
    failed = run("audit", folder)
    assert failed.exit_code == 4
    assert "FAILS  level follows expansion and contraction" in failed.stdout
    assert "1e+02 cases per year" in failed.stdout
    facts = json.loads(run("audit", folder, "--json").stdout)
    assert facts["passed"] is False
    assert facts["worst_violation"] > 0.01


def test_audit_against_another_instance(run, tmp_path):
    folder = tmp_path / "plan"
    run("solve", CASES / "window", "--out", folder)
    assert run("audit", folder, "--instance", CASES / "window").exit_code == 0
    result = run("audit", folder, "--instance", CASES / "hand")
    assert result.exit_code == 2
    assert "is not an area of the instance" in result.stderr


def test_export_writes_a_program_once(run, tmp_path):
    path = tmp_path / "window.lp"
    assert run("export", CASES / "window", path, "--window", "2020:3").exit_code == 0
    assert "double investment 2020:3" in path.read_text()
    assert run("export", CASES / "window", path).exit_code == 2
    assert run("export", CASES / "window", path, "--force").exit_code == 0
    assert "no double investment" in path.read_text()


@pytest.mark.parametrize("window", ["2016:3", "2020", "2020:9", "soon:1"])
def test_export_knows_the_windows(run, tmp_path, window):
    result = run("export", CASES / "window", tmp_path / "x.mps", "--window", window)
    assert result.exit_code == 2
    assert window in result.stderr
    assert contents(tmp_path) == {}
