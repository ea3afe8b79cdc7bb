"""``allocator stress``: a plan's levels held where its numbers turn out otherwise."""

from __future__ import annotations

from pathlib import Path

import click

from allocator.cli import options
from allocator.cli.asking import ending
from allocator.cli.progress import ProgressBar
from allocator.cli.verbs import Verb


@click.command(
    "stress",
    cls=Verb,
    examples=(
        "allocator stress plans/my-council",
        "allocator stress plans/my-council --draws 50000 --seed 7 --json",
        "allocator stress plans/my-council --spread spreads.csv --out plans/my-council/stress",
        "allocator stress plans/my-council --replan 100 --jobs 4",
    ),
)
@click.argument("plan", type=click.Path(path_type=Path))
@click.option(
    "--draws",
    type=click.IntRange(min=1),
    default=10_000,
    show_default=True,
    metavar="N",
    help="How many draws.",
)
@options.seed()
@click.option(
    "--spread",
    "spread",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="How far unit costs may be off: a CSV table with item, spread and growth.  "
    "[default: what councils' own unit costs have done]",
)
@click.option(
    "--calibrated",
    type=click.Path(path_type=Path),
    metavar="INSTANCE",
    help="Take how sure rates are from calibration.json there.  [default: the plan's "
    "instance, else the drift of England's councils]",
)
@click.option(
    "--replan",
    type=click.IntRange(min=1),
    is_flag=False,
    flag_value=200,
    default=None,
    metavar="[N]",
    help="Plan the first N draws anew as well, from where the settled years leave them.  "
    "[200 where N is left out]",
)
@options.workers()
@options.time_limit
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write the answer there: its tables as CSV, all of it as JSON, and what each column is.",
)
@click.option("--force", is_flag=True, help="Replace the answer that is in DIR.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, not the page.")
def command(
    plan: Path,
    draws: int,
    seed: int,
    spread: Path | None,
    calibrated: Path | None,
    replan: int | None,
    jobs: int,
    scheduler: str | None,
    out: Path | None,
    force: bool,
    as_json: bool,
) -> int:
    """Hold the levels of PLAN, a folder that `solve --out` wrote, where its numbers are otherwise.

    Or that `hedge --out` wrote: then what it settles is held, and after that the levels of the
    scenario whose children in care and spend are nearest to the draw's.

    They are run through each scenario of its instance, and through draws of what is uncertain:
    effects between `low` and `high`, rates and entries as `forecast` has them, unit costs by their
    spread.  Told are bands of children in care, spend and cumulative position, the chances of
    meeting the targets, of the funds sufficing and of paying back, and which inputs matter.
    """
    from allocator.executors import executor
    from allocator.explain.answers import check_place, save
    from allocator.face import load
    from allocator.forecast import read_doubt
    from allocator.plan.saving.layout import INSTANCE_FOLDER
    from allocator.report.pages.stress import text
    from allocator.stress import Stress, read_spreads, stress

    if out is not None:
        check_place(Stress, out, force=force)
    loaded = load(plan)
    spreads = None if spread is None else read_spreads(spread, loaded.instance)
    kept = (plan if plan.is_dir() else plan.parent) / INSTANCE_FOLDER
    doubt = read_doubt(calibrated or kept)
    with ProgressBar() as progress, executor(jobs, scheduler) as workers:
        answer = stress(
            loaded,
            draws=draws,
            seed=seed,
            doubt=doubt,
            spreads=spreads,
            replans=replan or 0,
            executor=workers,
            progress=progress,
        )
    if out is not None:
        save(answer, out, force=force)
    click.echo(answer.to_json() if as_json else text(answer), nl=as_json)
    if out is not None:
        click.echo(f"wrote the answer to {out}", err=True)
    return ending(answer)
