"""``allocator compare``: the same program by many solvers, with proof."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from allocator.cli import options
from allocator.cli.formulations import any_of
from allocator.cli.instances import open_instance
from allocator.cli.progress import ProgressBar
from allocator.cli.verbs import Verb
from allocator.errors import SolverError
from formulations import FORMULATIONS, USUAL

if TYPE_CHECKING:
    from allocator.compare.problems import ComparedProgram

DISAGREE = SolverError.exit_code


@click.command(
    "compare",
    cls=Verb,
    examples=(
        "allocator compare instances/england-2016",
        "allocator compare instances/england-2016 --solvers highs,glpk-simplex --repeat 3",
        "allocator compare afiro.mps --json",
    ),
)
@click.argument(
    "programs",
    metavar="INSTANCE|HEDGE|FILE.mps…",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
)
@click.option(
    "--solvers",
    metavar="A,B",
    help="Names, patterns as clp-*, or codes as highs, "
    "of those that `allocator solvers` lists.  [default: all]",
)
@click.option(
    "--formulation",
    default=USUAL,
    show_default=True,
    metavar="NAME",
    help=f"Of instances: {any_of(FORMULATIONS)}, a mixed-integer program.",
)
@click.option(
    "--repeat",
    default=1,
    show_default=True,
    type=click.IntRange(min=1),
    metavar="N",
    help="Times that each is run, in turn; the median counts.",
)
@options.seconds("for one run", most=600.0)
@click.option(
    "--threads",
    default=1,
    show_default=True,
    type=click.IntRange(min=1),
    metavar="N",
    help="Threads that each may use.",
)
@click.option(
    "--memory",
    default=0.0,
    type=click.FloatRange(min=0),
    metavar="GB",
    help="Most that each may use.  [default: what the machine has]",
)
@click.option("--json", is_flag=True, help="Print one JSON object, not tables.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write tables, programs, logs and a performance profile there.",
)
@click.option("--force", is_flag=True, help="Replace the comparison that is in DIR.")
def command(
    programs: tuple[Path, ...],
    solvers: str | None,
    formulation: str,
    repeat: int,
    time_limit: float,
    threads: int,
    memory: float,
    json: bool,
    out: Path | None,
    force: bool,
) -> int:
    """Solve the program of each INSTANCE, saved HEDGE or MPS file with every solver there is.

    All are given the identical file, in a process of its own, and every answer is proved or not
    from the program's arrays.  An instance's program is that of its best window, a hedge's that of
    all of its scenarios at once.  With columns that must be whole, the point is proved and the
    solver's bound is set beside it.  Exits 4 where two certified answers differ, where a program
    has none, or where a solver was ended from outside.
    """
    from allocator.solvers.algorithms import choose

    algorithms = choose([word.strip() for word in solvers.split(",")] if solvers else [])
    problems = [_problem(path, formulation) for path in programs]
    from allocator.compare.comparison import compare
    from allocator.compare.race import Terms
    from allocator.compare.saving import COMPARISON, as_json, save
    from allocator.files import check_folder
    from allocator.report.pages.comparison import headline, text

    if out is not None:
        check_folder(out, kind=COMPARISON, force=force)

    terms = Terms(time_limit, threads, memory=int(memory * 1e9))
    with ProgressBar() as progress:
        comparison = compare(problems, algorithms, terms, repeat=repeat, tell=progress)
    line, told = headline(comparison), text(comparison)
    click.echo(as_json(comparison, line) if json else told, nl=json)
    if out is not None:
        save(comparison, out, line, told, force=force)
        click.echo(f"wrote the comparison to {out}", err=True)
    sound = comparison.agrees and comparison.settled and not comparison.ended
    return 0 if sound else DISAGREE


def _problem(path: Path, formulation: str) -> ComparedProgram:
    from allocator.compare.problems import is_program, of_file, of_instance
    from allocator.plan.saving.layout import is_hedge

    if is_program(path):
        return of_file(path)
    if is_hedge(path):
        from allocator.hedge.compared import of_hedge

        return of_hedge(path)
    return of_instance(open_instance(path), formulation)
