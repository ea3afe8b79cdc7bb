"""Solves points of a sweep one after the other, each from where the last one ended."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property

from allocator.errors import SolverError, UsageError
from allocator.instance import Instance
from allocator.solving.session import Session
from allocator.solving.solve import plan_of
from allocator.sweep.design import Design
from allocator.sweep.facts import OPTIMAL, FactReader, PointFacts, Units, good_done, units_unchanged
from allocator.sweep.family import Prepared, SweepFamily

_kept = threading.local()  # the worker of the last sweep that this thread has worked on
_TURN = threading.Lock()  # Pyomo swaps Python's own ``sum`` while it makes a template


class Worker:
    """Keeps a warm session, and the family of the design's programs where there is one."""

    def __init__(self, design: Design) -> None:
        self.design, self.family = design, SweepFamily.of(design)
        self._session = self._new_session()
        self._reader: FactReader | None = None

    def row(self, point: int, *, audit: bool | None = None) -> PointFacts:
        """The row of a point: facts, or the status and the message that stand for them.

        Audited where the design says so, unless ``audit`` says otherwise.
        """
        try:
            prepared = self._prepared(point)
        except UsageError as error:
            return {"status": "invalid", "audited": False, "message": _line(error)}
        audited = self.design.audits(point) if audit is None else audit
        try:
            return self._answer(point, prepared, audited)
        except SolverError as error:
            return self._failed(error)

    def _failed(self, error: SolverError) -> PointFacts:
        self._session = self._new_session()
        return {"status": error.status, "audited": False, "message": _line(error)}

    def _new_session(self) -> Session:
        return Session(self.design.formulation, self.design.solver)

    def _prepared(self, point: int) -> Prepared:
        position = self.design.position(point)
        if self.family is not None:
            return self.family.at(position)
        return Prepared.of(self.design.changed(position), self.design.formulation)

    def _answer(self, point: int, prepared: Prepared, audited: bool) -> PointFacts:
        design = self.design
        instance = design.instance
        if self.family is None or audited:
            instance = design.changed(design.position(point))
        solved = self._session.solve(
            instance,
            program=prepared.program,
            every_window=design.every_window,
            time_limit=design.time_limit,
        )
        if solved.best is None:
            return {"status": "infeasible", "audited": False, "message": ""}
        if audited:
            plan_of(instance, solved, design.formulation, self._session.solver)  # or AuditError
        facts = self._reader_of(instance, prepared).facts(solved.best, prepared.unchanged)
        if design.instance.resolved.benefits:  # whose amounts may be what is swept
            alone = design.asks_alone
            own = design.instance if alone else design.changed(design.position(point))
            before = self._units if alone else units_unchanged(own)
            assert solved.best.solution is not None
            primal = solved.best.solution.primal
            facts["wider_benefits"] = good_done(own, solved.best.program, primal, before)
        return {"status": OPTIMAL, **facts, "audited": audited, "message": ""}

    @cached_property
    def _units(self) -> Units:
        """The baseline's, which targets and budgets do not move."""
        return units_unchanged(self.design.instance)

    def _reader_of(self, instance: Instance, prepared: Prepared) -> FactReader:
        """One serves a whole family; without one, years and rates may be the point's own."""
        if self._reader is None or self.family is None:
            self._reader = FactReader(instance, prepared.program, self.design.target_years())
        return self._reader


def rows(design: Design, points: Sequence[int]) -> list[tuple[int, PointFacts]]:
    """Rows of some points, by the worker that this thread keeps for the design.

    What an executor is given to run, here or on another machine.  Threads of one process take
    turns; it is processes that work side by side.
    """
    with _TURN:
        if getattr(_kept, "key", None) != design.key:
            _kept.worker, _kept.key = Worker(design), design.key
        return [(point, _kept.worker.row(point)) for point in points]


def _line(error: Exception) -> str:
    """What it says, on one line."""
    return " ".join(str(error).split())
