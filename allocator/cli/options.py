"""Options that several verbs have, each said once: changes first, who solves, who works, draws."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def changes(when: str = "first") -> Callable[[F], F]:
    """``--set``, as the parameter ``changes``."""
    return click.option(
        "--set",
        "changes",
        multiple=True,
        metavar="TABLE.KEY.COLUMN=VALUE",
        help=f"Change a cell or setting {when}, or add a row with + before it; may be given again.",
    )


def solver() -> Callable[[F], F]:
    """``--solver``: one of HiGHS's algorithms."""
    from allocator.solvers.catalogue import DEFAULT, SOLVERS

    return click.option(
        "--solver",
        default=DEFAULT,
        show_default=True,
        metavar="NAME",
        help=f"One of {', '.join(SOLVERS)}, all of HiGHS.",
    )


def seed() -> Callable[[F], F]:
    """``--seed`` of draws."""
    return click.option(
        "--seed",
        type=click.IntRange(min=0),
        default=1,
        show_default=True,
        metavar="K",
        help="The same seed makes the same draws.",
    )


def workers(on: str = "") -> Callable[[F], F]:
    """``--jobs`` and ``--scheduler``: processes here, or a cluster; ``on`` what, if not all."""
    them = f" on {on}" if on else ""

    def both(command: F) -> F:
        there = click.option(
            "--scheduler",
            metavar="ADDRESS",
            help=f"Work{them} on a Dask cluster; needs allocator[cluster].",
        )
        here = click.option(
            "--jobs",
            type=click.IntRange(min=1),
            default=1,
            show_default=True,
            metavar="N",
            help=f"Processes that work{them} side by side.",
        )
        return here(there(command))

    return both


def written(name: str, what: str, *, folder: bool = False) -> Callable[[F], F]:
    """A file, or a folder, that is written."""
    return click.option(
        name,
        type=click.Path(path_type=Path, dir_okay=folder, file_okay=not folder),
        metavar="DIR" if folder else "FILE",
        help=what,
    )
