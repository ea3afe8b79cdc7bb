"""What a plan settles, and what of it a draw keeps.

Held are levels, expansion and contraction.  What a level does then depends on the draw; where the
plan left cases unserved, a case's effect unused, or part of an effect, the draw keeps the plan's
own proportion of that period.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allocator.audit.case import Case
from allocator.plan.plan import Plan
from allocator.simulate.staffing import Staff
from allocator.stress.staffed import spare_agency

Floats = NDArray[np.float64]

_BINDS: Final = 1e-7  # of a limit (or of a child): nearer than this the plan is at it
_NOTHING: Final = 1e-12  # cases, or moves: a proportion of less is all of it


@dataclass(frozen=True)
class Held:
    """Arrays have a row per period; columns are services, effects, or moves that effects avert.

    ``level``, ``expansion`` and ``contraction`` are cases per year.  ``served`` is a share of the
    level or of the children there are, whichever is less; ``effective`` of the most that the
    cases served can count for; ``used`` of what the effect could avert.  ``bound`` says where the
    plan averts all that can be avoided; both go on after the horizon.  Of ``staff`` hired, let go
    and supported are held, and the agency that the plan has to spare.
    """

    level: Floats
    expansion: Floats
    contraction: Floats
    served: Floats
    effective: Floats
    used: Floats
    bound: NDArray[np.bool_]
    staff: Staff
    spare_agency: Floats


def held_of(plan: Plan) -> Held:
    """What a plan holds, from its tables."""
    case = Case(plan.instance, plan.tables, plan.window)
    return _Shares(case).held()


class _Shares:
    """Reads the shares of a plan off its tables."""

    def __init__(self, case: Case) -> None:
        self.case, self.run = case, case.run
        self.last = case.instance.number_of_periods

    def held(self) -> Held:
        case = self.case
        funded = np.minimum(case.level, self._room)
        effective = np.array(
            [
                filled(case.data.bands.get(key), case.served[:, n], self._stock_room(n))
                for n, key in enumerate(self.run.services)
            ]
        ).T.reshape(case.level.shape)
        return Held(
            case.level,
            case.expansion,
            case.contraction,
            _share(case.served, funded),
            _share(self._effective[1 : self.last + 1], effective),
            self._used(),
            self._bound(),
            case.staff,
            spare_agency(case),
        )

    @cached_property
    def _room(self) -> Floats:
        return np.array([self._stock_room(n) for n in range(len(self.run.services))]).T.reshape(
            self.case.level.shape
        )

    def _stock_room(self, service: int) -> Floats:
        """Cases that coverage allows, by period; infinite where it sets no limit."""
        area, _ = self.run.services[service]
        rules = self.case.data.services[self.run.services[service]]
        stock = self.case.children[:-1, self.run.states.index((area, rules.serves))]
        return rules.coverage * stock if np.isfinite(rules.coverage) else stock * 0 + np.inf

    @cached_property
    def _baseline(self) -> Floats:
        """Effective levels at baseline, the opening first, (1 + periods and after, services)."""
        by_service = [self.case.baseline_effective(*key) for key in self.run.services]
        return np.array(by_service).T.reshape(len(self.case.diverted) + 1, len(by_service))

    @cached_property
    def _effective(self) -> Floats:
        """The plan's effective levels, likewise; at the baseline's after the horizon."""
        levels = self._baseline.copy()
        levels[1 : self.last + 1] += self.case.effective_change
        return levels

    def _used(self) -> Floats:
        """Share of each effect that the plan uses: 1 is all that its cases could avert."""
        case, used = self.case, np.ones(self.case.diverted.shape)
        now, unchanged = (spread_out(case, each) for each in (self._effective, self._baseline))
        for column, (effect, lags) in enumerate(case.data.effects.items()):
            service, each = self.run.services.index(effect[:2]), case.instance.periods_per_year
            most, least, harm = (np.zeros(len(used)) for _ in range(3))
            for lag, size in lags.items():
                there = reached(now[:, service], lag * each)
                before = reached(unchanged[:, service], lag * each)
                if size >= 0:
                    most, least = most + size * there, least - size * before
                else:
                    harm += size * (there - before)
            used[:, column] = _share(case.diverted[:, column] - harm - least, most)
        return used

    def _bound(self) -> NDArray[np.bool_]:
        case, moves = self.case, moves_averted(self.run.effects)
        binds = np.zeros((len(case.diverted), len(moves)), dtype=bool)
        years = [*self.run.clock.years_of_periods, *[case.instance.last_year] * case.after]
        arrivals = self.run.arrivals()
        for period, year in enumerate(years):
            there = case.children[min(period, self.last)]
            coming = arrivals[min(period, self.last - 1)]
            stock, rates = (
                self.run.movement.exposed(there, coming, year),
                self.run.movement.intensities(year),
            )
            for column, ((area, start, end), effects) in enumerate(moves.items()):
                share = case.data.avoidable.get((area, start, end, year), 0.0)
                most = share * rates.get((area, start, end), 0.0)
                most *= stock[self.run.states.index((area, start))]
                averted = case.diverted[period, effects].sum()
                binds[period, column] = averted >= most - _BINDS * max(1.0, most)
        return binds


def _share(part: Floats, whole: Floats) -> Floats:
    """Part of the whole, from 0 to 1; all of it where there is nothing."""
    some = whole > _NOTHING
    share = np.divide(part, whole, out=np.ones_like(whole), where=some)
    return np.clip(share, 0.0, 1.0)


def moves_averted(effects: Sequence[tuple[str, ...]]) -> dict[tuple[str, str, str], list[int]]:
    """Positions of the effects on each (area, from, to)."""
    positions: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for n, (area, _, start, end, _) in enumerate(effects):
        positions[area, start, end].append(n)
    return dict(positions)


def filled(bands: tuple[tuple[float, float], ...] | None, served: Floats, room: Floats) -> Floats:
    """Cases that count, of those served, with bands filled from the best down."""
    if bands is None:
        return served
    effective, low = np.zeros(np.broadcast_shapes(served.shape, room.shape)), 0.0
    for width, multiplier in bands:
        inside = np.clip(served - low * room, 0.0, width * room)
        effective = effective + multiplier * inside
        low += width
    return effective


def spread_out(case: Case, effective: Floats) -> Floats:
    """Moves averted per period by an effect of one a case, (1 + periods, ...) as given.

    A year's effect in the periods from its lag on; before the first row as in it.
    """
    each, weights = case.instance.periods_per_year, case.spread
    before = np.repeat(effective[:1], len(weights) - 1, axis=0)
    longer = np.concatenate([before, effective])
    rows = len(effective)
    return np.asarray(
        sum(
            weight / each**2 * longer[len(before) - s : len(before) - s + rows]
            for s, weight in enumerate(weights)
        )
    )


def reached(spread: Floats, late: int) -> Floats:
    """The same so many periods later, without the opening: (periods,)."""
    rows = len(spread) - 1
    longer = np.concatenate([np.repeat(spread[:1], late, axis=0), spread])
    return longer[1 : rows + 1]
