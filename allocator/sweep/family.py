"""Programs that lie on straight lines: any point of a grid without building it anew.

The lines run from the program at the grid's first corner to the one at the far end of each axis
(``program.straight``).  A third program on each axis and the one at the far corner are built as
well, and must be where the lines say; else every point is built anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np

from allocator.errors import UsageError
from allocator.instance import Instance
from allocator.program.program import LinearProgram
from allocator.program.straight import NotStraight, StraightLines
from allocator.solvers.solution import Floats
from allocator.solving.session import build
from allocator.sweep.design import Design
from allocator.sweep.facts import unchanged

# Columns in which an instance that is without error at two values is so at any between them:
# every check of them is an inequality between that cell and something else.
STRAIGHT: Final = {
    ("targets", "children"), ("targets", "per_10000"), ("budgets", "amount"),
    ("limits", "minimum"), ("limits", "maximum"),
    ("prices", "index"), ("states", "unit_cost"), ("services", "unit_cost"),
    ("services", "setup_cost"), ("services", "exit_cost"), ("effects", "effect"),
}  # fmt: skip
WORTH_IT: Final = 8  # points; for fewer, building each is as quick
MOST_AXES: Final = 4  # every corner of the grid is checked, and there are 2 ** axes
EXACT: Final = 1e-12  # how far from its line a number may be, relative to its largest on it


@dataclass(frozen=True)
class Prepared:
    """A point ready to be solved: its program, and what the baseline costs there (``facts``)."""

    program: LinearProgram
    unchanged: Floats

    @classmethod
    def of(cls, instance: Instance, formulation: str) -> Prepared:
        """Built anew."""
        return cls(build(instance, formulation), unchanged(instance))

    def numbers(self) -> Floats:
        """Every number in one array."""
        return np.concatenate([self.program.numbers(), self.unchanged])

    def with_numbers(self, numbers: Floats) -> Prepared:
        """The same point with other numbers, in the order of ``numbers``."""
        end = len(numbers) - len(self.unchanged)
        return Prepared(self.program.with_numbers(numbers[:end]), numbers[end:])

    def same_pattern(self, other: Prepared) -> bool:
        """Whether both have the same numbers of everything, and coefficients in the same places."""
        return self.program.same_pattern(other.program) and len(self.unchanged) == len(
            other.unchanged
        )


class SweepFamily:
    """Every point of a grid, from the programs at its ends."""

    def __init__(self, lines: StraightLines[Prepared], shares: Sequence[tuple[float, ...]]) -> None:
        self._lines, self._shares = lines, tuple(shares)

    @classmethod
    def of(cls, design: Design) -> SweepFamily | None:
        """The family of a design's points; None where there is none, or it is not worth it."""
        axes = design.axes
        if design.points < WORTH_IT or len(axes) > MOST_AXES:
            return None
        if any(axis.column not in STRAIGHT or axis.numbers is None for axis in axes):
            return None
        try:
            return cls._proved(design)
        except (NotStraight, UsageError):
            return None

    @classmethod
    def _proved(cls, design: Design) -> SweepFamily:
        ends = [_ends(axis.numbers or ()) for axis in design.axes]
        corners = {corner: design.changed(corner) for corner in product(*ends)}
        near, *far = (
            Prepared.of(corners[position], design.formulation) for position in _origin_and_far(ends)
        )
        lines = StraightLines(near, far, EXACT)
        family = cls(lines, [_shares(axis.numbers or ()) for axis in design.axes])
        for position in _witnesses(design, ends):
            lines.confirm(family._along(position), _prepared(design, position))
        return family

    def at(self, position: Sequence[int]) -> Prepared:
        """The point with the value of that position on each axis."""
        return self._lines.at(self._along(position))

    def _along(self, position: Sequence[int]) -> list[float]:
        return [shares[n] for shares, n in zip(self._shares, position, strict=True)]


def _prepared(design: Design, position: tuple[int, ...]) -> Prepared:
    return Prepared.of(design.changed(position), design.formulation)


def _origin_and_far(ends: Sequence[tuple[int, int]]) -> Iterator[tuple[int, ...]]:
    """The corner where the lines begin, then where the line of each axis ends."""
    yield (near := tuple(low for low, _ in ends))
    for n, (_, high) in enumerate(ends):
        yield _with(near, n, high)


def _with(position: tuple[int, ...], axis: int, value: int) -> tuple[int, ...]:
    return (*position[:axis], value, *position[axis + 1 :])


def _ends(numbers: Sequence[float]) -> tuple[int, int]:
    """Positions of the least and the greatest value."""
    return int(np.argmin(numbers)), int(np.argmax(numbers))


def _shares(numbers: Sequence[float]) -> tuple[float, ...]:
    """How far between the least and the greatest each value lies."""
    low, high = min(numbers), max(numbers)
    return tuple((number - low) / ((high - low) or 1.0) for number in numbers)


def _witnesses(design: Design, ends: Sequence[tuple[int, int]]) -> Iterator[tuple[int, ...]]:
    """A value between the ends of each axis, then the far corner."""
    near = tuple(low for low, _ in ends)
    for n, axis in enumerate(design.axes):
        between = [v for v in range(len(axis.values)) if v not in ends[n]]
        if between:
            yield _with(near, n, between[int(0.4 * len(between))])
    if len(design.axes) > 1:
        yield tuple(high for _, high in ends)
