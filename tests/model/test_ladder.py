"""The one ladder: whatever a solver says or does not say, what comes out is proved, or an error."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from allocator.errors import CertificateError, SolverError, TimeLimitError
from allocator.instance import read
from allocator.instance.change import apply_changes
from allocator.program.certificate import certify
from allocator.program.proofs import refutes
from allocator.solvers.catalogue import others
from allocator.solvers.highs import HighsModel
from allocator.solvers.solution import Solution, Status
from allocator.solving import proved
from allocator.solving.proved import Ladder
from allocator.solving.session import build
from allocator.solving.solve import solve
from tests.model.test_certificate import INF, PAPER, program

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases"


@pytest.fixture
def only_the_elastic(monkeypatch):
    """No algorithm ends but on the elastic program and from its point."""
    own = HighsModel.solve

    def at_first(model, linear, stage=-1, seconds=INF):
        answer = own(model, linear, stage, seconds)
        helped = linear.shape[1] > shape[1] or "begun" in vars(model)
        return answer if helped else replace(answer, status=Status.FAILED, message="nothing")

    def begin(model, other):
        model.begun = True
        begun(model, other)

    begun, shape = HighsModel.begin, [0, 0]
    monkeypatch.setattr(HighsModel, "solve", at_first)
    monkeypatch.setattr(HighsModel, "begin", begin)

    def of(linear):
        shape[:] = linear.shape
        return linear

    return of


@pytest.mark.parametrize("name", ["hand", "window", "annual-returns-limits"])
def test_from_the_elastic_programs_point_the_optimum_is_reached(name, only_the_elastic):
    linear = build(read(CASES / name), "largest_reduction")
    expected = Ladder().solve(linear, doing="solving")
    ladder = Ladder()
    found = ladder.solve(only_the_elastic(linear), doing="solving")
    assert found.objective == pytest.approx(expected.objective, rel=1e-9)
    assert certify(linear, found.primal, found.dual).passed
    assert "the elastic program" in ladder.others


def test_the_elastic_programs_prices_prove_that_there_is_no_plan(only_the_elastic):
    linear = only_the_elastic(build(read(CASES / "hand-infeasible")))
    found = Ladder().solve(linear, doing="solving")
    assert found.status is Status.INFEASIBLE
    assert refutes(linear, found.ray)


def test_after_the_elastic_program_the_next_is_solved_as_ever(only_the_elastic, monkeypatch):
    linear, ladder = only_the_elastic(build(read(CASES / "hand"))), Ladder()
    first = ladder.solve(linear, doing="solving")
    monkeypatch.undo()
    assert ladder.takes(linear)
    assert ladder.solve(linear, doing="solving").objective == pytest.approx(first.objective)


def test_what_no_algorithm_proves_is_said_with_both_residuals(monkeypatch):
    own = HighsModel.solve

    def spoilt(model, linear, stage=-1, seconds=INF):
        answer = own(model, linear, stage, seconds)
        return replace(answer, primal=answer.primal * 1.1, dual=answer.dual * 1.1)

    monkeypatch.setattr(HighsModel, "solve", spoilt)
    with pytest.raises(CertificateError, match=r"residuals are .* of rows .* and .* of prices"):
        Ladder().solve(PAPER, doing="solving")


def test_an_objective_without_a_least_value_is_an_error():
    endless = program({"row": (0, INF)}, {"x": (-INF, INF), "y": (0, INF)}, [[1, 1]], [1, 0])
    with pytest.raises(SolverError, match="Unbounded"):
        Ladder().solve(endless, doing="solving")


def test_no_time_is_no_answer():
    linear = build(read(CASES / "two-areas"))
    with pytest.raises(TimeLimitError):
        Ladder().solve(linear, doing="solving", seconds=0.0)


@pytest.fixture
def hurried(monkeypatch):
    """A program proved once, its ladder, its least cost; then what has a patience has no end.

    And the seconds that each solve is given.
    """
    linear, ladder, given = build(read(CASES / "hand")), Ladder(), list[float]()
    cost, own = ladder.solve(linear, doing="solving").objective, HighsModel.solve

    def stuck(model, program, stage=-1, seconds=INF):
        given.append(seconds)
        answer = own(model, program, stage, seconds)
        return answer if seconds == INF else replace(answer, status=Status.TIME_LIMIT)

    monkeypatch.setattr(HighsModel, "solve", stuck)
    return linear, ladder, cost, given


def test_a_way_that_leads_nowhere_is_given_up_and_another_asked(hurried):
    """Near the edge HiGHS may make a few iterations a second, for hours, by any of its methods."""
    linear, ladder, cost, given = hurried
    found = ladder.solve(linear, doing="solving again")
    assert found.certificate.passed
    assert found.objective == pytest.approx(cost, rel=1e-9)
    ways = len(others(linear.shape[0]))
    assert all(proved.PATIENCE <= each < INF for each in given[: 1 + ways])
    assert given[1 + ways :] == [INF, INF]  # the elastic program, and on from there


def test_what_was_given_up_is_asked_again_where_nothing_else_helps(hurried, monkeypatch):
    linear, ladder, cost, given = hurried
    failed = Solution(Status.FAILED, np.zeros(0), np.zeros(0), np.nan, 0, 0.0, "nothing")
    monkeypatch.setattr(Ladder, "_by_elastic", lambda self, program, *_: (HighsModel, failed))
    assert ladder.solve(linear, doing="solving again").objective == pytest.approx(cost, rel=1e-9)
    assert given[-1] == INF


def test_before_anything_is_proved_no_way_is_given_up(hurried):
    linear, _, cost, given = hurried
    assert Ladder().solve(linear, doing="solving").objective == pytest.approx(cost, rel=1e-9)
    assert given == [INF]


def test_no_time_is_no_answer_again_either(hurried):
    linear, ladder, _, _ = hurried
    with pytest.raises(TimeLimitError):
        ladder.solve(linear, doing="solving", seconds=0.0)


def test_near_the_edge_that_there_is_no_plan_is_proved():
    """HiGHS answers Unknown of three of these windows by its own choice."""
    changed = apply_changes(
        read(ROOT / "benchmarks" / "period" / "reading-2025"),
        ["states.residential.unit_cost=*1.021"],
    )
    plan = solve(changed)
    assert plan.status == "infeasible"
    assert all(window.proved for window in plan.windows)


def test_an_interior_point_that_goes_round_has_an_end():
    """Its own limit: 780,914 iterations on 68 rows were seen without one."""
    model = HighsModel(PAPER, proved.find_solver("ipm"))
    _, limit = model._highs.getOptionValue("ipm_iteration_limit")
    assert limit <= 1000


def test_only_solving_makes_models_of_highs():
    outside = [
        f"{file.relative_to(ROOT)}: {line}"
        for file in sorted((ROOT / "allocator").rglob("*.py"))
        if "solving" not in file.parts
        for line in file.read_text(encoding="utf-8").splitlines()
        if re.search(r"\bHighsModel\(", line)
    ]
    assert outside == []


def test_a_ray_that_proves_nothing_is_not_believed(monkeypatch):
    """Of a program that has a plan: the error says so, since no algorithm says anything else."""
    linear, own = build(read(CASES / "hand")), HighsModel.solve

    def deluded(model, program, stage=-1, seconds=INF):
        answer, ray = own(model, program, stage, seconds), np.ones(program.shape[0])
        return replace(answer, status=Status.INFEASIBLE, ray=ray)

    monkeypatch.setattr(HighsModel, "solve", deluded)
    with pytest.raises(CertificateError, match="that there is no solution is not proved"):
        Ladder().solve(linear, doing="solving")
