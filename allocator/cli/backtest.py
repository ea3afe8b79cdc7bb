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
    from allocator.report.pages.backtest import text

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
    """The last comparison of the last base at the top, all in ``comparisons``, and ``by_size``.

    ``columns`` are those of the table by council.
    """
    from dataclasses import asdict

    from allocator.backtest import by_size
    from allocator.plan.columns import BACKTEST

    return {
        **backtests[-1].to_dict(),
        "comparisons": [each.to_dict() for each in backtests],
        "by_size": [
            {k: round(v, 4) if isinstance(v, float) else v for k, v in asdict(size).items()}
            for size in by_size(backtests)
        ],
        "columns": {name: column.meaning for name, column in BACKTEST.items()},
    }
