"""A session of instances that differ in few numbers, as those of one input moved along a line.

Each window goes on from the basis at which it was solved nearest by, and else from the last one.
Steepest-edge weights would have to be worked out anew wherever a coefficient moves, which takes
ten times as long as the few iterations that are left: devex weights begin at 1.
"""

from __future__ import annotations

from typing import Any, Final

from allocator.clock import Clock
from allocator.instance import Window
from allocator.program.program import LinearProgram
from allocator.solvers.catalogue import FROM_A_BASIS, Solver
from allocator.solving.proved import Ladder
from allocator.solving.session import Session
from allocator.solving.windows import Trace, WindowSolved
from formulations import USUAL

NEARBY: Final = 0.05  # along the line: a basis from further away takes more than the last one does


class AlikeSession(Session):
    """See the module.  ``place`` is where along its line the instance lies that is solved next.

    All lines have their ``start`` in common.
    """

    def __init__(
        self, start: float = 0.0, formulation: str = USUAL, solver: Solver = FROM_A_BASIS
    ) -> None:
        super().__init__(formulation)
        self.ladder = Ladder(solver)
        self.place = self._start = start
        self._bases: dict[Window | None, dict[float, Any]] = {}
        self._first: tuple[dict[Window | None, Any], dict[Window | None, Trace], Window | None]
        self._first = {}, {}, None
        self._begun = self._afresh = False

    def begin_line(self) -> None:
        """What follows lies on another line, and goes on from the start alone, as on the first.

        So no line hangs on those before it.
        """
        if not self._begun:
            self._begun = True
            there = {w: each[self._start] for w, each in self._bases.items() if self._start in each}
            self._first = there, dict(self._traces), self._leader
        bases, traces, self._leader = self._first
        self._bases = {window: {self._start: basis} for window, basis in bases.items()}
        self._traces, self._afresh = dict(traces), True

    def _solve_window(
        self,
        window: Window | None,
        program: LinearProgram,
        clock: Clock,
        then: LinearProgram | None = None,
    ) -> WindowSolved:
        known = self._bases.setdefault(window, {})
        if self.ladder.takes(program) and known and (self._afresh or window != self._latest):
            nearest = min(known, key=lambda place: abs(place - self.place))
            if self._afresh or abs(nearest - self.place) <= NEARBY:
                self.ladder.basis = known[nearest]
        self._afresh = False
        solved = super()._solve_window(window, program, clock, then)
        if (basis := self.ladder.basis) is not None:
            known[self.place] = basis
        return solved
