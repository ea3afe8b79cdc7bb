"""What a plan comes to under other inputs: what it chooses, whether it pays back, whether it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from allocator.errors import SolverError, TimeLimitError
from allocator.instance import Instance, Window
from allocator.instance.schema import TIERS
from allocator.plan.cash import CashPosition
from allocator.program.program import POUNDS, LinearProgram
from allocator.simulate import baseline
from allocator.solving.alike import AlikeSession
from allocator.solving.reach import widened
from allocator.solving.session import Session, Solved, WindowSolved, build
from allocator.vocabulary import LEVEL, SPEND

CHOSEN: Final = 0.01  # of the baseline, or of one case a year: a level nearer than this is at it

# £m for each share by which targets and funds are higher; the second where a plan pays the first
GIVING_WAY: Final = (1e6, 1e8)
NOTHING: Final = 1e-9  # of such a share: rounding

CHOICE, PAYBACK, REACH = "choice", "payback", "reach"
EVENTS: Final = (CHOICE, PAYBACK, REACH)


@dataclass(frozen=True)
class Outcome:
    """The cheapest plan in short; no ``cost`` (£, present value) where there is none.

    ``services`` are those whose level differs from its baseline anywhere, in any area.
    """

    cost: float | None
    services: frozenset[str] = frozenset()
    window: Window | None = None
    pays_back: bool = False

    def differs(self, event: str, usual: Outcome) -> bool:
        """Whether an event has happened to it that has not to the usual plan.

        Without a plan there is no choice that could have changed, and nothing to pay back.
        """
        if event == REACH:
            return self.cost is None and usual.cost is not None
        if self.cost is None:
            return False
        if event == PAYBACK:
            return usual.pays_back and not self.pays_back
        return (self.services, self.window) != (usual.services, usual.window)


class Judge:
    """Solves one instance after the other, each from the last one's basis.

    Targets and funds may give way at a price that no plan would pay: so there is always an optimum,
    near the last one, which where nothing gives way is the plan.  Where something does, that no
    window has a plan is proved by how little must.
    """

    def __init__(self) -> None:
        self._session, self._rooms, self._plain = AlikeSession(), AlikeSession(), Session()
        self.solves = 0

    @property
    def solver(self) -> str:
        """Who solves."""
        return self._session.solver

    def begin_line(self) -> None:
        """What follows is another input moved."""
        self._session.begin_line(1.0)
        self._rooms.begin_line(1.0)

    def outcome(
        self, instance: Instance, program: LinearProgram | None = None, factor: float = 1.0
    ) -> Outcome:
        """The outcome of an instance; ``program`` is its own, where it is at hand already.

        ``factor`` is what the input that is moved is multiplied by.  SolverError where it cannot be
        solved from nothing either.
        """
        self.solves += 1
        self._session.place = self._rooms.place = factor
        program = program or build(instance)
        try:
            solved = self._solved(instance, program)
        except TimeLimitError:
            raise
        except SolverError:
            self._session, self._rooms, self._plain = AlikeSession(), AlikeSession(), Session()
            solved = self._plain.solve(instance, program=program, every_window=False)
        if solved.best is None:
            return Outcome(None)
        best = solved.best
        cost = best.value(-1) * POUNDS
        return Outcome(cost, _services(instance, best), best.window, _pays_back(instance, best))

    def _solved(self, instance: Instance, program: LinearProgram) -> Solved:
        """The windows, as far as need be, and the cheapest; none where none has a plan."""
        if self._plain.goes_by_areas(instance, program):
            return self._plain.solve(instance, program=program, every_window=False)
        wide = widened(program.relaxed())
        for price in GIVING_WAY:
            priced = _priced(wide, program, price)
            solved = self._session.solve(instance, program=priced, every_window=False)
            if solved.best is None or solved.best.solution is None:
                break
            if not solved.best.solution.primal[-1]:
                return solved
            least = self._rooms.solve(instance, program=wide, every_window=False).best
            if least is not None and least.value(-1) > NOTHING:
                return Solved((), None, None)
        return self._plain.solve(instance, program=program, every_window=False)


def _priced(wide: LinearProgram, program: LinearProgram, price: float) -> LinearProgram:
    """The program with a price on the share by which targets and funds are higher."""
    upper, cost = wide.upper.copy(), program.objectives[-1]
    upper[-1] = 0.0
    costs = np.append(cost.costs, -price)
    return replace(wide, upper=upper, objectives=(replace(cost, costs=costs),))


def _services(instance: Instance, best: WindowSolved) -> frozenset[str]:
    assert best.solution is not None
    family, last = best.program.columns[LEVEL], instance.number_of_periods
    levels = best.solution.primal[family.start : family.stop]
    return frozenset(
        service
        for (area, service, period), level in zip(family.indices, levels, strict=True)
        if 1 <= period <= last
        and abs(level - (usual := instance.resolved.services[area, service].baseline))
        > CHOSEN * max(1.0, usual)
    )


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
