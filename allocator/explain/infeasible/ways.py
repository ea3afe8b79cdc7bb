"""Ways out of an instance that has no plan, each the least of its kind, each tried.

A way changes one kind of thing and holds all else.  What it asks is the optimum of an elastic
program (``elastic``) or the first hit of a search in which every step before is proved to have
no plan; then the change is made to the instance, rounded to the side that gives way, and it
has a plan.  A way that does not exist is an answer too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

from allocator.clock import Overrun
from allocator.explain.citing import Cell, Citer
from allocator.explain.infeasible.changes import cell_changed, funded, shared
from allocator.explain.infeasible.conflict import Limit, limits_of
from allocator.explain.infeasible.elastic import Elastic, Least, Loosening
from allocator.explain.infeasible.searches import Searches, tried
from allocator.explain.infeasible.way import Way
from allocator.instance import Instance, Window
from allocator.instance.cell_changes import cells_meant
from allocator.program.program import POUNDS
from allocator.progress import Progress
from allocator.solvers.solution import Floats
from allocator.vocabulary import BUDGET, GROWTH, TARGET, WayOut, reliefs

_TARGET: Final = WayOut("target", "children")
_TARGET_CELLS: Final = ("targets.children", "targets.per_10000")


def ways_out(
    instance: Instance,
    formulation: str,
    windows: Sequence[Window | None] | None,
    tell: Progress,
    overrun: Overrun,
    known: Iterable[Floats] = (),
) -> list[Way]:
    """Every way that there is, and those that there are not, as far as there is time for them.

    ``windows`` and ``known`` as in ``Elastic``.
    """
    elastic = Elastic(instance, formulation, windows, tuple(known))
    asked = _NumberWays(instance, formulation, elastic)
    searched = Searches(instance, formulation, elastic, tuple(known))
    parts: list[tuple[str, Callable[[], Iterator[Way]]]] = [
        ("the nearest target", asked.targets),
        ("the earliest year", searched.years),
        ("the least money", asked.money),
        ("service limits", asked.service_limits),
        ("earlier starts", searched.starts),
        ("other windows", searched.other_windows),
    ]
    ways: list[Way] = []
    for n, (what, part) in enumerate(parts):
        tell(f"looking for {what}", n, len(parts))
        with overrun.kept():
            ways.extend(part())
    return ways


class _NumberWays:
    """The ways that change numbers."""

    def __init__(self, instance: Instance, formulation: str, elastic: Elastic) -> None:
        self.instance, self.formulation = instance, formulation
        self.elastic, self.citer = elastic, Citer(instance)

    def targets(self) -> Iterator[Way]:
        """Each target alone, the others as they are; then all of them by one factor."""
        groups = self._limits(TARGET)
        for group in groups:
            cell = self._cell(group)
            step, unit = self._target_step(group, cell)
            least = self.elastic.least([Loosening(group.rows, [step] * len(group.rows))])
            yield self._cell_way(replace(_TARGET, unit=unit), cell, least)
        if len(groups) > 1:
            yield self._all_targets(groups)

    def _target_step(self, group: Limit, cell: Cell) -> tuple[float, str]:
        """Children for a unit of the target's cell, and the unit."""
        if not cell.key.endswith(".per_10000"):
            return 1.0, "children"
        return float(self.elastic.base.row_upper[group.rows[0]]) / float(cell.value), (
            "children per 10,000"
        )

    def _all_targets(self, groups: Sequence[Limit]) -> Way:
        rows = [row for group in groups for row in group.rows]
        sizes = [float(self.elastic.base.row_upper[row]) for row in rows]
        least = self.elastic.least([Loosening(rows, sizes)])
        if least is None:
            return Way("targets", False, "share")
        share = math.ceil(least.total * 1e5) / 1e5
        return tried(
            self.instance,
            self.formulation,
            Way(
                "targets",
                True,
                "share",
                words="every target",
                after=share,
                amount=least.total,
                window=least.window,
                change=partial(shared, share=share, cells=_TARGET_CELLS),
            ),
        )

    def money(self) -> Iterator[Way]:
        """Least extra money at present value: in any fund and year, then in one year alone."""
        accounts = self._accounts()
        anywhere = self._money("money", list(accounts))
        alone = [
            self._money("money_in_one_fund", [k for k in accounts if k[0] == fund], fund)
            for fund in dict.fromkeys(f for f, _, _ in accounts)
        ]
        yield _in_fewest(anywhere, alone)
        for year in self.instance.horizon:
            yield self._money("money_in_one_year", [k for k in accounts if k[2] == year], year)
        yield from alone

    def _accounts(self) -> dict[tuple[str, str, int], int]:
        family = self.elastic.base.rows[BUDGET]
        return {(f, o, int(y)): n for (f, o, y), n in family.positions.items()}

    def _money(self, kind: str, keys: list[tuple[str, str, int]], about: Any = None) -> Way:
        accounts, rate = self._accounts(), 1 + self.instance.discount_rate
        moves = [
            Loosening([accounts[key]], [1.0], rate ** (self.instance.first_year - key[2]))
            for key in keys
        ]
        least = self.elastic.least(moves)
        unit, words = "£ at present value", "" if about is None else str(about)
        if least is None:
            return Way(kind, False, unit, words=words)
        money = {
            key: math.ceil(amount * POUNDS + 0.5) + 0.0
            for key, amount in zip(keys, least.amounts, strict=True)
            if amount > 0
        }
        return tried(
            self.instance,
            self.formulation,
            Way(
                kind,
                True,
                amount=least.total * POUNDS,
                window=least.window,
                money=money,
                change=partial(funded, money=money),
                unit=unit,
                words=words,
            ),
        )

    def service_limits(self) -> Iterator[Way]:
        """Each limit on a service or on spend alone; all growth limits by one factor."""
        for constraint, relief in reliefs().items():
            if relief.way is None:
                continue
            per_unit = {"pound": POUNDS, "period": self.instance.periods_per_year}
            step = relief.way.sign / per_unit.get(relief.step, 1)
            for group in self._limits(constraint):
                cell = self._cell(group)
                if relief.step == "pound" and self._meets_another(cell):
                    continue  # where two limits meet, moving one alone may move nothing
                least = self.elastic.least([Loosening(group.rows, [step] * len(group.rows))])
                yield self._cell_way(relief.way, cell, least)
        yield from self._all_growth()

    def _meets_another(self, cell: Cell) -> bool:
        """Whether another row limits the same spend in the same year."""
        ((row,), column) = cells_meant(self.instance, cell.key)
        return any(
            other is not row
            and other[column] is not None
            and (other["area"], other["item"]) == (row["area"], row["item"])
            and None in (other["year"], row["year"])
            for other in self.instance.tables["limits"]
        )

    def _all_growth(self) -> Iterator[Way]:
        groups = self._limits(GROWTH)
        if len(groups) < 2:
            return
        length = 1 / self.instance.periods_per_year
        rows = [row for group in groups for row in group.rows]
        steps = [float(self._cell(g).value) * length for g in groups for _ in g.rows]
        least = self.elastic.least([Loosening(rows, steps)])
        if least is None:
            yield Way("all_growth", False, "share", words="every growth limit")
            return
        share = math.ceil(least.total * 1e5) / 1e5
        yield tried(
            self.instance,
            self.formulation,
            Way(
                "all_growth",
                True,
                "share",
                words="every growth limit",
                after=share,
                amount=least.total,
                window=least.window,
                change=partial(shared, share=share, cells=("services.growth_per_year",)),
            ),
        )

    def _limits(self, constraint: str) -> list[Limit]:
        return limits_of(self.instance, self.elastic.base, (constraint,))

    def _cell(self, group: Limit) -> Cell:
        family = self.elastic.base.row_family(group.rows[0])
        index = family.indices[group.rows[0] - family.start]
        return self.citer.member(family, index).cells[0]

    def _cell_way(self, way: WayOut, cell: Cell, loosened: Least | None) -> Way:
        """A way that changes one number."""
        (cited,) = self.citer.place(cell.key)
        now = float(cell.value)
        if loosened is None:
            return Way(way.kind, False, way.unit, cell, cited.words, now)
        least = now + way.sign * loosened.total
        after = _up(least) if way.sign > 0 else max(0.0, -_up(-least))
        change = partial(cell_changed, key=cell.key, value=after)
        return tried(
            self.instance,
            self.formulation,
            Way(
                way.kind,
                True,
                way.unit,
                cell,
                cited.words,
                now,
                after,
                loosened.total,
                loosened.window,
                change=change,
            ),
        )


def _in_fewest(anywhere: Way, alone: Sequence[Way]) -> Way:
    """Money in any fund: where one alone does with as little, that one, not some mix."""
    least = (anywhere.amount or 0.0) * (1 + 1e-6) + 1.0
    for way in alone:
        if way.possible and (way.amount or 0.0) <= least:
            return replace(anywhere, money=way.money, window=way.window, change=way.change)
    return anywhere


def _up(value: float) -> float:
    """Rounded up: to tenths from 100 on, to hundredths below."""
    scale = 10.0 if abs(value) >= 100 else 100.0
    return math.ceil(value * scale - 1e-9) / scale
