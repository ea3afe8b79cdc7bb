"""Room in memory, asked for before a compiled library that cannot be told no; and its rubbish."""

from __future__ import annotations

import gc
import mmap
import os
from typing import Final

_MEBIBYTE: Final = 2**20
_THREADS: Final = "OPENBLAS_NUM_THREADS"
# What the linear algebra within HiGHS takes as it is loaded: a buffer for each thread, with what
# aligns it.  Where it is refused that, it asks again for ever.
_BUFFER: Final = 132 * _MEBIBYTE
_REST: Final = 48 * _MEBIBYTE
_LEAST: Final = 192 * _MEBIBYTE  # for Python's numerical libraries, some of which end the process
_RARELY: Final = (50_000, 4, 2)


def look_rarely_for_circles() -> None:
    """Have Python look less often for rubbish in circles, of which there is little here."""
    gc.set_threshold(*_RARELY)


def room_to_run() -> None:
    """Raise MemoryError where a limit of the process leaves too little for any work."""
    if _limited() and not _can_have(_LEAST):
        raise MemoryError


def room_for_highs() -> None:
    """Raise MemoryError where HiGHS cannot be loaded; with room for one thread alone, ask for one.

    Where the process has no limit of its own, nothing is asked.
    """
    if not _limited():
        return
    threads = int(os.environ.get(_THREADS) or os.cpu_count() or 1)
    if threads > 1 and not _can_have(threads * _BUFFER + _REST):
        threads = 1
        os.environ[_THREADS] = "1"
    if not _can_have(threads * _BUFFER + _REST):
        raise MemoryError


def room_for_a_thread() -> None:
    """Raise MemoryError where HiGHS, run by another thread, would ask for a buffer without end."""
    if _limited() and not _can_have(_BUFFER):
        raise MemoryError


def _limited() -> bool:
    """Whether the process may take only so much address space (`ulimit -v`, `ulimit -d`)."""
    try:
        import resource
    except ImportError:  # a system without such limits
        return False

    limits = (resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA))
    return any(limit != resource.RLIM_INFINITY for limit in limits)


def _can_have(room: int) -> bool:
    """Whether so many bytes can be had; they are reserved, never touched, and given back."""
    try:
        mmap.mmap(-1, room, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS).close()
    except (OSError, ValueError, OverflowError):
        return False
    return True
