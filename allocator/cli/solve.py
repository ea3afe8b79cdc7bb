"""``allocator solve``: the plan of an instance."""

from __future__ import annotations

import json
from pathlib import Path

import click

from allocator.cli.instances import open_instance
from allocator.cli.progress import Progress
from allocator.errors import SolverError

INFEASIBLE = 3


@click.command("solve")
@click.argument("instance", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write the plan's tables, plan.json and a copy of the instance there.",
)
@click.option("--force", is_flag=True, help="Replace the plan that is in DIR.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, not the summary.")
@click.option(
    "--solver",
    default="simplex",
    show_default=True,
    metavar="NAME",
    help="simplex, ipm, hipo or pdlp, all of HiGHS.",
)
@click.option(
    "--formulation",
    default="least_cost",
    show_default=True,
    metavar="NAME",
    help="least_cost (cheapest path to the targets), or largest_reduction (fewest "
    "children in care that the funds can reach).",
)
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Longest it may take in all.",
)
@click.option("--set", "changes", multiple=True, metavar="TABLE.KEY.COLUMN=VALUE",
              help="Change a cell first; may be given again.")  # fmt: skip
def command(
    instance: Path, out: Path | None, force: bool, as_json: bool, solver: str, formulation: str,
    time_limit: float | None, changes: tuple[str, ...],
) -> int:  # fmt: skip
    """Find the plan of INSTANCE and print its summary.

    Every admissible double-investment window is tried and the cheapest plan kept.  It is proved
    optimal from the program's arrays, and re-run by a simulator that knows nothing of the program.
    Exits 3 where no plan exists, 4 where the solver fails or its answer does not stand up.

    \b
    Examples:
      allocator solve instances/england-2016 --out plans/england-2016
      allocator solve instances/england-2016 --set targets.2025.children=60000
      allocator solve instances/england-2016 --json --formulation largest_reduction
    """
    chosen = open_instance(instance, changes)
    from allocator.solve import solve

    try:
        with Progress() as progress:
            plan = solve(
                chosen, formulation=formulation, solver=solver, time_limit=time_limit,
                progress=progress,
            )  # fmt: skip
    except SolverError as error:
        if as_json:
            facts = {"status": error.status, "message": str(error)}
            click.echo(json.dumps(facts, indent=2, ensure_ascii=False))
        raise
    click.echo(json.dumps(plan.to_dict(), indent=2, ensure_ascii=False))
    return 0 if plan.found else INFEASIBLE
