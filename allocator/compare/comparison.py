"""The comparison itself: every program, every solver, one answer."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from allocator.compare.agreement import Agreement, agreement
from allocator.compare.face import Face, Range, unique_prices, widest
from allocator.compare.judge import Result, absent, judge, unfit
from allocator.compare.problems import ComparedProgram
from allocator.compare.race import Run, Terms, race
from allocator.compare.summary import SolverSummary, summarise
from allocator.progress import Progress, silent
from allocator.solvers.algorithms import BASIS, Algorithm
from allocator.solvers.mps import write_mps
from allocator.solvers.presence import version


@dataclass(frozen=True)
class Optimum:
    """What is known of the set of optima.

    Where there is shown to be but one, the largest difference between any two certified ones,
    relative: of paths (the primal), of prices (the dual).  None where it is not shown: then
    ``spend`` has the ranges by tier and year over all optima (empty for a file).
    """

    paths_differ: float | None
    prices_differ: float | None
    spend: tuple[tuple[str, Range], ...] = ()


@dataclass(frozen=True)
class Compared:
    """One program: the file that all were given (SHA-256), results, whether they agree."""

    problem: ComparedProgram
    sha256: str
    results: tuple[Result, ...]
    agreement: Agreement
    optimum: Optimum | None


@dataclass(frozen=True)
class Comparison:
    """Every program, and each algorithm over all of them."""

    compared: tuple[Compared, ...]
    summary: tuple[SolverSummary, ...]
    terms: Terms
    repeat: int

    @property
    def agrees(self) -> bool:
        """Whether no two certified answers to any program differ."""
        return all(each.agreement.agrees for each in self.compared)

    @property
    def ended(self) -> tuple[Result, ...]:
        """Results of solvers that something from outside ended: the comparison is not whole."""
        return tuple(r for each in self.compared for r in each.results if r.ended)

    @property
    def settled(self) -> bool:
        """Whether every program has a certified answer."""
        return all(each.agreement.certified for each in self.compared)


def compare(
    problems: Sequence[ComparedProgram],
    algorithms: Sequence[Algorithm],
    terms: Terms,
    *,
    repeat: int = 1,
    ranges: bool = True,
    tell: Progress = silent,
) -> Comparison:
    """Run every algorithm on every program and judge what they answer.

    A solver that is absent or fails costs its own row.  With ``ranges``, the optimal face is
    looked at as well.
    """
    versions = {each.name: version(each) for each in algorithms}
    compared = tuple(
        _one(problem, algorithms, versions, terms, repeat, ranges, tell) for problem in problems
    )
    lines = summarise([each.results for each in compared], terms.seconds)
    return Comparison(compared, tuple(lines), terms, repeat)


def _one(
    problem: ComparedProgram,
    algorithms: Sequence[Algorithm],
    versions: dict[str, str | None],
    terms: Terms,
    repeat: int,
    ranges: bool,
    tell: Progress,
) -> Compared:
    whole = problem.program.integer is not None
    there = [each for each in algorithms if versions[each.name] and each.takes(whole)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program.mps"
        digest = write_mps(problem.program, path)
        runs = race(problem.program, path, there, terms, repeat, tell)
    results = tuple(_result(problem, each, versions[each.name], runs) for each in algorithms)
    agreed = agreement(results)
    looked = ranges and not whole and agreed.best is not None
    optimum = _optimum(problem, results, tell) if looked else None
    return Compared(problem, digest, results, agreed, optimum)


def _result(
    problem: ComparedProgram,
    algorithm: Algorithm,
    version: str | None,
    runs: Mapping[str, list[Run]],
) -> Result:
    if version is None:
        return absent(algorithm)
    if algorithm.name not in runs:
        return unfit(algorithm, version)
    return judge(problem.program, version, runs[algorithm.name])


def _optimum(problem: ComparedProgram, results: Sequence[Result], tell: Progress) -> Optimum:
    """Paths and prices compared where there is but one; else how far spend can move."""
    certified = [each for each in results if each.optimal]
    primals = [each.primal for each in certified if each.primal is not None]
    duals = [each.dual for each in certified if each.dual is not None]
    chosen = min(certified, key=_preference)
    assert chosen.primal is not None and chosen.dual is not None
    face = Face(problem.program, chosen.primal, chosen.dual)
    one_path = face.unique()
    one_price = unique_prices(problem.program, chosen.primal)
    spend = () if one_path else _spend(problem, face, tell)
    return Optimum(
        widest(primals) if one_path else None, widest(duals) if one_price else None, spend
    )


def _preference(result: Result) -> tuple[bool, float]:
    """Vertices first, and among them the smallest residuals."""
    proof = result.certificate
    assert proof is not None
    return BASIS not in result.algorithm.can, max(proof.primal.relative, proof.dual.relative)


def _spend(problem: ComparedProgram, face: Face, tell: Progress) -> tuple[tuple[str, Range], ...]:
    family = problem.program.columns.get("spend") if problem.instance else None
    if family is None:
        return ()
    ranges = []
    for n, column in enumerate(range(family.start, family.stop)):
        tell(f"range of {family.label(column)} over all optima", n, family.count)
        ranges.append((family.label(column), face.range(column)))
    return tuple(ranges)


def certified(compared: Compared) -> list[Result]:
    """The results that the arrays prove, as far as they can."""
    return [each for each in compared.results if each.stands]
