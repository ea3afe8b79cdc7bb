"""The population and its cost, run forward in numpy: the baseline, and the audit's second opinion.

Nothing here comes from the linear program.  Arrays have one row per period (or year) and one
column per (area, state), (area, service) or effect, in the order of the resolved instance.
Money is in pounds at the instance's price base.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from allocator.instance import Instance
from allocator.instance.schema import EXIT, TIERS
from allocator.staffing import staff_per_child, staff_spend, unchanged_staff
from allocator.uniformised import moved_and_stayed

Floats = NDArray[np.float64]
Positions = NDArray[np.int_]
Arcs = tuple[Positions, Positions, Floats]  # from, to, share (or years) of each who is in `from`
Move = tuple[str, str, str]  # area, from, to; `exit` for leaving all states

_NEGLIGIBLE = 1e-15  # of a present value still to come
_MOST_PERIODS = 1_000_000


@dataclass(frozen=True)
class Calendar:
    """Periods and years of an instance: which year each period lies in."""

    instance: Instance

    @cached_property
    def years_of_periods(self) -> list[int]:
        """Year of each period, from the first."""
        return [y for y in self.instance.horizon for _ in range(self.instance.periods_per_year)]

    def by_year(self, per_period: Floats) -> Floats:
        """Sums over the periods of each year; (periods, n) to (years, n)."""
        years, each = self.instance.years, self.instance.periods_per_year
        summed: Floats = per_period.reshape(years, each, -1).sum(axis=1)
        return summed

    @property
    def year_ends(self) -> NDArray[np.int_]:
        """Rows of (periods + 1, n) arrays at the end of each year."""
        each = self.instance.periods_per_year
        return np.arange(each, self.instance.number_of_periods + 1, each)


class Simulator:
    """An instance ready to be run forward."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.clock = Calendar(instance)
        self.data = instance.resolved
        self.states = list(self.data.states)
        self.services = list(self.data.services)
        self.effects = list(self.data.effects)
        self.roles = list(self.data.roles)
        self.practices = list(self.data.practices)
        self._position = {key: n for n, key in enumerate(self.states)}
        self._flows: dict[int, Arcs] = {}  # moved within a period of the year

    def state_values(self, name: str) -> Floats:
        """A number of every state: ``opening``, ``unit_cost``, ``cashable_share``, ..."""
        return np.array([getattr(state, name) for state in self.data.states.values()], dtype=float)

    def service_values(self, name: str) -> Floats:
        """A number of every service: ``baseline``, ``unit_cost``, ``coverage``, ..."""
        return np.array([getattr(s, name) for s in self.data.services.values()], dtype=float)

    def prices(self, keys: list[tuple[str, str]]) -> Floats:
        """Price index by year and by (area, state, service or role)."""
        return np.array(
            [[self.data.prices[*key, year] for key in keys] for year in self.instance.horizon]
        ).reshape(self.instance.years, len(keys))

    def chances(self, year: int) -> dict[Move, float]:
        """Chance of each move within a period of the year; of staying where from and to are one."""
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
        rates: dict[int, dict[Move, float]] = {year: {} for year in self.instance.horizon}
        for (*move, year), rate in self.data.rates.items():
            rates[year][move[0], move[1], move[2]] = rate
        return rates

    def intensities(self, year: int) -> dict[Move, float]:
        """Moves for each child, or child-year, of ``exposed``; of staying where from = to."""
        if not self.instance.is_continuous:
            return self.chances(year)
        return {(area, i, i): 1.0 for area, i in self.states} | self._rates[year]

    def moved(self, children: Floats, year: int) -> Floats:
        """Those who are there, by state, a period of the year later; no one new, none averted."""
        if year not in self._flows:
            self._flows[year] = self._moves_of(year)
        return self._through(self._flows[year], children)

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
        return self._through(self._spans[year][1], coming) * self.instance.periods_per_year

    def exposed(self, children: Floats, coming: Floats, year: int) -> Floats:
        """Whose moves the rates make in a period, by state: those there at its start.

        With continuous timing the child-years spent there, by them and by those who come.
        """
        if not self.instance.is_continuous:
            return children
        _, spent, spent_by_new = self._spans[year]
        yearly = coming * self.instance.periods_per_year
        return self._through(spent, children) + self._through(spent_by_new, yearly)

    def staying(self, year: int) -> Floats:
        """Share of each state's children who are there a period of the year later."""
        starts, ends, shares = self._moves_of(year)
        same = starts == ends
        return np.bincount(starts[same], shares[same], len(self.states)).astype(float)

    def _through(self, arcs: Arcs, children: Floats) -> Floats:
        starts, ends, shares = arcs
        return np.bincount(ends, children[starts] * shares, len(self.states)).astype(float)

    @cached_property
    def _spans(self) -> dict[int, tuple[Arcs, Arcs, Arcs]]:
        """By year with continuous timing: shares moved, years spent, and those of who is new."""
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
        most = shares.shape[-1]
        places = np.zeros((len(self._own), most), dtype=int)
        for n, own in enumerate(self._own.values()):
            places[n, : len(own)] = [self._position[key] for key in own]
            shares[n, len(own) :] = shares[n, :, len(own) :] = 0.0
        at, start, end = np.nonzero(shares)
        return places[at, start], places[at, end], shares[at, start, end]

    def arrivals(self) -> Floats:
        """New children per period, by period and state."""
        return np.array(
            [
                [
                    self.data.arrivals.get((area, state, year), 0.0)
                    / self.instance.periods_per_year
                    for area, state in self.states
                ]
                for year in self.clock.years_of_periods
            ]
        )

    def shift(self) -> Floats:
        """Change of each state's children by one move averted, by effect and state."""
        change = np.zeros((len(self.effects), len(self.states)))
        for row, (area, _, _, to, instead) in enumerate(self.effects):
            if to != EXIT:
                change[row, self._position[area, to]] -= 1
            if instead != EXIT:
                change[row, self._position[area, instead]] += 1
        return change

    def children(self, diverted: Floats | None = None) -> Floats:
        """Children at the start and at the end of each period, (periods + 1, states).

        ``diverted`` is moves averted by period and effect; none for the baseline.
        """
        arrivals, shift = self.arrivals(), self.shift()
        run = [self.state_values("opening")]
        for period, year in enumerate(self.clock.years_of_periods):
            coming = arrivals[period]
            if diverted is not None:
                coming = coming + diverted[period] @ shift
            run.append(self.moved(run[-1], year) + self.joined(coming, year))
        return np.array(run)

    def least_places(self, children: Floats) -> Floats:
        """Fewest funded places that 3.6 allows, (periods + 1, states)."""
        release = self.state_values("release_per_year") / self.instance.periods_per_year
        kept = 1 - np.minimum(1.0, release)
        places = [children[0]]
        for before, after in pairwise(children):
            places.append(np.maximum((before + after) / 2, kept * places[-1]))
        return np.array(places)

    def state_spend(self, places: Floats) -> Floats:
        """Cost of each state by year, (years, states), £."""
        cashable, opening = self.state_values("cashable_share"), self.state_values("opening")
        paid = cashable * places[1:] + (1 - cashable) * opening
        yearly = self.clock.by_year(paid) / self.instance.periods_per_year
        return yearly * self.state_values("unit_cost") * self.prices(self.states)

    def service_spend(self, level: Floats, expansion: Floats, contraction: Floats) -> Floats:
        """Cost of each service by year, (years, services), £; setup and exit costs included."""
        length = 1 / self.instance.periods_per_year
        cost = (
            self.service_values("unit_cost") * level * length
            + self.service_values("setup_cost") * expansion
            + self.service_values("exit_cost") * contraction
        )
        return self.clock.by_year(cost) * self.prices(self.services)

    def tier_spend(
        self, states: Floats, services: Floats, roles: Floats
    ) -> dict[tuple[str, str], Floats]:
        """Spend by year of each (area, tier), £, from spend by state, by service and by role."""
        spend = {
            (area, tier): np.zeros(self.instance.years)
            for area in self.instance.areas
            for tier in TIERS
        }
        for column, ((area, _), state) in enumerate(self.data.states.items()):
            spend[area, state.tier] += states[:, column]
        for column, ((area, _), service) in enumerate(self.data.services.items()):
            spend[area, service.tier] += services[:, column]
        for column, ((area, _), role) in enumerate(self.data.roles.items()):
            spend[area, role.tier] += roles[:, column]
        return spend

    def discount(self) -> Floats:
        """Present value of a pound in each year."""
        return (1 + self.instance.discount_rate) ** -np.arange(self.instance.years, dtype=float)

    def child_cost(self) -> Floats:
        """Cashable cost of a child-year, and of its staff, by state at closing prices, £."""
        cost = self.state_values("cashable_share") * self.state_values("unit_cost")
        closing: Floats = cost * self.prices(self.states)[-1] + staff_per_child(self)
        return closing

    def terminal_value(
        self,
        children: Floats,
        diverted_after: Floats | None = None,
        cost: Floats | None = None,
    ) -> float:
        """Present value of the cost of those still there at the end, run on and on, £.

        ``children`` is by state at the end of the horizon, ``diverted_after`` by period after it
        and effect, ``cost`` £ per child-year by state, the cashable cost where it is None.
        Summed period by period until nothing is left that counts.
        """
        if not self.instance.terminal_value:
            return 0.0
        late = np.zeros((0, len(self.effects))) if diverted_after is None else diverted_after
        yearly = self.child_cost() if cost is None else cost
        if self.instance.is_continuous:
            return self._run_off(children, late, yearly)
        per_period = (1 + self.instance.discount_rate) ** (-1 / self.instance.periods_per_year)
        closing = self.discount()[-1]
        each = yearly / self.instance.periods_per_year
        shift = self.shift()
        total, left, factor, gross = 0.0, children.copy(), closing, 0.0
        for period in range(_MOST_PERIODS):
            factor *= per_period
            total += factor * float(each @ left)
            gross += factor * float(np.abs(each) @ np.abs(left))
            left = self.moved(left, self.instance.last_year)
            if period < len(late):
                left = left + late[period] @ shift
            elif not factor * float(np.abs(each) @ np.abs(left)) > _NEGLIGIBLE * gross:
                break  # so too where a number is missing
        return total

    def _run_off(self, children: Floats, late: Floats, yearly: Floats) -> float:
        """The same with continuous timing, by half periods: moves are averted in the middle of one.

        A pound is discounted as it falls due, and a year's pounds together as a year inside the
        horizon is, so that each weighs a little less than it would at the year's start.
        """
        rate, length = self.instance.discount_rate, 0.5 / self.instance.periods_per_year
        force = math.log1p(rate)
        discounted = self._generators[-1] - force * np.eye(self._generators.shape[-1])
        moved, spent, _ = map(self._arcs, moved_and_stayed(discounted, length))
        cost = yearly * (force / rate if rate > 0 else 1.0)
        shift, factor, total = self.shift(), float(self.discount()[-1]), 0.0
        left, gross = children * factor, 0.0
        for half in range(_MOST_PERIODS):
            more = float(np.abs(cost) @ self._through(spent, np.abs(left)))
            total += float(cost @ self._through(spent, left))
            gross += more
            left = self._through(moved, left)
            factor *= math.exp(-force * length)
            if half % 2 == 0 and half // 2 < len(late):
                left = left + factor * late[half // 2] @ shift
            elif half // 2 >= len(late) and not more > _NEGLIGIBLE * gross:
                break  # so too where a number is missing
        return total

    def in_care(self) -> NDArray[np.bool_]:
        """Which states are care states."""
        return np.array([state.in_care for state in self.data.states.values()], dtype=bool)

    def children_in_care(self, children: Floats) -> dict[str, Floats]:
        """Children in care at each year's end, by area."""
        care = self.in_care()
        at_ends = children[self.clock.year_ends]
        return {
            area: at_ends[:, [care[n] and a == area for n, (a, _) in enumerate(self.states)]].sum(
                axis=1
            )
            for area in self.instance.areas
        }


@dataclass(frozen=True)
class Baseline:
    """What happens if nothing changes: levels and staff as they are, whatever the funds."""

    children: Floats  # (periods + 1, states)
    places: Floats  # (periods + 1, states)
    children_in_care: dict[str, Floats]  # area -> by year end
    spend: dict[tuple[str, str], Floats]  # (area, tier) -> £ by year
    terminal_value: float  # £, present value
    entries: Floats  # children entering care, by year
    exits: Floats  # children leaving care, by year


def baseline(instance: Instance) -> Baseline:
    """The baseline of section 3 of the specification."""
    run = Simulator(instance)
    children = run.children()
    places = run.least_places(children)
    still = np.tile(run.service_values("baseline"), (instance.number_of_periods, 1))
    spend = run.tier_spend(
        run.state_spend(places),
        run.service_spend(still, still * 0.0, still * 0.0),
        staff_spend(run, unchanged_staff(run)),
    )
    entries, exits = care_flows(run, children)
    return Baseline(
        children,
        places,
        run.children_in_care(children),
        spend,
        run.terminal_value(children[-1]),
        entries,
        exits,
    )


def care_flows(run: Simulator, children: Floats) -> tuple[Floats, Floats]:
    """Children entering and leaving care by year if nothing is averted, all areas together."""
    care = run.in_care()
    entering, leaving = [], []
    arrivals = run.arrivals()
    crossing = {year: _crossing(run, year) for year in run.instance.horizon}
    for period, year in enumerate(run.clock.years_of_periods):
        into, out = crossing[year]
        exposed = run.exposed(children[period], arrivals[period], year)
        entering.append(float(exposed @ into) + float(arrivals[period][care].sum()))
        leaving.append(float(exposed @ out))
    each = run.clock.by_year(np.array([entering, leaving]).T)
    return each[:, 0], each[:, 1]


def _crossing(run: Simulator, year: int) -> tuple[Floats, Floats]:
    """Moves by state into, and out of, care in a period of the year, for each who is exposed."""
    care = {key for key, state in run.data.states.items() if state.in_care}
    position = {key: n for n, key in enumerate(run.states)}
    into, out = np.zeros(len(position)), np.zeros(len(position))
    for (area, start, end), moves in run.intensities(year).items():
        there, then = (area, start) in care, (area, end) in care
        if there != then:
            (out if there else into)[position[area, start]] += moves
    return into, out
