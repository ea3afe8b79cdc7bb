"""``allocator solve``: the plan of an instance."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from allocator.cli import options
from allocator.cli.asking import failure
from allocator.cli.formulations import any_of
from allocator.cli.instances import open_instance
from allocator.cli.progress import ProgressBar
from allocator.cli.verbs import Verb
from allocator.errors import SolverError
from formulations import FORMULATIONS, USUAL

if TYPE_CHECKING:
    from allocator.plan.plan import Plan
    from allocator.solving.areas.ladder import By

INFEASIBLE = 3


@click.command(
    "solve",
    cls=Verb,
    examples=(
        "allocator solve instances/england-2016 --out plans/england-2016",
        "allocator solve instances/england-2016 --set targets.2021.children=75000",
        "allocator solve instances/north-east-2025 --jobs 2",
        'allocator solve instances/england-2016 --set "budgets.core.*.amount=*1.02" --json',
    ),
)
@click.argument("instance", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write the plan's tables, plan.json and a copy of the instance there.",
)
@click.option("--force", is_flag=True, help="Replace the plan that is in DIR.")
@click.option("--json", is_flag=True, help="Print one JSON object, not the summary.")
@options.solver()
@click.option(
    "--formulation",
    default=USUAL,
    show_default=True,
    metavar="NAME",
    help=f"{any_of(f'{name} ({each.about})' for name, each in FORMULATIONS.items())}.",
)
@options.time_limit
@click.option(
    "--windows",
    type=click.Choice(["all", "best"]),
    default="all",
    show_default=True,
    help="Solve every double-investment window, or only those that could be the best: the "
    "others are reported as costing at least so much.",
)
@click.option(
    "--method",
    "by",
    type=click.Choice(["whole", "areas"]),
    help="Solve a program of several areas as a whole, or area by area; left out, its size says.",
)
@click.option(
    "--tightest",
    is_flag=True,
    help="Say in the answer, too, which inputs, alone and a little worse, would put the target out "
    "of reach; about three times the work.",
)
@click.option(
    "--scenario",
    metavar="NAME",
    help="Solve one scenario of the instance, as though it were known.",
)
@options.workers("areas")
@options.changes()
def command(
    instance: Path,
    out: Path | None,
    force: bool,
    json: bool,
    solver: str,
    formulation: str,
    windows: str,
    by: By | None,
    tightest: bool,
    scenario: str | None,
    jobs: int,
    scheduler: str | None,
    changes: tuple[str, ...],
) -> int:
    """Find the plan of INSTANCE and print its summary.

    Every admissible double-investment window is tried and the cheapest plan kept.  It is proved
    optimal from the program's arrays, and re-run by a simulator that knows nothing of the program.
    Exits 3 where no plan exists, 4 where the solver fails or its answer does not stand up.
    """
    from allocator.executors import lanes

    with lanes(jobs, scheduler) as workers:
        if workers:
            from allocator.solving.areas.spread import prepare

            prepare(workers)  # while the instance is read
        chosen = open_instance(instance, changes)
        if scenario is not None:
            from allocator.instance.scenarios import scenario_of

            chosen = scenario_of(chosen, scenario)
        from allocator.instance.beside import kept_beside
        from allocator.plan.saving import check_place, save
        from allocator.solving.solve import solve

        beside: dict[str, str] = {}
        if out is not None:
            check_place(out, force=force)
            beside = kept_beside(instance)
        try:
            with ProgressBar() as progress:
                plan = solve(
                    chosen,
                    formulation=formulation,
                    solver=solver,
                    every_window=windows == "all",
                    by=by,
                    progress=progress,
                    ask_tightest=tightest,
                    workers=workers,
                )
        except SolverError as error:
            if json:
                click.echo(failure(error))
            raise
    if out is not None:
        save(plan, out, force=force, beside=beside)
    _show(plan, json)
    if out is not None:
        click.echo(f"wrote the plan to {out}", err=True)
    return 0 if plan.found else INFEASIBLE


def _show(plan: Plan, json: bool) -> None:
    if json:
        from allocator.plan.saving import as_json

        click.echo(as_json(plan.to_dict()))
        return
    from allocator.report.terminal import write_summary

    write_summary(plan, sys.stdout)
