"""``allocator export``: the program of an instance, for another solver."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from allocator.cli.instances import open_instance
from allocator.cli.verbs import Verb


class WindowType(click.ParamType[tuple[int, int]]):
    """``2016:3``: first year and number of years."""

    name = "YEAR:YEARS"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """First year and number of years."""
        found = re.fullmatch(r"(\d{4}):(\d{1,2})", str(value))
        if not found:
            self.fail(f"{value!r} is not a first year and a number of years, as 2016:3", param, ctx)
        return int(found[1]), int(found[2])


@click.command(
    "export",
    cls=Verb,
    short_help="Write the program for another solver.",
    examples=(
        "allocator export instances/england-2016 england.mps",
        "allocator export instances/england-2016 england.lp --window 2016:3",
    ),
)
@click.argument("instance", type=click.Path(path_type=Path))
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--formulation",
    default="least_cost",
    show_default=True,
    metavar="NAME",
    help="least_cost or largest_reduction.",
)
@click.option(
    "--window",
    type=WindowType(),
    help="Double investment from a year for some years.  [default: none]",
)
@click.option("--force", is_flag=True, help="Replace the file.")  # fmt: skip
def command(
    instance: Path, path: Path, formulation: str, window: tuple[int, int] | None, force: bool
) -> None:
    """Write the linear program of INSTANCE to PATH, which ends in .mps or .lp.

    Money in the file is in millions of pounds.  A name is its family's and then its indices,
    joined by two underscores, as children__derbyshire__need__3.  A file holds the program of one
    window; of largest_reduction, its first objective.
    """
    chosen = open_instance(instance)
    if window is not None and window not in chosen.windows:
        raise click.BadParameter(
            f"{window[0]}:{window[1]} is not a window that the instance allows"
            + (f"; those are {', '.join(f'{a}:{n}' for a, n in chosen.windows)}"
               if chosen.windows else ", which allows none"),
            param_hint="--window",
        )  # fmt: skip
    from allocator.export import check_suffix, export
    from allocator.solve import build_window

    check_suffix(path)
    years = (
        "no double investment" if window is None else f"double investment {window[0]}:{window[1]}"
    )
    about = (f"{chosen.name}: {formulation}, {years}", f"Instance hash {chosen.hash}")
    export(build_window(chosen, window, formulation), path, about=about, force=force)
    click.echo(f"wrote {path}", err=True)
