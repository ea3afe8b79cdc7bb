"""3.12 and 3.14 a second time: who does the work, and the good that it does to others."""

from __future__ import annotations

import math
from typing import Any

from tests.model.cases import Row
from tests.model.reference_data import INF, POUNDS, Data, Name, number


def practices(d: Data, a: str, role: str) -> list[Row]:
    """What buys time for a role."""
    return [row for row in d.rows(a, "practices", "practice", "role") if row["role"] == role]


def staff_variables(program: Any, a: str) -> None:
    """3.12: people in post, hired, let go, agency and supported, the opening ones fixed."""
    d = program.data
    for r in d.of_area(d.role, a):
        row = d.role[a, r]
        opening = number(row, "opening")
        program.add(("u", a, r, 0), opening, opening)
        for practice in practices(d, a, r):
            program.add(("v", a, practice["practice"], r, 0), 0.0, 0.0)
        for t in range(1, d.horizon + 1):
            program.add(("u", a, r, t))
            program.add(("hired", a, r, t), 0.0, number(row, "hires_per_year", INF) * d.delta)
            program.add(("let_go", a, r, t))
            program.add(("agency", a, r, t), 0.0, INF if row.get("agency_cost") else 0.0)
            for practice in practices(d, a, r):
                program.add(("v", a, practice["practice"], r, t))


def staff(program: Any, a: str) -> None:
    """3.12: the constraints."""
    d = program.data
    for r in d.of_area(d.role, a):
        row = d.role[a, r]
        stay = math.exp(-number(row, "leaving_rate") * d.delta)
        share = number(row, "agency_share", 1.0)
        training = number(row, "training_years") * d.m
        for t in range(1, d.horizon + 1):
            u, g = ("u", a, r, t), ("agency", a, r, t)
            hired, gone = ("hired", a, r, t), ("let_go", a, r, t)
            program.eq(0.0, (1.0, u), (-stay, ("u", a, r, t - 1)), (-1.0, hired), (1.0, gone))
            program.le(0.0, (1.0 - share, g), (-share, u))
            able: list[tuple[float, Name]] = [(1.0, u), (1.0, g)]
            for q in range(t):
                if q < training:
                    part = min(1.0, training - q) * stay**q
                    able.append((-part, ("hired", a, r, t - q)))
            for row_k in practices(d, a, r):
                v, before = (("v", a, row_k["practice"], r, s) for s in (t, t - 1))
                most = number(row_k, "share", 1.0)
                program.le(0.0, (1.0, v), (-most, u), (-most, g))
                growth = number(row_k, "growth_per_year", INF)
                if growth < INF:
                    program.le(growth * d.delta, (1.0, v), (-1.0, before))
                able.append((number(row_k, "time", 1.25) - 1, v))
            program.ge(0.0, *able, *((-c, name) for c, name in needed(d, a, r, t, program.served)))


def needed(d: Data, a: str, role: str, t: int, served: str) -> list[tuple[float, Name]]:
    """FTE that the work of a period takes."""
    parts: list[tuple[float, Name]] = []
    for r, item, caseload in d.work(a):
        if r == role and (a, item) in d.state:
            parts += [(0.5 / caseload, ("n", a, item, s)) for s in (t - 1, t)]
        elif r == role:
            parts.append((1 / caseload, (served, a, item, t)))
    return parts


def staff_cost(
    d: Data, a: str, r: str, price: float, periods: list[int]
) -> list[tuple[float, Name]]:
    """3.12: what a role costs over periods, £m."""
    row, parts = d.role[a, r], []
    for t in periods:
        parts += [
            (number(row, "unit_cost") * price * d.delta, ("u", a, r, t)),
            (number(row, "agency_cost") * price * d.delta, ("agency", a, r, t)),
            (number(row, "hire_cost") * price, ("hired", a, r, t)),
            (number(row, "exit_cost") * price, ("let_go", a, r, t)),
        ]
        for k in practices(d, a, r):
            cost = number(k, "unit_cost") * price * d.delta
            parts.append((cost, ("v", a, k["practice"], r, t)))
    return parts


def benefits(d: Data, a: str, served: str) -> list[tuple[float, Name]]:
    """3.14: B of the years of the horizon, £m."""
    parts: list[tuple[float, Name]] = []
    for item, lag, amount in d.good(a):
        for t in range(1, d.horizon + 1):
            when = d.year(t) + lag - d.first
            worth = amount / POUNDS * d.delta / (1 + d.rate) ** when
            if (a, item) in d.state:
                parts += [(worth / 2, ("n", a, item, s)) for s in (t - 1, t)]
            else:
                parts.append((worth, (served, a, item, t)))
    return parts
