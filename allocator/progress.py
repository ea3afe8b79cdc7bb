"""How long work says how far it is: whoever does it calls this, and whoever asks for it listens."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]  # what is being done, steps done, steps in all


def silent(what: str, done: int, steps: int) -> None:
    """Tell nobody."""
