"""``allocator import-solution``: what another solver found, certified and audited."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from allocator.cli import options
from allocator.cli.export import WindowType, check_window
from allocator.cli.instances import open_instance
from allocator.cli.progress import ProgressBar
from allocator.cli.verbs import Verb
from formulations import USUAL

if TYPE_CHECKING:
    from allocator.importing import Imported

FAILED = 4


@click.command(
    "import-solution",
    cls=Verb,
    examples=(
        "allocator import-solution instances/england-2016 england.sol",
        "allocator import-solution instances/england-2016 england.sol --window 2017:3 --json",
        "allocator import-solution instances/england-2016 glpk.txt --names england.mps.names.json",
    ),
)
@click.argument("instance", type=click.Path(path_type=Path))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--names",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="What `export` wrote beside the program, PROGRAM.names.json.  Says which instance, "
    "formulation and window it is of; needed for `glpsol -w`, which writes no names.",
)
@click.option(
    "--window",
    type=WindowType(),
    help="Fail if it is not of this window.  [default: the years that the solution has]",
)
@click.option(
    "--formulation",
    metavar="NAME",
    help=f"Which was exported.  [default: that of --names, else {USUAL}]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write the plan there, as `solve --out` does, if it is shown to be optimal.",
)
@click.option("--force", is_flag=True, help="Replace the plan that is in DIR.")
@click.option("--json", is_flag=True, help="Print one JSON object.")
@options.time_limit
def command(
    instance: Path,
    file: Path,
    names: Path | None,
    window: tuple[int, int] | None,
    formulation: str | None,
    out: Path | None,
    force: bool,
    json: bool,
) -> int:
    """Check a solution of INSTANCE's exported program that HiGHS, GLPK, CBC or SCIP wrote to FILE.

    It is certified from the program's arrays, audited by simulation like a plan of ours, and its
    cost set against our own optimum.  Without duals in the file there is no proof of optimality,
    and that is said.  Exits 4 if the certificate or the audit fails, 2 if FILE is not understood or
    belongs to another program.
    """
    chosen = open_instance(instance)
    check_window(chosen, window)
    from allocator.importing import import_solution
    from allocator.plan.saving import as_json, check_place, save

    if out is not None:
        check_place(out, force=force)
    with ProgressBar() as progress:
        solution = import_solution(
            chosen, file, formulation=formulation, window=window, names=names, progress=progress
        )
    click.echo(as_json(solution.to_dict()) if json else _told(solution))
    if solution.failures:
        return FAILED
    if out is not None:
        save(solution.plan_to_keep(), out, force=force)
        click.echo(f"wrote the plan to {out}", err=True)
    return 0


def _told(solution: Imported) -> str:
    from allocator.report.pages.imported import text

    return text(solution)
