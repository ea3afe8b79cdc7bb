"""``allocator compare`` and ``allocator solvers``, as they are typed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from allocator.cli import cli
from allocator.compare import comparison
from allocator.compare.judge import judge
from allocator.compare.summary import PENALTY, shifted_mean
from allocator.solvers.algorithms import ALGORITHMS
from tests.compare import every_kind
from tests.plans import CASES

QUICK = "highs-simplex,glpk-simplex"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "kinds.mps"
    path.write_text(every_kind.FREE)
    return path


def run(*words):
    return CliRunner().invoke(cli, [str(word) for word in words])


@pytest.mark.usefixtures("in_this_process")
def test_agreement_is_told_in_the_first_line(file):
    result = run("compare", file, "--solvers", QUICK)
    assert result.exit_code == 0
    first = result.stdout.splitlines()[0]
    assert first.startswith("The answers agree: 2 certified answers by 2 codes")
    assert "SHA-256" in result.stdout and "One optimum only" in result.stdout


def test_instances_and_files_side_by_side_with_a_summary_and_a_picture(file, tmp_path):
    out = tmp_path / "out"
    result = run("compare", file, CASES / "hand", "--solvers", QUICK, "--out", out)
    assert result.exit_code == 0
    assert "mean, shift 10 s" in result.stdout and "mean, shift 0.1 s" in result.stdout
    assert (out / "profile.png").read_bytes().startswith(b"\x89PNG")
    told = json.loads((out / "comparison.json").read_text())
    assert [program["name"] for program in told["programs"]] == ["kinds", "hand"]
    assert (out / "01-kinds" / "program.mps").exists()
    assert (out / "02-hand" / "glpk-simplex.log").exists()


@pytest.mark.usefixtures("in_this_process")
def test_what_is_there_is_not_written_over(file, tmp_path):
    out, quick = tmp_path / "out", ("--solvers", "highs-simplex")
    out.mkdir()
    (out / "comparison.txt").write_text("mine")
    refused = run("compare", file, *quick, "--out", out)
    assert refused.exit_code == 2 and "replace it with --force" in refused.stderr
    assert "agree" not in refused.stdout  # before any work is done
    refused = run("compare", file, *quick, "--out", out, "--force")
    assert refused.exit_code == 2 and "is not a comparison" in refused.stderr
    assert [each.name for each in out.iterdir()] == ["comparison.txt"]
    (out / "comparison.txt").unlink()
    assert run("compare", file, *quick, "--out", out).exit_code == 0
    (out / "notes.txt").write_text("mine")
    (out / "01-kinds" / "old.log").write_text("of an earlier comparison")
    assert run("compare", file, *quick, "--out", out).exit_code == 2
    assert run("compare", file, *quick, "--out", out, "--force").exit_code == 0
    assert (out / "notes.txt").read_text() == "mine"
    assert not (out / "01-kinds" / "old.log").exists()
    assert "The answers agree" in (out / "comparison.txt").read_text()


@pytest.mark.usefixtures("in_this_process")
def test_a_solver_that_is_ended_from_outside_exits_4(file, monkeypatch):
    def ended(program, version, runs):
        cut = runs[0].algorithm.name == "glpk-simplex"
        return judge(program, version, [replace(each, ended=cut) for each in runs])

    monkeypatch.setattr(comparison, "judge", ended)
    result = run("compare", file, "--solvers", QUICK)
    assert result.exit_code == 4
    assert result.stdout.startswith("Not whole: ended from outside: glpk-simplex.")
    told = json.loads(run("compare", file, "--solvers", QUICK, "--json").stdout)
    assert told["ended_from_outside"] == ["glpk-simplex"]


def test_json_holds_the_proof(file):
    told = json.loads(run("compare", file, "--solvers", QUICK, "--json", "--repeat", "2").stdout)
    assert told["agrees"] is True and told["repeat"] == 2
    (program,) = told["programs"]
    assert program["best"] == pytest.approx(every_kind.OBJECTIVE)
    for each in program["results"]:
        assert each["standing"] == "certified" and each["certificate"]["passed"] is True
        assert len(each["times"]) == 2 and each["memory"] > 0
        assert {"primal_absolute", "dual_absolute", "gap_absolute"} <= each["certificate"].keys()


@pytest.mark.usefixtures("in_this_process")
def test_an_absent_solver_is_reported_as_absent(file):
    result = run("compare", file, "--solvers", "highs-simplex,copt")
    assert result.exit_code == 0 and "absent: copt" in result.stdout


@pytest.mark.usefixtures("in_this_process")
def test_what_a_solver_cannot_be_told_is_said(file):
    result = run("compare", file, "--solvers", "glpk-ipm,soplex,cbc", "--threads", "2")
    assert "with a tolerance of their own: glpk-ipm\n" in result.stdout
    assert "with a seed of their own: glpk-ipm\n" in result.stdout
    assert "with a threads of their own" not in result.stdout
    assert "one thread whatever is asked for: glpk-ipm, soplex\n" in result.stdout
    told = json.loads(run("compare", file, "--solvers", "glpk-ipm,soplex", "--json").stdout)
    ignored = {each["solver"]: each["ignores"] for each in told["programs"][0]["results"]}
    assert ignored["glpk-ipm"] == ["time limit", "tolerance", "seed", "threads"]
    assert ignored["soplex"] == ["threads"]


@pytest.mark.usefixtures("in_this_process")
def test_a_disagreement_exits_4(file, monkeypatch):
    def shifted(program, version, runs):
        found = judge(program, version, runs)
        wrong = runs[0].algorithm.name == "glpk-simplex"
        return replace(found, objective=found.objective * (1.001 if wrong else 1))

    monkeypatch.setattr(comparison, "judge", shifted)
    result = run("compare", file, "--solvers", QUICK)
    assert result.exit_code == 4
    assert result.stdout.startswith("The answers DISAGREE on kinds")


@pytest.mark.usefixtures("in_this_process")
def test_that_there_is_no_least_value_is_told(tmp_path):
    path = tmp_path / "unbounded.mps"
    path.write_text("NAME u\nROWS\n N cost\n G r\nCOLUMNS\n x cost -1 r 1\nENDATA\n")
    result = run("compare", path, "--solvers", QUICK)
    assert result.exit_code == 0
    assert result.stdout.count("unbounded, certified") == 2


@pytest.mark.usefixtures("in_this_process")
def test_where_nothing_is_proved_it_exits_4(tmp_path):
    path = tmp_path / "none.mps"
    path.write_text(
        "NAME n\nROWS\n N cost\n G r\n L s\nCOLUMNS\n x cost 1 r 1\n x s 1\n y r 1 s 1\n"
        "RHS\n RHS r 2 s 1\nENDATA\n"
    )
    result = run("compare", path, "--solvers", "glpk-simplex,glpk-primal")  # they give no ray
    assert result.exit_code == 4
    assert result.stdout.startswith("Nothing is proved of none")


def test_a_name_that_no_solver_has_is_bad_usage(file):
    result = run("compare", file, "--solvers", "nonesuch")
    assert result.exit_code == 2 and "there is no solver 'nonesuch'" in result.stderr


def test_solvers_are_listed_with_how_to_have_them():
    told = json.loads(run("solvers", "--json").stdout)["solvers"]
    assert [each["name"] for each in told] == list(ALGORITHMS)
    assert all(each["install"] and each["can"] for each in told)
    text = run("solvers").stdout
    assert "to have it: pip install coptpy, and a licence" in text
    assert "cannot be told: time limit, tolerance, seed, threads" in text  # GLPK's interior point
    assert "1.15" in text


def test_the_shifted_mean_is_that_of_the_logarithms():
    assert shifted_mean([0.0, 30.0], 10.0) == pytest.approx(10.0)
    assert shifted_mean([2.0, 2.0], 0.1) == pytest.approx(2.0)
    assert PENALTY == 10.0
