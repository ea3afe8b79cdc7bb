"""Points of areas as they were at some time, and the least cost of mixing them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from allocator.program.matrix import Floats
from allocator.program.program import LinearProgram
from allocator.solving.areas.master import AreaMaster
from allocator.solving.areas.pricing import AreaPoint
from allocator.solving.areas.search import DEAREST, GIVEN
from allocator.solving.areas.split import Split


@dataclass(frozen=True, eq=False)
class AreaPoints:
    """Points that areas have given, kept apart from what the decomposition does next."""

    split: Split
    points: tuple[AreaPoint, ...]

    def least(self, program: LinearProgram) -> tuple[float, Floats] | None:
        """Least cost of their mixtures, and its prices by row, nought where none ties.

        Of the last objective, for a program that differs in tying rows alone from the one that they
        are of; the whole costs no more.  None where no mixture meets the rows.
        """
        last, dearest = len(program.objectives) - 1, np.full(len(self.split.ties), DEAREST)
        point = AreaMaster(self.split, program, last, self.points).solve(-dearest, dearest)
        if np.any(point.given_way > GIVEN):
            return None
        prices = np.zeros(program.shape[0])
        prices[self.split.ties] = point.prices
        return point.value, prices
