"""What the cases of a plan avert in each draw, at their lags and within what can be avoided.

MODEL.md 3.3 and 3.4; draws are last in every array.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from allocator.stress.held import Held, filled, moves_averted
from allocator.stress.population import Effect, Population

Floats = NDArray[np.float64]


class Averting:
    """Effective levels of the periods so far, and what they avert by now."""

    def __init__(self, people: Population, held: Held) -> None:
        self.people, self.held, self.run = people, held, people.run
        instance, data = self.run.instance, self.run.data
        self.each = instance.periods_per_year
        ends = 0.5 if instance.is_continuous else 1.0
        weights = [ends, *[1.0] * (self.each - 1), *([ends] if instance.is_continuous else [])]
        self.weights = np.array(weights[::-1]) / self.each**2
        self.effects = [
            [(lag, *self._sizes(k, lag, size)) for lag, size in lags.items()]
            for k, lags in data.effects.items()
        ]
        position = {key: n for n, key in enumerate(self.run.states)}
        self.position = position
        self.serves = [position[area, s.serves] for (area, _), s in data.services.items()]
        self.bands = [data.bands.get(key) for key in self.run.services]
        self.coverage, self.baseline = map(self.run.service_values, ("coverage", "baseline"))
        self.served_by = [self.run.services.index(effect[:2]) for effect in self.run.effects]
        self.moves = moves_averted(self.run.effects)
        self.served = np.zeros((*held.level.shape, people.count))
        self._begin()

    def _sizes(self, effect: Effect, lag: int, size: float) -> tuple[Floats, Floats | None]:
        """What a case averts, where it does good, and what it does where it does harm."""
        drawn = self.people.draws.effect(effect, lag, size) + np.zeros(self.people.count)
        return np.maximum(drawn, 0.0), np.minimum(drawn, 0.0) if np.any(drawn < 0) else None

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
        self._spread: dict[tuple[int, int], tuple[Floats, Floats]] = {}

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
        least, most, harm = np.zeros((3, len(self.effects), self.people.count))
        for k, lags in enumerate(self.effects):
            for lag, good, bad in lags:
                now, unchanged = self._reached(period, lag, self.served_by[k])
                most[k] += good * now
                least[k] -= good * unchanged
                if bad is not None:
                    harm[k] += bad * (now - unchanged)
        used = self.held.used[period][:, None] * most
        for column, (move, effects) in enumerate(self.moves.items()):
            room = self._avoidable(move, year, exposed)
            room = np.maximum(room - (harm[effects] + least[effects]).sum(axis=0), 0.0)
            more = bool(self.held.bound[period, column])
            used[effects] = within(room, used[effects], most[effects], more=more)
        averted: Floats = least + used + harm
        return averted

    def _avoidable(self, move: tuple[str, str, str], year: int, exposed: Floats) -> Floats:
        """Moves that can be avoided in a period of the year."""
        area, start, _ = move
        share = self.run.data.avoidable.get((*move, year), 0.0)
        rate = self.people.moves(year).intensities.get(move, 0.0)
        found: Floats = share * rate * exposed[self.position[area, start]]
        return found

    def _reached(self, period: int, lag: int, service: int) -> tuple[Floats, Floats]:
        """Case-years whose effect at a lag falls in the period: the plan's, the baseline's."""
        row = self.before + period - lag * self.each
        if (row, service) not in self._spread:
            rows = slice(row - len(self.weights) + 1, row + 1)
            self._spread[row, service] = (
                self.weights @ self.now[rows, service],
                self.weights @ self.unchanged[rows, service],
            )
        return self._spread[row, service]


def within(room: Floats, wanted: Floats, most: Floats, *, more: bool) -> Floats:
    """What effects on one move avert within its avoidable share, (effects, draws).

    As wanted where there is room, in the proportions wanted where there is not.  ``more`` of the
    effects is used, in proportion too, where it was the share that held the plan back.
    """
    asked = wanted.sum(axis=0)
    if not more and np.all(asked <= room):
        return wanted
    kept = np.divide(room, asked, out=np.ones_like(asked), where=asked > room)
    scaled: Floats = wanted * kept
    if not more:
        return scaled
    spare = most - wanted
    unused, left = spare.sum(axis=0), np.maximum(room - asked, 0.0)
    part = np.divide(left, unused, out=np.ones_like(unused), where=unused > left)
    filled_up: Floats = scaled + spare * part
    return filled_up
