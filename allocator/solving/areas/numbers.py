"""Areas' own numbers in a program: what each of them is solved with, and which of them change."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from allocator.program.implied import implied_bounds
from allocator.program.matrix import Floats
from allocator.program.program import LinearProgram
from allocator.solving.areas.pricing import AreaProgram
from allocator.solving.areas.split import Split


@dataclass(frozen=True)
class Differing:
    """All areas' programs, and by number those with other points or with other costs alone."""

    programs: list[AreaProgram]
    changed: dict[int, AreaProgram]
    costs: dict[int, AreaProgram]


class AreaNumbers:
    """Those of the program that was taken over last; ``programs`` are by area."""

    def __init__(self, program: LinearProgram, split: Split) -> None:
        self._split, self._of = split, program
        self._upper, self._least_shared = _ends(program, split)
        self.programs = self._parts(program)

    def differing(self, program: LinearProgram) -> Differing | None:
        """What another program has otherwise; None where areas have its numbers already."""
        if self._has(program):
            return None
        parts = self._parts(program)
        differ = {n: own for n, own in enumerate(parts) if not own.same(self.programs[n])}
        costs = {n: own for n, own in differ.items() if own.alike(self.programs[n])}
        changed = {n: own for n, own in differ.items() if n not in costs}
        return Differing(parts, changed, costs)

    def take(self, program: LinearProgram, differing: Differing) -> None:
        """Take over another program's, which differ by so much."""
        self._of, self.programs = program, differing.programs

    def for_master(self, program: LinearProgram) -> LinearProgram:
        """With a lower bound for shared columns that have none, or the master might have no end.

        While prices are held to a box rows give way, and such a column could fall for ever.
        """
        shared, lower = self._split.shared, program.lower.copy()
        lower[shared] = np.where(np.isinf(lower[shared]), self._least_shared, lower[shared])
        return replace(program, lower=lower)

    def _parts(self, program: LinearProgram) -> list[AreaProgram]:
        upper = np.minimum(self._upper, program.upper)
        return [AreaProgram.of(block, program, upper) for block in self._split.areas]

    def _has(self, program: LinearProgram) -> bool:
        """Whether a program differs in shared columns alone, as windows do."""
        before = self._of
        moved = before.moved_columns(program)
        moved[self._split.shared] = False
        costs = [[each.costs for each in own.objectives] for own in (before, program)]
        return bool(
            not moved.any()
            and before.same_rows(program)
            and len(costs[0]) == len(costs[1])
            and all(map(np.array_equal, *costs))
        )


def _ends(program: LinearProgram, split: Split) -> tuple[Floats, Floats]:
    """Upper bounds of columns, with some for those that tie, and lower ones of shared columns.

    Twice what the tying rows imply where they have none: so far that no point comes near, and yet
    not so far beyond a row held to nearly nought that its price loses digits.  What an area's own
    rows imply needs no bound: they are in its program.
    """
    lower, upper = program.lower.copy(), program.upper.copy()
    fixed = split.window  # at nought or one in every window, or at what has been
    lower[fixed], upper[fixed] = np.minimum(lower[fixed], 0.0), np.maximum(upper[fixed], 1.0)
    rows, columns = np.zeros(program.shape[0], dtype=bool), np.zeros(program.shape[1], dtype=bool)
    rows[split.ties] = columns[split.shared] = True
    tied = np.concatenate([each.columns[each.tied] for each in split.areas])
    columns[tied] = True
    least, implied = lower, upper.copy()
    least[columns], implied[columns] = implied_bounds(
        replace(program, lower=lower, upper=upper).only(rows, columns)
    )
    upper = program.upper.copy()
    upper[tied] = np.minimum(upper[tied], 2 * np.abs(implied[tied]) + 1e-6)
    least = least[split.shared]
    return upper, least - np.abs(least) - 1e-3
