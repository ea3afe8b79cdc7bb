"""Duals that are kept: each proves something of every program of its matrix.

That of an optimum is a bound on another window's cost, and a ray, which proves that one window has
no plan, often proves it of others as it is.  The one that proves most of a program is where the
search for it begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from allocator.program.implied import implied_bounds
from allocator.program.matrix import Floats
from allocator.program.program import LinearProgram, Objective
from allocator.program.proofs import lower_bound, of_columns, reach, with_bounds

MOST: Final = 24  # of each kind, the latest
NEAR: Final = 0.5  # of what its rows ask for: a ray that lacks less may be near a proof


@dataclass(frozen=True, eq=False)
class KeptDual:
    """An optimum's, or a ray.

    Attributes:
        weights: by row; of a ray at most 1.
        combined: the matrix transposed times the weights.
        prices: by tying row, those that they were found at; None where they are one area's own.
        key: of the bases that the areas had then.
        stage: the objective that an optimum is of; None for a ray.
        program: that it was found for, with this objective alone; of a ray, without costs.
        proved: what no point of that goes below.
    """

    weights: Floats
    combined: Floats
    prices: Floats | None
    key: bytes
    stage: int | None
    program: LinearProgram
    proved: float

    def is_of(self, program: LinearProgram) -> bool:
        """Whether an optimum's was found for this very program, of its matrix."""
        own = self.program
        return own.same_rows(program) and not own.moved_columns(program).any()

    def proves(self, program: LinearProgram, far: float | None = None) -> float:
        """What no point of a program goes below; of a ray, more than nought where there is none.

        But for rounding: it says where to begin, and is no proof.  ``far`` is the program's
        ``reach``, where it is at hand.  Where only columns' bounds are others than of the program
        that it was found for, it is worked out from what these add: a window moves few.
        """
        own, far = self.program, reach(program) if far is None else far
        if not (np.isfinite(self.proved) and own.same_rows(program) and _same_costs(own, program)):
            return lower_bound(program, self.weights, self.combined, far)
        moved = np.flatnonzero(own.moved_columns(program))
        now, then = (of_columns(each, self.combined, moved, far).sum() for each in (program, own))
        return self.proved + float(now - then)

    def asks(self, program: LinearProgram) -> float:
        """What a program's rows ask for by its weights, each row's without sign."""
        rows = np.where(self.weights > 0, program.row_lower, program.row_upper)
        return float(np.abs(self.weights) @ np.abs(np.where(np.isfinite(rows), rows, 0.0)))

    def is_near(self, program: LinearProgram) -> bool:
        """Whether a ray proves, or nearly, that a program has no point."""
        return self.proves(without_costs(program)) > -NEAR * self.asks(program)


def _same_costs(one: LinearProgram, other: LinearProgram) -> bool:
    """Of the objectives that bounds are proved for."""
    last, its = one.objectives[-1], other.objectives[-1]
    return last.constant == its.constant and np.array_equal(last.costs, its.costs)


def without_costs(program: LinearProgram) -> LinearProgram:
    """A program with nothing to minimise, and for columns the bounds that the rows imply."""
    lower, upper = implied_bounds(program)
    nothing = Objective("", np.zeros(program.shape[1]), 0.0, "")
    return replace(program, lower=lower, upper=upper, objectives=(nothing,))


def _of_stage(program: LinearProgram, stage: int) -> LinearProgram:
    """A program with one of its objectives alone."""
    return replace(program, objectives=(program.objectives[stage],))


class KeptDuals:
    """Those found so far for programs of one matrix."""

    def __init__(self) -> None:
        self._kept: list[KeptDual] = []
        self._weighed: dict[int | None, tuple[LinearProgram, dict[KeptDual, float]]] = {}

    def add(
        self,
        program: LinearProgram,
        weights: Floats,
        prices: Floats | None,
        key: bytes,
        stage: int | None,
        proved: float | None = None,
    ) -> KeptDual:
        """One more, in place of what was found before with its key.

        ``proved`` is the value of an optimum, which its dual proves but for rounding.
        """
        if stage is None:
            own = without_costs(program)
            weights = weights / (float(np.max(np.abs(weights), initial=0.0)) or 1.0)
        else:
            own = _of_stage(program, stage)
            weights = with_bounds(program, weights)  # as every bound that it proves leaves them out
        combined = program.matrix.transposed_times(weights)
        proved = lower_bound(own, weights, combined) if proved is None else proved
        made = KeptDual(weights, combined, prices, key, stage, own, proved)
        self._kept = [each for each in self._kept if each.key != key]
        alike = [each for each in self._kept if (each.stage is None) == (stage is None)]
        if len(alike) >= MOST:
            self._kept.remove(alike[0])
        self._kept.append(made)
        return made

    def forget(self, stage: int) -> None:
        """Those of a stage's optima."""
        self._kept = [each for each in self._kept if each.stage != stage]

    def nearest(self, program: LinearProgram, stage: int) -> KeptDual | None:
        """The optimum of a stage whose dual proves the highest cost; None where there is none."""
        alike = [each for each in self._kept if each.stage == stage]
        return self._most(alike, program, stage)

    def nearest_ray(self, program: LinearProgram) -> KeptDual | None:
        """The ray that proves most, or lacks least for a proof, the latest where all lack as much.

        Columns without a bound have that which the rows imply.
        """
        rays = [each for each in self._kept if each.stage is None]
        return self._most(rays[::-1], program, None)

    def _most(
        self, kept: Sequence[KeptDual], program: LinearProgram, stage: int | None
    ) -> KeptDual | None:
        """The first that proves most of a program; those weighed for it before are not again."""
        if len(kept) < 2:
            return kept[0] if kept else None
        weighed = self._weighed.get(stage)
        if weighed is None or weighed[0] is not program:
            self._weighed[stage] = weighed = program, {}
        proved = weighed[1]
        if new := [each for each in kept if each not in proved]:
            asked = without_costs(program) if stage is None else _of_stage(program, stage)
            far = reach(asked)
            proved |= {each: each.proves(asked, far) for each in new}
        return max(kept, key=proved.__getitem__)
