"""The points that areas have given, from one window to the next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from allocator.program.matrix import Floats
from allocator.solving.areas.pricing import AreaPoint, AreaProgram

KEPT: Final = 12  # columns of an area from one window to the next
LATEST: Final = 2_400  # of all areas from one objective to the next, if that is more
_INSIDE: Final = 1e-9  # by which a point may miss a row that a window moves


class AreaColumns:
    """Points of areas, as the master sees them."""

    def __init__(self) -> None:
        self._columns: list[AreaPoint] = []

    def add(self, columns: Iterable[AreaPoint]) -> None:
        """Some more."""
        self._columns += columns

    def cost(self, costs: Mapping[int, Mapping[int, Floats]]) -> None:
        """Take what points of some areas now cost, by area and number."""
        self._columns = [
            replace(each, costs=costs[each.area][each.number]) if each.area in costs else each
            for each in self._columns
        ]

    def drop(self, areas: Collection[int]) -> None:
        """Forget those of some areas."""
        self._columns = [each for each in self._columns if each.area not in areas]

    def places(self) -> Iterator[tuple[int, int]]:
        """Of each, the area and the number that find its values."""
        return ((each.area, each.number) for each in self._columns)

    def fitting(self, programs: Sequence[AreaProgram], window: Floats) -> list[AreaPoint]:
        """Those that meet the rows that the window moves: none draws on a fund outside it."""
        by_area: dict[int, list[AreaPoint]] = defaultdict(list)
        for each in self._columns:
            by_area[each.area].append(each)
        fit = set[tuple[int, int]]()
        for area, own in by_area.items():
            low, high = programs[area].moved(window)
            moved = np.array([each.moved for each in own])
            inside = ((moved >= low - _INSIDE) & (moved <= high + _INSIDE)).all(axis=1)
            fit |= {(area, own[n].number) for n in np.flatnonzero(inside)}
        return [each for each in self._columns if (each.area, each.number) in fit]

    def keep_latest(self, areas: int) -> bool:
        """Keep the latest of each area, by their numbers; whether there were more."""
        latest, before = {each.area: each.number for each in self._columns}, len(self._columns)
        most = max(KEPT, LATEST // areas)
        self._columns = [each for each in self._columns if each.number > latest[each.area] - most]
        return len(self._columns) < before

    def keep_best(self, prices: Floats, areas: int) -> bool:
        """Keep the best few of each area at prices of the tying rows; whether there were more."""
        if len(self._columns) <= KEPT * areas:
            return False
        reduced = np.array([each.costs[-1] - prices @ each.ties for each in self._columns])
        kept: dict[int, int] = {}
        best = []
        for n in np.lexsort((-np.arange(len(reduced)), reduced)):
            column = self._columns[n]
            kept[column.area] = kept.get(column.area, 0) + 1
            if kept[column.area] <= KEPT:
                best.append(int(n))
        self._columns = [self._columns[n] for n in sorted(best)]
        return True
