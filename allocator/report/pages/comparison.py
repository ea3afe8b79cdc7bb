"""A comparison in words and tables: the first line says whether the answers agree."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from math import isfinite

from rich.console import Console
from rich.table import Table

from allocator.compare.agreement import TOLERANCE, difference
from allocator.compare.comparison import Compared, Comparison, Optimum
from allocator.compare.judge import Result, Standing
from allocator.compare.summary import PENALTY, SHIFTS
from allocator.solvers.algorithms import SEEDED, THREADS
from allocator.solvers.algorithms import TOLERANCE as TOLERANCE_TERM

WIDTH = 150


def text(comparison: Comparison) -> str:
    """All of it, as ``allocator compare`` prints it."""
    parts = [headline(comparison)]
    for each in comparison.compared:
        parts += ["", *_about(each), _drawn(_table(each)), *_notes(each, comparison.terms.threads)]
        if each.optimum is not None:
            parts += list(_optimum(each.optimum))
    if len(comparison.compared) > 1:
        parts += ["", _drawn(_summary(comparison)), _explained(comparison)]
    return "\n".join(parts) + "\n"


def headline(comparison: Comparison) -> str:
    """``The answers agree: 14 certified answers by 6 codes, …``."""
    ended = sorted({result.algorithm.name for result in comparison.ended})
    cut = f"Not whole: ended from outside: {', '.join(ended)}. " if ended else ""
    return cut + _agreement(comparison)


def _agreement(comparison: Comparison) -> str:
    answers = [r for each in comparison.compared for r in each.results if r.ran]
    proved = [r for r in answers if r.stands]
    codes = {r.algorithm.code for r in proved}
    if not comparison.agrees:
        wrong = [each.problem.name for each in comparison.compared if not each.agreement.agrees]
        return (
            f"The answers DISAGREE on {', '.join(wrong)}: certified answers differ by more than "
            f"{TOLERANCE:g}, relative."
        )
    if not comparison.settled:
        open_ = [e.problem.name for e in comparison.compared if not e.agreement.certified]
        return f"Nothing is proved of {', '.join(open_)}: no answer to it is certified."
    spread = max(each.agreement.spread or 0.0 for each in comparison.compared)
    others = len(answers) - len(proved)
    rest = f"; {others} not certified" if others else ""
    if any(r.standing is Standing.FEASIBLE for r in proved):
        rest += "; bounds of mixed-integer programs are the solvers' word"
    return (
        f"The answers agree: {_count(len(proved), 'certified answer')} by "
        f"{_count(len(codes), 'code')}, within {spread:.1g} relative{rest}."
    )


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"


def _about(each: Compared) -> Iterator[str]:
    program = each.problem.program
    rows, columns = program.shape
    whole = "" if program.integer is None else f" ({int(program.integer.sum())} whole)"
    yield f"{each.problem.name}  ({each.problem.about})"
    yield (
        f"  {rows} rows, {columns} columns{whole}, {program.matrix.entries} entries; "
        f"SHA-256 {each.sha256}"
    )


_PROOF = ("primal", "dual", "gap")  # of a linear program
_WHOLE = ("primal", "fraction", "bound", "gap", "nodes")  # of one with whole columns


def _table(each: Compared) -> Table:
    whole = each.problem.program.integer is not None
    names = (
        "solver",
        "code",
        "answer",
        "objective",
        "above best",
        *(_WHOLE if whole else _PROOF),
        "iterations",
        "seconds",
        "MB",
    )
    table = Table(box=None, pad_edge=False)
    for n, name in enumerate(names):
        table.add_column(name, justify="left" if n < 3 else "right", no_wrap=True)
    for result in sorted(each.results, key=lambda r: (r.standing, r.seconds or 0.0)):
        if result.ran:
            table.add_row(*_row(result, each))
    return table


def _row(result: Result, each: Compared) -> Sequence[str]:
    above = difference(result, each.agreement)
    code = f"{result.algorithm.code} {result.version}"
    told = {
        Standing.CERTIFIED: f"{result.status}, certified",
        Standing.FEASIBLE: f"{result.status}, point certified",
        Standing.CLAIMED: f"{result.status}, only claimed",
        Standing.FAILED: "failed" if result.status == "optimal" else result.status,
    }[result.standing]
    whole = each.problem.program.integer is not None
    return (
        result.algorithm.name,
        code,
        told,
        "" if result.objective is None else f"{result.objective:.9g}",
        "" if above is None else f"{above:.1e}",
        *(_whole_cells(result) if whole else _proof_cells(result)),
        "" if result.iterations is None else str(result.iterations),
        "" if result.seconds is None else f"{result.seconds:.2f}",
        "" if result.memory is None else f"{result.memory / 1e6:.0f}",
    )


def _proof_cells(result: Result) -> Iterator[str]:
    proof = result.certificate
    if proof is None:
        return iter([""] * len(_PROOF))
    residuals = (proof.primal.relative, proof.dual.relative, proof.gap)
    return (f"{residual:.1e}" for residual in residuals)


def _whole_cells(result: Result) -> Sequence[str]:
    whole = result.whole
    if whole is None:
        return [""] * len(_WHOLE)
    nodes = "" if whole.nodes is None else str(whole.nodes)
    told = isfinite(whole.bound)  # not so where it keeps its bound to itself
    return (
        f"{whole.residual:.1e}",
        f"{whole.fraction:.1e}",
        f"{whole.bound:.9g}" if told else "",
        f"{whole.gap:.1e}" if told else "",
        nodes,
    )


def _notes(each: Compared, threads: int) -> Iterator[str]:
    for result in each.results:
        if result.reason and result.ran:
            yield f"  {result.algorithm.name}: {result.reason}"
    missing = [r.algorithm.name for r in each.results if r.standing is Standing.ABSENT]
    if missing:
        yield f"  absent: {', '.join(missing)}  (`allocator solvers` says how to install them)"
    if any(r.ran for r in each.results) and all(r.memory is None for r in each.results):
        yield "  this system does not count the memory of a process, nor hold --memory"
    yield from _deaf(each, threads)
    unfit = [r.algorithm.name for r in each.results if r.standing is Standing.UNFIT]
    if unfit and each.problem.program.integer is not None:
        yield f"  for linear programs alone: {', '.join(unfit)}"
    elif unfit:
        yield f"  for programs with whole columns alone: {', '.join(unfit)}"


def _deaf(each: Compared, threads: int) -> Iterator[str]:
    """Who went by other terms than the rest, since it cannot be told them."""
    words = {term: f"with a {term} of their own" for term in (TOLERANCE_TERM, SEEDED)}
    if threads > 1:
        words[THREADS] = "one thread whatever is asked for"
    for term, said in words.items():
        deaf = [r.algorithm.name for r in each.results if r.ran and term in r.algorithm.ignores]
        if deaf:
            yield f"  {said}: {', '.join(deaf)}"


def _optimum(optimum: Optimum) -> Iterator[str]:
    if optimum.paths_differ is not None:
        yield f"  One optimum only: certified paths differ by {optimum.paths_differ:.1g} at most."
    else:
        yield "  More than one path may be optimal, so paths are not compared."
    if optimum.prices_differ is not None:
        apart = f"{optimum.prices_differ:.1g}"
        yield f"  One set of prices only: certified ones differ by {apart} at most."
    else:
        yield "  More than one set of prices may be optimal, so prices are not compared."
    wide = [(n, r) for n, r in optimum.spend if not r.most - r.least <= 1e-6 * max(1, abs(r.most))]
    if optimum.spend and not wide:
        yield "  Spend by tier and year is the same in all optima."
    for name, reach in wide:
        yield f"  {name}: {reach.least:.6g} to {reach.most:.6g} £m over all optima"


def _summary(comparison: Comparison) -> Table:
    table = Table(box=None, pad_edge=False)
    names = ("solver", "certified", "claimed", "failed", *(f"mean, shift {s:g} s" for s in SHIFTS))
    for n, name in enumerate(names):
        table.add_column(name, justify="left" if n == 0 else "right", no_wrap=True)
    for line in comparison.summary:
        means = (f"{line.means[shift]:.3f}" for shift in SHIFTS)
        table.add_row(line.name, str(line.certified), str(line.claimed), str(line.failed), *means)
    return table


def _explained(comparison: Comparison) -> str:
    return (
        "Means are shifted geometric means of wall time in seconds; an answer that is not "
        f"certified\ncounts as {PENALTY:g} times the time limit of {comparison.terms.seconds:g} s."
    )


def _drawn(table: Table) -> str:
    console = Console(file=io.StringIO(), width=WIDTH, color_system=None, legacy_windows=False)
    with console.capture() as capture:
        console.print(table)
    return "\n".join(f"  {line.rstrip()}" for line in capture.get().rstrip().splitlines())
