"""``allocator backtest``: how good the projections would have been."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from allocator.cli.calibrate.files import tell_passed_over
from allocator.cli.verbs import Verb

if TYPE_CHECKING:
    from allocator.backtest import Backtest


@click.command(
    "backtest",
    cls=Verb,
    examples=(
        "allocator backtest downloads --base 2021 --horizon 3",
        "allocator backtest downloads --base 2019 --base 2020 --base 2021 --json",
    ),
)
@click.argument("panel", type=click.Path(path_type=Path))
@click.option(
    "--base",
    "bases",
    type=int,
    multiple=True,
    required=True,
    metavar="YEAR",
    help="Year in whose March the projection starts: nothing later is read for it.  "
    "May be given again.",
)
@click.option(
    "--horizon",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    metavar="N",
    help="Years ahead; each from 1 to N is compared.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a row per council, base and horizon as CSV.",
)
@click.option("--force", is_flag=True, help="Replace FILE.")
def command(
    panel: Path, bases: tuple[int, ...], horizon: int, as_json: bool, out: Path | None, force: bool
) -> None:
    """Project every council of PANEL from a base year, and compare with what happened.

    PANEL is a file or folder of published tables, as for `calibrate published`.  Errors are means
    over councils, in % of what came; beside Allocator's own stand no change, the trend of the
    three years before, and an instance whose first year repeats the base year's flows.
    """
    from allocator.backtest import backtest
    from allocator.calibrate.panel import read_panel
    from allocator.files import place_file

    read = read_panel(panel)
    tell_passed_over(read.passed_over)
    backtests = [each for base in bases for each in backtest(read, base, horizon)]
    if out is not None:
        import pandas as pd

        from allocator.spreadsheet import write_csv

        table = pd.concat([each.table() for each in backtests], ignore_index=True)
        place_file(out, partial(write_csv, table), force=force)
        click.echo(f"wrote {out}", err=True)
    if as_json:
        click.echo(json.dumps(facts(backtests), indent=2))
    else:
        click.echo(text(backtests))


def facts(backtests: list[Backtest]) -> dict[str, object]:
    """The last comparison of the last base at the top, all in ``comparisons``, and ``by_size``."""
    from dataclasses import asdict

    from allocator.backtest import by_size

    return {
        **backtests[-1].to_dict(),
        "comparisons": [each.to_dict() for each in backtests],
        "by_size": [
            {k: round(v, 4) if isinstance(v, float) else v for k, v in asdict(size).items()}
            for size in by_size(backtests)
        ],
    }


_COMPARED = (
    "Base  Years  Councils | Allocator   bias  Base year  No change  Trend |"
    " Without the City |   By children    |  80%    95%\n"
    "                      |                   repeated                    |"
    " Alloc.  No ch.   | Alloc.  No ch.   | interval held"
)
_SIZES = "Years  Children in care   Cases  Allocator  No change  80% held"


def text(backtests: list[Backtest]) -> str:
    """A line per base and horizon, then by size over all bases, and what the columns are."""
    from allocator.backtest import by_size

    lines = [
        "Error: mean over councils of |forecast - outcome|, % of the outcome; without the City of",
        "London; and with each council weighing as its children.  Bias: of the total.",
        "",
        _COMPARED,
        *map(_compared, backtests),
        "",
        "By children in care at the base, all bases together, the City of London apart; a case is",
        "a council and a base, and few cases say little.",
        "",
        _SIZES,
    ]
    lines += [
        f"{size.horizon:>5}  {size.name:<17} {size.cases:>6} {size.error:>10.2f}"
        f" {size.no_change:>10.2f} {size.held:>9.1f}"
        for size in by_size(backtests)
    ]
    out = {name for each in backtests for name in each.left_out}
    if out:
        lines += ["", f"Left out where there is no outcome: {len(out)} councils."]
    return "\n".join(lines)


def _compared(each: Backtest) -> str:
    """One line: a base and a horizon."""
    ours, same = "allocator", "no_change"
    return (
        f"{each.base}  {each.horizon:>5}  {len(each.codes):>8} | {each.error(ours):>9.2f}"
        f" {each.bias(ours):>+6.2f} {each.error('base_year_repeated'):>10.2f}"
        f" {each.error(same):>10.2f} {each.error('three_year_trend'):>6.2f}"
        f" | {each.error_without_city(ours):>6.2f} {each.error_without_city(same):>7.2f}"
        f"   | {each.error_by_children(ours):>6.2f} {each.error_by_children(same):>7.2f}"
        f"   | {each.coverage(0.8):>5.1f}  {each.coverage(0.95):>5.1f}"
    )
