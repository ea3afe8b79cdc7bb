"""Wrong answers are caught: each a right one with one thing spoilt."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from allocator.compare.agreement import agreement, difference
from allocator.compare.judge import Standing, absent, judge
from allocator.compare.race import Run
from allocator.solvers.algorithms import ALGORITHMS
from allocator.solvers.mps import read_mps
from allocator.solvers.solution import Status
from allocator.solvers.task import Reply
from tests.compare import every_kind

SOLVER = ALGORITHMS["highs-simplex"]


@cache
def program(folder):
    path = folder / "file.mps"
    path.write_text(every_kind.FREE)
    return read_mps(path)


@pytest.fixture(scope="module")
def right(tmp_path_factory):
    the = program(tmp_path_factory.mktemp("judge"))
    primal = np.array([every_kind.PRIMAL[index[0]] for index in the.columns["column"].indices])
    dual = np.array([every_kind.DUAL[index[0]] for index in the.rows["row"].indices])
    return the, Reply(Status.OPTIMAL, primal, dual)


def judged(the, *answers):
    return judge(
        the, "1", [Run(SOLVER, answer, 1.0 + n, 10 * n) for n, answer in enumerate(answers)]
    )


def spoilt(vector, position, by):
    changed = vector.copy()
    changed[position] += by
    return changed


def test_the_right_answer_is_certified(right):
    the, answer = right
    result = judged(the, answer)
    assert result.standing is Standing.CERTIFIED and result.reason == ""
    assert result.objective == pytest.approx(every_kind.OBJECTIVE)


@pytest.mark.parametrize("by", [1e-3, -1e-3, 5.0])
@pytest.mark.parametrize("position", range(len(every_kind.PRIMAL)))
def test_a_wrong_primal_is_caught(right, position, by):
    the, answer = right
    result = judged(the, replace(answer, primal=spoilt(answer.primal, position, by)))
    assert result.standing is Standing.CLAIMED and result.reason


@pytest.mark.parametrize("by", [1e-3, -1e-3, 5.0])
@pytest.mark.parametrize("position", range(len(every_kind.DUAL)))
def test_a_wrong_dual_is_caught(right, position, by):
    the, answer = right
    result = judged(the, replace(answer, dual=spoilt(answer.dual, position, by)))
    assert result.standing is Standing.CLAIMED and result.reason


def test_duals_of_the_other_sign_are_caught(right):
    the, answer = right
    assert judged(the, replace(answer, dual=-answer.dual)).standing is Standing.CLAIMED


@pytest.mark.parametrize("status", [Status.INFEASIBLE, Status.UNBOUNDED])
def test_a_wrong_status_is_not_believed(right, status):
    the, answer = right
    assert judged(the, replace(answer, status=status)).standing is Standing.CLAIMED
    ray = replace(answer, status=status, ray=np.ones(the.shape[0]))
    assert judged(the, ray).standing is Standing.CLAIMED


UNBOUNDED = {
    # Down along x, whatever a solver gives: a ray is found.
    "a column": ("NAME u\nROWS\n N cost\n G r\nCOLUMNS\n x cost -1 r 1\nENDATA\n", True),
    "a free column": (
        "NAME u\nROWS\n N cost\n L r\nCOLUMNS\n x cost 1 r 1\nBOUNDS\n FR B x\nENDATA\n", True),
    # Down only along x = y.
    "two at once": (
        "NAME u\nROWS\n N cost\n L r\n G s\nCOLUMNS\n x cost -2 r 1\n x s 1\n y cost 1 r -1\n"
        " y s -1\nRHS\n RHS r 1 s -1\nENDATA\n", True),
    # There is such a direction, and no point to go from.
    "nowhere to begin": (
        "NAME u\nROWS\n N cost\n L r\nCOLUMNS\n x cost -1\n y cost 1 r 1\nRHS\n RHS r -1\nENDATA\n",
        False),
    "flat": ("NAME u\nROWS\n N cost\n G r\nCOLUMNS\n x r 1\nENDATA\n", False),
}  # fmt: skip


@pytest.mark.parametrize("name", UNBOUNDED)
def test_that_there_is_no_least_value_is_proved_or_not_believed(tmp_path, name):
    text, is_so = UNBOUNDED[name]
    path = tmp_path / "file.mps"
    path.write_text(text)
    found = judged(read_mps(path), Reply(Status.UNBOUNDED))
    assert found.standing is (Standing.CERTIFIED if is_so else Standing.CLAIMED)
    assert bool(found.reason) is not is_so


def test_a_ray_of_nonsense_does_no_harm(tmp_path):
    path = tmp_path / "file.mps"
    path.write_text(UNBOUNDED["two at once"][0])
    for ray in (np.zeros(7), np.array([-1.0, 5.0]), np.array([np.nan, 1.0])):
        answer = Reply(Status.UNBOUNDED, np.array([9.0, 0.0]), ray=ray)
        assert judged(read_mps(path), answer).standing is Standing.CERTIFIED  # by one that we find


def test_a_proof_that_there_is_no_least_value_disagrees_with_an_optimum(right):
    the, answer = right
    first = judged(the, answer)
    endless = replace(first, objective=None, certificate=None, status="unbounded")
    assert not agreement([first, endless]).agrees
    assert agreement([endless]).agrees and agreement([endless]).unbounded == 1
    assert not agreement([endless, replace(endless, status="infeasible")]).agrees


@pytest.mark.parametrize("status", [Status.FAILED, Status.TIME_LIMIT])
def test_without_a_claim_there_is_nothing_to_judge(right, status):
    the, answer = right
    assert judged(the, replace(answer, status=status)).standing is Standing.FAILED


@pytest.mark.parametrize("primal", [None, np.zeros(3), np.full(23, np.nan), np.full(23, np.inf)])
def test_a_primal_that_is_none_is_a_failure(right, primal):
    the, answer = right
    assert judged(the, replace(answer, primal=primal)).standing is Standing.FAILED


@pytest.mark.parametrize("dual", [None, np.zeros(3), np.full(12, np.nan)])
def test_without_duals_nothing_is_proved(right, dual):
    the, answer = right
    assert judged(the, replace(answer, dual=dual)).standing is Standing.CLAIMED


def test_the_worst_of_several_runs_counts(right):
    the, answer = right
    result = judged(the, answer, Reply(Status.FAILED, message="crashed"), answer)
    assert result.standing is Standing.FAILED and result.reason == "crashed"
    assert result.seconds == 2.0 and result.memory == 20 and result.times == (1.0, 2.0, 3.0)


def test_certified_answers_that_differ_are_a_disagreement(right):
    the, answer = right
    first = judged(the, answer)
    near = replace(first, objective=first.objective * (1 + 1e-7))
    far = replace(first, objective=first.objective + 1e-5 * abs(first.objective))
    assert agreement([first, near]).agrees
    assert not agreement([first, far]).agrees
    assert agreement([first, replace(far, standing=Standing.CLAIMED)]).agrees
    assert difference(far, agreement([first])) == pytest.approx(1e-5, rel=1e-3)


def test_a_certified_optimum_and_a_certified_refutation_disagree(right):
    the, answer = right
    first = judged(the, answer)
    none = replace(first, objective=None, certificate=None, status="infeasible")
    assert not agreement([first, none]).agrees
    assert agreement([none, none]).agrees and agreement([none, none]).best is None


def test_an_absent_solver_says_how_to_have_it():
    assert "coinor-clp" in absent(ALGORITHMS["clp-dual"]).reason
