"""A comparison in words and tables: the first line says whether the answers agree."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table

from allocator.compare.agreement import TOLERANCE, difference
from allocator.compare.comparison import Compared, Comparison, Optimum
from allocator.compare.judge import Result, Standing
from allocator.compare.summary import PENALTY, SHIFTS

WIDTH = 150


def text(comparison: Comparison) -> str:
    """All of it, as ``allocator compare`` prints it."""
    parts = [headline(comparison)]
    for each in comparison.compared:
        parts += ["", *_about(each), _drawn(_table(each)), *_notes(each)]
        if each.optimum is not None:
            parts += list(_optimum(each.optimum))
    if len(comparison.compared) > 1:
        parts += ["", _drawn(_summary(comparison)), _explained(comparison)]
    return "\n".join(parts) + "\n"


def headline(comparison: Comparison) -> str:
    """``The answers agree: 14 certified answers by 6 codes, …``."""
    answers = [r for each in comparison.compared for r in each.results]
    proved = [r for r in answers if r.standing is Standing.CERTIFIED]
    there = [r for r in answers if r.standing is not Standing.ABSENT]
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
    others = len(there) - len(proved)
    rest = f"; {others} not certified" if others else ""
    return (
        f"The answers agree: {_count(len(proved), 'certified answer')} by "
        f"{_count(len(codes), 'code')}, within {spread:.1g} relative{rest}."
    )


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"


def _about(each: Compared) -> Iterator[str]:
    rows, columns = each.problem.program.shape
    entries = each.problem.program.matrix.entries
    yield f"{each.problem.name}  ({each.problem.about})"
    yield f"  {rows} rows, {columns} columns, {entries} entries; SHA-256 {each.sha256}"


def _table(each: Compared) -> Table:
    names = (
        "solver", "code", "answer", "objective", "above best", "primal", "dual",
        "gap", "iterations", "seconds", "MB",
    )  # fmt: skip
    table = Table(box=None, pad_edge=False)
    for n, name in enumerate(names):
        table.add_column(name, justify="left" if n < 3 else "right", no_wrap=True)
    for result in sorted(each.results, key=lambda r: (r.standing, r.seconds or 0.0)):
        if result.standing is not Standing.ABSENT:
            table.add_row(*_row(result, each))
    return table


def _row(result: Result, each: Compared) -> Sequence[str]:
    above, proof = difference(result, each.agreement), result.certificate
    code = f"{result.algorithm.code} {result.version}"
    told = {
        Standing.CERTIFIED: f"{result.status}, certified",
        Standing.CLAIMED: f"{result.status}, only claimed",
        Standing.FAILED: "failed" if result.status == "optimal" else result.status,
    }[result.standing]
    return (
        result.algorithm.name, code, told,
        "" if result.objective is None else f"{result.objective:.9g}",
        "" if above is None else f"{above:.1e}",
        *("" if proof is None else f"{residual:.1e}" for residual in _residuals(result)),
        "" if result.iterations is None else str(result.iterations),
        "" if result.seconds is None else f"{result.seconds:.2f}",
        "" if result.memory is None else f"{result.memory / 1e6:.0f}",
    )  # fmt: skip


def _residuals(result: Result) -> tuple[float, float, float]:
    proof = result.certificate
    if proof is None:
        return (0.0, 0.0, 0.0)
    return proof.primal.relative, proof.dual.relative, proof.gap


def _notes(each: Compared) -> Iterator[str]:
    for result in each.results:
        if result.reason and result.standing is not Standing.ABSENT:
            yield f"  {result.algorithm.name}: {result.reason}"
    missing = [r.algorithm.name for r in each.results if r.standing is Standing.ABSENT]
    if missing:
        yield f"  absent: {', '.join(missing)}  (`allocator solvers` says how to install them)"


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
