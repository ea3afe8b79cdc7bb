"""The one ladder: a program solved, and no answer given that its arrays do not prove.

An optimum is certified, that there is no solution is refuted (``program.certificate``,
``program.proofs``).  Where HiGHS answers something else, or nothing, other algorithms are asked,
each with a limit of iterations in proportion to the program.  Last comes the elastic program: every
row may give way, and the sum of what does is least (Chinneck, *Feasibility and Infeasibility in
Optimization*, 2008, chapter 6).  It always has an optimum.  Where something must give way, its
prices are a proof that there is no solution; where nothing must, its point is one to go on from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, ClassVar, Final, Protocol

import numpy as np

from allocator.clock import Clock, out_of_time
from allocator.errors import CertificateError, SolverError
from allocator.program.certificate import Certificate, certify
from allocator.program.program import LinearProgram, Objective
from allocator.program.proofs import refutes
from allocator.solvers.catalogue import (
    DEFAULT,
    FROM_A_BASIS,
    FROM_NEARBY,
    PRIMAL,
    Solver,
    find_solver,
    others,
)
from allocator.solvers.highs import HighsModel
from allocator.solvers.solution import Floats, Ranging, Solution, Status
from allocator.solving.start import basis_to_begin_at

PATIENCE: Final = 5.0  # times the longest that another solve took, and a second more


@dataclass(frozen=True)
class ProvedSolution(Solution):
    """An optimum with its ``certificate``, or no solution at all, refuted by its ``ray``."""

    certificate: Certificate | None = None


class Model(Protocol):
    """What gave an answer, kept for the next: a model in HiGHS, or several."""

    @property
    def version(self) -> str:
        """Version of HiGHS."""
        ...

    def takes(self, program: LinearProgram) -> bool:
        """Whether a program would be solved from where this one ended."""
        ...


class Ladder:
    """Programs solved one after the other, each from where the last of its shape ended.

    ``solver`` is asked first, the default one where none is given.  ``log`` is a file that HiGHS
    writes its log to.
    """

    tells_ranges: ClassVar = True

    def __init__(self, solver: Solver | None = None, log: Path | None = None) -> None:
        self.solver = solver or find_solver(DEFAULT)
        self.solves, self.seconds = 0, 0.0  # and the time that HiGHS took for them
        self.others: set[str] = set()  # what algorithms had to be asked besides
        self._longest = 0.0  # seconds, of what was proved
        self._log = log
        self._model: Model | None = None

    @property
    def name(self) -> str:
        """Who solves: code, version, the method if one was asked for, and any other needed."""
        version = "" if self._model is None else f" {self._model.version}"
        method = "" if self.solver.name == DEFAULT else f" {self.solver.name}"
        besides = f", where it fell short {', '.join(sorted(self.others))}" if method else ""
        return f"HiGHS{version}{method}{besides if self.others else ''}"

    def takes(self, program: LinearProgram) -> bool:
        """Whether a program would be solved from where the last one ended."""
        return self._model is not None and self._model.takes(program)

    def begin(self, other: Ladder) -> None:
        """Go on from where another ended, whose own solver is another."""
        self._model = other._model

    def hand_out(self, program: LinearProgram) -> None:
        """Have what it takes to solve a program where it is solved: of use where others do it."""

    def expect(self, program: LinearProgram) -> None:
        """Learn which program is asked for after the next one: of use where others work too."""

    def ranging(self) -> Ranging | None:
        """Ranges of the last solve's right-hand sides; None where HiGHS has no basis for them."""
        return self._model.ranging() if isinstance(self._model, HighsModel) else None

    @property
    def basis(self) -> Any:
        """Where the last solve ended, for a later one to begin at; None where there is none."""
        return self._model.basis if isinstance(self._model, HighsModel) else None

    @basis.setter
    def basis(self, basis: Any) -> None:
        if isinstance(self._model, HighsModel):
            self._model.basis = basis

    def solve(
        self, program: LinearProgram, stage: int = -1, *, doing: str, seconds: float = np.inf
    ) -> ProvedSolution:
        """Minimise one of the program's objectives: the optimum, or that there is no solution.

        Raises TimeLimitError when ``seconds`` are over, SolverError where nothing ends or there is
        no least value, CertificateError where no answer is proved.  ``doing`` says for them what
        it was done for.
        """
        clock, tried = Clock(seconds), list[tuple[Solution, Certificate | None]]()
        clock.check(doing)
        self.solves += 1
        for model, answer in self._rungs(program, stage, clock):
            self.seconds += answer.seconds
            proved, certificate = _judged(program, stage, answer)
            if proved:
                self._model = model
                self._longest = max(self._longest, answer.seconds)
                values = {field.name: getattr(answer, field.name) for field in fields(Solution)}
                return ProvedSolution(**values, certificate=certificate)
            if answer.status is Status.TIME_LIMIT and clock.left() <= 0:
                raise why_not(answer, doing)
            tried.append((answer, certificate))
            if [each.status for each, _ in tried[-2:]] == [Status.UNBOUNDED] * 2:
                break
        self._model = None
        raise _unproved(tried, doing)

    def _rungs(
        self, program: LinearProgram, stage: int, clock: Clock
    ) -> Iterator[tuple[Model, Solution]]:
        """Answers by one way after the other, each with the model that gave it."""
        patience, left = self.patience(self.takes(program)), list[Solver]()
        model = self._loaded(program)
        yield model, model.solve(program, stage, min(clock.left(), patience))
        for other in others(program.shape[0]):
            self.others.add(other.meaning)
            model = HighsModel(program, other, self._log)
            answer = model.solve(program, stage, min(clock.left(), patience))
            yield model, answer
            if answer.status is Status.TIME_LIMIT:
                left.append(other)
        self.others.add("the elastic program")
        yield self._by_elastic(program, stage, clock)
        for other in left:
            model = HighsModel(program, other, self._log)
            yield model, model.solve(program, stage, clock.left())

    def patience(self, warm: bool) -> float:
        """Seconds for a solve until another way is tried; no end of them before any was proved.

        ``warm`` says whether one of that shape was.  Near the edge of what is feasible a basis may
        be so bad that HiGHS factors it at every iteration and makes a few of them a second, for
        hours: far below any limit of iterations.
        """
        return PATIENCE * (1.0 + self._longest) if warm else np.inf

    def _loaded(self, program: LinearProgram) -> HighsModel:
        """The last model, or one of our own solver at its basis; else a new one."""
        last = self._model
        if not isinstance(last, HighsModel) or not last.takes(program):
            return self._begun(program)
        if last.solver is self.solver:
            return last
        model = HighsModel(program, self.solver, self._log)
        model.begin(last)
        return model

    def _begun(self, program: LinearProgram) -> HighsModel:
        """A new model; one that the simplex method solves first at what happens if nothing does."""
        model = HighsModel(program, self.solver, self._log)
        if self.solver in (find_solver(DEFAULT), FROM_A_BASIS, FROM_NEARBY, PRIMAL):
            basis = basis_to_begin_at(program)
            if basis is not None:
                model.begin_at(*basis)
        return model

    def _by_elastic(
        self, program: LinearProgram, stage: int, clock: Clock
    ) -> tuple[HighsModel, Solution]:
        """From the least that must give way: a proof that it must, or a point to go on from."""
        aim = elastic(program)
        model = HighsModel(aim, find_solver("simplex"), self._log)
        least = model.solve(aim, seconds=clock.left())
        if least.status not in (Status.OPTIMAL, Status.TIME_LIMIT):
            model = HighsModel(aim, PRIMAL, self._log)
            least = model.solve(aim, seconds=clock.left())
        if least.status is not Status.OPTIMAL:
            return model, least
        if refuted(program, least.dual):
            return model, replace(least, status=Status.INFEASIBLE, ray=least.dual)
        eased = _eased(program, least)
        onward = HighsModel(eased, PRIMAL, self._log)
        onward.begin(model)
        return onward, onward.solve(eased, stage, clock.left())


def elastic(program: LinearProgram) -> LinearProgram:
    """The program with two columns for each row, to add to it and to take from it; least of them.

    Rows without a bound on a side need none; theirs stay at nought.
    """
    count = program.shape[0]
    wide = program.relaxed().with_columns(
        "slack",
        "",
        2 * count,
        rows=[*range(count)] * 2,
        columns=range(2 * count),
        values=[1.0] * count + [-1.0] * count,
    )
    costs = np.zeros(wide.shape[1])
    costs[program.shape[1] :] = 1.0
    return replace(wide, objectives=(Objective("slack", costs, 0.0, ""),))


def _eased(program: LinearProgram, least: Solution) -> LinearProgram:
    """The program with what is less than a proof needs given to each row: rounding, to go on."""
    height, width = program.shape
    below, above = least.primal[width : width + height], least.primal[width + height :]
    return replace(
        program, row_lower=program.row_lower - below, row_upper=program.row_upper + above
    )


def _judged(
    program: LinearProgram, stage: int, answer: Solution
) -> tuple[bool, Certificate | None]:
    """Whether the arrays prove an answer, and the certificate of an optimum."""
    if answer.status is Status.INFEASIBLE:
        return answer.ray is not None and refuted(program, answer.ray), None
    if answer.status is not Status.OPTIMAL:
        return False, None
    certificate = certify(program, answer.primal, answer.dual, stage)
    return certificate.passed, certificate


def refuted(program: LinearProgram, ray: Floats) -> bool:
    """Whether a ray proves that there is no solution, if need be by what its own rows imply."""
    return refutes(program, ray) or refutes(program, ray, own_bounds=True)


def _unproved(tried: list[tuple[Solution, Certificate | None]], doing: str) -> SolverError:
    """The error of a ladder at its end: the nearest optimum by its residuals, or what was said."""
    certificates = [each for _, each in tried if each is not None]
    if not certificates:
        return why_not(tried[-1][0], doing)
    nearest = min(certificates, key=lambda each: max(each.primal.relative, each.dual.relative))
    return CertificateError(
        f"the optimum {doing} is not proved by any algorithm: {nearest.failure()}; its residuals "
        f"are {nearest.primal.relative:.3g} of rows and columns and {nearest.dual.relative:.3g} of "
        "prices (relative)"
    )


def why_not(solution: Solution, doing: str) -> SolverError:
    """The error for a solve that ended without an answer while doing something."""
    if solution.status is Status.TIME_LIMIT:
        return out_of_time(doing)
    if solution.status is Status.INFEASIBLE:
        return CertificateError(f"that there is no solution is not proved while {doing}")
    return SolverError(f"the solver failed while {doing}: {solution.message}")
