"""The whole of many scenarios put together again: its primal and its dual, from master and cuts.

What decides is the certificate of the whole, which asks for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from allocator.program.matrix import Floats
from allocator.program.program import LinearProgram
from allocator.solving.benders.master import BendersMaster
from allocator.solving.benders.part import BendersCut, Positions, ScenarioPart
from allocator.solving.futures import ExtensiveForm


@dataclass(frozen=True)
class Tried:
    """Shared columns as they were tried, and each scenario's cost, £m, and columns there."""

    point: Floats
    costs: Floats
    points: list[Floats]


class WholeAnswer:
    """Puts together what the master and the scenarios say of the columns and rows of the whole."""

    def __init__(
        self,
        form: ExtensiveForm,
        parts: Sequence[ScenarioPart],
        shared: Positions,
        master: BendersMaster,
    ) -> None:
        self._form, self._parts, self._shared, self._master = form, parts, shared, master

    def pair(
        self,
        program: LinearProgram,
        stage: int,
        tried: Tried,
        duals: Floats,
        cuts: Sequence[BendersCut],
    ) -> tuple[Floats, Floats]:
        """Primal and dual: best point, recourse, and cuts times their weights."""
        primal, dual = self.primal(program, tried), self.dual(program, duals, cuts)
        self.hold(program, dual, program.objectives[stage].costs)
        return primal, dual

    def primal(self, program: LinearProgram, tried: Tried) -> Floats:
        """The whole's columns where these were tried."""
        primal = np.zeros(program.shape[1])
        for block, own in zip(self._form.blocks, tried.points, strict=True):
            primal[block.columns] = own
        primal[self._shared] = tried.point
        self._risk(primal, tried.costs)
        return primal

    def dual(self, program: LinearProgram, duals: Floats, cuts: Sequence[BendersCut]) -> Floats:
        """Prices of the whole's rows: the master's own, and its cuts' times their weights."""
        dual, own = np.zeros(program.shape[0]), self._master.rows_of_whole
        dual[own] = duals[: len(own)]
        for cut, weight in zip(cuts, duals[self._master.first_cut :], strict=True):
            if weight != 0:
                dual[self._form.blocks[cut.part].rows] += weight * cut.prices
        return dual

    def hold(self, program: LinearProgram, dual: Floats, costs: Floats) -> None:
        """What a row holds at a number stands in the master as that: its row bears the price."""
        reduced = costs - program.matrix.transposed_times(dual)
        for part in self._parts:
            columns, rows, values = part.holding
            dual[part.block.rows[rows]] += reduced[part.block.columns[columns]] / values

    def _risk(self, primal: Floats, costs: Floats) -> None:
        """The threshold of the CVaR, and what lies beyond it."""
        width = 1 + max(int(block.columns.max()) for block in self._form.blocks)
        if width == len(primal):
            return
        level = self._form.uncertainty.risk_level
        order = np.argsort(-costs)
        tail = np.cumsum(self._form.chances[order])
        at = 0 if level >= 1 else int(np.searchsorted(tail, 1 - level - 1e-12))
        threshold = costs[order[min(at, len(order) - 1)]]
        primal[width] = threshold
        if len(primal) > width + 1:
            primal[width + 1 :] = np.maximum(0.0, costs - threshold)
