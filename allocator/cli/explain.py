"""``allocator explain``: why this plan, and what to do when there is none."""

from __future__ import annotations

import click

from allocator.cli.asking import SharedOptions, asking
from allocator.cli.formulations import LINEAR, any_of
from allocator.cli.verbs import Verb
from formulations import USUAL


@click.command(
    "explain",
    cls=Verb,
    examples=(
        "allocator explain instances/england-2016",
        "allocator explain instances/england-2016 --set targets.2021.children=74500",
        "allocator explain my-council --json",
    ),
)
@asking
@click.option(
    "--formulation", default=USUAL, show_default=True, metavar="NAME", help=f"{any_of(LINEAR)}."
)
@click.option(
    "--windows",
    type=click.Choice(["all", "best"]),
    default="all",
    show_default=True,
    help="Look for ways out in every double-investment window, or in none and the longest alone.",
)
def command(asked: SharedOptions, formulation: str, windows: str) -> int:
    """Explain the plan of INSTANCE, or why there is none.

    With a plan: which inputs, a little worse, put the target out of reach; what binds and what one
    unit more is worth, over which range; why the double investment lies where it does; which
    services are used and what would bring in the others.
    Without: which limits can't all hold, and the least of every kind of change that would give a
    plan, each tried; exits 3.
    """
    from allocator.explain.explanation import Explanation, explain
    from allocator.report.pages.explanation import text

    return asked.answer(
        Explanation,
        lambda chosen, tell: explain(
            chosen,
            formulation=formulation,
            every_window=windows == "all",
            progress=tell,
            ask_tightest=True,
            page_alone=not asked.is_kept,
        ),
        text,
        is_found=lambda answer: answer.found,
    )
