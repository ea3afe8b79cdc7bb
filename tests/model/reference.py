"""MODEL.md a second time: a plain linear program for scipy, written from the specification.

Reads the cells of a ``Case`` itself and shares nothing with the library, neither the
resolving of tables nor the formulations, so a misreading has to be made twice to go unseen.
Equation numbers are those of MODEL.md.  Money is in millions of pounds inside.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array

from tests.model.reference_data import (
    INF,
    POUNDS,
    PREVENTION,
    TIERS,
    Data,
    Name,
    Window,
    holding,
    number,
)
from tests.model.reference_staff import benefits, staff, staff_cost, staff_variables

Terms = dict[int, float]


class Program:
    """Section 3: variables by name, constraints as sums of terms; ``at`` makes a window's."""

    served = "x"  # cases served are those funded; in 3.15 they are variables of their own

    def __init__(self, data: Data, *, targets: bool = True) -> None:
        self.data = data
        self.window: Window | None = None
        self.short = targets  # only a plan that is asked for targets may fall short
        self.excess: list[Name] = []
        self.closed: dict[int, int] = {}  # columns that are nought but in a window, by year
        self.columns: dict[Name, int] = {}
        self.bounds: list[tuple[float, float]] = []
        self.equal: list[tuple[Terms, float]] = []
        self.at_most: list[tuple[Terms, float]] = []
        self.variables()
        for area in data.areas:
            staff_variables(self, area)
            self.children(area)
            self.effects(area)
            self.levels(area)
            self.places(area)
            staff(self, area)
            self.spend(area)
        self.money()
        self.limits()
        if targets:
            self.targets()

    def at(self, window: Window | None) -> Program:
        """The same for one window, or for none."""
        program = copy(self)
        program.window, program.at_most = window, list(self.at_most)
        program.bounds = [
            (low, high if column not in self.closed or program.inside(self.closed[column]) else 0.0)
            for column, (low, high) in enumerate(self.bounds)
        ]
        program.double_investment()
        return program

    def add(
        self, name: Name, low: float = 0.0, high: float = INF, only_in: int | None = None
    ) -> None:
        """A variable; one that is nought unless a year is in the window."""
        self.columns[name] = len(self.bounds)
        if only_in is not None:
            self.closed[self.columns[name]] = only_in
        self.bounds.append((low, high))

    def terms(self, *parts: tuple[float, Name]) -> Terms:
        """Coefficients by column."""
        total: Terms = defaultdict(float)
        for coefficient, name in parts:
            total[self.columns[name]] += coefficient
        return total

    def eq(self, right: float, *parts: tuple[float, Name]) -> None:
        """A sum that equals ``right``."""
        self.equal.append((self.terms(*parts), right))

    def le(self, right: float, *parts: tuple[float, Name]) -> None:
        """A sum that is at most ``right``."""
        self.at_most.append((self.terms(*parts), right))

    def ge(self, right: float, *parts: tuple[float, Name]) -> None:
        """A sum that is at least ``right``."""
        self.le(-right, *((-c, n) for c, n in parts))

    def tail(self, lags: Iterable[int]) -> int:
        """Periods after H that a level of period H still reaches: λm + s for the last s."""
        last = len(self.data.weights()) - 1
        return max(lags) * self.data.m + last if self.data.terminal else 0

    def variables(self) -> None:
        """Section 3: all of them, with the opening values fixed."""
        d = self.data
        for (a, i), row in d.state.items():
            opening = number(row, "opening")
            for t in range(d.horizon + 1):
                bounds = (opening, opening) if t == 0 else (0.0, INF)
                self.add(("n", a, i, t), *bounds)
                self.add(("q", a, i, t), *bounds)
        for (a, p), row in d.service.items():
            baseline = number(row, "baseline")
            start = int(row.get("first_year") or d.first)
            self.add(("x", a, p, 0), baseline, baseline)
            for t in range(1, d.horizon + 1):
                low, high = number(row, "minimum"), number(row, "maximum", INF)
                if d.year(t) < start:
                    low = high = baseline
                self.add(("x", a, p, t), low, high)
                self.add(("up", a, p, t))
                self.add(("down", a, p, t))
                for b in range(len(d.bands(a, p))):
                    self.add(("z", a, p, b, t))
        for a in d.areas:
            for k, lags in d.effects(a).items():
                for t in range(1, d.horizon + self.tail(lags) + 1):
                    self.add(("d", a, k, t), -INF, INF)
            for g in TIERS:
                for y in d.years:
                    self.add(("spend", a, g, y))
            for y in d.years:
                allowed = self.short and "overspend_price" in d.shortfall
                self.add(("overspent", a, y), 0.0, INF if allowed else 0.0)

    def children(self, a: str) -> None:
        """3.2."""
        d = self.data
        for t in range(1, d.horizon + 1):
            p = d.probability(a, d.year(t))
            for j in d.of_area(d.state, a):
                parts = [(1.0, ("n", a, j, t)), (-1.0, ("n", a, j, t - 1))]
                for (i, to), chance in p.items():
                    if i != to and to == j:
                        parts.append((-chance, ("n", a, i, t - 1)))
                    if i != to and i == j:
                        parts.append((chance, ("n", a, j, t - 1)))
                joined = d.step(a, d.year(t)).joined
                for k in d.effects(a):
                    away = joined.get((k[2], j), 0.0) - joined.get((k[3], j), 0.0)
                    parts.append((away, ("d", a, k, t)))
                self.eq(d.coming(a, j, d.year(t)), *parts)

    def effects(self, a: str) -> None:
        """3.3 and 3.4, on into the time after the horizon (3.11)."""
        d = self.data
        caps: dict[tuple[str, str, int], list[tuple[float, Name]]] = defaultdict(list)
        harm: dict[tuple[str, int], list[tuple[float, Name]]] = defaultdict(list)
        for k, lags in d.effects(a).items():
            service, i, j, _ = k
            harmful = any(effect < 0 for effect in lags.values())
            for t in range(1, d.horizon + self.tail(lags) + 1):
                averted, constant, all_of_it = [], 0.0, 0.0
                for lag, effect in lags.items():
                    for s, part in enumerate(d.weights()):
                        u = t - lag * d.m - s
                        weight = effect * part * d.delta / d.m
                        opening = d.opening_effective(a, service, u)
                        all_of_it += weight * opening
                        if 1 <= u <= d.horizon:  # elsewhere the level is the baseline
                            averted += self.effective(a, service, u, weight)
                            constant -= weight * opening
                parts = [(1.0, ("d", a, k, t)), *((-c, name) for c, name in averted)]
                if harmful:
                    self.eq(constant, *parts)
                else:
                    self.le(constant, *parts)
                    self.ge(-all_of_it, (1.0, ("d", a, k, t)))
                caps[i, j, t].append((1.0, ("d", a, k, t)))
                if harmful and i != j and t > d.horizon:
                    harm[i, t].append((-1.0, ("d", a, k, t)))
        for (i, j, t), parts in caps.items():
            self.le(*self.avoidable(a, i, j, t, parts))
        for (i, t), parts in harm.items():
            stayed = d.probability(a, d.year(t))[i, i]
            self.le(0.0, *parts, (-stayed, ("n", a, i, d.horizon)))

    def avoidable(
        self, a: str, i: str, j: str, t: int, parts: list[tuple[float, Name]]
    ) -> tuple[Any, ...]:
        """3.4: the right-hand side and the terms."""
        d, y, before = self.data, self.data.year(t), min(t - 1, self.data.horizon)
        share, step = d.avoidable(a, i, j, y), self.data.step(a, y)
        if not d.continuous:
            return 0.0, *parts, (-share * step.p.get((i, j), 0.0), ("n", a, i, before))
        share *= 1.0 if i == j else d.rate_of(a, (i, j), y)
        states = d.of_area(d.state, a)
        of_new = sum(d.arrivals(a, u, y) * step.years_of_new[u, i] for u in states)
        there = [(-share * step.years[u, i], ("n", a, u, before)) for u in states]
        return share * of_new, *parts, *there

    def effective(self, a: str, p: str, t: int, weight: float) -> list[tuple[float, Name]]:
        """e_pt times a weight: the level, or its bands times their multipliers."""
        bands = self.data.bands(a, p)
        if not bands:
            return [(weight, (self.served, a, p, t))]
        return [(weight * mu, ("z", a, p, b, t)) for b, (_, mu) in enumerate(bands)]

    def levels(self, a: str) -> None:
        """3.5."""
        d = self.data
        for p in d.of_area(d.service, a):
            row = d.service[a, p]
            growth, coverage = number(row, "growth_per_year", INF), number(row, "coverage", INF)
            release = number(row, "release_per_year", 1.0)
            for t in range(1, d.horizon + 1):
                x, up, down = (("x", a, p, t), ("up", a, p, t), ("down", a, p, t))
                before, stock = ("x", a, p, t - 1), ("n", a, row["from"], t - 1)
                served = (self.served, a, p, t)
                if served != x:
                    self.le(0.0, (1.0, served), (-1.0, x))
                self.eq(0.0, (1.0, x), (-1.0, before), (-1.0, up), (1.0, down))
                if growth < INF:
                    self.le(growth * d.delta, (1.0, up))
                self.le(0.0, (1.0, down), (-release * d.delta, before))
                if coverage < INF:
                    self.le(0.0, (1.0, served), (-coverage, stock))
                bands = d.bands(a, p)
                if bands:
                    filled = [(1.0, ("z", a, p, b, t)) for b in range(len(bands))]
                    self.eq(0.0, *filled, (-1.0, served))
                for b, (width, _) in enumerate(bands):
                    self.le(0.0, (1.0, ("z", a, p, b, t)), (-width * coverage, stock))

    def places(self, a: str) -> None:
        """3.6."""
        d = self.data
        for i in d.of_area(d.state, a):
            release = number(d.state[a, i], "release_per_year", 1.0)
            kept = 1 - min(1.0, release * d.delta)
            for t in range(1, d.horizon + 1):
                q = ("q", a, i, t)
                self.ge(0.0, (1.0, q), (-0.5, ("n", a, i, t - 1)), (-0.5, ("n", a, i, t)))
                self.ge(0.0, (1.0, q), (-kept, ("q", a, i, t - 1)))

    def cost(self, a: str, item: str, y: int) -> tuple[list[tuple[float, Name]], float]:
        """3.7: the terms and the constant of what is spent on an item, £m."""
        d = self.data
        price, parts, constant = d.price(a, item, y) / POUNDS, [], 0.0
        periods = [t for t in range(1, d.horizon + 1) if d.year(t) == y]
        if (a, item) in d.state:
            row = d.state[a, item]
            cashable, unit = number(row, "cashable_share", 1.0), number(row, "unit_cost") * price
            for t in periods:
                parts.append((unit * d.delta * cashable, ("q", a, item, t)))
                constant += unit * d.delta * (1 - cashable) * number(row, "opening")
        elif (a, item) in d.role:
            parts = staff_cost(d, a, item, price, periods)
        else:
            row = d.service[a, item]
            for t in periods:
                parts.append((number(row, "unit_cost") * price * d.delta, ("x", a, item, t)))
                parts.append((number(row, "setup_cost") * price, ("up", a, item, t)))
                parts.append((number(row, "exit_cost") * price, ("down", a, item, t)))
        return parts, constant

    def spend(self, a: str) -> None:
        """3.7: spend of a tier."""
        d = self.data
        items = {**d.state, **d.service, **d.role}
        for g in TIERS:
            for y in d.years:
                parts, constant = [(1.0, ("spend", a, g, y))], 0.0
                for (area, item), row in items.items():
                    if area == a and d.tier(row) == g:
                        more, fixed = self.cost(a, item, y)
                        parts += [(-c, name) for c, name in more]
                        constant += fixed
                self.eq(constant, *parts)

    def money(self) -> None:
        """3.8: who may pay, and each fund's balance."""
        d = self.data
        budgets: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
        for row in d.case.tables.get("budgets", []):
            account = (row["fund"], row.get("area", ""))
            budgets[account][int(row["year"])] = number(row, "amount") / POUNDS
        payers: dict[tuple[str, str, int], list[tuple[float, Name]]] = defaultdict(list)
        for (fund, owner), amounts in budgets.items():
            payments: dict[int, list[tuple[float, Name]]] = {y: [] for y in d.years}
            carry = 0.0
            for a in [owner] if owner else d.areas:
                for row in d.rows(a, "funds", "fund"):
                    if row["fund"] != fund:
                        continue
                    carry = number(row, "carry_forward")
                    tiers = row.get("tiers") or "all"
                    for g in TIERS if tiers == "all" else tiers.split(";"):
                        for y in d.years:
                            name = ("drawn", fund, owner, a, g, y)
                            self.add(name, only_in=y if row.get("window_only") == "yes" else None)
                            payments[y].append((1.0, name))
                            payers[a, g, y].append((1.0, name))
            for y in d.years:
                self.add(("unspent", fund, owner, y))
                parts = [(1.0, ("unspent", fund, owner, y)), *payments[y]]
                if y > d.first:
                    parts.append((-carry, ("unspent", fund, owner, y - 1)))
                self.eq(amounts.get(y, 0.0), *parts)
        for a in d.areas:
            for g in TIERS:
                for y in d.years:
                    beyond = [(1.0, ("overspent", a, y))] if g == "statutory" else []
                    self.eq(0.0, (-1.0, ("spend", a, g, y)), *payers[a, g, y], *beyond)

    def limits(self) -> None:
        """3.8: bounds on the spend of an item."""
        d = self.data
        for row in d.case.tables.get("limits", []):
            for y in [int(row["year"])] if row.get("year") else d.years:
                parts, constant = [], 0.0
                for a in d.owners(row):
                    for g in TIERS:
                        if row["item"] in (g, "total"):
                            parts.append((1.0, ("spend", a, g, y)))
                    if (a, row["item"]) in {**d.state, **d.service, **d.role}:
                        more, fixed = self.cost(a, row["item"], y)
                        parts += more
                        constant += fixed
                if row.get("minimum"):
                    self.ge(number(row, "minimum") / POUNDS - constant, *parts)
                if row.get("maximum"):
                    self.le(number(row, "maximum") / POUNDS - constant, *parts)

    def inside(self, y: int) -> bool:
        """Whether a year is in the window."""
        return self.window is not None and 0 <= y - self.window[0] < self.window[1]

    def spent(self, tiers: Iterable[str], y: int, weight: float = 1.0) -> list[tuple[float, Name]]:
        """Spend of tiers, areas summed."""
        return [(weight, ("spend", a, g, y)) for a in self.data.areas for g in tiers]

    def double_investment(self) -> None:
        """3.9."""
        d = self.data
        for y in d.years:
            if self.inside(y) and d.window is not None:
                protect = d.window.get("protect_statutory", 1.0)
                uplift = d.window.get("prevention_uplift", 0.0)
                statutory = self.spent(["statutory"], y)
                self.ge(protect * d.opening_cost(["statutory"], y), *statutory)
                if uplift > 0:
                    floor = (1 + uplift) * d.opening_cost(PREVENTION, y)
                    self.ge(floor, *self.spent(PREVENTION, y))
            over = self.window is None or y >= sum(self.window)
            if d.share > 0 and over:
                saved_from = d.baseline_spend(["statutory"], y)
                self.ge(
                    d.opening_cost(PREVENTION, y) + d.share * saved_from,
                    *self.spent(PREVENTION, y),
                    *self.spent(["statutory"], y, d.share),
                )

    def targets(self) -> None:
        """3.10: a target holds until the next one's year."""
        d = self.data
        for owner in dict.fromkeys(r.get("area", "") for r in d.case.tables.get("targets", [])):
            rows = [r for r in d.case.tables["targets"] if r.get("area", "") == owner]
            listed = {int(r["year"]): d.asked(r) for r in rows}
            for n, y in enumerate(d.years):
                most = holding(listed, y, INF)
                if most < INF:
                    areas = [owner] if owner else d.areas
                    t, over = (n + 1) * d.m, ("excess", owner, y)
                    self.add(over, 0.0, INF if "excess_price" in d.shortfall else 0.0)
                    self.excess.append(over)
                    there = [(1.0, ("n", a, i, t)) for a in areas for i in d.in_care(a)]
                    self.le(most, *there, (-1.0, over))

    def cost_objective(self) -> Terms:
        """3.11."""
        d = self.data
        discount = 1 / (1 + d.rate)
        parts = [
            (discount**n, ("spend", a, g, y))
            for n, y in enumerate(d.years)
            for a in d.areas
            for g in TIERS
        ]
        over, beyond = (d.shortfall.get(f"{x}_price", 0.0) for x in ("excess", "overspend"))
        for n, y in enumerate(d.years):
            parts += [(discount**n * beyond, ("overspent", a, y)) for a in d.areas]
            parts += [(discount**n * over / POUNDS, e) for e in self.excess if e[-1] == y]
        parts += [
            (-d.weight * good, name) for a in d.areas for good, name in benefits(d, a, self.served)
        ]
        if not d.terminal:
            return self.terms(*parts)
        closing, beta = discount ** (len(d.years) - 1), discount**d.delta
        for a in d.areas:
            states = d.of_area(d.state, a)
            worth = d.worth(a) | {"exit": 0.0}
            parts += [(closing * worth[i], ("n", a, i, d.horizon)) for i in states]
            for k, lags in d.effects(a).items():
                for tau in range(1, self.tail(lags) + 1):
                    saved = worth[k[2]] - worth[k[3]]
                    when = tau - 0.5 * d.continuous
                    parts.append((-closing * beta**when * saved, ("d", a, k, d.horizon + tau)))
        return self.terms(*parts)

    def care_objective(self) -> Terms:
        """Children in care at the end of the horizon."""
        d = self.data
        return self.terms(*((1.0, ("n", a, i, d.horizon)) for a in d.areas for i in d.in_care(a)))

    def minimise(self, objective: Terms) -> float | None:
        """Least value of an objective, or None where nothing is feasible."""
        costs = np.zeros(len(self.bounds))
        costs[list(objective)] = list(objective.values())
        return least_value(costs, self.at_most, self.equal, self.bounds, last=1e-6)


def least_value(
    costs: NDArray[np.float64],
    at_most: Sequence[tuple[Terms, float]],
    equal: Sequence[tuple[Terms, float]],
    bounds: Sequence[tuple[float, float]],
    *,
    last: float,
) -> float | None:
    """By scipy; None where nothing is feasible.  ``last`` is the tolerance of the last attempt."""
    for method, tolerance in (("highs-ds", 1e-9), ("highs-ipm", 1e-8), ("highs-ds", last)):
        answer = linprog(
            costs,
            *(_matrix(at_most, len(costs)), [right for _, right in at_most]),
            *(_matrix(equal, len(costs)), [right for _, right in equal]),
            bounds=bounds,
            method=method,
            options={
                "primal_feasibility_tolerance": tolerance,
                "dual_feasibility_tolerance": tolerance,
            },
        )
        if answer.status != 4:  # numerical difficulties
            break
    if answer.status == 2:
        return None
    assert answer.status == 0, answer.message
    return float(answer.fun)


def _matrix(rows: Sequence[tuple[Terms, float]], width: int) -> csr_array:
    entries = [(r, c, v) for r, (terms, _) in enumerate(rows) for c, v in terms.items()]
    r, c, v = zip(*entries, strict=True)
    return csr_array((v, (r, c)), shape=(len(rows), width))


@dataclass(frozen=True)
class Answer:
    """Least cost of every window, £; None where there is no plan."""

    objectives: dict[Window | None, float | None]
    baseline_in_care: dict[int, float]

    @property
    def best(self) -> float | None:
        """The cheapest window's cost."""
        return min((v for v in self.objectives.values() if v is not None), default=None)


def least_cost(data: Data) -> Answer:
    """Every window of a case."""
    program, objectives = Program(data), {}
    costs = program.cost_objective()
    for window in data.windows():
        value = program.at(window).minimise(costs)
        objectives[window] = None if value is None else value * POUNDS
    return Answer(objectives, data.baseline_in_care())


def fewest_in_care(data: Data) -> dict[Window | None, float | None]:
    """Fewest children in care at the end by window, whatever the targets."""
    program = Program(data, targets=False)
    fewest = program.care_objective()
    return {window: program.at(window).minimise(fewest) for window in data.windows()}
