"""The group of verbs: each loaded when it is asked for, every ending turned into an exit code."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any, Final, cast

import click

from allocator.errors import AllocatorError, InstanceError

INTERNAL: Final = 1
BAD_USAGE: Final = 2
INTERRUPTED: Final = 130  # as shells count it
PIPE_CLOSED: Final = 141


class Verbs(click.Group):
    """Commands by name; ``solve`` is ``command`` in ``allocator/cli/solve.py``.

    A verb returns its exit code, or None for 0.
    """

    def __init__(self, *args: Any, verbs: Sequence[str] = (), **extra: Any) -> None:
        self.verbs = tuple(verbs)
        super().__init__(*args, **extra)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the verbs, in the order in which they are used."""
        return list(self.verbs)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb, imported now; None if there is none of that name."""
        if cmd_name not in self.verbs:
            return None
        return cast(click.Command, importlib.import_module(f"allocator.cli.{cmd_name}").command)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb; a reader who has gone away is not an error."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise click.exceptions.Exit(PIPE_CLOSED) from None

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        """Run and exit; without ``standalone_mode`` errors are the caller's, as click has it."""
        if not standalone_mode:
            return super().main(*args, standalone_mode=False, **extra)
        run = super().main
        sys.exit(_exit_code(lambda: run(*args, standalone_mode=False, **extra)))


def _exit_code(run: Callable[[], int | None]) -> int:
    """Exit code of a run; what went wrong goes to stderr in as few lines as say it."""
    try:
        code = run() or 0
    except click.Abort:
        return _fail("interrupted", INTERRUPTED)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except InstanceError as error:  # each problem says itself that it is an error
        click.echo(str(error), err=True)
        return error.exit_code
    except AllocatorError as error:
        return _fail(str(error), error.exit_code)
    except OSError as error:
        return _fail(_explained(error), BAD_USAGE)
    except Exception as error:  # noqa: BLE001  (the last resort)
        return _internal(error)
    return _flushed(code)


def _fail(message: str, code: int) -> int:
    click.echo(f"error: {message}", err=True)
    return code


def _explained(error: OSError) -> str:
    """``plans: permission denied``: the path and the system's reason."""
    reason = (error.strerror or str(error)).lower()
    return f"{error.filename}: {reason}" if error.filename else reason


def _internal(error: Exception) -> int:
    if "--debug" in sys.argv or os.environ.get("ALLOCATOR_DEBUG"):
        traceback.print_exception(error)
    said = f"{type(error).__name__}: {error}".strip().rstrip(":")
    click.echo(
        f"internal error: {said}\n"
        "This is a defect of allocator, not of your instance.  Run `allocator --debug ...` and "
        "report what it prints, with the instance if you may share it.",
        err=True,
    )
    return INTERNAL


def _flushed(code: int) -> int:
    """The same code once all is written, so that a closed pipe shows here and not at exit."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    return code
