"""The search for a program's optimum by prices, or for a proof that it has no point.

Areas are solved at prices, which proves a bound and gives columns; the master mixes these, and
its prices are the next.  Where rows still have to give way, the same search with no costs looks
for prices that prove they must: Farkas' lemma.

A search asks whoever goes through it: it yields what areas are to be solved at and takes their
answers, so that they may be about it while something else is done.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

import numpy as np

from allocator.clock import Clock
from allocator.program.matrix import Floats
from allocator.solvers.solution import Status
from allocator.solving.areas.master import AreaMaster, MasterPoint
from allocator.solving.areas.pricing import Asked, Priced

T = TypeVar("T")
Asking = Generator[Asked, dict[int, Priced], T]  # ends with a value, by way of areas' answers

GAP: Final = 1e-12  # relative: at 1e-9 an optimum is certified, and its prices are pounds off
NEAR: Final = 1e-9  # relative: from here on a search that stalls has ended
START: Final = 0.05  # of the box, in £m per unit of a row
RAY_START: Final = 0.1  # of the box in which a proof is looked for, of prices of at most 1
DEAREST: Final = 1e3  # what a row may cost that gives way, £m per unit
BEYOND: Final = 1e4  # the same, from points at hand on: a price that nothing settles is as large
ONWARD: Final = 0.5  # of what the prices of points at hand mostly are: the box around them
ROUNDS: Final = 400
RAY_ROUNDS: Final = 60
GIVEN: Final = 1e-9  # by row: less than this has not given way
SHORT: Final = 1e-6  # in all: more than this may be a sign that there is no plan
PROVES: Final = 1e-7  # a bound above this, of prices of at most 1, may be a proof
SUSPECT: Final = 0.005  # of the cost: such a bound with the prices at hand is looked into
HINTS: Final = 5e-5  # or this much, once the box is wide and yet rows give way by hardly less
WIDE: Final = 6.4
HARDLY: Final = 0.8  # of what they gave way three rounds ago
EARLIEST: Final = 3  # rounds
TURNING: Final = b"search"  # the key of bases that a search goes back to
REMOTE: Final = 0.001  # of what a ray's rows ask for: a window that lacks more likely has a plan


class Bases(Protocol):
    """Those of the areas, under keys."""

    def save(self, key: Any) -> None:
        """Keep those at hand."""

    def restore(self, key: Any) -> None:
        """Go back to those of a key."""


def _far(prices: Floats) -> float:
    """How much larger than usual prices are: by so much they may move more."""
    return max(1.0, 10.0 * float(np.max(np.abs(prices), initial=0.0)) / DEAREST)


@dataclass
class Box:
    """Where the next prices may lie: around the best so far, whose bound is proved."""

    center: Floats
    width: Floats
    bound: float = -np.inf

    def step(self, prices: Floats, bound: float, predicted: float) -> None:
        """Learn what prices proved, of which the master had predicted so much more."""
        gain = bound - self.bound
        if gain >= 0.5 * predicted:
            edge = np.abs(prices - self.center) >= 0.99 * self.width
            self.width = np.where(edge, 2.0 * self.width, self.width)
        elif gain < -predicted:
            self.width = np.maximum(self.width / 2, 1e-6)
        if gain > 0:
            self.center, self.bound = prices, bound


@dataclass(frozen=True, eq=False)
class SearchEnd:
    """How a search ended: the master's last point and the best prices, or the prices of a proof."""

    status: Status
    prices: Floats
    point: MasterPoint | None = None
    message: str = ""


class PriceSearch:
    """One window's search, for one stage.

    ``proves`` is asked, once the areas have been solved at prices that may be a proof, whether
    they are one.  ``bases`` are the areas', to go back to.
    """

    def __init__(
        self,
        master: AreaMaster,
        window: Floats,
        constant: float,
        proves: Callable[[Floats], bool],
        bases: Bases,
        clock: Clock,
    ) -> None:
        self.master, self._window = master, window
        self._constant, self._proves, self._clock = constant, proves, clock
        self._bases, self._start = bases, START
        self.rounds = 0
        self._may_be_empty, self._next = True, EARLIEST
        self._stalled = 0
        self._given = [np.inf] * EARLIEST  # what gave way in all, round by round

    # -- with costs

    def optimum(self, prices: Floats) -> Asking[SearchEnd]:
        """From prices to the optimum, or to a proof that there is no point."""
        far = _far(prices)
        return (yield from self._from(prices, far * START, far * DEAREST))

    def onward(self) -> Asking[SearchEnd]:
        """The same, from the prices of the best mixture of the points at hand.

        Where that meets the rows there is a point, and no proof of the contrary is looked for.
        """
        beyond = np.full(self.master.ties, BEYOND)
        point = self.master.solve(-beyond, beyond)
        prices, self._may_be_empty = point.prices, bool(np.any(point.given_way > GIVEN))
        usual = float(np.median(np.abs(prices[prices != 0]))) if prices.any() else 1.0
        return (yield from self._from(prices, ONWARD * usual, BEYOND))

    def _from(self, prices: Floats, width: float, dearest: float) -> Asking[SearchEnd]:
        """From prices, with a box so wide, to some of which none is dearer."""
        master = self.master
        cap, self._start = np.full(master.ties, dearest), width
        prices = master.clean(np.clip(prices, -cap, cap))
        box = Box(prices, np.full(master.ties, width))
        box.bound = max((yield from self._round(prices))[0], -1e12)
        for turn in range(1, ROUNDS):
            if self._clock.left() <= 0:
                return SearchEnd(Status.TIME_LIMIT, box.center)
            point = self._next_point(box, cap)
            ended = yield from self._turn(box, cap, point, turn)
            if ended is not None:
                return ended
        return SearchEnd(Status.FAILED, box.center, message=f"no end after {ROUNDS} rounds")

    def _next_point(self, box: Box, cap: Floats) -> MasterPoint:
        low, high = (
            np.maximum(box.center - box.width, -cap),
            np.minimum(box.center + box.width, cap),
        )
        return self.master.solve(low, high)

    def _turn(
        self, box: Box, cap: Floats, point: MasterPoint, turn: int
    ) -> Asking[SearchEnd | None]:
        """One turn of the search; what it ended with, if it did."""
        value = point.value + self._constant
        predicted = value - box.bound
        gap, kept = predicted / max(1.0, abs(value)), not np.any(point.given_way > GIVEN)
        if gap <= GAP:
            if kept:
                return SearchEnd(Status.OPTIMAL, box.center, point)
            return (yield from self._widened(box, cap, point))
        bound, new = yield from self._round(point.prices, point.least)
        if kept and gap <= NEAR and self._stalls(box, bound, new):
            best = point.prices if bound > box.bound else box.center
            return SearchEnd(Status.OPTIMAL, best, point)
        box.step(point.prices, bound, predicted)
        return (yield from self._looked_into(box, point, turn))

    def _stalls(self, box: Box, bound: float, new: int) -> bool:
        """Whether nothing new comes, or nothing better twice."""
        self._stalled = self._stalled + 1 if bound <= box.bound else 0
        return new == 0 or self._stalled >= 2

    def _widened(self, box: Box, cap: Floats, point: MasterPoint) -> Asking[SearchEnd | None]:
        """The box where rows still give way; at the dearest prices, a proof that they must."""
        given = point.given_way > GIVEN
        if np.any(given & (np.abs(box.center) >= 0.999 * cap)):
            end = yield from self.proof(box.center)
            if end.status is not Status.OPTIMAL:
                return end
            return SearchEnd(Status.FAILED, box.center, message="rows give way at any price")
        box.width = np.where(point.given_way > 0, box.width * 10, box.width)
        return None

    def _looked_into(self, box: Box, point: MasterPoint, turn: int) -> Asking[SearchEnd | None]:
        """Looks for a proof that there is no point, where the prices at hand bring one near."""
        given = float(point.given_way.sum())
        self._given.append(given)
        if not self._may_be_empty or turn < self._next or given <= SHORT:
            return None
        excess = self._without_costs(point.prices)
        wide = float(np.max(box.width)) >= WIDE and given > HARDLY * self._given[-1 - EARLIEST]
        if not excess > (HINTS if wide else SUSPECT) * abs(point.value):
            return None
        self._bases.save(TURNING)
        end = yield from self.proof(point.prices)
        if end.status is not Status.OPTIMAL:
            return end
        self._may_be_empty, self._next = False, turn + EARLIEST
        self.master.count(True)
        self._bases.restore(TURNING)
        box.width = np.minimum(box.width, self._start)
        return None

    def _without_costs(self, prices: Floats) -> float:
        """What the prices would prove without costs, by the areas' last points: a guess."""
        return float(self.master.least(prices, counts=False) - prices @ self._ties)

    def _round(self, prices: Floats, least: Floats | None = None) -> Asking[tuple[float, int]]:
        """Solve all areas at prices: the bound that they prove, and the number of new columns."""
        counts = self.master.counts
        asked = Asked(
            self._window,
            prices,
            self.master.stage if counts else None,
            np.full(self.master.areas, np.inf) if least is None else least,
        )
        answers = yield asked
        columns = [each.column for each in answers.values() if each.column is not None]
        self.master.add(columns)
        self._ties = np.sum([each.ties for each in answers.values()], axis=0)
        self.rounds += 1
        bound = sum(each.value for each in answers.values()) + self.master.least(prices, counts)
        return bound + (self._constant if counts else 0.0), len(columns)

    # -- without costs

    def proof(self, prices: Floats, least: float = -np.inf) -> Asking[SearchEnd]:
        """From prices to some that prove that there is no point, or to a point (``OPTIMAL``).

        Where the first bound is less than ``least`` no more is tried (``FAILED``).
        """
        master, cap = self.master, np.ones(self.master.ties)
        master.count(False)
        prices = master.clean(prices / max(1e-12, float(np.max(np.abs(prices), initial=0.0))))
        box = Box(prices, np.full(master.ties, RAY_START))
        box.bound, _ = yield from self._round(prices)
        if box.bound > PROVES and self._proves(prices):
            return SearchEnd(Status.INFEASIBLE, prices)
        for _ in range(RAY_ROUNDS if box.bound >= least else 0):
            if self._clock.left() <= 0:
                return SearchEnd(Status.TIME_LIMIT, prices)
            point = self._next_point(box, cap)
            predicted = point.value - box.bound
            if point.given_way.sum() <= GIVEN * master.ties:
                return SearchEnd(Status.OPTIMAL, prices, point)
            if predicted <= NEAR * max(1.0, abs(point.value)):
                box.width = box.width * 4
                if box.bound > PROVES or np.min(box.width) > 2:
                    break
                continue
            bound, _ = yield from self._round(point.prices, point.least)
            if bound > PROVES and self._proves(point.prices):
                return SearchEnd(Status.INFEASIBLE, point.prices)
            box.step(point.prices, bound, predicted)
        return SearchEnd(Status.FAILED, prices, message="that there is no point is not proved")
