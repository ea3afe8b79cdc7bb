"""At which weight of the good done to others a service is no longer cut, and at which it grows.

Asked of each service that does good of its own (3.14) and that the plan cuts or holds at its floor
while none of that good counts.  The program is solved again with nothing demanded of the service,
over every window, at weights of hundredths from 0 to 1; only costs differ between them, by the
weight times what a weight of 1 changes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from allocator.plan.columns.explained import EXPLAIN
from allocator.plan.plan import Plan
from allocator.plan.services import CHANGED, ServiceChange, service_changes
from allocator.program.program import LinearProgram
from allocator.solvers.solution import Floats
from allocator.solving.keeping import without_floor
from allocator.solving.reach import MOST_ROWS
from allocator.solving.session import Session, build
from allocator.table import Table
from allocator.vocabulary import LEVEL

PARTS: Final = 100  # of a weight of 1


def keeping_weights(plan: Plan, session: Session | None = None) -> Table:
    """A row for each such service; none where benefits count already, or the program is large.

    ``session`` is one that has solved the plan's program, if there is one at hand.

    The service ends below today's level at the weight ``cut_at``, no longer at ``kept_at``, and
    above it from ``expanded_at`` on; NaN where not even a weight of 1 does it.  That more weight
    never means less of a service is taken for granted; each weight told was solved and proved.
    Raises as ``Session.solve`` does.
    """
    asked = services_asked(plan)
    program = build(plan.instance) if asked else None
    small = program is not None and program.shape[0] <= MOST_ROWS
    near = (session or Session()).nearby()
    rows = _rows(plan, asked, program, near) if program and small else ()
    return Table.of_rows(list(EXPLAIN["keeping_weights"]), list(rows))


def services_asked(plan: Plan) -> tuple[ServiceChange, ...]:
    """The services of which it can be asked, whatever the size of the program."""
    if not plan.found or not plan.aims_at_targets or plan.instance.benefit_weight:
        return ()
    amounts = plan.instance.resolved.benefits.items()
    good = {item for (_, item, *_), each in amounts if each.value > 0}
    return tuple(each for each in service_changes(plan) if each.is_lost and each.service in good)


def _rows(
    plan: Plan, asked: tuple[ServiceChange, ...], program: LinearProgram, session: Session
) -> Iterator[tuple[str, float, float, float]]:
    counted = build(replace(plan.instance, benefit_weight=1.0))
    good = counted.objectives[-1].costs - program.objectives[-1].costs
    guess, width = PARTS // 2, PARTS // 4  # then where the service before was kept
    for change in asked:
        ends = _Ends(plan, session, without_floor(program, change.service), good, change)
        kept = _first(ends, 1 - CHANGED, 0, guess, width)
        before = PARTS if kept is None else kept - 1
        grown = None if kept is None else _first(ends, 1 + CHANGED, before, kept)
        guess, width = max(1, before), 2
        yield change.service, before / PARTS, _weight(kept), _weight(grown)


def _weight(step: int | None) -> float:
    return math.nan if step is None else step / PARTS


class _Ends:
    """Where a service ends at each weight, as a share of today's level: solved when asked for."""

    def __init__(
        self,
        plan: Plan,
        session: Session,
        program: LinearProgram,
        good: Floats,
        change: ServiceChange,
    ) -> None:
        self._instance, self._session, self._program = plan.instance, session, program
        self._good, self._change, self._known = good, change, dict[int, float]()

    def at(self, step: int) -> float:
        """At a weight in hundredths."""
        if step not in self._known:
            self._known[step] = self._solved(step / PARTS)
        return self._known[step]

    def _solved(self, weight: float) -> float:
        cost = self._program.objectives[-1]
        counted = replace(cost, costs=cost.costs + weight * self._good)
        program = replace(self._program, objectives=(counted,))
        best = self._session.solve(self._instance, program=program, every_window=False).best
        assert best is not None and best.solution is not None  # costs alone differ from the plan's
        positions, last = program.columns[LEVEL].positions, self._instance.number_of_periods
        own = (k for k in self._instance.resolved.services if k[1] == self._change.service)
        return float(
            sum(best.solution.primal[positions[*key, last]] for key in own) / self._change.before
        )


def _first(ends: _Ends, share: float, before: int, guess: int, width: int = 1) -> int | None:
    """The least step at which a service ends at a share of today's, as it does not ``before``.

    None where it does so at none.  Looked for from a ``guess`` outwards, each time twice as far,
    until it lies between two steps; then halfway.
    """
    after, step, between = PARTS + 1, guess, False
    while after - before > 1:
        if ends.at(step) >= share:
            after = step
        else:
            before, between = step, True
        if after > PARTS:
            step = min(before + width, PARTS)
        elif between:
            step = (before + after) // 2
        else:
            step = max(after - width, before + 1)
        width *= 2
    return after if after <= PARTS else None
