"""``allocator calibrate ssda903``: an instance from a council's own returns."""

from __future__ import annotations

import json as jsons
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from allocator.cli.calibrate.files import tell_passed_over
from allocator.cli.progress import ProgressBar
from allocator.cli.verbs import Verb

if TYPE_CHECKING:
    from allocator.calibrate.ssda903.calibrating import Calibration

DATE = click.DateTime(["%d/%m/%Y", "%Y-%m-%d"])


@click.command(
    "ssda903",
    cls=Verb,
    examples=(
        "allocator calibrate ssda903 returns --out my-council",
        "allocator calibrate ssda903 returns --out my-council --year 2024 --config my.toml",
        "allocator calibrate ssda903 returns --out my-council --config cs-demand-model",
    ),
)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="INSTANCE",
    help="Write the instance there: a folder, or a workbook if it ends in .xlsx.",
)
@click.option(
    "--config",
    metavar="FILE",
    default="default",
    show_default=True,
    help="Age bands, placement categories and more: a file, default or cs-demand-model.",
)
@click.option(
    "--year",
    type=click.IntRange(1990, 2100),
    metavar="Y",
    help="Opening stocks are of 31 March of this year, with which the last return used "
    "ends.  [last return]",
)
@click.option(
    "--start",
    type=DATE,
    metavar="DATE",
    help="Day from which moves count, dd/mm/yyyy.  [first return]",
)
@click.option("--end", type=DATE, metavar="DATE", help="Day of the opening stocks, not 31 March.")
@click.option(
    "--dates",
    type=click.Choice(["dd/mm/yyyy", "mm/dd/yyyy"]),
    help="Form of the dates in the returns.  [found out from each file]",
)
@click.option(
    "--council", metavar="NAME", help="Whose rows to read, where a column names several councils."
)
@click.option(
    "--first-year",
    type=click.Choice(["repeat", "estimated"]),
    help="Repeat the last observed year's entries and exits once, or estimate those of "
    "the first year too, the better forecast.  [as the configuration has it: "
    "repeat]",
)
@click.option(
    "--children-in-need",
    type=click.FloatRange(min=1),
    metavar="N",
    help="Children in need and not in care on that day.  [an assumption]",
)
@click.option("--name", help="Name of the instance.  [that of INSTANCE]")
@click.option(
    "--problems",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the file and row of everything that a rule was applied to, as CSV.",
)
@click.option("--json", is_flag=True, help="Print rates and intervals as JSON, not the summary.")
@click.option("--force", is_flag=True, help="Replace the instance, and FILE.")
def command(
    folder: Path,
    out: Path,
    config: str,
    year: int | None,
    start: datetime | None,
    end: datetime | None,
    dates: str | None,
    council: str | None,
    first_year: str | None,
    children_in_need: float | None,
    name: str | None,
    problems: Path | None,
    json: bool,
    force: bool,
) -> None:
    """Make an instance from the SSDA903 returns in FOLDER.

    FOLDER holds episodes.csv and header.csv, those of several years in folders of their own or
    with the year in their names.  They are read where they lie.  Nothing about a child is
    written: no identifier, no date of birth, no count from 1 to 4.  docs/how-to-ssda903.md has
    every rule by which returns are read.
    """
    from allocator.calibrate.ssda903.calibrating import calibrate
    from allocator.calibrate.ssda903.places import flaws
    from allocator.calibrate.ssda903.settings import read_settings
    from allocator.files import check_file, check_folder
    from allocator.instance.writing import INSTANCE
    from allocator.report.pages.returns import text

    if year is not None and end is not None:
        raise click.UsageError("give --year or --end, not both")
    settings = read_settings(config)
    if first_year is not None:
        settings = replace(settings, anchored=first_year == "repeat")
    if out.suffix.lower() != ".xlsx":
        check_folder(out, kind=INSTANCE, force=force)
    if problems is not None:
        check_file(problems, force=force)
    with ProgressBar() as progress:
        calibration = calibrate(
            folder,
            settings,
            name=name or out.stem,
            start=start.date() if start else None,
            end=date(year, 3, 31) if year else end.date() if end else None,
            children_in_need=children_in_need,
            dates=dates,
            council=council,
            told=progress,
        )
    _save(calibration, out, problems, force)
    tell_passed_over(calibration.observed.passed_over)
    for line in flaws(calibration.observed):
        click.echo(line, err=True)
    for warning in calibration.warnings:
        click.echo(f"warning: {warning}", err=True)
    click.echo(jsons.dumps(calibration.intervals(), indent=2) if json else text(calibration))
    click.echo(
        f"wrote {out}; next: allocator check {out}, and put your own figures where a "
        "source says assumption",
        err=True,
    )


def _save(calibration: Calibration, out: Path, problems: Path | None, force: bool) -> None:
    import csv

    from allocator.calibrate.ssda903.places import places_csv
    from allocator.files import place_file
    from allocator.spreadsheet import guarded

    def write(file: Path) -> None:
        with file.open("w", encoding="utf-8", newline="") as text:
            csv.writer(text).writerows(
                [guarded(str(cell)) for cell in row] for row in places_csv(calibration.observed)
            )

    calibration.save(out, force=force)
    if problems is not None:
        place_file(problems, write, force=force)
