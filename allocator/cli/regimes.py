"""``allocator regimes``: what annual budgets and late settlements cost."""

from __future__ import annotations

import click

from allocator.cli.asking import SharedOptions, asking
from allocator.cli.verbs import Verb


@click.command(
    "regimes",
    cls=Verb,
    examples=("allocator regimes instances/england-2016",),
)
@asking
def command(asked: SharedOptions) -> int:
    """Print what INSTANCE's rules of money cost.

    Annual budgets against the same cash free over the years, and settlements known a year at a
    time against all of them known from the start.  Exits 3 where the instance as it stands has no
    plan; the answer is then what comes nearest.
    """
    from allocator.explain.regimes.regimes import Regimes, regimes
    from allocator.report.pages.regimes import text

    return asked.answer(
        Regimes, regimes, text, is_found=lambda answer: answer.facts()["status"] == "optimal"
    )
