"""Putting a file or folder in its place whole: made beside it, then moved."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from allocator.errors import UsageError
from allocator.instance.grid import SETTINGS_FILE
from allocator.instance.schema import TABLES


@dataclass(frozen=True, slots=True)
class FolderKind:
    """What a folder holds: its name in messages, the file it is known by, and its own files."""

    name: str
    marker: str
    owns: Callable[[str], bool]


def _owned_by_instance(file: str) -> bool:
    return file == SETTINGS_FILE or file in {f"{table}.csv" for table in TABLES}


INSTANCE: Final = FolderKind("an instance", SETTINGS_FILE, _owned_by_instance)


def place_file(path: Path, make: Callable[[Path], None], *, force: bool = False) -> None:
    """Have ``make`` write a file beside ``path``, then move it there.

    Raises UsageError if something is there already and ``force`` is false.
    """
    check_file(path, force=force)
    with _beside(path, "new") as new:
        make(new)
        new.replace(path)


def check_file(path: Path, *, force: bool = False) -> None:
    """Raise UsageError if a file cannot be put at ``path``, or would replace one without force."""
    if path.is_dir() or (path.exists() and not force):
        raise _taken(path)
    _refuse_unwritable(path)


def place_folder(
    path: Path, make: Callable[[Path], None], *, force: bool = False, kind: FolderKind = INSTANCE
) -> None:
    """Have ``make`` fill a folder beside ``path``, then move it there.

    An empty folder is filled.  With ``force`` a folder of the same kind gives way whole, and
    files in it that are not the kind's own are kept; anything else is left alone.  Raises
    UsageError.
    """
    vacant = check_folder(path, force=force, kind=kind)
    with _beside(path, "new") as new:
        new.mkdir()
        make(new)
        _move_in(new, path) if vacant else _take_over(new, path, kind)


def check_folder(path: Path, *, force: bool = False, kind: FolderKind = INSTANCE) -> bool:
    """Whether a folder can be made at ``path`` without replacing one; UsageError if not at all."""
    vacant = not path.exists() or (path.is_dir() and not any(path.iterdir()))
    if not vacant and not force:
        raise _taken(path)
    if not vacant and not (path / kind.marker).is_file():
        raise UsageError(f"{path}: is not {kind.name}, and is not replaced by one")
    if not vacant and Path.cwd().is_relative_to(path.resolve()):
        raise UsageError(f"{path}: is the folder you are in; step out of it to replace it")
    _refuse_unwritable(path)
    return vacant


def _taken(path: Path) -> UsageError:
    return UsageError(f"{path}: exists already; choose another path, or replace it with force")


def _refuse_unwritable(path: Path) -> None:
    """Raise UsageError, before any work is done, where nothing can be written."""
    above = next(folder for folder in path.resolve().parents if folder.exists())
    if not above.is_dir():
        raise UsageError(f"{path}: {above} is a file, not a folder")
    if not os.access(above, os.W_OK):
        raise UsageError(f"{path}: {above} cannot be written to")


@contextmanager
def _beside(path: Path, what: str) -> Iterator[Path]:
    """A place to write beside ``path``, cleared away at the end whatever happens."""
    _refuse_unwritable(path)
    try:
        new = _neighbour(path, what)
        try:
            yield new
        finally:
            _remove(new)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"{path}: cannot be written: {reason}") from error


def _neighbour(path: Path, what: str) -> Path:
    place = path.resolve()
    place.parent.mkdir(parents=True, exist_ok=True)
    return place.parent / f".{place.name}.{os.getpid()}.{what}"


def _remove(place: Path) -> None:
    if place.is_dir():
        shutil.rmtree(place, ignore_errors=True)
    else:
        place.unlink(missing_ok=True)


def _move_in(new: Path, path: Path) -> None:
    """Move the folder, or its files where an empty folder waits for them."""
    if not path.exists():
        new.rename(path)
        return
    for file in sorted(new.iterdir()):
        file.rename(path / file.name)


def _take_over(new: Path, path: Path, kind: FolderKind) -> None:
    """Swap a folder for the new one; bring along what was not the kind's own."""
    old = _neighbour(path, "old")
    path.rename(old)
    try:
        new.rename(path)
    except OSError:
        old.rename(path)
        raise
    for file in old.iterdir():
        if not kind.owns(file.name) and not (path / file.name).exists():
            file.rename(path / file.name)
    shutil.rmtree(old)
