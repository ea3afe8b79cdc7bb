"""Options that several verbs have, each said once: changes first, who solves, who works, draws."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

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


def seconds(what: str, *, most: float | None = None) -> Callable[[F], F]:
    """``--time-limit``, as the parameter ``time_limit``: seconds for ``what``, ``most`` unless set.

    For verbs that do many things of equal rank, each with a time of its own.
    """
    return click.option(
        "--time-limit",
        type=click.FloatRange(min=0, min_open=True),
        default=most,
        show_default=most is not None,
        metavar="SECONDS",
        help=f"Longest {what}.",
    )


def time_limit(command: F) -> F:
    """``--time-limit`` for all that a verb does."""

    @wraps(command)
    def run(*args: Any, time_limit: float | None, **own: Any) -> Any:
        from allocator.clock import limited

        with limited(time_limit):
            return command(*args, **own)

    whole = "it may take in all; then it tells what it has, and exits 4"
    return cast("F", seconds(whole)(run))


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
