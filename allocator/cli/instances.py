"""Reading an instance for a verb: every problem to stderr, then the instance or exit code 2."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from allocator.instance import Instance, Problem, Severity, inspect
from allocator.instance.problems import errors


def open_instance(path: Path, changes: Sequence[str] = ()) -> Instance:
    """The instance at ``path`` with changes made to it; warnings are told, errors end the verb."""
    instance, problems = inspect(path)
    if changes and instance is not None and not errors(problems):
        from allocator.instance.change import apply_changes
        from allocator.instance.check import examine

        instance = apply_changes(instance, list(changes))
        problems = examine(instance)
    for problem in ordered(problems):
        click.echo(str(problem), err=True)
    if instance is None or errors(problems):
        click.echo(f"{counted(problems)} in {path}; nothing was done", err=True)
        raise click.exceptions.Exit(2)
    return instance


def ordered(problems: Iterable[Problem]) -> list[Problem]:
    """Errors first, then warnings, each as they were found."""
    return sorted(problems, key=lambda problem: problem.severity is Severity.WARNING)


def counted(problems: Sequence[Problem]) -> str:
    """``2 errors and 1 warning``."""
    wrong = len(errors(problems))
    numbers = [(wrong, "error"), (len(problems) - wrong, "warning")]
    said = [f"{n} {word}{'' if n == 1 else 's'}" for n, word in numbers if n]
    return " and ".join(said) or "no problems"
