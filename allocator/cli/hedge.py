"""``allocator hedge``: what to settle now, over the futures there may be."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from allocator.cli import options
from allocator.cli.asking import SharedOptions, asking
from allocator.cli.verbs import Verb

if TYPE_CHECKING:
    from allocator.cli.progress import ProgressBar
    from allocator.hedge import Hedge
    from allocator.instance import Instance


@click.command(
    "hedge",
    cls=Verb,
    examples=(
        "allocator hedge my-council",
        "allocator hedge my-council --set uncertainty.risk_weight=0.5",
        "allocator hedge my-council --json",
        "allocator hedge my-council --out plans/my-council-hedge",
        "allocator hedge my-council --learn-earlier all",
        "allocator hedge my-council --low-at-once 2",
        "allocator hedge my-council --draw 1000 --seed 7",
        "allocator hedge my-council --engine mpi-sppy --ranks 3",
    ),
)
@click.option(
    "--engine",
    type=click.Choice(["mpi-sppy"]),
    default=None,
    help="Leave it to mpi-sppy what is settled: its extensive form, or with --ranks its hub and "
    "spokes; its levels are certified here.  [needs the extra mpi-sppy]",
)
@click.option(
    "--ranks",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="Ranks of MPI for the engine: 1, or a multiple of 3.",
)
@click.option(
    "--learn-earlier",
    multiple=True,
    metavar="SCENARIO",
    help="Tell what it is worth to learn of it a year earlier; may be given again, and `all` is "
    "every scenario.",
)
@click.option(
    "--low-at-once",
    "low",
    type=click.IntRange(min=1),
    metavar="N",
    help="In place of the instance's scenarios: every choice of N services whose effects turn out "
    "at their `low`, of which the worst counts.",
)
@click.option(
    "--draw",
    type=click.IntRange(min=1),
    metavar="N",
    help="In place of the instance's scenarios: N draws, made as `stress` makes them, reduced to "
    "a few.",
)
@options.seed()
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    metavar="M",
    help="To how many the draws are reduced.",
)
@click.option(
    "--calibrated",
    type=click.Path(path_type=Path),
    metavar="PLACE",
    help="Draw rates as sure as calibration.json there says.  [default: that beside INSTANCE, "
    "else the drift of England's councils]",
)
@asking
def command(
    asked: SharedOptions,
    engine: str | None,
    ranks: int,
    learn_earlier: tuple[str, ...],
    low: int | None,
    draw: int | None,
    seed: int,
    keep: int,
    calibrated: Path | None,
) -> int:
    """Find what to settle now over the scenarios of INSTANCE.

    Levels of the years before the scenarios part are the same in all of them; what follows is each
    one's own.  Every double-investment window is tried on the whole, which is proved optimal from
    its arrays, and each scenario's plan is re-run by the simulator.  What --out writes is a plan
    as `solve --out` does, of every scenario: `audit`, `report`, `compare` and `stress` take it.
    Exits 3 where nothing that can be settled leaves a plan in every scenario.
    """
    from allocator.errors import UsageError
    from allocator.hedge import Hedge, hedge
    from allocator.hedge.low import low_at_once
    from allocator.hedge.saving import check_place, save_hedge
    from allocator.report.pages.hedge import text

    if low is not None and draw is not None:
        raise UsageError("--low-at-once and --draw each make futures of their own; choose one")
    if low is not None and (engine is not None or learn_earlier):
        raise UsageError("--low-at-once goes without --engine and --learn-earlier")

    def find(chosen: Instance, tell: ProgressBar) -> Hedge:
        if low is not None:
            return low_at_once(chosen, low, progress=tell)
        origin = None
        if draw is not None:
            from allocator.forecast import read_doubt
            from allocator.stress.reduced import drawn_futures

            doubt = read_doubt(calibrated or asked.place)
            kept = min(keep, draw)
            chosen, origin = drawn_futures(chosen, draw, seed, kept=kept, doubt=doubt)
        hedged = hedge(
            chosen, engine=engine, ranks=ranks, learn_earlier=learn_earlier, progress=tell
        )
        return replace(hedged, origin=origin)

    return asked.answer(
        Hedge,
        find,
        text,
        is_found=lambda answer: answer.is_feasible,
        keep=(check_place, partial(save_hedge, beside=asked.beside)),
    )
