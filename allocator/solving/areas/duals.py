"""Duals that are kept: each proves something of every program of its matrix.

That of an optimum is a bound on another window's cost, and a ray, which proves that one window has
no plan, often proves it of others as it is.  The one that proves most of a program is where the
search for it begins.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from allocator.program.implied import implied_bounds
from allocator.program.matrix import Floats
from allocator.program.program import LinearProgram, Objective
from allocator.program.proofs import lower_bound, reach, with_bounds

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
        bounds: a digest of those of the program that it was found for.
    """

    weights: Floats
    combined: Floats
    prices: Floats | None
    key: bytes
    stage: int | None
    bounds: bytes

    def is_of(self, program: LinearProgram) -> bool:
        """Whether it was found for this very program, of its matrix."""
        return self.bounds == _digest(program)

    def proves(self, program: LinearProgram, far: float | None = None) -> float:
        """What no point of a program goes below; of a ray, more than nought where there is none.

        ``far`` is the program's ``reach``, where it is at hand.
        """
        return lower_bound(program, self.weights, self.combined, far)

    def asks(self, program: LinearProgram) -> float:
        """What a program's rows ask for by its weights, each row's without sign."""
        rows = np.where(self.weights > 0, program.row_lower, program.row_upper)
        return float(np.abs(self.weights) @ np.abs(np.where(np.isfinite(rows), rows, 0.0)))

    def is_near(self, program: LinearProgram) -> bool:
        """Whether a ray proves, or nearly, that a program has no point."""
        return self.proves(_without_costs(program)) > -NEAR * self.asks(program)


def _digest(program: LinearProgram) -> bytes:
    """Of the bounds of rows and columns, which set programs of one matrix apart."""
    digest = hashlib.blake2b()
    for ends in (program.row_lower, program.row_upper, program.lower, program.upper):
        digest.update(ends.tobytes())
    return digest.digest()


def _without_costs(program: LinearProgram) -> LinearProgram:
    """A program with nothing to minimise, and for columns the bounds that the rows imply."""
    lower, upper = implied_bounds(program)
    nothing = Objective("", np.zeros(program.shape[1]), 0.0, "")
    return replace(program, lower=lower, upper=upper, objectives=(nothing,))


class KeptDuals:
    """Those found so far for programs of one matrix."""

    def __init__(self) -> None:
        self._kept: list[KeptDual] = []

    def add(
        self,
        program: LinearProgram,
        weights: Floats,
        prices: Floats | None,
        key: bytes,
        stage: int | None,
    ) -> KeptDual:
        """One more, in place of what was found before with its key."""
        if stage is None:
            weights = weights / (float(np.max(np.abs(weights), initial=0.0)) or 1.0)
        else:
            weights = with_bounds(program, weights)  # as every bound that it proves leaves them out
        made = KeptDual(
            weights, program.matrix.transposed_times(weights), prices, key, stage, _digest(program)
        )
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
        own = replace(program, objectives=(program.objectives[stage],))
        alike = [each for each in self._kept if each.stage == stage]
        far = reach(own)
        return max(alike, key=lambda each: each.proves(own, far), default=None)

    def nearest_ray(self, program: LinearProgram) -> KeptDual | None:
        """The ray that proves most, or lacks least for a proof, the latest where all lack as much.

        Columns without a bound have that which the rows imply.
        """
        rays = [each for each in self._kept if each.stage is None]
        if len(rays) < 2:
            return rays[0] if rays else None
        held = _without_costs(program)
        far = reach(held)
        return max(reversed(rays), key=lambda each: each.proves(held, far))
