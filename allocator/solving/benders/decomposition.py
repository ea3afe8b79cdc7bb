"""Many scenarios solved one by one: multi-cut Benders on the columns that they share.

The master holds the shared columns and for each scenario a bound on its cost; scenarios, kept in
HiGHS, answer with cuts from their row duals by weak duality.  A cut is affine in the shared columns
*and* in the window's, so that it serves every window, and so is one from a dual ray where a
scenario has no plan.  A box around the best point keeps the master near it (Ruszczynski 1986,
Mathematical Programming 35:309; Linderoth and Wright 2003, Computational Optimization and
Applications 24:207).  The answer is a primal and a dual of the whole, and is worth what the
certificate of the whole says: where that fails, or nothing ends, the whole is solved instead.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from allocator.instance import Window
from allocator.program.certificate import certify
from allocator.program.matrix import Floats
from allocator.program.program import LinearProgram
from allocator.program.proofs import refutes
from allocator.solvers.catalogue import DEFAULT, find_solver
from allocator.solvers.highs import HighsModel
from allocator.solvers.solution import Solution, Status
from allocator.solving.benders.master import BendersMaster, InfeasibleMasterError, NoEndError
from allocator.solving.benders.part import BendersCut, ScenarioPart
from allocator.solving.futures import ExtensiveForm, cvar
from allocator.solving.proved import ProvedSolution
from allocator.solving.session import at_window
from allocator.solving.windows import WindowSolved

MANY: Final = 8  # scenarios, from which they are solved one by one
_GAP: Final = 1e-9  # relative, between the best point and the master's bound
_ROUNDS: Final = 300
_EDGE: Final = 1e-9  # of a column: nearer than this it is at its bound


class BendersDecomposition:
    """An extensive form solved scenario by scenario, for one window after the other."""

    def __init__(self, form: ExtensiveForm) -> None:
        self.form, width = form, form.program.shape[1]
        counts = np.bincount(np.concatenate([b.columns for b in form.blocks]), minlength=width)
        self.shared = np.flatnonzero(counts > 1)
        place = np.full(width, -1, dtype=np.int64)
        place[self.shared] = np.arange(len(self.shared))
        self.parts = [ScenarioPart(block, place) for block in form.blocks]
        self.lower, self.upper = form.program.lower[self.shared], form.program.upper[self.shared]
        self.cuts: list[BendersCut] = []
        self.point: Floats | None = None
        self.master = BendersMaster(form, self.parts, self.lower, self.upper)

    @property
    def solver(self) -> str:
        """Who solves, and how."""
        versions = [each.model.version for each in self.parts if each.model is not None]
        return " ".join(["HiGHS", *versions[:1], "scenarios one by one"])

    def solve(self, window: Window | None) -> WindowSolved | None:
        """The whole for a window, proved; None where this way came to no proof.

        So where it has several objectives, one after the other.
        """
        if len(self.form.program.objectives) > 1:
            return None
        program = self.form.at(window)
        first = self.parts[0]
        own = at_window(first.program, first.block.scenario.instance, window)
        held = own.lower[first.window]
        try:
            primal, dual, rounds = self._optimum(program, held)
        except InfeasibleMasterError as found:
            return self._none(window, program, found.ray)
        except NoEndError:
            return None
        certificate = certify(program, primal, dual)
        if not certificate.passed:
            return None
        value = certificate.primal_objective
        solution = ProvedSolution(
            Status.OPTIMAL, primal, dual, value, rounds, 0.0, certificate=certificate
        )
        return WindowSolved(window, program, solution, certificate, True)

    def _none(
        self, window: Window | None, program: LinearProgram, ray: Floats
    ) -> WindowSolved | None:
        """That the whole has no plan, from the master's ray and the cuts in it."""
        for sign in (1.0, -1.0):
            proof = self._rows_of_whole(program, sign * ray)
            self._hold(program, proof, np.zeros(program.shape[1]))
            if refutes(program, proof):
                empty = np.zeros(0)
                solution = Solution(Status.INFEASIBLE, empty, empty, np.nan, 0, 0.0, ray=proof)
                return WindowSolved(window, program, solution, None, True)
        return None

    def _optimum(self, program: LinearProgram, window: Floats) -> tuple[Floats, Floats, int]:
        self.master.at(self.cuts, window)
        center = self._start(window) if self.point is None else self.point
        costs, points = self._evaluate(center, window)
        best, size = self._total(costs), 1.0
        for rounds in range(_ROUNDS):
            known = np.isfinite(best)
            lower, upper = self.lower, self.upper
            if known:
                lower = np.maximum(lower, center - size * self._span)
                upper = np.minimum(upper, center + size * self._span)
            value, columns, duals = self.master.solve(lower, upper)
            point = columns[: len(self.shared)]
            gain = best - value
            if known and gain <= _GAP * max(1.0, abs(value)):
                value, columns, duals = self.master.solve(self.lower, self.upper)
                if best - value <= _GAP * max(1.0, abs(best)):
                    self.point = center
                    return (*self._whole(program, center, costs, points, duals), rounds)
                size *= 4
                continue
            tried, at = self._evaluate(point, window)
            total = self._total(tried)
            if total < best:
                inside = self._at_edge(point, lower, upper)
                if known and best - total >= 0.5 * gain and inside:
                    size *= 2.5
                elif known and best - total < 0.1 * gain:
                    size /= 1.5
                center, best, costs, points = (
                    np.clip(point, self.lower, self.upper),
                    total,
                    tried,
                    at,
                )
            else:
                size /= 2
        raise NoEndError

    @property
    def _span(self) -> Floats:
        """Sizes of the shared columns, by which the box goes."""
        center = np.zeros(len(self.shared)) if self.point is None else self.point
        return np.maximum(1.0, 0.02 * np.abs(center))

    def _at_edge(self, point: Floats, lower: Floats, upper: Floats) -> bool:
        low = (point <= lower + _EDGE) & (lower > self.lower + _EDGE)
        high = (point >= upper - _EDGE) & (upper < self.upper - _EDGE)
        return bool(np.any(low | high))

    def _start(self, window: Floats) -> Floats:
        """Shared columns of the first scenario alone, those of others at their bounds."""
        first = self.parts[0]
        lower, upper = first.program.lower.copy(), first.program.upper.copy()
        lower[first.window] = upper[first.window] = window
        alone = replace(first.program, lower=lower, upper=upper)
        answer = HighsModel(alone, find_solver(DEFAULT)).solve(alone)
        if answer.status is not Status.OPTIMAL:
            raise NoEndError
        found = np.clip(np.zeros(len(self.shared)), self.lower, self.upper)
        for part in reversed(self.parts):
            if part.program.shape == first.program.shape:
                found[part.at] = answer.primal[part.shared]
        self.point = np.clip(found, self.lower, self.upper)
        return self.point

    def _evaluate(self, point: Floats, window: Floats) -> tuple[Floats, list[Floats]]:
        """Each scenario's cost at a point, infinite where it has no plan; every one adds a cut."""
        costs, found = np.full(len(self.parts), np.inf), []
        held = np.clip(point, self.lower, self.upper)
        for n, part in enumerate(self.parts):
            answer = part.solve(held, window, self.parts[n - 1] if n else None)
            if answer.status is Status.OPTIMAL:
                costs[n] = answer.objective
                self._add(part.cut(n, answer.dual, of_cost=True), window)
            elif answer.status is Status.INFEASIBLE and answer.ray is not None:
                self._add(self._refuting(n, answer.ray, held, window), window)
            else:
                raise NoEndError
            found.append(answer.primal)
        return costs, found

    def _refuting(self, number: int, ray: Floats, point: Floats, window: Floats) -> BendersCut:
        """The cut of a ray, in the direction in which it rules the point out."""
        part = self.parts[number]
        for sign in (1.0, -1.0):
            cut = part.cut(number, sign * ray, of_cost=False)
            if cut.constant + cut.shared @ point[part.at] + cut.window @ window > _EDGE:
                return cut
        raise NoEndError

    def _add(self, cut: BendersCut, window: Floats) -> None:
        self.cuts.append(cut)
        self.master.add(cut, window)

    def _total(self, costs: Floats) -> float:
        """What is minimised, of the scenarios' costs."""
        if not np.all(np.isfinite(costs)):
            return np.inf
        uncertainty, chances = self.form.uncertainty, self.chances
        mean, weight = float(chances @ costs), uncertainty.risk_weight
        if weight == 0:
            return mean
        risk = cvar(costs.tolist(), chances.tolist(), uncertainty.risk_level)
        return (1 - weight) * mean + weight * risk

    @property
    def chances(self) -> Floats:
        """Probabilities of the scenarios."""
        return np.array([block.scenario.probability for block in self.form.blocks])

    def _whole(
        self,
        program: LinearProgram,
        point: Floats,
        costs: Floats,
        points: list[Floats],
        duals: Floats,
    ) -> tuple[Floats, Floats]:
        """Primal and dual of the whole: best point, recourse, and cuts times their weights."""
        primal, dual = np.zeros(program.shape[1]), self._rows_of_whole(program, duals)
        for block, own in zip(self.form.blocks, points, strict=True):
            primal[block.columns] = own
        primal[self.shared] = np.clip(point, self.lower, self.upper)
        self._risk(primal, costs)
        self._hold(program, dual, program.objectives[-1].costs)
        return primal, dual

    def _rows_of_whole(self, program: LinearProgram, duals: Floats) -> Floats:
        """Prices of the whole's rows: the master's own, and its cuts' times their weights."""
        dual, own = np.zeros(program.shape[0]), self.master.rows_of_whole
        dual[own] = duals[: len(own)]
        for cut, weight in zip(self.cuts, duals[self.master.first_cut :], strict=True):
            if weight != 0:
                dual[self.form.blocks[cut.part].rows] += weight * cut.prices
        return dual

    def _hold(self, program: LinearProgram, dual: Floats, costs: Floats) -> None:
        """What a row holds at a number stands in the master as that: its row bears the price."""
        reduced = costs - program.matrix.transposed_times(dual)
        for part in self.parts:
            columns, rows, values = part.holding
            dual[part.block.rows[rows]] += reduced[part.block.columns[columns]] / values

    def _risk(self, primal: Floats, costs: Floats) -> None:
        """The threshold of the CVaR, and what lies beyond it."""
        width = 1 + max(int(block.columns.max()) for block in self.form.blocks)
        if width == len(primal):
            return
        level = self.form.uncertainty.risk_level
        order = np.argsort(-costs)
        tail = np.cumsum(self.chances[order])
        at = 0 if level >= 1 else int(np.searchsorted(tail, 1 - level - 1e-12))
        threshold = costs[order[min(at, len(order) - 1)]]
        primal[width] = threshold
        if len(primal) > width + 1:
            primal[width + 1 :] = np.maximum(0.0, costs - threshold)
