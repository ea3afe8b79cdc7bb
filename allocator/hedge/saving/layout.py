"""What a saved hedge's files are: the tables of a plan, with a column for the scenario."""

from __future__ import annotations

from typing import Final

from allocator.files import FolderKind
from allocator.plan.columns import ANSWERS, HEDGED
from allocator.plan.saving.layout import (
    HEDGE_FILE,
    README_FILE,
    WINDOWS_FILE,
    is_of_copy,
)

SCENARIO: Final = "scenario"
_OWN: Final = frozenset(
    {HEDGE_FILE, README_FILE, WINDOWS_FILE, *(f"{t}.csv" for t in (*HEDGED, *ANSWERS["hedge"]))}
)


def owns(file: str) -> bool:
    """Whether a file of the folder, by relative path, is the hedge's own, and so under its seal."""
    return file in _OWN or is_of_copy(file)


HEDGE: Final = FolderKind("a hedge", HEDGE_FILE, owns)
