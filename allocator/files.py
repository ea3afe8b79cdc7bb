"""Putting a file or folder in its place whole: made beside it, synced to disk, then moved.

One command at a time works on a place: it holds a lock in a folder ``.NAME.allocator`` beside it,
in which the new thing is made.  Whatever lies there when nobody holds the lock was left by a
command that was killed; the next one that reads or writes the place puts it right and says so.
A symbolic link is never written through or replaced: the path itself must be given.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from allocator.errors import UsageError
from allocator.locking import LOCK, PATIENCE, Busy, locked

_LOG = logging.getLogger("allocator")
Owns = Callable[[str], bool]  # of a path inside a folder, as ``instance/states.csv``


@dataclass(frozen=True, slots=True)
class FolderKind:
    """What a folder holds: its name in messages, the file it is known by, and its own files."""

    name: str
    marker: str
    owns: Owns


def place_file(path: Path, make: Callable[[Path], None], *, force: bool = False) -> None:
    """Have ``make`` write a file beside ``path``, then move it there.

    Raises UsageError if something is there already and ``force`` is false.
    """
    check_file(path, force=force)
    with _desk(path) as desk:
        make(desk.making)
        _sync(desk.making)
        check_file(path, force=force)  # again: another command may have been first
        os.replace(desk.making, desk.place)


def check_file(path: Path, *, force: bool = False) -> None:
    """Raise UsageError if a file cannot be put at ``path``, or would replace one without force."""
    _refuse_link(path)
    if path.exists() and not path.is_file():
        raise UsageError(f"{path}: is there already and is no file; choose another path")
    if path.exists() and not force:
        raise _taken(path)
    _refuse_unwritable(path)


def place_folder(
    path: Path, make: Callable[[Path], None], *, kind: FolderKind, force: bool = False
) -> None:
    """Have ``make`` fill a folder beside ``path``, then move it there.

    An empty folder is filled.  With ``force`` a folder of the same kind gives way whole, and
    files in it that are not the kind's own are kept; anything else is left alone.  Raises
    UsageError.
    """
    check_folder(path, force=force, kind=kind)
    with _desk(path) as desk:
        desk.making.mkdir()
        make(desk.making)
        vacant = check_folder(path, force=force, kind=kind, settled=True)
        if not vacant:
            _bring_along(desk.place, desk.making, kind.owns)
        _sync(desk.making)
        desk.fill() if vacant and desk.place.exists() else desk.swap()


def check_folder(
    path: Path, *, kind: FolderKind, force: bool = False, settled: bool = False
) -> bool:
    """Whether a folder can be made at ``path`` without replacing one; UsageError if not at all.

    ``settled`` says that no left-over of a killed command need be looked for.
    """
    _refuse_link(path)
    if not settled:
        recover(path)
    vacant = not path.exists() or (path.is_dir() and not any(path.iterdir()))
    if not vacant and not force:
        raise _taken(path)
    if not vacant and not (path / kind.marker).is_file():
        raise UsageError(f"{path}: is not {kind.name}, and is not replaced by one")
    if not vacant and Path.cwd().is_relative_to(path.resolve()):
        raise UsageError(f"{path}: is the folder you are in; step out of it to replace it")
    _refuse_unwritable(path)
    return vacant


def recover(path: Path) -> None:
    """Put right, and say, what a killed command left at ``path``; wait for one that is at work.

    Nothing is done where something stands in the place and a command is at work on it.
    """
    desk = _Desk(path.resolve())
    if not desk.work.is_dir():
        return
    try:
        with locked(desk.work, PATIENCE if not desk.place.exists() else 0.0):
            desk.settle(path)
    except Busy:
        return
    except OSError as error:
        _LOG.warning("%s: a left-over in %s cannot be put right: %s", path, desk.work, error)


@dataclass(frozen=True, slots=True)
class _Desk:
    """A place, and the folder beside it where what comes there is made."""

    place: Path

    @property
    def work(self) -> Path:
        return self.place.parent / f".{self.place.name}.allocator"

    @property
    def making(self) -> Path:  # not yet whole
        return self.work / "making"

    @property
    def new(self) -> Path:  # whole, to stand in the place
        return self.work / "new"

    @property
    def filling(self) -> Path:  # whole, to be moved file by file into an empty folder
        return self.work / "filling"

    @property
    def old(self) -> Path:  # gave way
        return self.work / "old"

    def swap(self) -> None:
        """Put the new folder in the place of the old one, if there is one."""
        os.replace(self.making, self.new)
        if self.place.exists():
            os.rename(self.place, self.old)
        os.rename(self.new, self.place)

    def fill(self) -> None:
        """Move files into the empty folder that waits for them, which may be a user's own."""
        os.replace(self.making, self.filling)
        self._pour()

    def _pour(self) -> None:
        self.place.mkdir(exist_ok=True)
        for file in sorted(self.filling.iterdir()):
            if not os.path.lexists(self.place / file.name):
                os.rename(file, self.place / file.name)

    def settle(self, path: Path | None = None) -> None:
        """Finish what can be finished, undo the rest; tell it of ``path`` if one is given."""
        done = ""
        if self.filling.exists():
            self._pour()
            done = "what it was writing is finished"
        if self.new.exists() and not self.place.exists():
            try:
                os.rename(self.new, self.place)
                done = "what it was writing is finished"
            except OSError:
                if not self.old.exists():
                    raise
        if self.old.exists() and not self.place.exists():
            os.rename(self.old, self.place)
            done = "what was there before is back in its place"
        left = [each for each in self.work.iterdir() if each.name != LOCK]
        if path is not None and (left or done):
            done = done or "what it had not finished is cleared away"
            _LOG.warning("%s: an earlier command was interrupted here; %s", path, done)
        for each in left:
            _remove(each)
        _sync_folder(self.place.parent)


@contextmanager
def _desk(path: Path) -> Iterator[_Desk]:
    """A place to write beside ``path``, settled and cleared away at the end whatever happens."""
    _refuse_unwritable(path)
    desk = _Desk(path.resolve())
    try:
        desk.place.parent.mkdir(parents=True, exist_ok=True)
        with locked(desk.work, PATIENCE):
            desk.settle(path)
            try:
                yield desk
            finally:
                desk.settle()
    except Busy as error:
        raise UsageError(
            f"{path}: another command is writing there; run this one again when that has ended"
        ) from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"{path}: cannot be written: {reason}") from error


def _taken(path: Path) -> UsageError:
    return UsageError(f"{path}: exists already; choose another path, or replace it with --force")


def _refuse_link(path: Path) -> None:
    if path.is_symlink():
        raise UsageError(
            f"{path}: is a symbolic link, to {path.readlink()}; give the path that it stands for"
        )


def _refuse_unwritable(path: Path) -> None:
    """Raise UsageError, before any work is done, where nothing can be written."""
    above = next(folder for folder in path.resolve().parents if folder.exists())
    if not above.is_dir():
        raise UsageError(f"{path}: {above} is a file, not a folder")
    if not os.access(above, os.W_OK):
        raise UsageError(f"{path}: {above} cannot be written to")


def _bring_along(old: Path, new: Path, owns: Owns) -> None:
    """Put what is not the kind's own into the new folder too; nothing of it is written over."""
    for source in _files(old):
        inside = source.relative_to(old)
        if owns(inside.as_posix()) and not source.is_symlink():
            continue
        target = new / inside
        if os.path.lexists(target):
            if _same(source, target):
                continue
            target = new / _free(inside, old, new)
            _LOG.warning("%s: your %s is kept as %s", old, inside, target.relative_to(new))
        if source.is_dir() and not source.is_symlink():
            target.mkdir(parents=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source, target, follow_symlinks=False)
        except (OSError, NotImplementedError):  # a file system without links
            shutil.copy2(source, target, follow_symlinks=False)


def _files(folder: Path) -> Iterator[Path]:
    """Files, links and empty folders below a folder; no link is followed."""
    for each in sorted(folder.iterdir()):
        if each.is_dir() and not each.is_symlink() and any(each.iterdir()):
            yield from _files(each)
        else:
            yield each


def _same(one: Path, other: Path) -> bool:
    """Whether both are files that hold the same, or folders (of which one is empty)."""
    if one.is_symlink() or other.is_symlink():
        return False
    if one.is_file() and other.is_file():
        return one.read_bytes() == other.read_bytes()
    return one.is_dir() and other.is_dir()


def _free(path: Path, *folders: Path) -> Path:
    """The first of PATH.before, PATH.before2, … that is in none of the folders."""
    number, free = 1, path.with_name(f"{path.name}.before")
    while any(os.path.lexists(folder / free) for folder in folders):
        number += 1
        free = path.with_name(f"{path.name}.before{number}")
    return free


def _remove(place: Path) -> None:
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place, ignore_errors=True)
    else:
        place.unlink(missing_ok=True)


def _sync(place: Path) -> None:
    """Have the system write a file, or a folder with all in it, to its disk."""
    if place.is_dir():
        for each in place.iterdir():
            if not each.is_symlink() and (each.is_dir() or each.is_file()):
                _sync(each)
        _sync_folder(place)
        return
    with place.open("rb+") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """As far as the system can: not every one opens folders."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
