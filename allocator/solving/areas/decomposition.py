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
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from allocator.clock import Clock
from allocator.errors import SolverError
from allocator.program.matrix import Floats
from allocator.program.program import LinearProgram
from allocator.program.proofs import refutes
from allocator.solvers.solution import Solution, Status
from allocator.solving.areas.alone import ray_of
from allocator.solving.areas.columns import AreaColumns
from allocator.solving.areas.duals import KeptDual, KeptDuals
from allocator.solving.areas.group import Group
from allocator.solving.areas.master import AreaMaster
from allocator.solving.areas.numbers import AreaNumbers
from allocator.solving.areas.points import AreaPoints
from allocator.solving.areas.pricing import (
    AreaFailed,
    Asked,
    Priced,
)
from allocator.solving.areas.search import REMOTE, Asking, PriceSearch, SearchEnd
from allocator.solving.areas.split import Split, split
from allocator.solving.areas.spread import PointsLost, SpreadGroup

_LOSSES: Final = 8  # of workers, that one search bears
EASED: Final = 10.0  # by which a price is divided that was too dear
_NONE: Final = np.zeros(0)


@dataclass(frozen=True, eq=False)
class _Ahead:
    """The way to a program's solution for a stage, and what its areas are being solved at.

    ``key`` is of the bases that they began at.
    """

    program: LinearProgram
    stage: int
    way: Asking[Solution]
    asked: Asked
    key: bytes | None


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
        self._numbers = AreaNumbers(program, self.split)
        own, ties = dict(enumerate(self._numbers.programs)), len(self.split.ties)
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
        self._turned = False  # whether the next one is for an objective of another kind
        self._master: AreaMaster | None = None  # that the last optimum is of
        self._then: LinearProgram | None = None  # what comes next, if that is known
        self._ahead: _Ahead | None = None  # that, begun

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
        return AreaPoints(self.split, tuple(self._columns.fitting(self._numbers.programs, window)))

    def close(self) -> None:
        """Have workers forget what they keep for it."""
        self._group.close()

    def solve(
        self,
        program: LinearProgram,
        stage: int = -1,
        seconds: float = np.inf,
        then: LinearProgram | None = None,
    ) -> Solution:
        """Minimise one of the program's objectives; what is answered is yet to be judged.

        The first objective of the program that comes ``then`` is begun with, as soon as areas have
        nothing left to do for this one: workers are about it meanwhile.
        """
        started, clock, self._then = time.monotonic(), Clock(seconds), then
        begun = self._group.iterations
        try:
            solution = self._found(program, stage % len(program.objectives), clock)
        except AreaFailed as failure:
            solution = self._of_failure(program, failure)
        except SolverError as error:
            solution = _failed(str(error))
        self._go_on(clock, was_empty=solution.status is Status.INFEASIBLE)
        return replace(
            solution, iterations=self._group.iterations - begun, seconds=time.monotonic() - started
        )

    def _found(self, program: LinearProgram, stage: int, clock: Clock) -> Solution:
        """The way to the solution gone to its end: where workers are lost, on from what is left."""
        begun = self._begun(program, stage)
        if begun is not None and self._then is not None:
            self._duals.nearest(self._then, 0)  # weighed for it while workers are busy
        for turn in range(_LOSSES):
            try:
                if begun is None:
                    return self._gone(self._way(program, stage, clock, turn == 0))
                return self._gone(begun.way, begun.asked)
            except PointsLost as lost:
                self._lose(lost)
                begun = None
        return _failed(f"workers were lost {_LOSSES} times")

    def _gone(self, way: Asking[Solution], asked: Asked | None = None) -> Solution:
        """What a way ends with, by way of the areas' answers."""
        try:
            asked = next(way) if asked is None else asked
            while True:
                asked = way.send(self._price(asked))
        except StopIteration as end:
            solution: Solution = end.value
            return solution

    def _go_on(self, clock: Clock, *, was_empty: bool) -> None:
        """Done with a program, which had no point or had: send what the next one's areas are asked.

        Once for each program; no error is told yet.
        """
        self._was_empty, self._turned = was_empty, False
        program, self._then = self._then, None
        if program is None:
            return
        latest = self._latest
        try:
            with suppress(SolverError, StopIteration):
                way = self._way(program, 0, clock)
                asked, nearest = next(way), self._nearest
                key = latest if nearest is None else nearest.key
                self._ahead = _Ahead(program, 0, way, asked, key)
                self._asked = None
                self._group.send(asked)
        except PointsLost as lost:
            self._lose(lost)

    def _begun(self, program: LinearProgram, stage: int) -> _Ahead | None:
        """The way to a program's solution, if it was begun where it is to begin."""
        ahead, self._ahead = self._ahead, None
        if ahead is None or ahead.program is not program or ahead.stage != stage:
            return None
        nearest = self._duals.nearest(program, stage)
        return ahead if ahead.key == (None if nearest is None else nearest.key) else None

    def _lose(self, lost: PointsLost) -> None:
        """Go on without the points that were lost with a worker."""
        self._ahead = None
        self._columns.drop(lost.areas)
        self._prices = self._tried

    def _way(
        self, program: LinearProgram, stage: int, clock: Clock, anew: bool = True
    ) -> Asking[Solution]:
        """The last ray's proof, or a search; ``anew`` where it is the first one for a program."""
        if anew:
            self._ray = self._duals.nearest_ray(program)
            if self._ray is not None and refutes(program, self._ray.weights):
                return self._without_point()
        self._load(program)
        if anew:
            self._begin(program, stage)
        return (yield from self._searched(program, stage, clock))

    def _load(self, program: LinearProgram) -> None:
        """Take over what has changed of areas' own numbers; points are of their bounds."""
        differing = self._numbers.differing(program)
        if differing is None:
            return
        if differing.changed:
            self._group.change(differing.changed)
            self._columns.drop(differing.changed)
        if differing.costs:
            self._columns.cost(self._group.cost(differing.costs))
        if differing.changed or differing.costs:
            self._asked, self._was_empty = None, False  # of another question
        self._numbers.take(program, differing)

    def _searched(self, program: LinearProgram, stage: int, clock: Clock) -> Asking[Solution]:
        window = program.lower[self.split.window]
        fitting = self._columns.fitting(self._numbers.programs, window)
        master = AreaMaster(self.split, self._numbers.for_master(program), stage, fitting)
        if self._master is not None:
            master.begin(self._master)
        search = PriceSearch(
            master,
            window,
            program.objectives[stage].constant,
            lambda prices: self._refuted(program, prices),
            self._group,
            clock,
        )
        end = yield from self._proof_first(program, search)
        if end is None:
            self._restore(None if self._nearest is None else self._nearest.key)
            known = len({each.area for each in fitting}) == len(self.split.areas)
            onward = self._turned and known
            end = yield from search.onward() if onward else search.optimum(self._prices)
        if end.status is Status.OPTIMAL and end.point is not None:
            return self._optimum(program, stage, master, end, clock)
        if end.status is Status.INFEASIBLE:
            return self._without_point()
        return replace(_failed(end.message), status=end.status)

    def _proof_first(self, program: LinearProgram, search: PriceSearch) -> Asking[SearchEnd | None]:
        """A proof from the ray at hand, where the last program had no point and it is near one."""
        ray, nearest = self._ray, self._nearest
        if not self._was_empty or ray is None or ray.prices is None:
            return None
        if (nearest is not None and nearest.is_of(program)) or not ray.is_near(program):
            return None
        self._restore(ray.key)
        end = yield from search.proof(ray.prices, -REMOTE * ray.asks(program))
        if end.status in (Status.INFEASIBLE, Status.TIME_LIMIT):
            return end
        search.master.count(True)
        return None

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
        master: AreaMaster,
        end: SearchEnd,
        clock: Clock,
    ) -> Solution:
        """The mixture that the master chose, and the prices at which no area does better.

        The next program is begun with where what is known of others says, before this one's dual
        is known: most often that would not say otherwise.
        """
        point, prices = end.point, end.prices
        assert point is not None
        window = program.lower[self.split.window]
        asked = Asked(window, prices, stage, np.full(len(self.split.areas), -np.inf))
        if self._asked is None or not self._asked.same(asked):
            self._group.price(asked)
        weights = zip(master.columns, point.weights, strict=False)
        used = [(each.area, each.number, float(weight)) for each, weight in weights if weight > 0]
        ending, key = self._group.ending(used), self._key(program, stage)
        self._group.save(key)
        self._latest, self._prices, self._master = key, prices, master
        self._go_on(clock, was_empty=False)
        duals, mixed = ending()
        dual = self._whole(prices, duals.items())
        primal = np.zeros(self._matrix.shape[1])
        primal[self.split.shared] = point.shared
        for number, own in mixed.items():
            primal[self.split.areas[number].columns] = own
        value = float(program.objectives[stage].costs @ primal) + program.objectives[stage].constant
        self._duals.add(program, dual, prices, key, stage, value)
        return Solution(Status.OPTIMAL, primal, dual, value, 0, 0.0)

    def _of_failure(self, program: LinearProgram, failure: AreaFailed) -> Solution:
        """A proof that one area has no point, if that is what it is: then neither has the whole."""
        own, window = self._numbers.programs[failure.area], program.lower[self.split.window]
        weights = ray_of(program, own, window)
        if weights is None:
            return _failed(str(failure))
        ray = self._whole(np.zeros(len(self.split.ties)), [(failure.area, weights)])
        key = b"own" + self._key(program)
        self._ray = self._duals.add(program, ray, None, key, None)
        return self._without_point()


def _failed(message: str) -> Solution:
    return Solution(Status.FAILED, _NONE, _NONE, np.nan, 0, 0.0, message)
