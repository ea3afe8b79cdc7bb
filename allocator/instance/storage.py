"""Cells of an instance as they stand, wherever it is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from allocator.errors import UsageError
from allocator.files import recover
from allocator.instance.folder import read_folder
from allocator.instance.raw import SETTINGS_FILE, RawInstance
from allocator.instance.workbook import read_workbook

PLAN_FILE: Final = "plan.json"  # what a saved plan is known by


def read_raw(path: Path) -> RawInstance:
    """Cells of the instance at ``path``: a folder, its instance.toml, or an .xlsx workbook.

    Raises UsageError where there is nothing that could be an instance.
    """
    if path.name == SETTINGS_FILE and path.is_file():
        path = path.parent
    recover(path)
    _refuse_plan(path)
    if path.is_dir():
        return read_folder(path)
    if not path.exists():
        raise UsageError(f"{path}: there is no such file or folder")
    if not path.is_file():
        raise UsageError(f"{path}: is a pipe or a device, not a file or folder")
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return read_workbook(path)
    raise UsageError(
        f"{path}: an instance is a folder with {SETTINGS_FILE} in it, or an .xlsx workbook"
    )


def _refuse_plan(path: Path) -> None:
    """Raise UsageError for a saved plan, whose tables are no instance's."""
    folder = path.parent if path.name == PLAN_FILE else path
    if (folder / PLAN_FILE).is_file() and not (folder / SETTINGS_FILE).exists():
        raise UsageError(
            f"{path}: this is a saved plan; its instance is in {folder / 'instance'}; "
            "to compare plans: `allocator report A B`"
        )
