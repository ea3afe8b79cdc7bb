"""Programs of an input multiplied by any factor, without building each of them anew.

Effects, costs, growth limits and arrivals enter the program on a straight line; rates do not, and
each of their programs is built.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from allocator.program.program import LinearProgram
from allocator.program.straight import NotStraight, StraightLines

EXACT: Final = 1e-11  # how far from its line a number may be, relative to the largest on it

ProgramAt = Callable[[float], LinearProgram]


class Straight:
    """The program at any factor; ``build`` makes one anew, ``usual`` is the one at 1."""

    def __init__(self, usual: LinearProgram, build: ProgramAt) -> None:
        self._build, self._usual = build, usual
        self._lines = self._confirmed()

    def at(self, factor: float) -> LinearProgram:
        """The program at a factor."""
        if factor == 1.0:
            return self._usual
        if self._lines is None:
            return self._build(factor)
        return self._lines.at([factor - 1.0])

    def _confirmed(self) -> StraightLines[LinearProgram] | None:
        try:
            lines = StraightLines(self._usual, [self._build(2.0)], EXACT)
            lines.confirm([0.5], self._build(1.5))
        except NotStraight:
            return None
        return lines
