"""Dantzig-Wolfe decomposition by area: programs of many areas that the whole is too large for.

Each area is a block that meets the others in a few tying rows alone (``split``).  At prices of
these rows every area is solved on its own (``pricing``), and the master mixes what they answer
(``master``).  Windows differ in bounds alone, so prices, bases and points of one are where the
next begins.  Whatever it answers is judged on the whole program by whoever asks.  See Dantzig and
Wolfe, *Decomposition principle for linear programs*, Operations Research 8 (1960).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from typing import Final

import numpy as np

from allocator.clock import Clock
from allocator.errors import SolverError
from allocator.program.implied import implied_bounds
from allocator.program.matrix import Floats
from allocator.program.program import LinearProgram
from allocator.program.proofs import refutes
from allocator.solvers.solution import Solution, Status
from allocator.solving.areas.columns import AreaColumns
from allocator.solving.areas.duals import KeptDual, KeptDuals
from allocator.solving.areas.group import Group
from allocator.solving.areas.master import AreaMaster, MasterPoint
from allocator.solving.areas.points import AreaPoints
from allocator.solving.areas.pricing import (
    AreaFailed,
    AreaPoint,
    AreaProgram,
    Asked,
    Priced,
)
from allocator.solving.areas.search import REMOTE, PriceSearch, SearchEnd
from allocator.solving.areas.split import Split, split
from allocator.solving.areas.spread import PointsLost, SpreadGroup
from allocator.solving.proved import Ladder

_LOSSES: Final = 8  # of workers, that one search bears
EASED: Final = 10.0  # by which a price is divided that was too dear
_NONE: Final = np.zeros(0)


class AreaDecomposition:
    """A program of these areas kept alive, solved again as bounds, right-hand sides, costs move.

    ``workers``, executors of one worker each, keep the areas between them; without any, this
    process does.
    """

    def __init__(
        self, program: LinearProgram, areas: Sequence[str], workers: Sequence[Executor] = ()
    ) -> None:
        self.split: Split = split(program, areas)
        self._matrix = program.matrix
        self._upper, self._least_shared = self._held(program)
        self._programs = self._parts(program)
        own, ties = dict(enumerate(self._programs)), len(self.split.ties)
        self._group: Group | SpreadGroup = (
            SpreadGroup(own, ties, workers) if workers else Group(own, ties)
        )
        self._columns = AreaColumns()
        self._duals = KeptDuals()
        self._latest: bytes | None = None  # of the dual at whose bases the areas are, if at any
        self._nearest: KeptDual | None = None  # of the optimum at whose bases they are to begin
        self._prices = self._tried = np.zeros(len(self.split.ties))  # to begin at; tried last
        self._asked: Asked | None = None  # what the areas have been solved at, if that is known
        self._ray: KeptDual | None = None  # what proves, or nearly, that the program has no point
        self._was_empty = False  # whether the last one had none
        self._dear: tuple[int, float] | None = None  # the stage held last, and its price
        self._loaded: LinearProgram | None = None  # whose numbers the areas have
        self._turned = False  # whether the next one is for an objective of another kind

    def takes(self, program: LinearProgram) -> bool:
        """Whether a program is a variant of this one: of the same matrix."""
        return program.matrix is self._matrix and self.split.fits(program)

    @property
    def version(self) -> str:
        """Version of HiGHS."""
        return self._group.version

    def resembles(self, program: LinearProgram) -> bool:
        """Whether a program has the shape of this one, so that its bases are of use."""
        return program.shape == self._matrix.shape

    def begin(self, other: AreaDecomposition) -> None:
        """Go on from another's prices and bases, of a program of the same shape."""
        if len(other.split.ties) == len(self.split.ties):
            self._prices = other._prices
            self._group.begin(other._group)

    def hold(self, program: LinearProgram, stage: int, price: float) -> None:
        """Begin the next search where the objective of a stage, which a row holds, has a price.

        Held to its least it has a price without end, which the search would be long in reaching.
        """
        self._dear = stage, price
        nearest = self._duals.nearest(program, stage)
        row = program.rows[f"{program.objectives[stage].name}_kept"].start
        if nearest is not None and nearest.prices is not None:
            self._prices = price * nearest.prices
            self._prices[self.split.ties == row] = -price

    def ease(self, program: LinearProgram, stage: int) -> bool:
        """Begin a stage's search anew at a lesser price of the aim that was held last, if it was.

        Beside a price ten million times as large others lose their digits, and what rounding
        leaves of a held row's slack is worth too much for a proof.
        """
        held = stage % len(program.objectives) - 1
        if self._dear is None or self._dear[0] != held:
            return False
        self._duals.forget(held + 1)
        self.hold(program, held, self._dear[1] / EASED)
        return True

    def go_back(self, program: LinearProgram, stage: int) -> None:
        """Begin the next search where the nearest one for a stage ended, if there was one."""
        nearest = self._duals.nearest(program, stage)
        if nearest is not None and nearest.prices is not None:
            self._prices = nearest.prices
            self._restore(nearest.key)

    def turn(self) -> None:
        """Begin the next search, for another objective, with the points at hand and their prices.

        Their best mixture is nearer to it than what was best for the last one.
        """
        self._turned = True

    def points(self, program: LinearProgram) -> AreaPoints:
        """Those at hand that a program allows."""
        window = program.lower[self.split.window]
        return AreaPoints(self.split, tuple(self._columns.fitting(self._programs, window)))

    def close(self) -> None:
        """Have workers forget what they keep for it."""
        self._group.close()

    def _held(self, program: LinearProgram) -> tuple[Floats, Floats]:
        """Upper bounds of columns, with some for those that tie, and lower ones of shared columns.

        Twice what the rows imply where they have none: so far that no point comes near, and yet not
        so far beyond a row held to nearly nought that its price loses digits.
        """
        lower, upper = program.lower.copy(), program.upper.copy()
        fixed = self.split.window  # at nought or one in every window, or at what has been
        lower[fixed], upper[fixed] = np.minimum(lower[fixed], 0.0), np.maximum(upper[fixed], 1.0)
        least, implied = implied_bounds(replace(program, lower=lower, upper=upper))
        tied = np.concatenate([each.columns[each.tied] for each in self.split.areas])
        upper = program.upper.copy()
        upper[tied] = np.minimum(upper[tied], 2 * np.abs(implied[tied]) + 1e-6)
        least = least[self.split.shared]
        return upper, least - np.abs(least) - 1e-3

    def _parts(self, program: LinearProgram) -> list[AreaProgram]:
        upper = np.minimum(self._upper, program.upper)
        return [AreaProgram.of(block, program, upper) for block in self.split.areas]

    def solve(self, program: LinearProgram, stage: int = -1, seconds: float = np.inf) -> Solution:
        """Minimise one of the program's objectives; what is answered is yet to be judged."""
        started, clock = time.monotonic(), Clock(seconds)
        begun = self._group.iterations
        try:
            solution = self._found(program, stage % len(program.objectives), clock)
        except AreaFailed as failure:
            solution = self._of_failure(program, failure)
        except SolverError as error:
            solution = _failed(str(error))
        self._turned = False
        self._was_empty = solution.status is Status.INFEASIBLE
        return replace(
            solution, iterations=self._group.iterations - begun, seconds=time.monotonic() - started
        )

    def _found(self, program: LinearProgram, stage: int, clock: Clock) -> Solution:
        """The last ray's proof, or a search: where workers are lost, on from what is left."""
        self._ray = self._duals.nearest_ray(program)
        if self._ray is not None and refutes(program, self._ray.weights):
            return self._without_point()
        for turn in range(_LOSSES):
            try:
                self._load(program)
                if turn == 0:
                    self._begin(program, stage)
                return self._searched(program, stage, clock)
            except PointsLost as lost:
                self._columns.drop(lost.areas)
                self._prices = self._tried
        return _failed(f"workers were lost {_LOSSES} times")

    def _load(self, program: LinearProgram) -> None:
        """Take over what has changed of areas' own numbers; points are of their bounds."""
        if program is self._loaded:
            return
        before, parts = self._programs, self._parts(program)
        differ = {n: own for n, own in enumerate(parts) if not own.same(before[n])}
        costs = {n: own for n, own in differ.items() if own.alike(before[n])}
        changed = {n: own for n, own in differ.items() if n not in costs}
        if changed:
            self._group.change(changed)
            self._columns.drop(changed)
        if costs:
            self._columns.cost(self._group.cost(costs))
        if differ:
            self._programs, self._asked = parts, None
            self._was_empty = False  # of another question
        self._loaded = program

    def _searched(self, program: LinearProgram, stage: int, clock: Clock) -> Solution:
        window = program.lower[self.split.window]
        fitting = self._columns.fitting(self._programs, window)
        search = PriceSearch(
            AreaMaster(self.split, self._bounded(program), stage, fitting),
            self._price,
            window,
            program.objectives[stage].constant,
            lambda prices: self._refuted(program, prices),
            self._group,
            clock,
        )
        end = self._proof_first(program, search)
        if end is None:
            self._restore(None if self._nearest is None else self._nearest.key)
            known = len({each.area for each in fitting}) == len(self.split.areas)
            onward = self._turned and known
            end = search.onward() if onward else search.optimum(self._prices)
        if end.status is Status.OPTIMAL and end.point is not None:
            return self._optimum(program, stage, search.master.columns, end.point, end.prices)
        if end.status is Status.INFEASIBLE:
            return self._without_point()
        return replace(_failed(end.message), status=end.status)

    def _proof_first(self, program: LinearProgram, search: PriceSearch) -> SearchEnd | None:
        """A proof from the ray at hand, where the last program had no point and it is near one."""
        ray, nearest = self._ray, self._nearest
        if not self._was_empty or ray is None or ray.prices is None:
            return None
        if (nearest is not None and nearest.is_of(program)) or not ray.is_near(program):
            return None
        self._restore(ray.key)
        end = search.proof(ray.prices, -REMOTE * ray.asks(program))
        if end.status in (Status.INFEASIBLE, Status.TIME_LIMIT):
            return end
        search.master.count(True)
        return None

    def _bounded(self, program: LinearProgram) -> LinearProgram:
        """With a lower bound for shared columns that have none, or the master might have no end.

        While prices are held to a box rows give way, and such a column could fall for ever.
        """
        shared, lower = self.split.shared, program.lower.copy()
        lower[shared] = np.where(np.isinf(lower[shared]), self._least_shared, lower[shared])
        return replace(program, lower=lower)

    def _without_point(self) -> Solution:
        """The answer that the ray at hand proves."""
        assert self._ray is not None
        return replace(_failed(""), status=Status.INFEASIBLE, ray=self._ray.weights)

    def _begin(self, program: LinearProgram, stage: int) -> None:
        """Start from whichever stored window's prices prove the best bound on this program."""
        self._nearest = nearest = None if self._turned else self._duals.nearest(program, stage)
        if nearest is not None and nearest.prices is not None:
            self._prices = nearest.prices
        self._tried = self._prices
        if self._fewer():
            self._group.keep(self._columns.places())

    def _fewer(self) -> bool:
        """Let go of points where there are more than are of use; whether there were."""
        areas = len(self.split.areas)
        if self._turned:
            return self._columns.keep_latest(areas)
        return self._columns.keep_best(self._prices, areas)

    def _restore(self, key: bytes | None) -> None:
        """Go back to the bases of a dual, if others have come since."""
        if key is not None and key != self._latest:
            self._group.restore(key)
            self._asked = None
        self._latest = None

    def _price(self, asked: Asked) -> dict[int, Priced]:
        if asked.stage is not None:
            self._tried = asked.prices
        self._asked = None  # until they have
        answers = self._group.price(asked)
        self._asked = asked
        self._columns.add(each.column for each in answers.values() if each.column is not None)
        return answers

    def _whole(self, prices: Floats, duals: Iterable[tuple[int, Floats]]) -> Floats:
        """Prices of tying rows and areas' own duals, by row of the whole."""
        dual = np.zeros(self._matrix.shape[0])
        dual[self.split.ties] = prices
        for number, own in duals:
            dual[self.split.areas[number].rows] = own
        return dual

    def _refuted(self, program: LinearProgram, prices: Floats) -> bool:
        """Whether the areas' last answers, at these prices, prove that there is no point."""
        ray = self._whole(prices, self._group.duals().items())
        if not refutes(program, ray):
            return False
        key = b"ray" + self._key(program)
        self._ray, self._latest = self._duals.add(program, ray, prices, key, None), key
        self._group.save(key)
        return True

    def _key(self, program: LinearProgram, stage: int | None = None) -> bytes:
        """Of a window; with a stage, of the optimum's bases there."""
        window = program.lower[self.split.window].tobytes()
        return window if stage is None else stage.to_bytes(4) + window

    def _optimum(
        self,
        program: LinearProgram,
        stage: int,
        columns: Sequence[AreaPoint],
        point: MasterPoint,
        prices: Floats,
    ) -> Solution:
        """The mixture that the master chose, and the prices at which no area does better."""
        window = program.lower[self.split.window]
        asked = Asked(window, prices, stage, np.full(len(self.split.areas), -np.inf))
        if self._asked is None or not self._asked.same(asked):
            self._group.price(asked)
        dual = self._whole(prices, self._group.duals().items())
        weights = point.weights[: len(columns)]
        used = [
            (c.area, c.number, float(w)) for c, w in zip(columns, weights, strict=False) if w > 0
        ]
        primal = np.zeros(self._matrix.shape[1])
        primal[self.split.shared] = point.shared
        for number, own in self._group.mixed(used).items():
            primal[self.split.areas[number].columns] = own
        key = self._key(program, stage)
        self._latest, self._prices = key, prices
        self._duals.add(program, dual, prices, key, stage)
        self._group.save(key)
        value = float(program.objectives[stage].costs @ primal) + program.objectives[stage].constant
        return Solution(Status.OPTIMAL, primal, dual, value, 0, 0.0)

    def _of_failure(self, program: LinearProgram, failure: AreaFailed) -> Solution:
        """A proof that one area has no point, if that is what it is: then neither has the whole."""
        block = self.split.areas[failure.area]
        own = _alone(program, self._programs[failure.area], program.lower[self.split.window])
        answer = Ladder().solve(own, doing=f"solving {block.name} alone")
        if answer.status is not Status.INFEASIBLE or answer.ray is None:
            return _failed(str(failure))
        ray = self._whole(np.zeros(len(self.split.ties)), [(failure.area, answer.ray)])
        key = b"own" + self._key(program)
        self._ray = self._duals.add(program, ray, None, key, None)
        return self._without_point()


def _alone(program: LinearProgram, part: AreaProgram, window: Floats) -> LinearProgram:
    """An area's program without what ties it, and without names, which are the whole's."""
    block = part.block
    row_lower, row_upper = part.row_lower.copy(), part.row_upper.copy()
    row_lower[block.moved], row_upper[block.moved] = part.moved(window)
    last = program.objectives[-1]
    return replace(
        program,
        matrix=block.matrix,
        row_lower=row_lower,
        row_upper=row_upper,
        lower=part.lower,
        upper=part.upper,
        objectives=(replace(last, costs=part.costs[-1]),),
        columns={},
        rows={},
        integer=None,
    )


def _failed(message: str) -> Solution:
    return Solution(Status.FAILED, _NONE, _NONE, np.nan, 0, 0.0, message)
