"""The certificate decides, not the solver's word.

An answer is *certified* where the arrays prove it: an optimum by primal and dual residuals,
complementarity and gap, an infeasible program by a Farkas ray or at sight (see ``nothing``), an
unbounded one by a point and a direction.  Of a program with whole columns arrays can prove the
point alone, and the bound is the solver's word: it is *feasible* where the two are as near as an
optimum's have to be.  It is *claimed* where the solver says so and the arrays do not, and *failed*
where there is no answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from statistics import median
from typing import Final

import numpy as np

from allocator.compare.nothing import nothing_fits
from allocator.compare.race import Run
from allocator.compare.unbounded import no_least_value
from allocator.program.certificate import TOLERANCE, Certificate, certify
from allocator.program.program import LinearProgram
from allocator.program.proofs import refutes
from allocator.solvers.algorithms import Algorithm
from allocator.solvers.solution import Floats, Status
from allocator.solvers.task import Reply

MIP_GAP: Final = 1e-6  # relative, between a point and the bound that is claimed for it


class Standing(IntEnum):
    """What an answer is worth, the best first."""

    CERTIFIED = 0
    FEASIBLE = 1
    CLAIMED = 2
    FAILED = 3
    ABSENT = 4
    UNFIT = 5  # not for programs of this kind


@dataclass(frozen=True)
class Whole:
    """Of a program with whole columns: residuals of the point, relative, and the solver's bound.

    ``fraction`` is how far a whole column is from a whole number at most.  ``gap`` is how far the
    bound is below the objective, relative to it (at least 1); negative where it is above.
    """

    residual: float
    worst: str
    fraction: float
    bound: float
    gap: float
    nodes: int | None

    def failure(self) -> str:
        """What does not hold; blank if nothing.  A missing number fails."""
        if not self.residual <= TOLERANCE:
            return f"{self.worst} is violated by {self.residual:.3g} (relative)"
        if not self.fraction <= TOLERANCE:
            return f"a whole column is {self.fraction:.3g} from a whole number"
        if not abs(self.gap) <= MIP_GAP:
            return f"its bound is {self.gap:.3g} (relative) from its objective"
        return ""


@dataclass(frozen=True)
class Result:
    """An algorithm on a program: the worst of its runs, median seconds, most memory in bytes.

    ``status`` is the solver's own word, ``reason`` why it is not certified.  ``objective`` is
    worked out from the primal, whatever the solver says it is; None where there is none.  Of a
    program with whole columns, ``whole`` is how far its point is from what it must be, and its
    bound; there are no duals then.  ``ended`` is whether something from outside ended a run.
    """

    algorithm: Algorithm
    version: str | None
    standing: Standing
    status: str
    reason: str = ""
    objective: float | None = None
    certificate: Certificate | None = None
    primal: Floats | None = None
    dual: Floats | None = None
    iterations: int | None = None
    seconds: float | None = None
    memory: int | None = None
    times: tuple[float, ...] = ()
    log: str = ""
    whole: Whole | None = None
    ended: bool = False

    @property
    def ran(self) -> bool:
        """Whether it was run at all."""
        return self.standing < Standing.ABSENT

    @property
    def stands(self) -> bool:
        """Whether as much of it is proved as arrays can prove."""
        return self.standing <= Standing.FEASIBLE

    @property
    def optimal(self) -> bool:
        """Whether it is a certified optimum."""
        return self.standing is Standing.CERTIFIED and self.certificate is not None


def absent(algorithm: Algorithm) -> Result:
    """The result of a solver that is not there."""
    return Result(algorithm, None, Standing.ABSENT, "absent", f"to have it: {algorithm.install}")


def unfit(algorithm: Algorithm, version: str) -> Result:
    """The result of a solver that is not for programs of the kind."""
    return Result(algorithm, version, Standing.UNFIT, "unfit")


def judge(program: LinearProgram, version: str, runs: Sequence[Run]) -> Result:
    """The result of an algorithm's runs on a program."""
    times = tuple(run.seconds for run in runs)
    judged = max((_judge_run(program, version, run) for run in runs), key=lambda r: r.standing)
    memory = max((run.memory for run in runs if run.memory is not None), default=None)
    ended = any(run.ended for run in runs)
    return replace(judged, seconds=median(times), times=times, memory=memory, ended=ended)


def _judge_run(program: LinearProgram, version: str, run: Run) -> Result:
    said, answer = run.answer.status, run.answer
    plain = Result(
        run.algorithm,
        version,
        Standing.FAILED,
        said.value,
        iterations=answer.iterations,
        log=run.log,
    )
    if said is Status.OPTIMAL:
        return _judge_optimum(program, plain, answer)
    if said is Status.INFEASIBLE:
        return _judge_ray(program, plain, answer.ray)
    if said is Status.UNBOUNDED:
        return _judge_unbounded(program, plain, answer)
    plain = replace(plain, reason=answer.message or said.value)
    return _judge_unfinished(program, plain, answer)


def _judge_optimum(program: LinearProgram, plain: Result, answer: Reply) -> Result:
    primal, dual = answer.primal, answer.dual
    if primal is None or not _sound(primal, program.shape[1]):
        reason = "it says optimal and gives no solution of the program's size"
        return replace(plain, reason=reason)
    objective = program.objectives[-1]
    value = float(objective.costs @ primal) + objective.constant
    plain = replace(plain, standing=Standing.CLAIMED, objective=value, primal=primal)
    if program.integer is not None:
        return _judge_whole(program, plain, answer)
    if dual is None or not _sound(dual, program.shape[0]):
        return replace(plain, reason="it gives no duals of the program's size")
    proof = certify(program, primal, dual)
    return replace(
        plain,
        standing=Standing.CERTIFIED if proof.passed else Standing.CLAIMED,
        reason=proof.failure(),
        certificate=proof,
        dual=dual,
    )


def _judge_whole(program: LinearProgram, plain: Result, answer: Reply) -> Result:
    """The point from the arrays, the bound by the solver's word."""
    primal, value = plain.primal, plain.objective
    assert primal is not None and value is not None and program.integer is not None
    point = certify(program, primal, np.zeros(program.shape[0])).primal
    whole = primal[program.integer]
    bound = np.nan if answer.bound is None else answer.bound + program.objectives[-1].constant
    checked = Whole(
        point.relative,
        point.name,
        float(np.max(np.abs(whole - np.round(whole)), initial=0.0)),
        bound,
        (value - bound) / max(1.0, abs(value)),
        answer.nodes,
    )
    standing = Standing.CLAIMED if checked.failure() else Standing.FEASIBLE
    return replace(plain, standing=standing, reason=checked.failure(), whole=checked)


def _judge_unfinished(program: LinearProgram, plain: Result, answer: Reply) -> Result:
    """A failure, with the best point so far and its bound where branch and bound has one."""
    primal = answer.primal
    if program.integer is None or primal is None or not _sound(primal, program.shape[1]):
        return plain
    objective = program.objectives[-1]
    value = float(objective.costs @ primal) + objective.constant
    result = _judge_whole(program, replace(plain, objective=value, primal=primal), answer)
    return replace(result, standing=Standing.FAILED, reason=plain.reason)


def _judge_unbounded(program: LinearProgram, plain: Result, answer: Reply) -> Result:
    if program.integer is None and no_least_value(program, answer.primal, answer.ray):
        return replace(plain, standing=Standing.CERTIFIED)
    reason = "there is no proof that there is no least value"
    return replace(plain, standing=Standing.CLAIMED, reason=reason)


def _judge_ray(program: LinearProgram, plain: Result, ray: Floats | None) -> Result:
    if nothing_fits(program):
        return replace(plain, standing=Standing.CERTIFIED)
    if ray is None:
        reason = "it gives no proof that there is no solution"
    elif _sound(ray, program.shape[0]) and refutes(program, ray):
        return replace(plain, standing=Standing.CERTIFIED)
    else:
        reason = "its ray does not prove that there is no solution"
    return replace(plain, standing=Standing.CLAIMED, reason=reason)


def _sound(vector: Floats, length: int) -> bool:
    """Whether a vector has the length it should and holds numbers."""
    return vector.shape == (length,) and bool(np.isfinite(vector).all())
