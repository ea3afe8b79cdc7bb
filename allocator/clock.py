"""One clock for all that a command does: how long it may still take, and what did not end in time.

``limited`` sets it for whatever is done inside, however deep; every ``Clock`` is at most what is
left of it.  Who has something to show when the time is over keeps it by an ``Overrun``.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from allocator.errors import TimeLimitError

now: Callable[[], float] = time.monotonic  # seconds

_END: Final[ContextVar[float]] = ContextVar("end", default=math.inf)


@contextmanager
def limited(seconds: float | None) -> Iterator[None]:
    """Whatever is done inside may take so many seconds, all together; None for no limit."""
    before = _END.set(_END.get() if seconds is None else min(_END.get(), now() + seconds))
    try:
        yield
    finally:
        _END.reset(before)


@contextmanager
def finishing() -> Iterator[None]:
    """What was found in time is put together whatever the time: a small part of the work.

    Without that the last step could lose all before it.
    """
    before = _END.set(math.inf)
    try:
        yield
    finally:
        _END.reset(before)


class Clock:
    """Seconds left of a time limit, or of the one set around it where that ends sooner."""

    def __init__(self, limit: float | None = None) -> None:
        own = math.inf if limit is None or limit == math.inf else now() + limit
        self._end = min(own, _END.get())

    def left(self) -> float:
        """Seconds left; infinite without a limit."""
        return self._end if self._end == math.inf else self._end - now()

    def check(self, doing: str) -> None:
        """TimeLimitError where nothing is left."""
        if self.left() <= 0:
            raise out_of_time(doing)


class Overrun:
    """What was being done when the time was over; ``said`` is empty while it is not."""

    def __init__(self) -> None:
        self.said = ""

    def __bool__(self) -> bool:
        return bool(self.said)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """A step that may run out of time, which ends it alone: what was done before stands."""
        try:
            yield
        except TimeLimitError as error:
            self.said = self.said or str(error)


def out_of_time(doing: str) -> TimeLimitError:
    """The error for a time limit that ended while doing something."""
    return TimeLimitError(f"out of time while {doing}; give it a longer time limit")
