"""Some areas, solved one after the other, each kept alive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from allocator.program.matrix import Floats
from allocator.solving.areas.likeness import unlikeness
from allocator.solving.areas.pricing import Area, AreaProgram, Asked, Priced

Ending = tuple[dict[int, Floats], dict[int, Floats]]


class Group:
    """Some areas, by number, each kept alive in HiGHS with the points it has given."""

    def __init__(self, programs: Mapping[int, AreaProgram], ties: int) -> None:
        self._ties, self._spent = ties, 0
        self._areas: dict[int, Area] = {}
        self._saved: dict[Any, dict[int, Any]] = {}
        self.add(programs)

    def add(self, programs: Mapping[int, AreaProgram]) -> None:
        """Some more areas."""
        self._areas |= {n: Area(n, program, self._ties) for n, program in programs.items()}

    @property
    def iterations(self) -> int:
        """Of the simplex method, so far."""
        return self._spent + sum(area.model.iterations for area in self._areas.values())

    @property
    def version(self) -> str:
        """Version of HiGHS."""
        return next(iter(self._areas.values())).model.version

    def begin(self, other: object) -> None:
        """Go on from the bases of another group's areas, where they have the same shape."""
        assert isinstance(other, Group)
        for number, area in self._areas.items():
            before = other._areas.get(number)
            if before is not None and before.model.shape == area.model.shape:
                area.begin(before.model.basis)

    def send(self, asked: Asked) -> None:
        """Nothing: there is nobody else to do it before it is asked for."""

    def price(self, asked: Asked) -> dict[int, Priced]:
        """Every area's answer.  Raises AreaFailed."""
        answers: dict[int, Priced] = {}
        for number, area in self._areas.items():
            if area.model.basis is None:
                area.begin(self._like(area))
            answers[number] = area.price(asked)
        return answers

    def _like(self, area: Area) -> Any:
        """The basis of the area that is most alike, of those of its shape that were solved."""
        own = area.program.block.matrix
        alike = {
            number: unlikeness(own, other.program.block.matrix)
            for number, other in self._areas.items()
            if other.model.shape == own.shape and other.model.basis is not None
        }
        return self._areas[min(alike, key=alike.__getitem__)].model.basis if alike else None

    def duals(self) -> dict[int, Floats]:
        """By area, the duals of its rows in its last answer."""
        return {number: area.dual() for number, area in self._areas.items()}

    def ending(self, weights: Iterable[tuple[int, int, float]]) -> Callable[[], Ending]:
        """``optimum``, which is had when it is called for."""
        optimum = self.optimum(weights)
        return lambda: optimum

    def optimum(self, weights: Iterable[tuple[int, int, float]]) -> Ending:
        """By area: ``duals``, and points added up, each given by area and number.

        ``weights`` has how much of each, behind its number.
        """
        sums: dict[int, Floats] = {}
        for number, point, weight in weights:
            sums[number] = sums.get(number, 0.0) + weight * self._areas[number].points[point]
        return self.duals(), sums

    def close(self) -> None:
        """Nothing is kept elsewhere."""

    def keep(self, points: Iterable[tuple[int, int]]) -> None:
        """Forget all points but these, given by area and number."""
        kept: dict[int, set[int]] = {number: set() for number in self._areas}
        for number, point in points:
            kept[number].add(point)
        for number, area in self._areas.items():
            area.points = {n: area.points[n] for n in kept[number]}

    def save(self, key: Any) -> None:
        """Save the bases under a key."""
        self._saved[key] = {number: area.model.basis for number, area in self._areas.items()}

    def restore(self, key: Any) -> None:
        """Go back to the bases of a key; nothing happens where there are none."""
        for number, basis in self._saved.get(key, {}).items():
            self._areas[number].begin(basis)

    def cost(self, programs: Mapping[int, AreaProgram]) -> dict[int, dict[int, Floats]]:
        """Take other costs for some areas: by area and number what its points now cost."""
        return {number: self._areas[number].cost(own) for number, own in programs.items()}

    def change(self, programs: Mapping[int, AreaProgram]) -> None:
        """Take other numbers for some areas, whose points are forgotten; their bases stay."""
        for number, program in programs.items():
            self._spent += self._areas[number].model.iterations
            basis = self._areas[number].model.basis
            self._areas[number] = Area(number, program, self._ties)
            self._areas[number].begin(basis)
