"""``allocator frontier``: cost against the target or fairness, or children against money."""

from __future__ import annotations

import click

from allocator.cli.asking import SharedOptions, asking
from allocator.cli.verbs import Verb


@click.command(
    "frontier",
    cls=Verb,
    examples=(
        "allocator frontier instances/england-2016",
        "allocator frontier my-council --against budget --fund core --out frontier",
        "allocator frontier instances/north-east-2025 --against fairness",
        "allocator frontier my-council --against benefits",
    ),
)
@asking
@click.option(
    "--against",
    type=click.Choice(["target", "budget", "fairness", "benefits"]),
    default="target",
    show_default=True,
    help="What moves along the curve.",
)
@click.option(
    "--target", metavar="[AREA.]YEAR", help="The target that moves.  [default: the last of them]"
)
@click.option("--fund", metavar="NAME", help="The fund whose budget moves.  [default: the largest]")
def command(asked: SharedOptions, against: str, target: str | None, fund: str | None) -> int:
    """Print what every target costs, from the fewest children that INSTANCE's funds can reach.

    Or, against the budget, the fewest children that a fund with more money, or less, can reach; or,
    against fairness, what it costs that every area has so much fewer children in care at least;
    or, against benefits, what it costs the council to do so much good to others, by the table
    benefits.
    The curve is exact, every breakpoint of it, with the double-investment window that is the
    best there; that of a large program is close, and says how close.  Exits 3 where no target,
    reduction, benefit or change of the budget has a plan.
    """
    for name, given in (("target", target), ("fund", fund)):
        if given is not None and against != {"fund": "budget"}.get(name, name):
            raise click.UsageError(f"--{name} is not for --against {against}")
    from allocator.explain.frontier.benefits import BenefitFrontier, benefit_frontier
    from allocator.explain.frontier.budget import BudgetFrontier, budget_frontier
    from allocator.explain.frontier.curve import Frontier
    from allocator.explain.frontier.fairness import FairFrontier, fair_frontier
    from allocator.explain.frontier.target import TargetFrontier, target_frontier
    from allocator.report.pages.frontier import text

    def reached(answer: Frontier) -> bool:
        return answer.reach is not None

    if against == "target":
        return asked.answer(
            TargetFrontier,
            lambda chosen, tell: target_frontier(chosen, target, tell),
            text,
            is_found=reached,
        )
    if against == "fairness":
        return asked.answer(FairFrontier, fair_frontier, text, is_found=reached)
    if against == "benefits":
        return asked.answer(BenefitFrontier, benefit_frontier, text, is_found=reached)
    return asked.answer(
        BudgetFrontier,
        lambda chosen, tell: budget_frontier(chosen, fund, tell),
        text,
        is_found=reached,
    )
