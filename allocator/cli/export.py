"""``allocator export``: the program of an instance, for another solver."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from allocator.cli.formulations import any_of
from allocator.cli.instances import open_instance
from allocator.cli.verbs import Verb
from allocator.instance import Instance
from allocator.instance.instance import window_facts
from formulations import FORMULATIONS, USUAL, WINDOW_CHOICE


class WindowType(click.ParamType[tuple[int, int]]):
    """``2016:3``: first year and number of years."""

    name = "YEAR:YEARS"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """First year and number of years."""
        match = re.fullmatch(r"(\d{4}):(\d{1,2})", str(value))
        if not match:
            self.fail(f"{value!r} is not a first year and a number of years, as 2016:3", param, ctx)
        return int(match[1]), int(match[2])


@click.command(
    "export",
    cls=Verb,
    examples=(
        "allocator export instances/england-2016 england.mps",
        "allocator export instances/england-2016 england.lp --window 2016:3",
        f"allocator export instances/england-2016 england.mps --formulation {WINDOW_CHOICE}",
    ),
)
@click.argument("instance", type=click.Path(path_type=Path))
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--formulation",
    default=USUAL,
    show_default=True,
    metavar="NAME",
    help=f"{any_of(FORMULATIONS)} (mixed-integer, every window in one).",
)
@click.option(
    "--window",
    type=WindowType(),
    help=f"Double investment from a year for some years.  [default: none; {WINDOW_CHOICE} chooses]",
)
@click.option("--force", is_flag=True, help="Replace the file and its names.")
def command(
    instance: Path, path: Path, formulation: str, window: tuple[int, int] | None, force: bool
) -> None:
    """Write the linear program of INSTANCE to PATH, which ends in .mps or .lp.

    Money in the file is in millions of pounds.  A name is its family's and then its indices,
    joined by two underscores, as children__derbyshire__need__3; PATH.names.json says of each what
    it stands for.  A file holds the program of one window; of largest_reduction, its first
    objective.  `import-solution` reads what another solver finds.
    """
    chosen = open_instance(instance)
    check_window(chosen, window)
    from allocator.solving.export import check_suffix, export, sidecar_of
    from allocator.solving.session import build, build_window, check_formulation

    check_suffix(path)
    check_formulation(formulation)
    chooses = FORMULATIONS[formulation].chooses_window and window is None
    program = build(chosen, formulation) if chooses else build_window(chosen, window, formulation)
    about = (
        f"{chosen.name}: {formulation}, {_said(window, chooses)}",
        f"Instance hash {chosen.hash}",
    )
    source = {
        "instance": chosen.name,
        "instance_hash": chosen.hash,
        "formulation": formulation,
        "window": "chosen" if chooses else window_facts(window),
    }
    export(program, path, about=about, source=source, force=force)
    click.echo(f"wrote {path} and {sidecar_of(path).name}", err=True)


def check_window(instance: Instance, window: tuple[int, int] | None) -> None:
    """Refuse a window that the instance does not allow."""
    if window is None or window in instance.windows:
        return
    allowed = ", ".join(f"{start}:{years}" for start, years in instance.windows)
    raise click.BadParameter(
        f"{window[0]}:{window[1]} is not a window that the instance allows"
        + (f"; those are {allowed}" if allowed else ", which allows none"),
        param_hint="--window",
    )


def _said(window: tuple[int, int] | None, chooses: bool) -> str:
    if chooses:
        return "the window chosen by binaries"
    return (
        "no double investment" if window is None else f"double investment {window[0]}:{window[1]}"
    )
