"""``allocator alternatives``: plans nearly as good as the best."""

from __future__ import annotations

import click

from allocator.cli.asking import SharedOptions, asking
from allocator.cli.verbs import Verb


class Within(click.ParamType[tuple[float | None, float | None]]):
    """A share of the cost, as 1%, or an amount, as 250000: (share, amount), one of them None."""

    name = "share or amount"

    def convert(
        self,
        value: str | tuple[float | None, float | None],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[float | None, float | None]:
        """Read it; a usage error where it is neither, or below 0."""
        if isinstance(value, tuple):  # click asks for what it has again
            return value
        bare = value.strip().removeprefix("£").replace(",", "")
        share = bare.endswith("%")
        try:
            number = float(bare.removesuffix("%")) / (100 if share else 1)
        except ValueError:
            number = -1.0
        if not 0 <= number < float("inf"):
            self.fail(f"{value!r} is neither a share, as 1%, nor an amount, as 250000", param, ctx)
        return (number, None) if share else (None, number)


@click.command(
    "alternatives",
    cls=Verb,
    examples=(
        "allocator alternatives my-council --within 1%",
        "allocator alternatives instances/reading-2025 --within 250000 --windows all",
    ),
)
@asking
@click.option(
    "--within",
    type=Within(),
    default="1%",
    show_default=True,
    metavar="SHARE|AMOUNT",
    help="How much more they may cost: a share of the least cost (1%), or £ at present "
    "value (250000).",
)
@click.option(
    "--windows",
    type=click.Choice(["best", "all"]),
    default="best",
    show_default=True,
    help="Plans with the best double investment alone, or with any.",
)
def command(asked: SharedOptions, within: tuple[float | None, float | None], windows: str) -> int:
    """Print how far INSTANCE's spend can differ between plans that are nearly as cheap as the best.

    The least and the most that can be spent on each service and tier, year by year; what all of
    these plans do; and the one nearest to today's pattern of spend.  Exits 3 where there is none.
    """
    share, amount = within
    from allocator.explain.alternatives.alternatives import Alternatives, alternatives
    from allocator.report.pages.alternatives import text

    return asked.answer(
        Alternatives,
        lambda chosen, tell: alternatives(
            chosen, share=share or 0.0, amount=amount, every_window=windows == "all", progress=tell
        ),
        text,
        is_found=lambda answer: answer.cost is not None,
    )
