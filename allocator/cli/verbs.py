"""The group of verbs: each loaded when it is asked for, every ending turned into an exit code."""

from __future__ import annotations

import difflib
import importlib
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, cast

import click

from allocator.errors import AllocatorError, InstanceError, printable
from allocator.memory import room_to_run

EXIT_CODES: Final = {
    0: "done",
    1: "internal error",
    2: "bad usage or bad instance",
    3: "infeasible: no plan exists",
    4: "the solver failed, ran out of time or memory, or its answer did not stand up",
}
INTERNAL: Final = 1
BAD_USAGE: Final = 2
NO_ANSWER: Final = 4
INTERRUPTED: Final = 130  # as shells count it
PIPE_CLOSED: Final = 141


class Verb(click.Command):
    """A command with examples under its options.  It returns its exit code, or None for 0."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), **extra: Any) -> None:
        self.examples = tuple(examples)
        super().__init__(*args, **extra)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, each on a line of its own."""
        write_examples(formatter, self.examples)


class Verbs(click.Group):
    """Commands by name; ``solve`` is ``command`` in ``allocator/cli/solve.py``.

    A group of verbs may be a verb itself, its own in a ``package`` of that name.  What each does,
    in a few words, is said in ``verbs``, so that to list them none need be imported.
    """

    def __init__(
        self,
        *args: Any,
        verbs: Mapping[str, str],
        examples: Sequence[str],
        package: str = "allocator.cli",
        **extra: Any,
    ) -> None:
        self.verbs, self.examples, self.package = verbs, tuple(examples), package
        self._debug = False
        super().__init__(*args, **extra)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, then, for the command as a whole, what the exit codes mean."""
        write_examples(formatter, self.examples)
        if ctx.parent is not None:
            return
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), meaning) for code, meaning in EXIT_CODES.items()])

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the verbs, in the order in which they are used."""
        return list(self.verbs)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb, imported now; None if there is none of that name."""
        if cmd_name not in self.verbs:
            return None
        module = f"{self.package}.{cmd_name.replace('-', '_')}"
        verb = cast(click.Command, importlib.import_module(module).command)
        verb.short_help = self.verbs[cmd_name]
        return verb

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs and what each does."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.verbs.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The verb that is asked for; of one that there is not, the nearest is named."""
        name = args[0]
        if name not in self.verbs and not name.startswith("-"):
            near = difflib.get_close_matches(name, self.verbs, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"there is no command {name!r}{hint}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb; a reader who has gone away is not an error."""
        self._debug = bool(ctx.params.get("debug"))
        room_to_run()
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise click.exceptions.Exit(PIPE_CLOSED) from None

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        """Run and exit; without ``standalone_mode`` errors are the caller's, as click has it."""
        run: Callable[..., Any] = partial(super().main, *args, **extra)
        if not standalone_mode:
            return run(standalone_mode=False)
        try:
            code = _flushed(run(standalone_mode=False) or 0)
        except Exception as error:  # noqa: BLE001  (the last resort: it is told, and ends the run)
            code = _told(error, self._debug)
        sys.exit(code)


def write_examples(formatter: click.HelpFormatter, examples: Sequence[str]) -> None:
    """A section of commands, never wrapped."""
    with formatter.section("Examples" if len(examples) > 1 else "Example"):
        formatter.write("".join(f"{' ' * formatter.current_indent}{line}\n" for line in examples))


def _told(error: Exception, debug: bool) -> int:
    """Exit code of what went wrong, which goes to stderr in as few lines as say it."""
    if isinstance(error, click.Abort):
        return _fail("interrupted; nothing was written", INTERRUPTED)
    if isinstance(error, click.ClickException):
        error.show()
        return error.exit_code
    if isinstance(error, InstanceError):  # each problem says itself that it is an error
        click.echo(str(error), err=True)
        return error.exit_code
    if isinstance(error, AllocatorError):
        return _fail(str(error), error.exit_code)
    if isinstance(error, OSError):
        return _fail(_explained(error), BAD_USAGE)
    return _internal(error, debug)


def _fail(message: str, code: int) -> int:
    click.echo(f"error: {printable(message)}", err=True)
    return code


def _explained(error: OSError) -> str:
    """``plans: permission denied``: the path and the system's reason."""
    reason = (error.strerror or str(error)).lower()
    return f"{error.filename}: {reason}" if error.filename else reason


def _internal(error: Exception, debug: bool) -> int:
    if isinstance(error, MemoryError):
        return _fail("there is not enough memory for this; free some, or ask for less", NO_ANSWER)
    if debug:
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
