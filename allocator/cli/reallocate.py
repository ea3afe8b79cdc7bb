"""``allocator reallocate``: today's money, better allocated."""

from __future__ import annotations

import click

from allocator.cli.asking import SharedOptions, asking
from allocator.cli.verbs import Verb


@click.command(
    "reallocate",
    cls=Verb,
    examples=("allocator reallocate instances/england-2016",),
)
@asking
def command(asked: SharedOptions) -> int:
    """Print how many fewer children in care INSTANCE's spend of today could reach.

    The total of every year stays what it is if nothing changes; only what it is spent on is chosen
    anew.  Exits 3 where limits on spend leave no such allocation.
    """
    from allocator.explain.reallocation import Reallocation, reallocate
    from allocator.report.pages.reallocation import text

    return asked.answer(Reallocation, reallocate, text, is_found=lambda answer: answer.plan.found)
