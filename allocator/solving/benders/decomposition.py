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

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from allocator.clock import Clock
from allocator.instance import Window
from allocator.program.certificate import certify
from allocator.program.matrix import Floats
from allocator.program.program import LinearProgram
from allocator.program.proofs import refutes
from allocator.solvers.catalogue import LARGE
from allocator.solvers.solution import Solution, Status
from allocator.solving.benders.goals import Goal, HeldGoal, Scales
from allocator.solving.benders.master import BendersMaster, InfeasibleMasterError, NoEndError
from allocator.solving.benders.part import BendersCut, ScenarioPart
from allocator.solving.benders.whole import Tried, WholeAnswer
from allocator.solving.futures import RISK, ExtensiveForm
from allocator.solving.proved import ProvedSolution
from allocator.solving.session import at_window
from allocator.solving.windows import HELD, WindowSolved, most_kept

MANY: Final = 8  # scenarios, from which they are solved one by one
_GAP: Final = 1e-9  # relative, between the best point and the master's bound
_ROUNDS: Final = 300
_BOX: Final = 4.0  # to begin with, in the sizes of the shared columns
_EDGE: Final = 1e-9  # of a column: nearer than this it is at its bound


class InfeasiblePartError(Exception):
    """A scenario has no plan even alone: ``ray`` refutes it, over the rows of the whole."""

    def __init__(self, ray: Floats) -> None:
        super().__init__()
        self.ray = ray


def one_by_one(form: ExtensiveForm) -> bool:
    """Whether its scenarios are solved one by one: where they are many, or the whole is large."""
    return len(form.blocks) >= MANY or form.program.shape[0] > LARGE


def _unknown(tried: Tried) -> Tried:
    """Its point, with costs that are not known."""
    return replace(tried, costs=np.full(len(tried.costs), np.inf), points=[])


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
        self.last: Tried | None = None
        self.scales = Scales(form.uncertainty, form.chances)
        self.master = BendersMaster(form, self.parts, self.lower, self.upper, self.scales)
        self.whole = WholeAnswer(form, self.parts, self.shared, self.master)

    @property
    def solver(self) -> str:
        """Who solves, and how."""
        versions = [each.model.version for each in self.parts if each.model is not None]
        return " ".join(["HiGHS", *versions[:1], "scenarios one by one"])

    def solve(self, window: Window | None) -> WindowSolved | None:
        """The whole for a window, proved; None where this way came to no proof.

        Where it has several objectives each is held at what it reached while the next is minimised.
        """
        program, held = self.form.at(window), self.held(window)
        kept, solution = list[HeldGoal](), None
        try:
            self.master.at(self.cuts, held)
            tried = self._begin(held)
            for stage, goal in enumerate(self.scales.goals):
                tried, duals = self.descend(goal, kept, held, tried)
                pair = self.whole.pair(program, stage, tried, duals, self.cuts)
                certificate = certify(program, *pair, stage)
                if not certificate.passed:
                    return None
                least = certificate.primal_objective
                solution = ProvedSolution(
                    Status.OPTIMAL, *pair, least, 0, 0.0, certificate=certificate
                )
                if goal is not self.scales.goals[-1]:
                    kept.append(HeldGoal(goal, most_kept(certificate)))
                    program = program.capped(f"{RISK}_kept", kept[-1].most)
        except InfeasibleMasterError as found:
            return self._none(window, program, self.whole.dual(program, found.ray, self.cuts))
        except InfeasiblePartError as found:
            return self._none(window, program, found.ray)
        except NoEndError:
            return None
        assert solution is not None
        self.last = tried
        return WindowSolved(window, program, solution, solution.certificate, True)

    def held(self, window: Window | None) -> Floats:
        """A window as the values of its columns, the same in every scenario."""
        first = self.parts[0]
        own = at_window(first.program, first.block.scenario.instance, window)
        return own.lower[first.window]

    def _none(
        self, window: Window | None, program: LinearProgram, ray: Floats
    ) -> WindowSolved | None:
        """That the whole has no plan, from a ray over its rows: the master's or a scenario's."""
        for sign in (1.0, -1.0):
            proof = sign * ray
            self.whole.hold(program, proof, np.zeros(program.shape[1]))
            if refutes(program, proof):
                empty = np.zeros(0)
                solution = Solution(Status.INFEASIBLE, empty, empty, np.nan, 0, 0.0, ray=proof)
                return WindowSolved(window, program, solution, None, True)
        return None

    def descend(
        self,
        goal: Goal,
        kept: Sequence[HeldGoal],
        window: Floats,
        best: Tried,
        gap: float = _GAP,
        rounds: int = _ROUNDS,
    ) -> tuple[Tried, Floats]:
        """The least of a goal from a point on, those that are kept held; the master's prices.

        Raises NoEndError where no end comes of it, InfeasibleMasterError where there is no point.
        """
        self.master.aim(goal, kept)
        least, size, center = self.scales.value(goal, best.point, best.costs), _BOX, best.point
        clock = Clock()
        for _ in range(rounds):
            clock.check("following the futures one by one")
            known = bool(np.isfinite(least))
            lower, upper = self._box(center, size) if known else (self.lower, self.upper)
            value, columns, duals = self.master.solve(lower, upper, has_point=known)
            gain, point = least - value, columns[: len(self.shared)]
            if known and gain <= gap * max(1.0, abs(value)):
                value, columns, duals = self.master.solve(self.lower, self.upper)
                if least - value <= gap * max(1.0, abs(least)):
                    return best, duals
                size *= 4
                continue
            tried = self.evaluate(point, window)
            total = self.scales.value(goal, tried.point, tried.costs)
            if total >= least or not self.scales.holds(kept, tried.point, tried.costs, HELD):
                size /= 2
                continue
            if known and least - total >= 0.5 * gain and self._at_edge(point, lower, upper):
                size *= 2.5
            elif known and least - total < 0.1 * gain:
                size /= 1.5
            best, least, center = tried, total, tried.point
        raise NoEndError

    def _box(self, center: Floats, size: float) -> tuple[Floats, Floats]:
        """Bounds around a point, by the sizes of the shared columns."""
        span = size * np.maximum(1.0, 0.02 * np.abs(self.last.point if self.last else 0 * center))
        return np.maximum(self.lower, center - span), np.minimum(self.upper, center + span)

    def _at_edge(self, point: Floats, lower: Floats, upper: Floats) -> bool:
        low = (point <= lower + _EDGE) & (lower > self.lower + _EDGE)
        high = (point >= upper - _EDGE) & (upper < self.upper - _EDGE)
        return bool(np.any(low | high))

    def _begin(self, window: Floats) -> Tried:
        """Where to begin: after the first window at what the cuts so far say, so nothing is tried.

        The last window's point stands for it, with costs that are not known here; so does the
        first one's where the rows that scenarios share do not allow it.
        """
        if self.last is None:
            for part in self.parts:
                part.forget()
            tried = self.evaluate(self._start(window), window)
            return tried if self.master.allows(tried.point) else _unknown(tried)
        return _unknown(self.last)

    def _start(self, window: Floats) -> Floats:
        """Shared columns of the first scenario alone, those of others at their bounds.

        Raises InfeasiblePartError where it has no plan even alone, NoEndError where none is found.
        """
        first = self.parts[0]
        answer = first.alone(window)
        if answer.status is Status.INFEASIBLE and answer.ray is not None:
            ray = np.zeros(self.form.program.shape[0])
            ray[first.block.rows] = answer.ray
            raise InfeasiblePartError(ray)
        if answer.status is not Status.OPTIMAL:
            raise NoEndError
        start = np.clip(np.zeros(len(self.shared)), self.lower, self.upper)
        for part in reversed(self.parts):
            if part.program.shape == first.program.shape:
                start[part.at] = answer.primal[part.shared]
        return np.clip(start, self.lower, self.upper)

    def evaluate(self, point: Floats, window: Floats) -> Tried:
        """Each scenario's cost at a point, infinite where it has no plan.

        Every one adds a cut, but those whose last basis stays the best: its cut is there.
        """
        costs, primals = np.full(len(self.parts), np.inf), []
        held = np.clip(point, self.lower, self.upper)
        like: ScenarioPart | None = None
        for n, part in enumerate(self.parts):
            if (same := part.followed(held, window)) is not None:
                costs[n] = same.objective
                primals.append(same.primal)
                continue
            answer = part.solve(held, window, like)
            if answer.status is Status.OPTIMAL:
                like = part
                costs[n] = answer.objective
                self._add(part.cut(n, answer.dual, of_cost=True), window)
            elif answer.status is Status.INFEASIBLE and answer.ray is not None:
                self._add(self._refuting(n, answer.ray, held, window), window)
            else:
                raise NoEndError
            primals.append(answer.primal)
        return Tried(held, costs, primals)

    def _refuting(self, number: int, ray: Floats, point: Floats, window: Floats) -> BendersCut:
        """The cut of a ray, in the direction in which it rules the point out.

        Its slopes are at most 1: a ray is as long as HiGHS happens to leave it, and the master
        comes to no end with rows millions of times as long as others.
        """
        part = self.parts[number]
        size = float(np.max(np.abs(part.cut(number, ray, of_cost=False).shared), initial=0.0))
        for sign in (1.0, -1.0):
            cut = part.cut(number, sign * ray / (size or 1.0), of_cost=False)
            if cut.constant + cut.shared @ point[part.at] + cut.window @ window > _EDGE:
                return cut
        raise NoEndError

    def _add(self, cut: BendersCut, window: Floats) -> None:
        self.cuts.append(cut)
        self.master.add(cut, window)
