"""A sweep from beginning to end: points handed out, rows gathered, the best plan audited."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from allocator.errors import AuditError
from allocator.executors import rows_as_done
from allocator.instance import Instance
from allocator.plan.columns import SWEEP, Columns
from allocator.solvers.catalogue import DEFAULT
from allocator.sweep.axes import Axis, read_axes
from allocator.sweep.design import Design
from allocator.sweep.facts import OPTIMAL, PointFacts
from allocator.sweep.worker import Worker, rows
from formulations import USUAL

if TYPE_CHECKING:
    import pandas as pd

TellPoint = Callable[[int, PointFacts], None]  # a point and its row

CHUNK: Final = 25  # points that are handed out together, at most; neighbours, so all but one warm
SAME: Final = 1e-7  # relative; as near as a second solve comes to the first


@dataclass(frozen=True)
class Sweep:
    """Plans at every point of a grid over an instance.

    Axes are ``Axis`` objects, or texts as ``--over`` takes them; UsageError where one is wrong.
    """

    design: Design

    def __init__(
        self,
        instance: Instance,
        axes: Sequence[Axis | str],
        *,
        formulation: str = USUAL,
        solver: str = DEFAULT,
        every_window: bool = False,
        time_limit: float | None = None,
        audit_all: bool = False,
    ) -> None:
        chosen = read_axes([str(axis) for axis in axes])
        design = Design(instance, chosen, formulation, solver, every_window, time_limit, audit_all)
        design.check()
        object.__setattr__(self, "design", design)

    def run(
        self,
        executor: Executor | None = None,
        done: Mapping[int, PointFacts] | None = None,
        told: TellPoint | None = None,
    ) -> pd.DataFrame:
        """One row a point, in grid order: axis values, then those of ``plan.columns``.

        ``executor`` works on points side by side.  ``done`` holds rows of points that are
        known already, and ``told`` hears of every other one as it is done.  Raises AuditError
        where the best plan does not stand up when it is solved again and audited.
        """
        known = dict(done or {})
        missing = [point for point in range(self.design.points) if point not in known]
        worker = Worker(self.design) if executor is None and missing else None
        solved = self._here(worker, missing) if worker else self._spread(executor, missing)
        for point, row in solved:
            known[point] = row
            if told:
                told(point, row)
        self._audit_best(known, worker, told)
        return self._table(known)

    def _here(self, worker: Worker, points: Sequence[int]) -> Iterator[tuple[int, PointFacts]]:
        return ((point, worker.row(point)) for point in points)

    def _spread(
        self, executor: Executor | None, points: Sequence[int]
    ) -> Iterator[tuple[int, PointFacts]]:
        """Rows as chunks of neighbours are done."""
        if executor is None:
            return
        size = max(1, min(CHUNK, math.ceil(len(points) / 8)))
        chunks = [points[n : n + size] for n in range(0, len(points), size)]
        yield from rows_as_done(executor, rows, ((self.design, chunk) for chunk in chunks))

    def _audit_best(
        self, known: dict[int, PointFacts], worker: Worker | None, told: TellPoint | None
    ) -> None:
        """Solve the cheapest plan again and audit it, unless that is done."""
        optimal = [point for point, row in known.items() if row["status"] == OPTIMAL]
        if not optimal:
            return
        best = min(optimal, key=lambda point: (known[point]["objective"], point))
        before = known[best]
        if before["audited"]:
            return
        if worker is None:
            worker = Worker(replace(self.design, axes=self._only(best)))
            again = worker.row(0, audit=True)
        else:
            again = worker.row(best, audit=True)
        if again["status"] != OPTIMAL:
            raise AuditError(f"the best plan does not stand up: {again['message']}")
        if not math.isclose(again["objective"], before["objective"], rel_tol=SAME):
            raise AuditError(
                f"the best plan, solved again, costs £{again['objective']:,.0f} and not "
                f"£{before['objective']:,.0f}"
            )
        known[best] = {**before, "audited": True}
        if told:
            told(best, known[best])

    def _only(self, point: int) -> tuple[Axis, ...]:
        """The axes with one value each: a point's."""
        return tuple(Axis(place, (value,)) for place, value in self.design.values(point).items())

    def _table(self, known: Mapping[int, PointFacts]) -> pd.DataFrame:
        import pandas as pd  # which the processes of a sweep do without

        points = range(self.design.points)
        table = pd.DataFrame(
            [{**self.design.values(point), **known[point]} for point in points],
            columns=self.columns,
        )
        for axis in self.design.axes:
            if axis.numbers is not None and not axis.values[0].startswith(("*", "x")):
                table[axis.place] = pd.to_numeric(table[axis.place])
        numbers = {"whole": "Int64", "name": "object"}
        return table.astype(
            {name: numbers.get(said.shape, "float64") for name, said in self._facts().items()}
        )

    @property
    def _places(self) -> tuple[str, ...]:
        return tuple(axis.place for axis in self.design.axes)

    @property
    def columns(self) -> list[str]:
        """Columns of the table: the axes', then the facts'."""
        return [*self._places, *self._facts()]

    def _facts(self) -> Columns:
        """Columns of the facts, one for each year in the place of ``<year>``."""
        return {
            name.replace("<year>", str(year)): said
            for name, said in SWEEP.items()
            for year in (self.design.target_years() if "<year>" in name else ("",))
        }
