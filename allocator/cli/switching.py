"""``allocator switching``: how far each input can move before the conclusions change."""

from __future__ import annotations

import click

from allocator.cli import options
from allocator.cli.asking import SharedOptions, asking
from allocator.cli.verbs import Verb


@click.command(
    "switching",
    cls=Verb,
    examples=(
        'allocator switching my-council --inputs "effects.*"',
        "allocator switching instances/reading-2025 --inputs services.*.unit_cost --out switching",
        "allocator switching my-council --jobs 4",
    ),
)
@asking
@click.option(
    "--inputs",
    "patterns",
    multiple=True,
    metavar="TABLE.KEY.COLUMN",
    help="Only inputs whose name fits, * for anything; may be given again.",
)
@options.workers()
def command(
    asked: SharedOptions, patterns: tuple[str, ...], jobs: int, scheduler: str | None
) -> int:
    """Print how far each effect, unit cost, growth limit, rate and arrival of INSTANCE can move.

    Alone, and with the plan made anew: before other services or another window are chosen,
    before the plan no longer pays back in its years, before the target is out of reach.  Each
    is set against the low and high ends of the evidence.  Many inputs take a while: --inputs
    asks for some of them, --jobs moves several at once.  Exits 3 where there is no plan to begin
    with.
    """
    from allocator.executors import executor
    from allocator.explain.switching.switching import Switching, switching_values
    from allocator.report.pages.switching import text

    with executor(jobs, scheduler) as workers:
        return asked.answer(
            Switching,
            lambda chosen, tell: switching_values(chosen, patterns, tell, workers),
            text,
            is_found=lambda answer: answer.usual.cost is not None,
        )
