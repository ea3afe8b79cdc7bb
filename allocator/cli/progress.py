"""Progress on stderr once a solve has lasted a second: a bar on a terminal, else lines.

Each says what is being done, how much of it is done, and about how long the rest will take.
"""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

PATIENCE: Final = 1.0  # seconds before anything is said
BETWEEN_LINES: Final = 10.0  # seconds


class ProgressBar:
    """Called with what is being done, steps done and steps in all; use as a context."""

    def __init__(self) -> None:
        self._latest = ("", 0, 1)
        self._begun = (time.monotonic(), 0)  # when these steps began, and at which
        self._bar: Bar | None = None
        self._said = time.monotonic() + PATIENCE - BETWEEN_LINES
        self._lock = threading.Lock()
        self._timer = threading.Timer(PATIENCE, self._show)
        self._timer.daemon = True

    def __enter__(self) -> ProgressBar:
        """Start the clock."""
        if sys.stderr.isatty():
            self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the terminal as it was."""
        self._timer.cancel()
        with self._lock:
            if self._bar is not None:
                self._bar.stop()

    def __call__(self, what: str, done: int, steps: int) -> None:
        """Note a step, and tell it if it is time to."""
        with self._lock:
            if steps != self._latest[2] or done < self._latest[1]:
                self._begun = (time.monotonic(), done)
            self._latest = (what, done, steps)
            if self._bar is not None:
                task = self._bar.task_ids[0]
                self._bar.update(task, description=what, completed=done, total=steps)
                return
        if (
            done < steps
            and not sys.stderr.isatty()
            and time.monotonic() - self._said >= BETWEEN_LINES
        ):
            self._said = time.monotonic()
            click.echo(f"{what} ({done} of {steps}{self._left(done, steps)})", err=True)

    def _left(self, done: int, steps: int) -> str:
        """What is left, taken to go on as it went since the first of these steps; blank there."""
        since, first = self._begun
        if done == first:
            return ""
        seconds = (time.monotonic() - since) / (done - first) * (steps - done)
        return f", about {max(1, round(seconds))} s left"

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        with self._lock:
            what, done, steps = self._latest
            self._bar = Bar(
                TextColumn("{task.description}"),
                BarColumn(),
                TimeElapsedColumn(),
                TextColumn("left"),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.add_task(what, total=steps, completed=done)
            self._bar.start()
