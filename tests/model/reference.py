"""MODEL.md a second time: a plain linear program for scipy, written from the specification.

Reads the cells of a ``Case`` itself and shares nothing with the library, neither the
resolving of tables nor the formulations, so a misreading has to be made twice to go unseen.
Equation numbers are those of MODEL.md.  Money is in millions of pounds inside.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from tests.model.cases import Case, Row
from tests.model.reference_rates import Step, always, once

POUNDS = 1e6
TIERS = ("early_help", "edge_of_care", "statutory")
PREVENTION = TIERS[:2]
INF = math.inf

Window = tuple[int, int]
Name = tuple[Any, ...]


def number(row: Row, column: str, default: float = 0.0) -> float:
    """A cell as a number."""
    return float(row[column]) if row.get(column) else default


def holding(listed: dict[int, float], year: int, before: float) -> float:
    """Value of the last listed year up to ``year``."""
    known = [y for y in listed if y <= year]
    return listed[max(known)] if known else before


class Data:
    """Section 2: the tables of a case by area, with their defaults."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._steps: dict[tuple[str, int], Step] = {}
        settings = case.settings["instance"]
        self.first = settings["first_year"]
        self.years = list(range(self.first, self.first + settings["years"]))
        self.m = settings.get("periods_per_year", 1)
        self.horizon = len(self.years) * self.m
        self.delta = 1 / self.m
        self.rate = settings.get("discount_rate", 0.035)
        self.terminal = settings.get("terminal_value", True)
        self.continuous = settings.get("timing", "period") == "continuous"
        self.shortfall = case.settings.get("shortfall", {})
        self.window = case.settings.get("double_investment")
        self.share = case.settings.get("reinvestment", {}).get("share", 0.0)
        listed = case.tables.get("areas", [])
        self.areas = [row["area"] for row in listed] or [settings["name"]]
        self.state = {
            (a, row["state"]): row for a in self.areas for row in self.rows(a, "states", "state")
        }
        self.service = {
            (a, row["service"]): row
            for a in self.areas
            for row in self.rows(a, "services", "service")
        }

    def rows(self, area: str, table: str, *key: str) -> list[Row]:
        """Rows in force in an area: its own in the place of blank ones with the same key."""
        found: dict[tuple[str, ...], Row] = {}
        for owner in ("", area):
            for row in self.case.tables.get(table, []):
                if row.get("area", "") == owner:
                    found[tuple(row.get(k, "") for k in key)] = row
        return list(found.values())

    def year(self, t: int) -> int:
        """y(t); the closing year after the horizon."""
        return self.years[min((t - 1) // self.m, len(self.years) - 1)]

    def of_area(self, table: dict[tuple[str, str], Row], area: str) -> list[str]:
        """Names of the states or services of an area."""
        return [name for a, name in table if a == area]

    def moves(self, area: str, column: str) -> dict[tuple[str, str], dict[int, float]]:
        """Rate or avoidable share by move and the year from which it holds."""
        listed: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
        for row in self.rows(area, "transitions", "from", "to", "year"):
            year = int(row["year"]) if row.get("year") else self.first
            listed[row["from"], row["to"]][year] = number(row, column)
        return listed

    def step(self, area: str, year: int) -> Step:
        """3.1 in a year."""
        if (area, year) not in self._steps:
            rates = {
                move: holding(by_year, year, 0.0)
                for move, by_year in self.moves(area, "rate").items()
                if move[0] != move[1]
            }
            states = self.of_area(self.state, area)
            work = always if self.continuous else once
            self._steps[area, year] = work(states, rates, self.delta)
        return self._steps[area, year]

    def probability(self, area: str, year: int) -> dict[tuple[str, str], float]:
        """p, staying included."""
        return self.step(area, year).p

    def coming(self, area: str, state: str, year: int) -> float:
        """Of a period's arrivals, those who are in a state at its end."""
        return self.delta * sum(
            self.arrivals(area, i, year) * share
            for (i, j), share in self.step(area, year).joined.items()
            if j == state
        )

    def weights(self) -> list[float]:
        """3.3: parts of a year's effect, period by period from its lag on."""
        weights = [1.0] * (self.m + self.continuous)
        if self.continuous:
            weights[0] = weights[-1] = 0.5
        return weights

    def avoidable(self, area: str, i: str, j: str, year: int) -> float:
        """φ."""
        return holding(self.moves(area, "avoidable_share").get((i, j), {}), year, 0.0)

    def arrivals(self, area: str, state: str, year: int) -> float:
        """B: children per year."""
        listed = {
            int(row["year"]): number(row, "children")
            for row in self.rows(area, "arrivals", "state", "year")
            if row["state"] == state
        }
        return holding(listed, year, 0.0)

    def price(self, area: str, item: str, year: int) -> float:
        """π."""
        listed: dict[str, dict[int, float]] = defaultdict(dict)
        for row in self.rows(area, "prices", "item", "year"):
            listed[row["item"]][int(row["year"])] = number(row, "index")
        return holding(listed.get(item) or listed.get("all", {}), year, 1.0)

    def effects(self, area: str) -> dict[tuple[str, str, str, str], dict[int, float]]:
        """ε by (service, from, to, instead) and lag in years."""
        found: dict[tuple[str, str, str, str], dict[int, float]] = defaultdict(dict)
        for row in self.rows(area, "effects", "service", "from", "to", "instead", "lag_years"):
            k = (row["service"], row["from"], row["to"], row.get("instead") or row["from"])
            found[k][int(row.get("lag_years") or 0)] = number(row, "effect")
        return found

    def bands(self, area: str, service: str) -> list[tuple[float, float]]:
        """Widths and multipliers; an area's own curve takes the place of the blank one."""
        rows = [r for r in self.case.tables.get("returns", []) if r["service"] == service]
        own = [r for r in rows if r.get("area", "") == area]
        chosen = sorted(
            (number(r, "up_to"), number(r, "multiplier"))
            for r in own or [r for r in rows if not r.get("area")]
        )
        return [
            (top - (chosen[n - 1][0] if n else 0.0), multiplier)
            for n, (top, multiplier) in enumerate(chosen)
        ]

    def opening_effective(self, area: str, service: str, t: int) -> float:
        """e_p0: at the baseline, the best bands first; at the opening stock or a period's own."""
        row = self.service[area, service]
        left, total = number(row, "baseline"), 0.0
        bands = self.bands(area, service)
        if not bands:
            return left
        inside = self.continuous and 1 <= t <= self.horizon
        stock = self.baseline()[0][area, row["from"], t - 1 if inside else 0]
        for width, multiplier in bands:
            filled = min(left, width * number(row, "coverage") * stock)
            total += filled * multiplier
            left -= filled
        return total

    def tier(self, row: Row) -> str:
        """Tier of a state or a service."""
        return row.get("tier") or "statutory"

    def in_care(self, area: str) -> list[str]:
        """C."""
        return [s for (a, s), r in self.state.items() if a == area and r.get("in_care") == "yes"]

    def asked(self, row: Row) -> float:
        """3.10: children of a target's row, which may be quoted per 10,000."""
        if not row.get("per_10000"):
            return number(row, "children")
        here = [r for r in self.case.tables["areas"] if r["area"] in self.owners(row)]
        return number(row, "per_10000") * sum(number(r, "children") for r in here) / 10_000

    def worth(self, a: str) -> dict[str, float]:
        """3.11: V, what is still to be paid for a child in each state at the end, £m."""
        states, y = self.of_area(self.state, a), self.years[-1]
        yearly = np.array([
            number(self.state[a, i], "cashable_share", 1.0) * number(self.state[a, i], "unit_cost")
            * self.price(a, i, y) / POUNDS
            for i in states
        ])  # fmt: skip
        eye, step = np.eye(len(states)), self.step(a, y)
        if self.continuous:
            # The generator from a period's exponential: G Q = p - I.
            p, g = (
                np.array([[part.get((i, j), 0.0) for j in states] for i in states])
                for part in (step.p, step.years)
            )
            q, force = np.linalg.solve(g, p - eye), math.log1p(self.rate)
            scale = force / self.rate if self.rate else 1.0
            value = scale * np.linalg.solve(force * eye - q, yearly)
        else:
            p = np.array([[step.p.get((i, j), 0.0) for j in states] for i in states])
            beta = (1 + self.rate) ** -self.delta
            value = np.linalg.solve(eye - beta * p, beta * yearly * self.delta)
        return dict(zip(states, value.tolist(), strict=True))

    def owners(self, row: Row) -> list[str]:
        """Areas that a row of budgets, limits or targets stands for."""
        return [row["area"]] if row.get("area") else self.areas

    def windows(self) -> list[Window | None]:
        """No window first, then the shorter, then the earlier."""
        if self.window is None:
            return [None]
        starts = self.window.get("starts", self.years)
        return [None] + [
            (s, n)
            for n in range(1, self.window.get("longest", 3) + 1)
            for s in sorted(starts)
            if s in self.years and s + n - 1 in self.years
        ]

    def opening_cost(self, tiers: Iterable[str], year: int) -> float:
        """S_y and P_y, £m."""
        states = sum(
            number(r, "unit_cost") * number(r, "opening") * self.price(a, s, year)
            for (a, s), r in self.state.items()
            if self.tier(r) in tiers
        )
        services = sum(
            number(r, "unit_cost") * number(r, "baseline") * self.price(a, p, year)
            for (a, p), r in self.service.items()
            if self.tier(r) in tiers
        )
        return (states + services) / POUNDS

    @cache  # noqa: B019
    def baseline(self) -> tuple[dict[Name, float], dict[Name, float]]:
        """Children and places by (area, state, period) if nothing changes."""
        n, q = {}, {}
        for (a, i), row in self.state.items():
            n[a, i, 0] = q[a, i, 0] = number(row, "opening")
        for t in range(1, self.horizon + 1):
            for a in self.areas:
                p = self.probability(a, self.year(t))
                for j in self.of_area(self.state, a):
                    n[a, j, t] = self.coming(a, j, self.year(t)) + sum(
                        p.get((i, j), 0.0) * n[a, i, t - 1] for i in self.of_area(self.state, a)
                    )
                for i in self.of_area(self.state, a):
                    release = number(self.state[a, i], "release_per_year", 1.0)
                    kept = (1 - min(1.0, release * self.delta)) * q[a, i, t - 1]
                    q[a, i, t] = max((n[a, i, t - 1] + n[a, i, t]) / 2, kept)
        return n, q

    def baseline_spend(self, tiers: Iterable[str], year: int) -> float:
        """B_y for the statutory tier, £m."""
        _, q = self.baseline()
        total = 0.0
        for (a, i), row in self.state.items():
            if self.tier(row) in tiers:
                cashable, opening = number(row, "cashable_share", 1.0), number(row, "opening")
                for t in range(1, self.horizon + 1):
                    if self.year(t) == year:
                        paid = cashable * q[a, i, t] + (1 - cashable) * opening
                        cost = number(row, "unit_cost") * self.price(a, i, year)
                        total += cost * self.delta * paid
        for (a, p), row in self.service.items():
            if self.tier(row) in tiers:
                total += number(row, "unit_cost") * number(row, "baseline") * self.price(a, p, year)
        return total / POUNDS

    def baseline_in_care(self) -> dict[int, float]:
        """Children in care at each year's end, all areas."""
        n, _ = self.baseline()
        return {
            y: sum(n[a, i, (k + 1) * self.m] for a in self.areas for i in self.in_care(a))
            for k, y in enumerate(self.years)
        }


Terms = dict[int, float]


class Program:
    """Section 3: variables by name, constraints as sums of terms, for one window."""

    def __init__(self, data: Data, window: Window | None, *, targets: bool = True) -> None:
        self.data, self.window = data, window
        self.short = targets  # only a plan that is asked for targets may fall short
        self.excess: list[Name] = []
        self.columns: dict[Name, int] = {}
        self.bounds: list[tuple[float, float]] = []
        self.equal: list[tuple[Terms, float]] = []
        self.at_most: list[tuple[Terms, float]] = []
        self.variables()
        for area in data.areas:
            self.children(area)
            self.effects(area)
            self.levels(area)
            self.places(area)
            self.spend(area)
        self.money()
        self.limits()
        self.double_investment()
        if targets:
            self.targets()

    def add(self, name: Name, low: float = 0.0, high: float = INF) -> None:
        """A variable."""
        self.columns[name] = len(self.bounds)
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
        share *= 1.0 if i == j else holding(d.moves(a, "rate").get((i, j), {}), y, 0.0)
        states = d.of_area(d.state, a)
        of_new = sum(d.arrivals(a, u, y) * step.years_of_new[u, i] for u in states)
        there = [(-share * step.years[u, i], ("n", a, u, before)) for u in states]
        return share * of_new, *parts, *there

    def effective(self, a: str, p: str, t: int, weight: float) -> list[tuple[float, Name]]:
        """e_pt times a weight: the level, or its bands times their multipliers."""
        bands = self.data.bands(a, p)
        if not bands:
            return [(weight, ("x", a, p, t))]
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
                self.eq(0.0, (1.0, x), (-1.0, before), (-1.0, up), (1.0, down))
                if growth < INF:
                    self.le(growth * d.delta, (1.0, up))
                self.le(0.0, (1.0, down), (-release * d.delta, before))
                if coverage < INF:
                    self.le(0.0, (1.0, x), (-coverage, stock))
                bands = d.bands(a, p)
                if bands:
                    filled = [(1.0, ("z", a, p, b, t)) for b in range(len(bands))]
                    self.eq(0.0, *filled, (-1.0, x))
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
        """3.7: the terms and the constant of a state's or a service's spend, £m."""
        d = self.data
        price, parts, constant = d.price(a, item, y) / POUNDS, [], 0.0
        periods = [t for t in range(1, d.horizon + 1) if d.year(t) == y]
        if (a, item) in d.state:
            row = d.state[a, item]
            cashable, unit = number(row, "cashable_share", 1.0), number(row, "unit_cost") * price
            for t in periods:
                parts.append((unit * d.delta * cashable, ("q", a, item, t)))
                constant += unit * d.delta * (1 - cashable) * number(row, "opening")
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
        items = {**d.state, **d.service}
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
                            closed = row.get("window_only") == "yes" and not self.inside(y)
                            name = ("drawn", fund, owner, a, g, y)
                            self.add(name, 0.0, 0.0 if closed else INF)
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
                    if (a, row["item"]) in {**d.state, **d.service}:
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
        width = len(self.bounds)
        costs = np.zeros(width)
        costs[list(objective)] = list(objective.values())
        for method, tolerance in (("highs-ds", 1e-9), ("highs-ipm", 1e-8), ("highs-ds", 1e-6)):
            answer = linprog(
                costs,
                *(_matrix(self.at_most, width), [right for _, right in self.at_most]),
                *(_matrix(self.equal, width), [right for _, right in self.equal]),
                bounds=self.bounds,
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


def _matrix(rows: list[tuple[Terms, float]], width: int) -> csr_array:
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


def least_cost(case: Case) -> Answer:
    """Every window of a case."""
    data = Data(case)
    objectives = {}
    for window in data.windows():
        program = Program(data, window)
        value = program.minimise(program.cost_objective())
        objectives[window] = None if value is None else value * POUNDS
    return Answer(objectives, data.baseline_in_care())


def fewest_in_care(case: Case) -> dict[Window | None, float | None]:
    """Fewest children in care at the end by window, whatever the targets."""
    data = Data(case)
    found = {}
    for window in data.windows():
        program = Program(data, window, targets=False)
        found[window] = program.minimise(program.care_objective())
    return found
