"""What the cases of a plan avert in each draw, at their lags and within what can be avoided.

MODEL.md 3.3 and 3.4; draws are last in every array.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from allocator.stress.held import Held, filled, moves_averted
from allocator.stress.population import Population

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Positions = NDArray[np.int64]
Sizes = tuple[int, Positions, Positions, Floats, Floats | None]


class Averting:
    """Effective levels of the periods so far, and what they avert by now."""

    def __init__(self, people: Population, held: Held) -> None:
        self.people, self.held, self.run = people, held, people.run
        instance, data = self.run.instance, self.run.data
        self.each = instance.periods_per_year
        ends = 0.5 if instance.is_continuous else 1.0
        weights = [ends, *[1.0] * (self.each - 1), *([ends] if instance.is_continuous else [])]
        self.weights = np.array(weights[::-1]) / self.each**2
        position = {key: n for n, key in enumerate(self.run.states)}
        self.serves = [position[area, s.serves] for (area, _), s in data.services.items()]
        self.bands = [data.bands.get(key) for key in self.run.services]
        self.coverage, self.baseline = map(self.run.service_values, ("coverage", "baseline"))
        served_by = [self.run.services.index(effect[:2]) for effect in self.run.effects]
        self.sizes = list(self._sizes(np.array(served_by, dtype=np.int64)))
        self.moves = list(moves_averted(self.run.effects).items())
        self.leaving = [position[area, start] for (area, start, _), _ in self.moves]
        self.move_of = np.zeros(len(served_by), dtype=np.int64)
        for column, (_, effects) in enumerate(self.moves):
            self.move_of[effects] = column
        self.served = np.zeros((*held.level.shape, people.count))
        self._begin()

    def _sizes(self, served_by: Positions) -> Iterator[Sizes]:
        """By lag whose effects there are, of which service, and what a case averts.

        That is where it does good, and what it does where it does harm, None where none does.
        """
        effects, draws = self.run.data.effects, self.people.draws
        for lag in dict.fromkeys(lag for lags in effects.values() for lag in lags):
            some = [(k, key) for k, (key, lags) in enumerate(effects.items()) if lag in lags]
            drawn = np.zeros((len(some), self.people.count))
            for row, (_, key) in enumerate(some):
                drawn[row] = draws.effect(key, lag, effects[key][lag])
            harm = np.minimum(drawn, 0.0) if np.any(drawn < 0) else None
            own = np.array([k for k, _ in some], dtype=np.int64)
            yield lag, own, served_by[own], np.maximum(drawn, 0.0), harm

    def _begin(self) -> None:
        """Before the start, and after the end, all is at the baseline of the opening stock."""
        deepest = max((max(lags) for lags in self.run.data.effects.values()), default=0)
        self.before = deepest * self.each + len(self.weights)
        services = range(len(self.run.services))
        opening = np.array([self._at_baseline(n, self.people.opening) for n in services])
        opening = opening.reshape(len(services), self.people.count)
        self.now, self.unchanged = (
            np.repeat(opening[None], self.before + len(self.held.used), axis=0) for _ in range(2)
        )
        self._spread: dict[int, tuple[Floats, Floats]] = {}

    def _at_baseline(self, service: int, children: Floats) -> Floats:
        """Effective level at baseline with these children, (draws,)."""
        level, bands = np.full(self.people.count, self.baseline[service]), self.bands[service]
        if bands is None:
            return level
        return filled(bands, level, self.coverage[service] * children[self.serves[service]])

    def serve(self, period: int, children: Floats) -> None:
        """Serve what is held of a period, of the children there at its start."""
        held, row = self.held, self.before + period
        for n, bands in enumerate(self.bands):
            level, room = np.full(self.people.count, held.level[period, n]), children[0]
            if np.isfinite(self.coverage[n]):
                room = self.coverage[n] * children[self.serves[n]]
                level = np.minimum(level, room)
            served = self.served[period, n] = held.served[period, n] * level
            self.now[row, n] = held.effective[period, n] * filled(bands, served, room)
            if bands is not None and self.run.instance.is_continuous:
                there = self.people.unchanged[period]
                self.unchanged[row, n] = self._at_baseline(n, there)

    def stop(self, period: int) -> None:
        """After the horizon levels are at their baseline."""
        row = self.before + period
        self.now[row] = self.unchanged[row]

    def averted(self, period: int, year: int, exposed: Floats) -> Floats:
        """Moves averted by each effect in a period, (effects, draws).

        ``exposed`` is whose moves the rates make, by state.
        """
        least, most, harm = np.zeros((3, len(self.move_of), self.people.count))
        for lag, own, services, good, bad in self.sizes:
            now, unchanged = self._reached(period, lag)
            most[own] += good * now[services]
            least[own] -= good * unchanged[services]
            if bad is not None:
                harm[own] += bad * (now - unchanged)[services]
        used = self.held.used[period][:, None] * most
        room = np.maximum(self._avoidable(year, exposed) - self._by_move(harm + least), 0.0)
        averted: Floats = least + harm + self._within(room, used, most, self.held.bound[period])
        return averted

    def _avoidable(self, year: int, exposed: Floats) -> Floats:
        """Moves that can be avoided in a period of the year, (moves, draws)."""
        avoidable = exposed[self.leaving]
        rates, shares = self.people.moves(year).intensities, self.run.data.avoidable
        for column, (move, _) in enumerate(self.moves):
            avoidable[column] *= shares.get((*move, year), 0.0) * rates.get(move, 0.0)
        return avoidable

    def _by_move(self, values: Floats) -> Floats:
        """Added up over the effects on a move, (moves, draws)."""
        return np.array([values[effects].sum(axis=0) for _, effects in self.moves])

    def _reached(self, period: int, lag: int) -> tuple[Floats, Floats]:
        """Case-years whose effect at a lag falls in the period: the plan's, the baseline's.

        Each (services, draws).
        """
        row = self.before + period - lag * self.each
        if row not in self._spread:
            rows = slice(row - len(self.weights) + 1, row + 1)
            self._spread[row] = (
                np.tensordot(self.weights, self.now[rows], 1),
                np.tensordot(self.weights, self.unchanged[rows], 1),
            )
        return self._spread[row]

    def _within(self, room: Floats, wanted: Floats, most: Floats, more: Flags) -> Floats:
        """What effects avert within the avoidable share of their move, (effects, draws).

        As wanted where there is room, in the proportions wanted where there is not.  On the moves
        of ``more`` more of the effects is used, in proportion too: it was the share that held the
        plan back.
        """
        asked = self._by_move(wanted)
        over = asked > room
        if over.any():
            kept = np.divide(room, asked, out=np.ones_like(asked), where=over)
            wanted = wanted * kept[self.move_of]
        for column in np.flatnonzero(more):
            effects = self.moves[column][1]
            spare = most[effects] - wanted[effects]
            unused, left = spare.sum(axis=0), np.maximum(room[column] - asked[column], 0.0)
            part = np.divide(left, unused, out=np.ones_like(unused), where=unused > left)
            wanted[effects] += spare * part
        return wanted
