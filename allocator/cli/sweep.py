"""``allocator sweep``: plans over a grid."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from allocator.cli import options
from allocator.cli.formulations import LINEAR, any_of
from allocator.cli.instances import open_instance
from allocator.cli.progress import ProgressBar
from allocator.cli.verbs import INTERRUPTED, Verb
from formulations import USUAL

FAILED = 4


@click.command(
    "sweep",
    cls=Verb,
    examples=(
        "allocator sweep instances/england-2016 --over targets.2021.children=74000:84000:500",
        'allocator sweep my-council --over "budgets.core.*.amount=*0.98:1.02:0.01" --out grid.csv',
    ),
)
@click.argument("instance", type=click.Path(path_type=Path))
@click.option(
    "--over",
    "axes",
    multiple=True,
    required=True,
    metavar="TABLE.KEY.COLUMN=VALUES",
    help="An axis of the grid: start:stop:step (stop included), or a,b,c, the values as "
    "--set takes them.  May be given again.",
)
@options.changes("everywhere first")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the table there, not to stdout.  Interrupted, the same command goes on "
    "where it was.",
)
@click.option("--force", is_flag=True, help="Replace FILE.")
@options.workers()
@options.solver()
@click.option(
    "--formulation", default=USUAL, show_default=True, metavar="NAME", help=f"{any_of(LINEAR)}."
)
@click.option(
    "--windows",
    type=click.Choice(["all", "best"]),
    default="best",
    show_default=True,
    help="Solve every double-investment window of a point, or only those that could be the best.",
)
@options.seconds("that a point may take")
@click.option("--audit", is_flag=True, help="Audit every plan, not a sample and the best.")
def command(
    instance: Path,
    axes: tuple[str, ...],
    changes: tuple[str, ...],
    out: Path | None,
    force: bool,
    jobs: int,
    scheduler: str | None,
    solver: str,
    formulation: str,
    windows: str,
    time_limit: float | None,
    audit: bool,
) -> int:
    """Solve INSTANCE at every point of a grid and print a table, one row a point, as CSV.

    A row has the values of the axes, then the plan's facts: docs/how-to-sweep.md says what each
    is.  A point without a plan is a row with a status.  Exits 4 where the solver failed at one.
    """
    chosen = open_instance(instance, changes)
    from allocator.sweep import Recorded, Sweep, executor

    sweep = Sweep(
        chosen,
        axes,
        formulation=formulation,
        solver=solver,
        every_window=windows == "all",
        time_limit=time_limit,
        audit_all=audit,
    )
    recorded = Recorded(sweep, out, force=force)
    try:
        with ProgressBar() as progress, executor(jobs, scheduler) as workers:
            table = recorded.run(workers, progress)
    except KeyboardInterrupt:
        click.echo(f"error: interrupted; {recorded.how_to_go_on()}", err=True)
        return INTERRUPTED
    if formulation != USUAL:
        from allocator.report.pages.headline import question

        click.echo(question(chosen, formulation), err=True)
    if out is None:
        click.echo(recorded.csv(table), nl=False)
    counts = Counter(table["status"])
    told = ", ".join(f"{number} {status}" for status, number in counts.items())
    click.echo(f"{told}{f'; wrote {out}' if out else ''}", err=True)
    return FAILED if counts["failed"] or counts["time_limit"] else 0
