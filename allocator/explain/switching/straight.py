"""Programs of an input multiplied by any factor, without building each of them anew.

Effects, costs, growth limits and arrivals enter the program so that each of its numbers is a
constant plus a multiple of the factor; two programs then give all others.  That it is so is
checked against a third; where it is not, as for rates, each program is built.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from allocator.program.program import LinearProgram

EXACT: Final = 1e-11  # how far from its line a number may be, relative to the largest on it

Build = Callable[[float], LinearProgram]


class Straight:
    """The program at any factor; ``build`` makes one anew, ``usual`` is the one at 1."""

    def __init__(self, usual: LinearProgram, build: Build) -> None:
        self._build, self._usual = build, usual
        self._numbers = usual.numbers()
        self._steps = self._found()

    def at(self, factor: float) -> LinearProgram:
        """The program at a factor."""
        if factor == 1.0:
            return self._usual
        if self._steps is None:
            return self._build(factor)
        return self._usual.with_numbers(self._line(self._steps, factor))

    def _line(self, steps: np.ndarray, factor: float) -> np.ndarray:
        moved: np.ndarray = self._numbers + (factor - 1.0) * steps
        return moved

    def _found(self) -> np.ndarray | None:
        """What a factor of 1 more adds to each number; None where that is not the same for all."""
        far, near = self._build(2.0), self._build(1.5)
        if not all(p.matrix.same_pattern(self._usual.matrix) for p in (far, near)):
            return None
        with np.errstate(invalid="ignore"):  # infinite bounds
            steps = far.numbers() - self._numbers
        steps[~np.isfinite(steps)] = 0.0
        said, true = self._line(steps, 1.5), near.numbers()
        finite = np.isfinite(true)
        size = np.maximum(np.abs(self._numbers), np.abs(far.numbers()))[finite]
        apart = np.abs(said[finite] - true[finite])
        same = np.array_equal(said[~finite], true[~finite])
        return steps if same and not np.any(apart > EXACT * np.maximum(size, 1e-6)) else None
