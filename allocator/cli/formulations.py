"""The formulations as an option's help names them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from formulations import FORMULATIONS

LINEAR: Final = tuple(name for name, each in FORMULATIONS.items() if not each.chooses_window)


def any_of(words: Iterable[str]) -> str:
    """``a or b``; ``a, b, or c``."""
    *others, last = words
    comma = "," if len(others) > 1 else ""
    return f"{', '.join(others)}{comma} or {last}" if others else last
