"""The programs of one input multiplied by any factor: as they would be built, or near enough.

What is near enough steers a search: where an input does not enter the program on a straight line,
numbers are taken from the parabola through the three nearest programs that were built.  Whatever
is told has been solved as it would be built.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from allocator.explain.straight import Straight
from allocator.explain.switching.inputs import Input
from allocator.instance import Instance
from allocator.program.program import LinearProgram
from allocator.solvers.solution import Floats
from allocator.solving.session import build

STRAIGHT: Final = ("effects", "services", "states", "arrivals")
_POINTS: Final = 3  # of a parabola
_OFF: Final = (0.99, 0.0, 4.0)  # factors


class MovedPrograms:
    """See the module; ``program`` is the one at 1."""

    def __init__(self, instance: Instance, program: LinearProgram, moved: Input) -> None:
        self._instance, self._moved = instance, moved
        self._built = {1.0: program}
        straight = moved.rows[0].table in STRAIGHT
        self._straight = Straight(program, self._anew) if straight else None

    @property
    def is_straight(self) -> bool:
        """Whether what is near is exact."""
        return self._straight is not None

    @property
    def is_idle(self) -> bool:
        """Whether the input moves nothing: its programs a little off and far off are the same."""
        usual = self._built[1.0].numbers()
        return all(
            self._built[1.0].same_pattern(program := self.exact(factor))
            and np.array_equal(program.numbers(), usual)
            for factor in _OFF
        )

    def instance(self, factor: float) -> Instance:
        """The instance with the input multiplied."""
        return self._moved.times(self._instance, factor)

    def exact(self, factor: float) -> LinearProgram:
        """Its program."""
        if factor not in self._built:
            program = self._anew(factor) if self._straight is None else self._straight.at(factor)
            self._built[factor] = program
        return self._built[factor]

    def near(self, factor: float) -> LinearProgram:
        """Its program, or what is nearly it."""
        if self._straight is not None or factor in self._built:
            return self.exact(factor)
        known = sorted(self._built, key=lambda place: abs(place - factor))[:_POINTS]
        programs = [self._built[place] for place in known]
        if len(known) < _POINTS or not all(programs[0].same_pattern(p) for p in programs[1:]):
            return self.exact(factor)
        return programs[0].with_numbers(_between(factor, known, [p.numbers() for p in programs]))

    def _anew(self, factor: float) -> LinearProgram:
        return build(self.instance(factor))


def _between(at: float, places: Sequence[float], numbers: Sequence[Floats]) -> Floats:
    """Numbers at a place on the polynomial through those at others (Lagrange's form)."""
    total = np.zeros_like(numbers[0])
    with np.errstate(invalid="ignore"):  # of infinite bounds, which are not moved
        for place, each in zip(places, numbers, strict=True):
            others = [other for other in places if other != place]
            total += each * np.prod([(at - other) / (place - other) for other in others])
    finite = np.isfinite(numbers[0])
    total[~finite] = numbers[0][~finite]
    return total
