"""Ways out that come in whole years: later targets, earlier starts, other windows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from allocator.errors import CertificateError
from allocator.explain.citing import Cell, Citer
from allocator.explain.infeasible.changes import changed, dated, windowed
from allocator.explain.infeasible.conflict import Feasibility
from allocator.explain.infeasible.elastic import Elastic
from allocator.explain.infeasible.way import Way
from allocator.instance import DoubleInvestment, Instance, Row, Window
from allocator.instance.schema import ALL
from allocator.solvers.solution import Floats
from allocator.solving.session import at_window, build
from allocator.vocabulary import TARGET

_NONE: Final = (-1, -1)  # no window has a plan, which is not the same as the plan has no window


class Searches:
    """The ways of one instance; ``elastic`` holds its windows, ``known`` proves some of them."""

    def __init__(
        self, instance: Instance, formulation: str, elastic: Elastic, known: Sequence[Floats]
    ) -> None:
        self.instance, self.formulation = instance, formulation
        self.elastic, self.known = elastic, known
        self.citer = Citer(instance)

    def years(self) -> Iterator[Way]:
        """Each target met from a later year on, the others as they are."""
        if TARGET not in self.elastic.base.rows:
            return
        for row in self.instance.tables["targets"]:
            cell = self.citer.cell(row, "year")
            words = self.citer.row(row, "children").words
            yield self._first_year(row, cell, words)

    def _first_year(self, row: Row, cell: Cell, words: str) -> Way:
        owner, program = row["area"] or ALL, self.elastic.base
        later = [
            r["year"]
            for r in self.instance.tables["targets"]
            if (r["area"] or ALL) == owner and r["year"] > row["year"]
        ]
        before = [
            r
            for r in self.instance.tables["targets"]
            if (r["area"] or ALL) == owner and r["year"] < row["year"]
        ]
        family = program.rows[TARGET]
        years = range(row["year"], min([*later, self.instance.last_year + 1]))
        positions = {y: family.positions[owner, y] for y in years}
        for year in years[1:]:
            if before:  # the target before it holds till then
                other = dated(self.instance, row, year)
                window = _first_possible(other, self.formulation, self.elastic.windows)
            else:
                least = self.elastic.least([], [positions[y] for y in years if y < year])
                window = _NONE if least is None else least.window
            if window is not _NONE:
                return tried(
                    self.instance,
                    self.formulation,
                    Way(
                        "year",
                        True,
                        "year",
                        cell,
                        words,
                        row["year"],
                        year,
                        year - row["year"],
                        window,
                        change=partial(dated, row=row, year=year),
                    ),
                )
        return Way("year", False, "year", cell, words, row["year"])

    def starts(self) -> Iterator[Way]:
        """Each service that starts late, as little earlier as will do."""
        for row in self.instance.tables["services"]:
            now = row["first_year"]
            if now is None or now <= self.instance.first_year:
                continue
            cell = self.citer.cell(row, "first_year")
            words = self.citer.row(row, "first_year").words
            yield self._start(row, cell, words, now)

    def _start(self, row: Row, cell: Cell, words: str, now: int) -> Way:
        for year in range(now - 1, self.instance.first_year - 1, -1):
            change = partial(changed, row=row, cells={"first_year": year})
            window = _first_possible(change(self.instance), self.formulation, self.elastic.windows)
            if window is not _NONE:
                return tried(
                    self.instance,
                    self.formulation,
                    Way(
                        "start",
                        True,
                        "year",
                        cell,
                        words,
                        now,
                        year,
                        now - year,
                        window,
                        change=change,
                    ),
                )
        return Way("start", False, "year", cell, words, now)

    def other_windows(self) -> Iterator[Way]:
        """The shortest window that would do and is not allowed now; then any start."""
        instance = self.instance
        settings = instance.double_investment or DoubleInvestment(longest=0)
        known = set(instance.windows)
        free = replace(
            instance, double_investment=replace(settings, longest=instance.years, starts=None)
        )
        starts = None if settings.starts is None else set(settings.starts)
        base = build(free, self.formulation).relaxed()
        asked = Feasibility(base, self.known)
        wanted = [w for w in free.windows if w not in known]
        allowed = [w for w in wanted if starts is None or w[0] in starts]
        for window in (*allowed, *(w for w in wanted if w not in allowed)):
            if asked.possible(at_window(base, free, window)):
                longest = max(settings.longest, window[1])
                begun = starts is None or window[0] in starts
                starting = settings.starts if begun else (*sorted(starts or ()), window[0])
                change = partial(
                    windowed, settings=replace(settings, longest=longest, starts=starting)
                )
                yield tried(
                    self.instance,
                    self.formulation,
                    Way(
                        "window",
                        True,
                        "years",
                        before=settings.longest,
                        after=window[1],
                        amount=window[1] - settings.longest,
                        window=window,
                        change=change,
                    ),
                )
                return
        yield Way("window", False, "years", before=settings.longest)


def tried(instance: Instance, formulation: str, way: Way) -> Way:
    """The way, once the instance changed so has been seen to have a plan."""
    assert way.change is not None
    other = way.change(instance)
    program = at_window(build(other, formulation), other, way.window)
    if not Feasibility(program).possible(program):
        raise CertificateError(f"the way out {way.kind} {way.words} does not lead to a plan")
    return way


def _first_possible(
    instance: Instance, formulation: str, windows: Sequence[Window | None]
) -> Window | None:
    """The first window in order with which there is a plan; ``_NONE`` where there is none."""
    base = build(instance, formulation).relaxed()
    asked = Feasibility(base)
    for window in windows:
        if asked.possible(at_window(base, instance, window)):
            return window
    return _NONE
