"""What the verbs that ask a question of an instance share: their options, and how they answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from allocator.cli import options
from allocator.cli.instances import open_instance
from allocator.cli.progress import ProgressBar
from allocator.errors import SolverError, TimeLimitError

if TYPE_CHECKING:
    from allocator.explain.answers import Answer
    from allocator.instance import Instance

INFEASIBLE = 3
OUT_OF_TIME = TimeLimitError.exit_code

A = TypeVar("A", bound="Answer")
Keeping = tuple[Callable[..., None], Callable[..., None]]  # checks a folder; saves an answer to it

_OPTIONS = (
    click.argument("instance", type=click.Path(path_type=Path)),
    options.changes(),
    click.option("--out", type=click.Path(path_type=Path), metavar="DIR",
                 help="Write the answer there: its tables as CSV, all of it as JSON, and what "
                 "each column is."),
    click.option("--force", is_flag=True, help="Replace the answer that is in DIR."),
    click.option("--json", is_flag=True, help="Print one JSON object, not the page."),
    options.time_limit,
)  # fmt: skip


class SharedOptions:
    """An instance to ask of, and where the answer goes."""

    def __init__(
        self, instance: Path, changes: tuple[str, ...], out: Path | None, force: bool, json: bool
    ) -> None:
        self.place, self.instance = instance, open_instance(instance, changes)
        self.progress = ProgressBar()
        self._out, self._force, self._json = out, force, json

    @property
    def is_kept(self) -> bool:
        """Whether all of the answer is written or printed, and not the page alone."""
        return self._json or self._out is not None

    @property
    def beside(self) -> dict[str, str]:
        """Files that go with the instance where it is saved with the answer, text by name."""
        from allocator.instance.beside import kept_beside

        return {} if self._out is None else kept_beside(self.place)

    def answer(
        self,
        kind: type[A],
        find: Callable[[Instance, ProgressBar], A],
        text: Callable[[A], str],
        *,
        is_found: Callable[[A], bool] = lambda answer: True,
        keep: Keeping | None = None,
    ) -> int:
        """Find the answer, save it where asked to, print it; the exit code.

        Where the time was over first, what there is of it by then, and why that is all.
        ``found`` says whether there is a plan: exit code 3 where there is none.  ``keep`` is how
        it is saved, if not as every answer.
        """
        from allocator.explain.answers import check_place, save

        check, write = keep or (partial(check_place, kind), save)
        if self._out is not None:
            check(self._out, force=self._force)
        try:
            with self.progress as progress:
                answer = find(self.instance, progress)
        except SolverError as error:
            if self._json:
                click.echo(failure(error))
            raise
        if self._out is not None:
            write(answer, self._out, force=self._force)
        click.echo(answer.to_json() if self._json else text(answer), nl=self._json)
        if self._out is not None:
            click.echo(f"wrote the answer to {self._out}", err=True)
        return ending(answer) or (0 if is_found(answer) else INFEASIBLE)


def failure(error: SolverError) -> str:
    """The object that stands for an answer where there is none: status and message."""
    return dumps({"status": error.status, "message": str(error)}, indent=2)


def ending(answer: Answer) -> int:
    """The exit code of an answer for which there was no time, which is said; 0 for a whole one."""
    if not answer.unfinished:
        return 0
    click.echo(f"error: {answer.unfinished}; this is what there was by then", err=True)
    return OUT_OF_TIME


def asking(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the shared options, and ``SharedOptions`` in their place."""

    @wraps(command)
    def run(
        instance: Path,
        changes: tuple[str, ...],
        out: Path | None,
        force: bool,
        json: bool,
        **own: Any,
    ) -> int:
        return command(SharedOptions(instance, changes, out, force, json), **own)

    for option in reversed(_OPTIONS):
        run = option(run)
    return run
