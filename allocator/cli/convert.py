"""``allocator convert``: an instance of old timing, said again with continuous timing."""

from __future__ import annotations

from pathlib import Path

import click

from allocator.cli.instances import open_instance
from allocator.cli.verbs import Verb
from allocator.instance.schema import CONTINUOUS


@click.command(
    "convert",
    cls=Verb,
    examples=("allocator convert my-council --timing continuous --out my-council-continuous",),
)
@click.argument("instance", type=click.Path(path_type=Path))
@click.option(
    "--timing", type=click.Choice([CONTINUOUS]), required=True, help="The timing to convert to."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="PATH",
    help="A new folder, or a workbook if it ends in .xlsx.",
)
@click.option("--force", is_flag=True, help="Replace the instance that is at PATH.")
def command(instance: Path, timing: str, out: Path, force: bool) -> None:
    """Write INSTANCE with continuous timing: the same children in care at each year's end.

    With timing "period" a child moves once in a period at most, so rates hold for one number of
    periods only.  The matrix logarithm of a period's moves gives the rates that make the same
    moves at all times.  Where one of them, or an arrival, would have to be negative, none do: each
    such cell is told, and nothing is written.
    """
    from allocator.instance.convert import with_continuous_timing
    from allocator.instance.writing import write

    write(with_continuous_timing(open_instance(instance)), out, force=force)
    click.echo(f"wrote {out}; next: allocator check {out}", err=True)
