"""``allocator delay``: what it costs to begin later."""

from __future__ import annotations

import click

from allocator.cli.asking import SharedOptions, asking
from allocator.cli.verbs import Verb


@click.command(
    "delay",
    cls=Verb,
    examples=("allocator delay instances/england-2016", "allocator delay my-council --years 2"),
)
@asking
@click.option(
    "--years",
    type=click.IntRange(min=1),
    metavar="N",
    help="Longest delay.  [default: 4, or what the plan allows]",
)
def command(asked: SharedOptions, years: int | None) -> int:
    """Print what it costs to begin INSTANCE's plan 1, 2, ... years later.

    In pounds at present value and in child-years of care, with the targets as much later and with
    the targets held.  Exits 3 where there is no plan even at once.
    """
    from allocator.explain.delay import Delay, cost_of_delay
    from allocator.report.pages.delay import text

    return asked.answer(
        Delay,
        lambda chosen, tell: cost_of_delay(chosen, years, tell),
        text,
        is_found=lambda answer: answer.table["status"].iloc[0] == "optimal",
    )
