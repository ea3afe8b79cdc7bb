"""How children move between states in a period, by either timing of 3.1.

Nothing here comes from the linear program.  Arrays have a column per (area, state), in the order
of the resolved instance.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from allocator.instance import Instance
from allocator.instance.schema import EXIT
from allocator.simulate.uniformised import moved_and_stayed

Floats = NDArray[np.float64]
Positions = NDArray[np.int_]
Arcs = tuple[Positions, Positions, Floats]  # from, to, share (or years) of each who is in `from`
Move = tuple[str, str, str]  # area, from, to; `exit` for leaving all states

_NEGLIGIBLE = 1e-15  # of a value still to come
_MOST_ROUNDS = 20  # a million moves


class Movement:
    """What the rates of an instance do to those who are there, and to those who come."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.data = instance.resolved
        self.states = list(self.data.states)
        self._position = {key: n for n, key in enumerate(self.states)}
        # By year, what is moved within a period of it, and the chances of each move.
        self._flows: dict[int, Arcs] = instance.once("flows", dict)
        self._chances: dict[int, dict[Move, float]] = instance.once("chances", dict)

    def chances(self, year: int) -> Mapping[Move, float]:
        """Chance of each move within a period of the year; of staying where from and to are one."""
        if year not in self._chances:
            self._chances[year] = self._chances_of(year)
        return self._chances[year]

    def _chances_of(self, year: int) -> dict[Move, float]:
        rates, leaving = self._rates[year], dict.fromkeys(self.states, 0.0)
        for (area, start, _), rate in rates.items():
            leaving[area, start] += rate
        left = {
            key: -math.expm1(-rate / self.instance.periods_per_year)
            for key, rate in leaving.items()
        }
        chances = {(area, state, state): 1 - share for (area, state), share in left.items()}
        for (area, start, end), rate in rates.items():
            total = leaving[area, start]
            chances[area, start, end] = rate / total * left[area, start] if total > 0 else 0.0
        return chances

    @cached_property
    def _rates(self) -> dict[int, dict[Move, float]]:
        """Rates by year and move."""
        rows = self.data.rates.rows
        years = enumerate(self.instance.horizon)
        return {year: {(a, i, j): row[n] for (a, i, j), row in rows.items()} for n, year in years}

    def intensities(self, year: int) -> Mapping[Move, float]:
        """Moves for each child, or child-year, of ``exposed``; of staying where from = to."""
        if not self.instance.is_continuous:
            return self.chances(year)
        return {(area, i, i): 1.0 for area, i in self.states} | self._rates[year]

    def moved(self, children: Floats, year: int) -> Floats:
        """Those who are there, by state, a period of the year later; no one new, none averted."""
        if year not in self._flows:
            self._flows[year] = self._moves_of(year)
        return through(self._flows[year], children)

    def _moves_of(self, year: int) -> Arcs:
        if self.instance.is_continuous:
            return self._spans[year][0]
        inside = [(k, c) for k, c in self.chances(year).items() if k[2] != EXIT]
        return (
            np.array([self._position[a, start] for (a, start, _), _ in inside], dtype=int),
            np.array([self._position[a, end] for (a, _, end), _ in inside], dtype=int),
            np.array([chance for _, chance in inside]),
        )

    def joined(self, coming: Floats, year: int) -> Floats:
        """Where those who come to each state in a period of the year are at its end."""
        if not self.instance.is_continuous:
            return coming
        return through(self._spans[year][1], coming) * self.instance.periods_per_year

    def exposed(self, children: Floats, coming: Floats, year: int) -> Floats:
        """Whose moves the rates make in a period, by state: those there at its start.

        With continuous timing the child-years spent there, by them and by those who come.
        """
        if not self.instance.is_continuous:
            return children
        _, spent, spent_by_new = self._spans[year]
        yearly = coming * self.instance.periods_per_year
        return through(spent, children) + through(spent_by_new, yearly)

    def staying(self, year: int) -> Floats:
        """Share of each state's children who are there a period of the year later."""
        starts, ends, shares = self._moves_of(year)
        same = starts == ends
        return np.bincount(starts[same], shares[same], len(self.states)).astype(float)

    @property
    def _spans(self) -> dict[int, tuple[Arcs, Arcs, Arcs]]:
        """By year with continuous timing: shares moved, years spent, and those of who is new."""
        return self.instance.once("spans", self._made_spans)

    def _made_spans(self) -> dict[int, tuple[Arcs, Arcs, Arcs]]:
        spans = moved_and_stayed(self._generators, 1 / self.instance.periods_per_year)
        years = enumerate(self.instance.horizon)
        return {y: tuple(self._arcs(each[n]) for each in spans) for n, y in years}  # type: ignore[misc]

    @cached_property
    def _generators(self) -> Floats:
        """Rates between states, less those of leaving on the diagonal, (years, areas, n, n)."""
        most = max((len(own) for own in self._own.values()), default=0)
        rates = np.zeros((self.instance.years, len(self._own), most, most))
        area = {name: n for n, name in enumerate(self._own)}
        place = {key: n for own in self._own.values() for n, key in enumerate(own)}
        for (a, i, j, year), rate in self.data.rates.items():
            at = rates[year - self.instance.first_year, area[a]]
            at[place[a, i], place[a, i]] -= rate
            if j != EXIT:
                at[place[a, i], place[a, j]] += rate
        return rates

    @cached_property
    def _own(self) -> dict[str, list[tuple[str, str]]]:
        """The states of each area."""
        return {a: [key for key in self.states if key[0] == a] for a in self.instance.areas}

    def _arcs(self, shares: Floats) -> Arcs:
        """What is not nought of (areas, n, n), by the states' positions."""
        places, there = self._places, self._there
        shares[~there] = 0.0
        shares.swapaxes(1, 2)[~there] = 0.0
        at, start, end = np.nonzero(shares)
        return places[at, start], places[at, end], shares[at, start, end]

    @cached_property
    def _places(self) -> Positions:
        """The states' positions by area; 0 where an area has fewer."""
        places = np.zeros(self._there.shape, dtype=int)
        places[self._there] = [self._position[key] for own in self._own.values() for key in own]
        return places

    @cached_property
    def _there(self) -> NDArray[np.bool_]:
        """Whether an area has so many states."""
        counts = np.array([len(own) for own in self._own.values()])
        return np.arange(max(counts, default=0)) < counts[:, None]

    def discounted_at_the_end(
        self, force: float, length: float, cost: Floats
    ) -> tuple[Arcs, Arcs, Floats]:
        """Shares moved, and years spent, in ``length`` of a year at the closing rates.

        Discounted at ``force`` per year as the time goes by; with continuous timing alone.  Last
        what a child of each state costs from then on, at ``cost`` a year by state.
        """
        closing = self._generators[-1]
        discounted = closing - force * np.eye(closing.shape[-1])
        moved, spent, _ = moved_and_stayed(discounted, length)
        arcs = self._arcs(moved), self._arcs(spent)  # which leave nought where there is no state
        there, worth = self._there, np.zeros(len(self.states))
        yearly = np.where(there, cost[self._places], 0.0)
        worth[self._places[there]] = _summed(moved, (spent @ yearly[..., None])[..., 0])[there]
        return *arcs, worth


def _summed(moved: Floats, value: Floats) -> Floats:
    """``value`` now, after a move, after two and so on, until nothing is left that counts.

    By area and state; each round sums as many moves again as all rounds before it.
    """
    total = value
    for _ in range(_MOST_ROUNDS):
        more = (moved @ total[..., None])[..., 0]
        total = total + more
        if not np.max(np.abs(more), initial=0.0) > _NEGLIGIBLE * np.max(np.abs(total), initial=0.0):
            break  # so too where a number is missing
        moved = moved @ moved
    return total


def through(arcs: Arcs, children: Floats) -> Floats:
    """Where the children of each state are after the arcs, by state."""
    starts, ends, shares = arcs
    return np.bincount(ends, children[starts] * shares, len(children)).astype(float)
