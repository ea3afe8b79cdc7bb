"""Reading an instance, and refusing one with errors in it."""

from __future__ import annotations

from pathlib import Path

from allocator.errors import InstanceError
from allocator.instance.check import examine
from allocator.instance.instance import Instance
from allocator.instance.parse import parse_instance
from allocator.instance.problems import Problem, errors
from allocator.instance.storage import read_raw


def inspect(path: str | Path) -> tuple[Instance | None, list[Problem]]:
    """The instance at ``path`` as far as it can be read, and every problem found in one pass.

    Raises UsageError where there is nothing to read.
    """
    raw = read_raw(Path(path))
    instance = parse_instance(raw)
    problems = list(raw.problems)
    if instance is not None:
        problems += examine(instance, raw.unread)
    return instance, problems


def read(path: str | Path) -> Instance:
    """The instance at ``path``: a folder or an .xlsx workbook.

    Raises InstanceError with every error found, or UsageError where there is nothing to
    read.  Warnings do not stop it; ``inspect`` returns them.
    """
    instance, problems = inspect(path)
    refused = errors(problems)
    if instance is None or refused:
        raise InstanceError(refused)
    return instance
