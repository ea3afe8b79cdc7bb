"""``allocator calibrate published``: an instance from the published tables."""

from __future__ import annotations

from pathlib import Path

import click

from allocator.cli import options
from allocator.cli.calibrate.files import tell_passed_over
from allocator.cli.progress import ProgressBar
from allocator.cli.verbs import Verb


@click.command(
    "published",
    cls=Verb,
    examples=(
        "allocator calibrate published downloads --list durham",
        "allocator calibrate published downloads --council Reading --year 2025 --out reading",
        'allocator calibrate published downloads --region "North East" --year 2025 --out ne',
        "allocator calibrate published downloads --all --year 2024 --out england",
    ),
)
@click.argument("panel", type=click.Path(path_type=Path))
@click.option(
    "--council",
    "councils",
    multiple=True,
    metavar="NAME",
    help="A council, by its name or a part of it; may be given again: several are areas "
    "of one instance.",
)
@click.option("--region", metavar="NAME", help="All councils of a region, as areas.")
@click.option(
    "--all",
    "every",
    is_flag=True,
    help="Every council with figures for the year, as areas; who is left out is told.",
)
@click.option(
    "--year",
    type=click.IntRange(1990, 2100),
    metavar="Y",
    help="The plan starts from 31 March of this year; nothing later is read.  [the last there is]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="INSTANCE",
    help="Write the instance to this folder.",
)
@click.option(
    "--list",
    "listed",
    metavar="TEXT",
    help="List the councils whose name holds TEXT, and stop; '' lists all.",
)
@click.option(
    "--target",
    metavar="[YEAR=]CHILDREN",
    help="Children in care from the end of that financial year on.  [what the money can "
    "reach, after 5 years]",
)
@click.option(
    "--evidence",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Effects of the services, in place of the built-in table.",
)
@click.option(
    "--workforce",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="The Department's table of the children's social work workforce: social workers, "
    "turnover, agency and caseloads become roles and workloads.",
)
@click.option(
    "--shares",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Councils' shares of England's grants, in place of the assumptions: columns council, "
    "prevention_grant, transformation, from 0 to 1.",
)
@click.option(
    "--first-year",
    type=click.Choice(["repeat", "estimated"]),
    default="repeat",
    show_default=True,
    help="Repeat the base year's entries and exits once, or estimate those of the first year too.",
)
@click.option("--name", help="Name of the instance.  [that of INSTANCE]")
@click.option("--force", is_flag=True, help="Replace the instance.")
@options.time_limit
def command(
    panel: Path,
    councils: tuple[str, ...],
    region: str | None,
    every: bool,
    year: int | None,
    out: Path | None,
    listed: str | None,
    target: str | None,
    evidence: Path | None,
    workforce: Path | None,
    shares: Path | None,
    first_year: str,
    name: str | None,
    force: bool,
) -> None:
    """Make an instance of a council, a group of councils or a region from published tables.

    PANEL is a file or folder with the tables of the local authority interactive tool, or the
    downloads of children looked after, children in need and Section 251 outturn; each is known by
    its columns.  What they leave open is an assumption, and says so in its row.
    docs/how-to-calibrate.md has the rules.
    """
    from allocator.calibrate.panel import read_panel
    from allocator.calibrate.published import calibrate, named, requested, write_calibrated
    from allocator.calibrate.published.writing import check_out
    from allocator.report.pages.calibrated import text
    from allocator.report.pages.listing import text as listing

    if out is None and listed is None:
        raise click.UsageError("--out INSTANCE says where to write; --list TEXT only looks")
    if out is not None and listed is None:
        check_out(out, force=force)
    with ProgressBar() as progress:
        progress("reading the tables", 0, 3)
        read = read_panel(panel)
        tell_passed_over(read.passed_over)
        if listed is not None or out is None:
            click.echo(listing(read, named(read, listed or "")))
            return
        request = requested(
            read,
            councils,
            region,
            year,
            name or out.name,
            target=target,
            evidence=evidence,
            workforce=workforce,
            first_year=first_year,
            shares=shares,
            every=every,
        )
        made = calibrate(read, request, progress)
    write_calibrated(made, out, force=force)
    click.echo(text(made))
    click.echo(f"wrote {out}; next: read {out / 'README.md'}, then allocator check {out}", err=True)
