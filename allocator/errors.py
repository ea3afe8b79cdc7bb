"""Every error the library raises on purpose, in one tree.

The command line turns each branch into an exit code; a notebook can catch
``AllocatorError`` and lose nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from allocator.instance.problems import Problem


def printable(text: str) -> str:
    """Text for a terminal: what would move its cursor or turn writing round is spelled out."""
    return "".join(
        each if each.isprintable() or each in "\n\t" else each.encode("unicode_escape").decode()
        for each in text
    )


class AllocatorError(Exception):
    """Base of all errors raised on purpose.  ``exit_code`` is the command line's."""

    exit_code = 1


class UsageError(AllocatorError):
    """A request that cannot be carried out as asked: a name, a path, a setting."""

    exit_code = 2


class InstanceError(UsageError):
    """An instance with errors in it.  ``problems`` holds all of them, not just the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class NoPlanError(UsageError):
    """A fact was asked for that only a plan has, where none exists."""


class SolverError(AllocatorError):
    """The solver failed, ran out of time, or gave an answer that does not stand up.

    ``status`` is what ``solve --json`` says of it.
    """

    exit_code = 4
    status = "failed"


class TimeLimitError(SolverError):
    """The time allowed ran out first."""

    status = "time_limit"


class WorkersGoneError(AllocatorError):
    """Every worker that the work was handed to is gone, and none has come instead."""

    exit_code = 4


class CertificateError(SolverError):
    """A claimed optimum that the arrays of the program do not confirm."""


class AuditError(SolverError):
    """A plan that the simulator, run forward on its own, does not confirm."""
