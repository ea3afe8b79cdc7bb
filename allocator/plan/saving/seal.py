"""The seal of a saved plan: SHA-256 of its files, kept in plan.json, so that a change is seen.

It tells a slip of the hand or of a disk, and names the file; whoever means to deceive can make it
anew.  What stands without it is said in docs/decisions.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from allocator.errors import UsageError
from allocator.plan.saving.layout import INSTANCE_FOLDER, PLAN_FILE

SEAL: Final = "seal"  # its name in `saved` of plan.json
UNSEALED: Final = (
    "this plan has no seal: it was saved by an older allocator, or its seal was taken off; what "
    "only a seal can tell is not checked"
)


def seal_of(
    folder: Path, facts: Mapping[str, Any], owns: Callable[[str], bool], marker: str = PLAN_FILE
) -> dict[str, str]:
    """SHA-256 by file of the plan in a folder; that of plan.json is of its facts but the seal.

    ``marker`` is the file that the facts stand in.
    """
    files = (each for each in folder.rglob("*") if each.is_file())
    names = {each.relative_to(folder).as_posix(): each for each in files}
    hashes = {
        name: sha256(file.read_bytes()).hexdigest()
        for name, file in sorted(names.items())
        if owns(name) and name != marker
    }
    return hashes | {marker: _hash_of(facts)}


def _hash_of(facts: Mapping[str, Any]) -> str:
    """Of the facts themselves, however the file lays them out."""
    saved = {key: value for key, value in facts["saved"].items() if key != SEAL}
    text = json.dumps({**facts, "saved": saved}, sort_keys=True)
    return sha256(text.encode()).hexdigest()


def broken(
    folder: Path, facts: Mapping[str, Any], owns: Callable[[str], bool], marker: str = PLAN_FILE
) -> list[str] | None:
    """Files that are not as they were sealed, lost and added ones too; None without a seal."""
    seal = facts["saved"].get(SEAL)
    if seal is None:
        return None
    if not isinstance(seal, dict):
        return [marker]
    hashes = seal_of(folder, facts, owns, marker)
    return sorted(name for name in {*seal, *hashes} if seal.get(name) != hashes.get(name))


def demand(folder: Path, facts: Mapping[str, Any], owns: Callable[[str], bool]) -> None:
    """UsageError for a plan whose seal is broken, or that has none."""
    files = broken(folder, facts, owns)
    if files is None:
        raise UsageError(
            f"{folder}: {UNSEALED}; solve it again: allocator solve {folder / INSTANCE_FOLDER} "
            "--out FOLDER"
        )
    if files:
        raise UsageError(
            f"{folder}: is not as it was saved, its seal is broken: {', '.join(files)}; for all of "
            f"it run `allocator audit {folder}`"
        )
