"""What a saved hedge's files are: the tables of a plan, with a column for the scenario."""

from __future__ import annotations

from typing import Final

from allocator.files import FolderKind
from allocator.instance.writing import INSTANCE
from allocator.plan.columns import ANSWERS, HEDGED
from allocator.plan.saving.layout import (
    HEDGE_FILE,
    INSTANCE_FOLDER,
    README_FILE,
    WINDOWS_FILE,
)

SCENARIO: Final = "scenario"
_OWN: Final = frozenset(
    {HEDGE_FILE, README_FILE, WINDOWS_FILE, *(f"{t}.csv" for t in (*HEDGED, *ANSWERS["hedge"]))}
)


def owns(file: str) -> bool:
    """Whether a file of the folder, by relative path, is the hedge's own, and so under its seal."""
    folder, _, inner = file.partition("/")
    return file in _OWN or (folder == INSTANCE_FOLDER and INSTANCE.owns(inner))


HEDGE: Final = FolderKind("a hedge", HEDGE_FILE, owns)
