"""What a plan comes to as inputs move: instances solved one after the other, each from one nearby.

Targets and funds may give way at a price that no plan would pay: so there is always an optimum,
near the last one, which where nothing gives way is the plan.  Where something does, that no window
has a plan is proved by how little must (``solving.reach``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allocator.errors import SolverError, TimeLimitError
from allocator.explain.switching.outcomes import CHOSEN, Outcome
from allocator.instance import Instance, Window
from allocator.instance.schema import TIERS
from allocator.plan.cash import CashPosition
from allocator.program.program import POUNDS, LinearProgram
from allocator.simulate import baseline
from allocator.solvers.catalogue import FROM_NEARBY
from allocator.solvers.solution import Floats
from allocator.solving.alike import AlikeSession
from allocator.solving.proved import refuted
from allocator.solving.reach import room_of, widened, with_room
from allocator.solving.session import Session, Solved, WindowSolved, any_window, at_window
from allocator.vocabulary import LEVEL, SPEND

# £m for each share by which targets and funds are higher; the second where a plan pays the first
GIVING_WAY: Final = (1e6, 1e8)
NOTHING: Final = 1e-9  # of such a share: rounding


class Judge:
    """Judges instances in which one input is multiplied; ``usual`` is the outcome where none is.

    ``solves`` counts programs.  SolverError where an instance cannot be solved from nothing either.
    """

    def __init__(self, instance: Instance, program: LinearProgram) -> None:
        self._instance, self._levels = instance, _levels_of(instance, program)
        self._begin()
        self._by_areas = self._plain.goes_by_areas(instance, program)
        self.solves = 0
        self.leading: Window | None = None  # what left the most room
        self._empty: Floats | None = None  # a proof that there is none, whatever gives way
        self.usual = self.outcome(instance, program)

    def _begin(self) -> None:
        self._plans = AlikeSession(1.0, solver=FROM_NEARBY)
        self._rooms, self._plain = AlikeSession(1.0), Session()

    @property
    def solver(self) -> str:
        """Who solves."""
        return (self._plain if self._by_areas else self._plans).solver

    def begin_line(self) -> None:
        """What follows is another input moved."""
        self.leading, self._empty = self.usual.window, None
        self._plans.begin_line()
        self._rooms.begin_line()

    def outcome(self, instance: Instance, program: LinearProgram, factor: float = 1.0) -> Outcome:
        """The outcome of an instance with an input multiplied, whose program it is."""
        self._at(factor)
        best = self._best(instance, program)
        if best is None:
            return Outcome(None)
        cost = best.value(-1) * POUNDS
        return Outcome(cost, self._services(best), best.window, _pays_back(instance, best))

    def chooses_otherwise(self, instance: Instance, program: LinearProgram, factor: float) -> bool:
        """Whether other services or another window are chosen than usual.

        It is so, whatever is chosen, where the best plan with the usual window has other services.
        """
        self._at(factor)
        window = self.usual.window
        if not self._by_areas:
            priced = _priced(widened(program), program, GIVING_WAY[0])
            own = self._tried(
                lambda: self._plans.solve_window(window, at_window(priced, self._instance, window))
            )
            if own is not None and _holds(own) and self._services(own) != self.usual.services:
                return True
        best = self._best(instance, program)
        return best is not None and (self._services(best), best.window) != (
            self.usual.services,
            window,
        )

    def rooms(self, program: LinearProgram) -> list[WindowSolved]:
        """Every window that leaves room as inputs stand, the most first; none by areas."""
        if self._by_areas:
            return []
        self._at(1.0)
        return with_room(self._rooms.solve(self._instance, program=widened(program)).windows)

    def room(self, program: LinearProgram, window: Window | None, factor: float) -> float:
        """The room that a window leaves where an input is multiplied; less than nought for none."""
        self._at(factor)
        return room_of(self._room(widened(program), window))

    def has_plan(
        self, instance: Instance, program: LinearProgram, window: Window | None, factor: float
    ) -> bool:
        """Whether some window has a plan where an input is multiplied; ``window`` may well have."""
        if not self._by_areas:
            wide = widened(program)
            if self._shown_empty(wide):
                return False
            self._at(factor)
            own = self._room(wide, window)
            if room_of(own) > NOTHING:
                self.leading = window
                return True
            if own is not None and own.solution is not None and own.solution.ray is not None:
                self._empty = own.solution.ray
                if self._shown_empty(wide):
                    return False
            try:
                if self._has_none(instance, wide):
                    return False
            except TimeLimitError:
                raise
            except SolverError:
                self._begin()
        return self.outcome(instance, program, factor).cost is not None

    def _room(self, wide: LinearProgram, window: Window | None) -> WindowSolved | None:
        """What a window's program with room comes to; None where that is not proved."""
        program = at_window(wide, self._instance, window)
        return self._tried(lambda: self._rooms.solve_window(window, program))

    def _shown_empty(self, wide: LinearProgram) -> bool:
        """Whether the last proof that nothing gives a window a plan serves every window here."""
        ray = self._empty
        return ray is not None and len(ray) == wide.shape[0] and refuted(any_window(wide), ray)

    def _at(self, factor: float) -> None:
        self.solves += 1
        self._plans.place = self._rooms.place = factor

    def _tried(self, solve: Callable[[], WindowSolved]) -> WindowSolved | None:
        """What a window's program comes to; None, and all begins anew, where that is not proved."""
        try:
            return solve()
        except TimeLimitError:
            raise
        except SolverError:
            self._begin()
            return None

    def _best(self, instance: Instance, program: LinearProgram) -> WindowSolved | None:
        """The cheapest window; None where none has a plan."""
        try:
            return self._solved(instance, program).best
        except TimeLimitError:
            raise
        except SolverError:
            self._begin()
            return self._plain.solve(instance, program=program, every_window=False).best

    def _solved(self, instance: Instance, program: LinearProgram) -> Solved:
        """The windows, as far as need be, and the cheapest; none where none has a plan."""
        if self._by_areas:
            return self._plain.solve(instance, program=program, every_window=False)
        wide = widened(program)
        for price in GIVING_WAY:
            priced = _priced(wide, program, price)
            solved = self._plans.solve(instance, program=priced, every_window=False)
            if solved.best is None:  # nor is there where nothing gives way
                return solved
            if _holds(solved.best):
                return solved
            if self._has_none(instance, wide):
                return Solved((), None, None)
        return self._plain.solve(instance, program=program, every_window=False)

    def _has_none(self, instance: Instance, wide: LinearProgram) -> bool:
        """Whether it is proved that no window has a plan, by how little must give way."""
        least = self._rooms.solve(instance, program=wide, every_window=False).best
        if least is not None:
            self.leading = least.window
        return least is not None and room_of(least) < -NOTHING

    def _services(self, best: WindowSolved) -> frozenset[str]:
        """Services whose level differs from its baseline, which no input moves."""
        assert best.solution is not None
        levels, (positions, usual, names) = best.solution.primal, self._levels
        chosen = np.abs(levels[positions] - usual) > CHOSEN * np.maximum(1.0, usual)
        return frozenset(names[chosen].tolist())


def _levels_of(
    instance: Instance, program: LinearProgram
) -> tuple[NDArray[np.int64], Floats, NDArray[np.str_]]:
    """The columns of levels within the horizon, their baselines and services."""
    rules, family = instance.resolved.services, program.columns[LEVEL]
    inside = [
        (position, rules[area, service].baseline, service)
        for position, (area, service, period) in enumerate(family.indices, family.start)
        if 1 <= period <= instance.number_of_periods
    ]
    positions, usual, names = zip(*inside, strict=True) if inside else ((), (), ())
    return np.array(positions, dtype=np.int64), np.array(usual, dtype=float), np.array(names)


def _holds(solved: WindowSolved) -> bool:
    """Whether there is a plan in which neither targets nor funds give way."""
    return solved.optimal and solved.solution is not None and not solved.solution.primal[-1]


def _priced(wide: LinearProgram, program: LinearProgram, price: float) -> LinearProgram:
    """The program with a price on the share by which targets and funds are higher."""
    upper, cost = wide.upper.copy(), program.objectives[-1]
    upper[-1] = 0.0
    costs = np.append(cost.costs, -price)
    return replace(wide, upper=upper, objectives=(replace(cost, costs=costs),))


def _pays_back(instance: Instance, best: WindowSolved) -> bool:
    """Whether the cumulative position against the baseline is not negative at the end."""
    assert best.solution is not None
    family = best.program.columns[SPEND]
    spend = best.solution.primal[family.start : family.stop].reshape(-1, len(TIERS), instance.years)
    unchanged: np.ndarray = sum(baseline(instance).spend.values(), np.zeros(instance.years))
    net = unchanged - spend.sum(axis=(0, 1)) * POUNDS
    position = CashPosition(
        dict(zip(instance.horizon, net.tolist(), strict=True)), float(unchanged.sum())
    )
    return position.lasting_payback_year is not None
