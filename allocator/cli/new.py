"""``allocator new``: a starter instance to change."""

from __future__ import annotations

from pathlib import Path

import click

from allocator.cli.verbs import Verb


@click.command(
    "new",
    cls=Verb,
    examples=(
        "allocator new my-council",
        "allocator new my-council.xlsx",
    ),
)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace the instance that is at PATH.")
def command(path: Path, force: bool) -> None:
    """Write a commented starter instance to PATH: a new folder, or a workbook if it ends in .xlsx.

    It is a made-up council that solves as it stands.  Every figure is an assumption: put your
    own in its place, then check and solve it.
    """
    from allocator.instance.starter import write_starter

    write_starter(path, force=force)
    click.echo(f"wrote {path}; next: allocator check {path}", err=True)
