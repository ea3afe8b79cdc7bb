"""The children of an instance in many draws at once, and how entries move their number.

Draws are last in every array.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from allocator.instance import Instance
from allocator.simulate import Simulator
from allocator.stress.moving import YearMoves, moves_of

Floats = NDArray[np.float64]
Effect = tuple[str, str, str, str, str]

_TOUCH = 1e-4  # of entries: how far they are moved to see what comes of it
_NONE = 1e-6  # of the number in care, that entries twice as many bring: then nobody enters


class Draws(Protocol):
    """What is uncertain, in so many draws; what each method returns is (draws,), or of all."""

    @property
    def count(self) -> int:
        """How many draws."""

    def rate(self, area: str, start: str, end: str, year: int) -> Floats | float:
        """Factor of a rate in a year."""

    def arrivals(self, area: str, state: str, year: int) -> Floats | float:
        """Factor of those who come from outside the states."""

    def effect(self, effect: Effect, lag: int, value: float) -> Floats | float:
        """An effect, moves averted per case."""

    def cost(self, item: str, year: int) -> Floats | float:
        """Factor of the unit cost of a state, service or role, at the year's prices."""


@dataclass(frozen=True)
class Certain:
    """No spread: so many times the instance itself."""

    count: int = 1

    def rate(self, area: str, start: str, end: str, year: int) -> Floats | float:
        """As it is."""
        return 1.0

    def arrivals(self, area: str, state: str, year: int) -> Floats | float:
        """As they are."""
        return 1.0

    def effect(self, effect: Effect, lag: int, value: float) -> Floats | float:
        """As it is."""
        return value

    def cost(self, item: str, year: int) -> Floats | float:
        """As it is."""
        return 1.0


class Population:
    """Who is there, who comes and how they move, in these draws."""

    def __init__(self, run: Simulator, draws: Draws) -> None:
        self.run, self.draws, self.count = run, draws, draws.count
        self.opening = np.repeat(run.state_values("opening")[:, None], self.count, axis=1)
        self._years: dict[int, YearMoves] = {}

    def moves(self, year: int) -> YearMoves:
        """The moves of a year."""
        if year not in self._years:
            rates = {
                (a, i, j): rate * self.draws.rate(a, i, j, year) + np.zeros(self.count)
                for (a, i, j, y), rate in self.run.data.rates.items()
                if y == year
            }
            self._years[year] = moves_of(self.run, rates, self.count)
        return self._years[year]

    @cached_property
    def arrivals(self) -> dict[int, Floats]:
        """Children who come in a period of each year, (states, draws)."""
        per_year, coming = self.run.instance.periods_per_year, {}
        for year in self.run.instance.horizon:
            coming[year] = np.zeros((len(self.run.states), self.count))
            for row, key in enumerate(self.run.states):
                number = self.run.data.arrivals.get((*key, year), 0.0) / per_year
                coming[year][row] = number * self.draws.arrivals(*key, year)
        return coming

    @cached_property
    def unchanged(self) -> Floats:
        """Children if nothing changes, (1 + periods, states, draws)."""
        children = [self.opening]
        for year in self.run.clock.years_of_periods:
            moves = self.moves(year)
            children.append(moves.moved(children[-1]) + moves.joined(self.arrivals[year]))
        return np.array(children)


@dataclass(frozen=True)
class _MoreEnter(Certain):
    """One draw for each year, in which a few more enter care; and a last one as it is."""

    care: frozenset[str] = frozenset()
    first_year: int = 0

    def rate(self, area: str, start: str, end: str, year: int) -> Floats | float:
        """More in the year's own draw, of moves into care."""
        return self._more(year) if start not in self.care and end in self.care else 1.0

    def arrivals(self, area: str, state: str, year: int) -> Floats | float:
        """More in the year's own draw, of those who come into care."""
        return self._more(year) if state in self.care else 1.0

    def _more(self, year: int) -> Floats:
        factor = np.ones(self.count)
        factor[year - self.first_year] += _TOUCH
        return factor


def care_names(instance: Instance) -> frozenset[str]:
    """The care states, whatever the area."""
    return frozenset(name for (_, name), s in instance.resolved.states.items() if s.in_care)


def responses_to_entries(instance: Instance) -> dict[str, Floats]:
    """By area: relative change of its number in care at each year's end by that of entries.

    (year's end, year of entry); the identity where nobody enters care.
    """
    run, years = Simulator(instance), instance.years
    care = care_names(instance)
    draws = _MoreEnter(years + 1, care, instance.first_year)
    ends = Population(run, draws).unchanged[run.clock.year_ends]
    responses = {}
    for area in instance.areas:
        mine = [a == area and name in care for a, name in run.states]
        there = ends[:, mine].sum(axis=1)
        as_it_is = np.maximum(there[:, -1:], 1e-9)
        change = (there[:, :-1] / as_it_is - 1) / _TOUCH
        responses[area] = change if np.all(np.diagonal(change) > _NONE) else np.eye(years)
    return responses
