"""Section 2 of MODEL.md a second time: the tables of a case by area, with their defaults.

For the second implementation (``reference``); shares nothing with the library.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np

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
    """Section 2: the tables of a case by area, with their defaults, each worked out once."""

    def __init__(self, case: Case) -> None:
        self.case = case
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
        self.role = {
            (a, row["role"]): row for a in self.areas for row in self.rows(a, "roles", "role")
        }
        self.weight = case.settings.get("wider_benefits", {}).get("weight", 0.0)

    @cache  # noqa: B019
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

    @cache  # noqa: B019
    def moves(self, area: str, column: str) -> dict[tuple[str, str], dict[int, float]]:
        """Rate or avoidable share by move and the year from which it holds."""
        listed: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
        for row in self.rows(area, "transitions", "from", "to", "year"):
            year = int(row["year"]) if row.get("year") else self.first
            listed[row["from"], row["to"]][year] = number(row, column)
        return listed

    def rate_of(self, area: str, move: tuple[str, str], year: int) -> float:
        """h: the rate in force, as need has risen by then."""
        listed = self.moves(area, "rate").get(move, {})
        return holding(listed, year, 0.0) * self.demand(area, move, year)

    @cache  # noqa: B019
    def demand(self, area: str, move: tuple[str, str], year: int) -> float:
        """3.13: what drivers make of a move, or of arrivals from ``outside``."""
        values: dict[str, dict[int, float]] = defaultdict(dict)
        for row in self.rows(area, "drivers", "driver", "year"):
            values[row["driver"]][int(row["year"])] = number(row, "value")
        factor = 1.0
        for row in self.rows(area, "responses", "driver", "from", "to", "lag_years"):
            if (row["from"], row["to"]) == move:
                listed = values[row["driver"]]
                before = listed[min(listed)]
                then = holding(listed, year - int(row.get("lag_years") or 0), before)
                now = holding(listed, self.first, before)
                factor *= (1 + number(row, "response")) ** (then - now)
        return factor

    @cache  # noqa: B019
    def step(self, area: str, year: int) -> Step:
        """3.1 in a year."""
        rates = {
            move: self.rate_of(area, move, year)
            for move in self.moves(area, "rate")
            if move[0] != move[1]
        }
        states = self.of_area(self.state, area)
        work = always if self.continuous else once
        return work(states, rates, self.delta)

    def probability(self, area: str, year: int) -> dict[tuple[str, str], float]:
        """p, staying included."""
        return self.step(area, year).p

    @cache  # noqa: B019
    def coming(self, area: str, state: str, year: int) -> float:
        """Of a period's arrivals, those who are in a state at its end."""
        return self.delta * sum(
            self.arrivals(area, i, year) * share
            for (i, j), share in self.step(area, year).joined.items()
            if j == state
        )

    @cache  # noqa: B019
    def weights(self) -> list[float]:
        """3.3: parts of a year's effect, period by period from its lag on."""
        weights = [1.0] * (self.m + self.continuous)
        if self.continuous:
            weights[0] = weights[-1] = 0.5
        return weights

    def avoidable(self, area: str, i: str, j: str, year: int) -> float:
        """φ."""
        return holding(self.moves(area, "avoidable_share").get((i, j), {}), year, 0.0)

    @cache  # noqa: B019
    def arrivals(self, area: str, state: str, year: int) -> float:
        """B: children per year."""
        listed = {
            int(row["year"]): number(row, "children")
            for row in self.rows(area, "arrivals", "state", "year")
            if row["state"] == state
        }
        return holding(listed, year, 0.0) * self.demand(area, ("outside", state), year)

    @cache  # noqa: B019
    def price(self, area: str, item: str, year: int) -> float:
        """π."""
        listed: dict[str, dict[int, float]] = defaultdict(dict)
        for row in self.rows(area, "prices", "item", "year"):
            listed[row["item"]][int(row["year"])] = number(row, "index")
        return holding(listed.get(item) or listed.get("all", {}), year, 1.0)

    @cache  # noqa: B019
    def effects(self, area: str) -> dict[tuple[str, str, str, str], dict[int, float]]:
        """ε by (service, from, to, instead) and lag in years."""
        found: dict[tuple[str, str, str, str], dict[int, float]] = defaultdict(dict)
        for row in self.rows(area, "effects", "service", "from", "to", "instead", "lag_years"):
            k = (row["service"], row["from"], row["to"], row.get("instead") or row["from"])
            found[k][int(row.get("lag_years") or 0)] = number(row, "effect")
        return found

    @cache  # noqa: B019
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

    @cache  # noqa: B019
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

    def work(self, area: str) -> list[tuple[str, str, float]]:
        """3.12: role, item and caseload."""
        rows = self.rows(area, "workloads", "role", "item")
        return [(row["role"], row["item"], number(row, "caseload")) for row in rows]

    def good(self, area: str) -> list[tuple[str, int, float]]:
        """3.14: item, lag and amount, £."""
        return [
            (row["item"], int(row.get("lag_years") or 0), number(row, "amount"))
            for row in self.rows(area, "benefits", "item", "to_whom", "kind", "lag_years")
        ]

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
        cost = {
            i: number(self.state[a, i], "cashable_share", 1.0)
            * number(self.state[a, i], "unit_cost")
            * self.price(a, i, y)
            for i in states
        }
        for role, item, caseload in self.work(a):
            if item in cost:
                row = self.role[a, role]
                cost[item] += number(row, "unit_cost") * self.price(a, role, y) / caseload
        for item, _, amount in self.good(a):
            if item in cost:
                cost[item] -= self.weight * amount
        yearly = np.array(list(cost.values())) / POUNDS
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
        staff = sum(
            number(r, "unit_cost") * number(r, "opening") * self.price(a, role, year)
            for (a, role), r in self.role.items()
            if self.tier(r) in tiers
        )
        return (states + services + staff) / POUNDS

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
        for (a, r), row in self.role.items():
            if self.tier(row) in tiers:
                left = self.m * (1 - math.exp(-number(row, "leaving_rate") * self.delta))
                cost = number(row, "unit_cost") + left * number(row, "hire_cost")
                total += cost * number(row, "opening") * self.price(a, r, year)
        return total / POUNDS

    def baseline_in_care(self) -> dict[int, float]:
        """Children in care at each year's end, all areas."""
        n, _ = self.baseline()
        return {
            y: sum(n[a, i, (k + 1) * self.m] for a in self.areas for i in self.in_care(a))
            for k, y in enumerate(self.years)
        }
