"""Children who move between states, by draw: the arrays of a year, draws last.

With continuous timing by uniformisation, as :mod:`allocator.simulate.uniformised`, of all draws at
once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.instance.schema import EXIT
from allocator.simulate import Move, Simulator
from allocator.simulate.uniformised import ticks
from allocator.stress.interpolated import at_draws

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class AreaMoves:
    """An area's moves in a period of a year; arrays are (from, to, draws).

    ``joined`` is where those who come are at its end, ``spent`` and ``spent_by_new`` child-years
    spent, of one who is there and of one a year who comes; None where timing is by period.
    ``rates`` between its states, those of leaving on the diagonal.
    """

    states: slice
    rates: Floats
    moved: Floats
    spent: Floats | None = None
    spent_by_new: Floats | None = None


@dataclass(frozen=True)
class YearMoves:
    """Every area's; children are (states, draws) throughout."""

    areas: tuple[AreaMoves, ...]
    periods: int  # in a year
    intensities: Mapping[Move, Floats]

    def moved(self, children: Floats) -> Floats:
        """Where those who are there are a period later."""
        return self._through(children, [each.moved for each in self.areas])

    def joined(self, coming: Floats) -> Floats:
        """Where those who come in a period are at its end."""
        spent = [each.spent for each in self.areas if each.spent is not None]
        return self._through(coming, spent) * self.periods if spent else coming

    def exposed(self, children: Floats, coming: Floats) -> Floats:
        """Whose moves the rates make: those there, or the child-years spent there."""
        spent = [each.spent for each in self.areas if each.spent is not None]
        new = [each.spent_by_new for each in self.areas if each.spent_by_new is not None]
        if not spent:
            return children
        return self._through(children, spent) + self._through(coming, new) * self.periods

    def staying(self) -> Floats:
        """Share of each state's children who are there a period later, (states, draws)."""
        kept = [np.einsum("iin->in", each.moved) for each in self.areas]
        return np.concatenate(kept)

    def _through(self, children: Floats, shares: list[Floats]) -> Floats:
        pairs = zip(self.areas, shares, strict=True)
        parts = [np.einsum("ijn,in->jn", share, children[area.states]) for area, share in pairs]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)


def moves_of(run: Simulator, rates: Mapping[Move, Floats], draws: int) -> YearMoves:
    """The moves of a year, given its rates by move, each (draws,)."""
    areas = tuple(_area_moves(run, *each, rates, draws) for each in _states_of(run))
    if run.instance.is_continuous:
        staying = {(a, i, i): np.ones(draws) for a, i in run.states}
        return YearMoves(areas, run.instance.periods_per_year, {**staying, **rates})
    return YearMoves(areas, run.instance.periods_per_year, _chances(run, areas, rates))


def _states_of(run: Simulator) -> Iterator[tuple[str, slice, list[str]]]:
    """Each area, where its states lie, and their names."""
    start = 0
    for area in run.instance.areas:
        names = [state for a, state in run.states if a == area]
        yield area, slice(start, start + len(names)), names
        start += len(names)


def _area_moves(
    run: Simulator,
    area: str,
    where: slice,
    names: list[str],
    rates: Mapping[Move, Floats],
    draws: int,
) -> AreaMoves:
    between = np.zeros((len(names), len(names), draws))
    place = {name: n for n, name in enumerate(names)}
    for (a, start, end), rate in rates.items():
        if a == area:
            between[place[start], place[start]] -= rate
            if end != EXIT:
                between[place[start], place[end]] += rate
    length = 1 / run.instance.periods_per_year
    if run.instance.is_continuous:
        return AreaMoves(where, between, *at_draws(between, length, moved_and_stayed))
    return AreaMoves(where, between, _once(between, length))


def _once(rates: Floats, length: float) -> Floats:
    """Chances of a move where a child moves once in a period at most."""
    diagonal = np.arange(len(rates))
    leaving = -rates[diagonal, diagonal]
    left = -np.expm1(-leaving * length)
    share = np.divide(left, leaving, out=np.zeros_like(left), where=leaving > 0)
    moved: Floats = rates * share[:, None]
    moved[diagonal, diagonal] = 1 - left
    return moved


def _chances(
    run: Simulator, areas: tuple[AreaMoves, ...], rates: Mapping[Move, Floats]
) -> dict[Move, Floats]:
    """Chance of each move in a period, of staying too."""
    chances, length = {}, 1 / run.instance.periods_per_year
    for (area, _, names), moves in zip(_states_of(run), areas, strict=True):
        for n, name in enumerate(names):
            leaving, stayed = -moves.rates[n, n], moves.moved[n, n]
            share = np.divide(1 - stayed, leaving, out=np.zeros_like(stayed), where=leaving > 0)
            chances[area, name, name] = stayed
            for (a, start, end), rate in rates.items():
                if (a, start) == (area, name):
                    chances[area, start, end] = rate * (share if leaving.any() else length)
    return chances


def moved_and_stayed(rates: Floats, length: float) -> tuple[Floats, Floats, Floats]:
    """As ``uniformised.moved_and_stayed``, of (from, to, draws): draws last, so that all are one.

    The clock ticks at the highest rate of any draw.
    """
    states = len(rates)
    diagonal = np.arange(states)
    fastest = float(np.max(-rates[diagonal, diagonal], initial=0.0)) or 1.0
    chances, more, beyond = ticks(fastest * length)
    stays = 1 + rates[diagonal, diagonal] / fastest
    arcs = [(i, j) for i, j in zip(*np.nonzero(rates.any(axis=2)), strict=True) if i != j]
    steps = [rates[i, j] / fastest for i, j in arcs]
    power = np.zeros_like(rates)
    power[diagonal, diagonal] = 1.0
    moved, spent, spent_by_new = np.zeros((3, *rates.shape))
    after, part = np.empty_like(power), np.empty_like(power[:, 0])
    for chance, later, left in zip(chances, more, beyond, strict=True):
        moved += np.multiply(power, chance, out=after)
        spent += np.multiply(power, later / fastest, out=after)
        spent_by_new += np.multiply(power, left / fastest**2, out=after)
        np.multiply(power, stays, out=after)
        for (i, j), step in zip(arcs, steps, strict=True):
            after[:, j] += np.multiply(power[:, i], step, out=part)
        power, after = after, power
    return moved, spent, spent_by_new
