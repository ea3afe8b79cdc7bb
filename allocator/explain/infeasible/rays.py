"""Proofs that there is no plan, kept: one often serves many programs of a shape.

A ray weighs rows.  Where a limit that is moved, or a window, leaves the rows with weight as they
are, the same sum still asks for the impossible, and nothing need be solved.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from allocator.program.program import LinearProgram
from allocator.program.proofs import refuted_by, signed, ways
from allocator.solvers.solution import Floats, Solution, Status

MOST: Final = 24  # kept, the last to be of use first


class Rays:
    """Rays by row, of programs with the same rows; those that are given may be either way round."""

    def __init__(self, known: Iterable[Floats] = ()) -> None:
        self._known = [way for ray in known for way in ways(ray)]

    def refute(self, program: LinearProgram) -> Solution | None:
        """That a program has no solution, with the ray that proves it; None where none does."""
        for n, ray in enumerate(self._known):
            if len(ray) == program.shape[0] and refuted_by(program, ray):
                self._known.insert(0, self._known.pop(n))
                nothing = np.zeros(0)
                return Solution(Status.INFEASIBLE, nothing, nothing, np.nan, 0, 0.0, ray=ray)
        return None

    def learn(self, program: LinearProgram, solution: Solution) -> None:
        """Keep the ray of an answer, if it has one and it proves what it should."""
        if solution.ray is None:
            return
        weights = signed(program, solution.ray)
        if weights is not None:
            self._known.insert(0, weights)
            del self._known[MOST:]
