"""One command at a time: a lock that ends with the process that holds it, however that ends."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

PATIENCE: Final = 10.0  # seconds
LOCK: Final = "lock"


class Busy(Exception):
    """Another process holds the lock."""


@contextmanager
def locked(folder: Path, patience: float) -> Iterator[None]:
    """Hold the lock in ``folder``, which is made where it is not and goes at the end if empty.

    Raises Busy where another process still holds it after ``patience`` seconds.
    """
    handle = _taken(folder, time.monotonic() + patience)
    try:
        yield
    finally:
        if sys.platform == "win32":  # an open file cannot be removed there
            os.close(handle)
        with suppress(OSError):
            (folder / LOCK).unlink()
            folder.rmdir()
        if sys.platform != "win32":
            os.close(handle)


def _taken(folder: Path, until: float) -> int:
    """The lock's open file, once it is ours and still the one that stands in the folder."""
    while True:
        folder.mkdir(exist_ok=True)
        with suppress(FileNotFoundError):  # its last holder took the folder away
            handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
            if _ours(handle) and _stands(handle, folder / LOCK):
                return handle
            os.close(handle)
        if time.monotonic() >= until:
            raise Busy
        time.sleep(0.02)


def _ours(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _stands(handle: int, path: Path) -> bool:
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    return os.path.samestat(os.fstat(handle), there)
