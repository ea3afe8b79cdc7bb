"""The certificate decides, not the solver's word.

An answer is *certified* where the arrays prove it: an optimum by primal and dual residuals,
complementarity and gap, an infeasible program by a Farkas ray.  It is *claimed* where the
solver says so and the arrays do not, and *failed* where there is no answer to judge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from statistics import median

import numpy as np

from allocator.certificate import Certificate, certify
from allocator.compare.race import Run
from allocator.program import LinearProgram
from allocator.proofs import refutes
from allocator.solvers.algorithms import Algorithm
from allocator.solvers.solution import Floats, Status
from allocator.solvers.task import Answer


class Standing(IntEnum):
    """What an answer is worth, the best first."""

    CERTIFIED = 0
    CLAIMED = 1
    FAILED = 2
    ABSENT = 3


@dataclass(frozen=True)
class Result:
    """An algorithm on a program: the worst of its runs, median seconds, most memory in bytes.

    ``status`` is the solver's own word, ``reason`` why it is not certified.  ``objective`` is
    worked out from the primal, whatever the solver says it is; None where there is none.
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

    @property
    def optimal(self) -> bool:
        """Whether it is a certified optimum."""
        return self.standing is Standing.CERTIFIED and self.certificate is not None


def absent(algorithm: Algorithm) -> Result:
    """The result of a solver that is not there."""
    return Result(algorithm, None, Standing.ABSENT, "absent", f"to have it: {algorithm.install}")


def judge(program: LinearProgram, version: str, runs: Sequence[Run]) -> Result:
    """The result of an algorithm's runs on a program."""
    times = tuple(run.seconds for run in runs)
    judged = max((_judge_run(program, version, run) for run in runs), key=lambda r: r.standing)
    memory = max(run.memory for run in runs)
    return replace(judged, seconds=median(times), times=times, memory=memory)


def _judge_run(program: LinearProgram, version: str, run: Run) -> Result:
    said, answer = run.answer.status, run.answer
    plain = Result(
        run.algorithm, version, Standing.FAILED, said.value, iterations=answer.iterations,
        log=run.log,
    )  # fmt: skip
    if said is Status.OPTIMAL:
        return _judge_optimum(program, plain, answer)
    if said is Status.INFEASIBLE:
        return _judge_ray(program, plain, answer.ray)
    if said is Status.UNBOUNDED:
        reason = "it gives no proof that there is no least value"
        return replace(plain, standing=Standing.CLAIMED, reason=reason)
    return replace(plain, reason=answer.message or said.value)


def _judge_optimum(program: LinearProgram, plain: Result, answer: Answer) -> Result:
    primal, dual = answer.primal, answer.dual
    if primal is None or not _sound(primal, program.shape[1]):
        reason = "it says optimal and gives no solution of the program's size"
        return replace(plain, reason=reason)
    objective = program.objectives[-1]
    value = float(objective.costs @ primal) + objective.constant
    plain = replace(plain, standing=Standing.CLAIMED, objective=value, primal=primal)
    if dual is None or not _sound(dual, program.shape[0]):
        return replace(plain, reason="it gives no duals of the program's size")
    found = certify(program, primal, dual)
    return replace(
        plain, standing=Standing.CERTIFIED if found.passed else Standing.CLAIMED,
        reason=found.failure(), certificate=found, dual=dual,
    )  # fmt: skip


def _judge_ray(program: LinearProgram, plain: Result, ray: Floats | None) -> Result:
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
