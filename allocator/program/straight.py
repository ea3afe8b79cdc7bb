"""Programs that lie on straight lines: any of them without building it anew.

A target, a budget, a cost, an effect or the factor on one enters a program so that each of its
numbers is a constant plus a multiple of it.  The program at one corner and one at the far end of
each line then give all the others.  That it is so is not taken for granted: whoever draws the
lines has them confirmed by programs that were built.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Numbered(Protocol):
    """A program, or what holds one: its numbers in one array, in an order that is kept."""

    def numbers(self) -> Floats:
        """Every number."""

    def with_numbers(self, numbers: Floats) -> Any:
        """The same with other numbers."""

    def same_pattern(self, other: Any) -> bool:
        """Whether the other has as many numbers, and coefficients in the same places."""


N = TypeVar("N", bound=Numbered)


class NotStraight(Exception):
    """What was built does not lie where the lines say."""


class StraightLines(Generic[N]):
    """All that lies on lines from ``origin``, one to each of ``ends``.

    ``exact`` is how far from its line a number may be, relative to the largest on it.  Raises
    NotStraight where an end is of another pattern, or has a bound where the origin has none.
    """

    def __init__(self, origin: N, ends: Sequence[N], exact: float) -> None:
        self._origin, self._numbers, self._exact = origin, origin.numbers(), exact
        self._steps = [self._step(end) for end in ends]

    def at(self, shares: Sequence[float]) -> N:
        """What lies at a share of the way along each line: 0 the origin, 1 the end."""
        numbers = self._numbers.copy()
        for share, (places, step) in zip(shares, self._steps, strict=True):
            numbers[places] += share * step
        program: N = self._origin.with_numbers(numbers)
        return program

    def confirm(self, shares: Sequence[float], built: N) -> None:
        """Raise NotStraight where there is not what was built for it."""
        if not self._origin.same_pattern(built):
            raise NotStraight
        said, true = self.at(shares).numbers(), built.numbers()
        finite = np.isfinite(true)
        size = np.maximum(np.abs(self._numbers), np.abs(true))[finite]
        if not np.array_equal(said[~finite], true[~finite]) or np.any(
            np.abs(said[finite] - true[finite]) > self._exact * np.maximum(size, 1e-6)
        ):
            raise NotStraight

    def _step(self, end: N) -> tuple[NDArray[np.intp], Floats]:
        """Which numbers change on the way to an end, and by how much."""
        if not self._origin.same_pattern(end):
            raise NotStraight
        after = end.numbers()
        places = np.flatnonzero(self._numbers != after)
        step = after[places] - self._numbers[places]
        if not np.all(np.isfinite(step)):
            raise NotStraight
        return places, step
