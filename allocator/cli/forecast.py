"""``allocator forecast``: the baseline with its interval."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import click

from allocator.cli import options
from allocator.cli.instances import open_instance
from allocator.cli.verbs import Verb


@click.command(
    "forecast",
    cls=Verb,
    examples=(
        "allocator forecast instances/reading-2025",
        "allocator forecast my-council --level 0.95 --out forecast.csv --chart forecast.svg",
    ),
)
@click.argument("instance", type=click.Path(path_type=Path))
@options.changes("everywhere first")
@click.option(
    "--level",
    default="80%",
    show_default=True,
    metavar="LEVEL",
    help="Probability that an interval holds what comes: 80% or 0.8.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a row per area, state and year as CSV.",
)
@click.option(
    "--chart",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a chart as an SVG picture.",
)
@click.option("--force", is_flag=True, help="Replace FILE.")
def command(
    instance: Path,
    changes: tuple[str, ...],
    level: str,
    as_json: bool,
    out: Path | None,
    chart: Path | None,
    force: bool,
) -> None:
    """Forecast the children in each state of INSTANCE at each year's end if nothing changes.

    These are the baseline's numbers, those that `solve` measures a plan against, with intervals:
    from calibration.json beside the instance where `allocator calibrate` wrote one, else from the
    drift of England's councils.
    """
    share = _level(level)
    chosen = open_instance(instance, changes)
    from allocator.files import place_file
    from allocator.forecast import forecast, read_doubt
    from allocator.report.charts.forecast import picture
    from allocator.report.pages.forecast import text
    from allocator.spreadsheet import write_csv

    forecasted = forecast(chosen, read_doubt(instance), level=share)
    if out is not None:
        place_file(out, partial(write_csv, forecasted.table()), force=force)
        click.echo(f"wrote {out}", err=True)
    if chart is not None:
        place_file(chart, lambda new: _put(new, picture(forecasted)), force=force)
        click.echo(f"wrote {chart}", err=True)
    click.echo(json.dumps(forecasted.to_dict(), indent=2) if as_json else text(forecasted))


def _level(text: str) -> float:
    """80%, 80 or 0.8 as 0.8."""
    try:
        number = float(text.strip().rstrip("%"))
    except ValueError:
        number = 0.0
    share = number / 100 if number > 1 else number
    if not 0 < share < 1:
        raise click.BadParameter(f"{text!r} is no level; write 80% or 0.8", param_hint="--level")
    return share


def _put(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
