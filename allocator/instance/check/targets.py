"""Targets: they bind someone, can be met, and ask for more than happens anyway."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from allocator.instance.check.view import Check, View, at, figure, warn
from allocator.instance.instance import owner_areas
from allocator.instance.problems import Problem
from allocator.instance.schema import ALL, EXIT, PERIODS_PER_YEAR

SLACK = 1 + 1e-9


def targets_bind_someone(view: View) -> Iterator[Problem]:
    """An area with a target has a state in care."""
    with_care = {area for (area, _), state in view.resolved.states.items() if state.in_care}
    for row in view.rows("targets"):
        if row["area"] is not None and row["area"] not in with_care:
            yield at(
                row, "area", "has no state in care, so its target means nothing",
                "give the area a state in care, or remove the target",
            )  # fmt: skip


def targets_leave_a_way(view: View) -> Iterator[Problem]:
    """Children who can never leave care fit under the target."""
    trapped = _never_leaving(view)
    for row in view.rows("targets"):
        areas = owner_areas(view.sound, row["area"] or ALL)
        staying = sum(n for (area, _), n in trapped.items() if area in areas)
        if staying > 0 and row["children"] * SLACK < staying:
            yield at(
                row, "children", f"cannot be met: {figure(staying)} children are in care at the "
                "start, with no move and no service that leads out",
                "add the moves out of care, or raise the target",
            )  # fmt: skip


def _never_leaving(view: View) -> dict[tuple[str, str], float]:
    """Opening children of care states that no rate or effect, however many steps, leads out of."""
    resolved = view.resolved
    steps = {(a, i, j) for (a, i, j, _), rate in resolved.rates.items() if rate > 0}
    steps |= {(a, i, instead) for a, _, i, _, instead in resolved.effects}
    staying = {key for key, state in resolved.states.items() if state.in_care}
    while leaving := {(a, i) for a, i, j in steps if (a, j) not in staying} & staying:
        staying -= leaving
    return {key: resolved.states[key].opening for key in staying}


CHECKS: tuple[Check, ...] = (targets_bind_someone, targets_leave_a_way)


def targets_ask_for_something(view: View) -> Iterator[Problem]:
    """A target is below what happens if nothing changes."""
    if not view.rows("targets") or view.instance.periods_per_year not in PERIODS_PER_YEAR:
        return
    in_care = baseline_in_care(view)
    years = {area: sorted(row["year"] for row in view.rows("targets") if row["area"] == area)
             for area in (None, *view.instance.areas)}  # fmt: skip
    for row in view.rows("targets"):
        later = (year for year in years[row["area"]] if year > row["year"])
        end = next(later, view.instance.last_year + 1)
        areas = owner_areas(view.instance, row["area"] or ALL)
        highest = max(sum(in_care[a][y] for a in areas) for y in range(row["year"], end))
        if row["children"] > highest * SLACK:
            yield warn(
                row, "children", f"asks for nothing: without any change {figure(highest)} children "
                f"at most are in care from {row['year']} until the next target or the end",
                "lower the target, or check the rates and arrivals",
            )  # fmt: skip


def baseline_in_care(view: View) -> dict[str, Mapping[int, float]]:
    """Children in care by area at each year's end if nothing changes.

    The recursion of sections 3.1 and 3.2 of the specification with no child diverted,
    in plain Python: a check runs before anything heavy is loaded.
    """
    moves: dict[str, set[tuple[str, str]]] = {area: set() for area in view.instance.areas}
    for area, i, j, _ in view.resolved.rates:
        moves[area].add((i, j))
    return {area: _in_care(view, area, sorted(moves[area])) for area in moves}


def _in_care(view: View, area: str, moves: list[tuple[str, str]]) -> Mapping[int, float]:
    resolved, instance = view.resolved, view.instance
    length = 1 / instance.periods_per_year
    stock = {i: state.opening for (a, i), state in resolved.states.items() if a == area}
    care = [i for i in stock if resolved.states[area, i].in_care]
    in_care = {}
    for year in instance.horizon:
        out = dict.fromkeys(stock, 0.0)
        for i, j in moves:
            out[i] += resolved.rates[area, i, j, year]
        for _ in range(instance.periods_per_year):
            new = {
                i: stock[i] + resolved.arrivals.get((area, i, year), 0.0) * length for i in stock
            }
            for i, j in moves:
                share = resolved.rates[area, i, j, year] / out[i] if out[i] else 0.0
                moved = stock[i] * share * -math.expm1(-out[i] * length)
                new[i] -= moved
                if j != EXIT:
                    new[j] += moved
            stock = new
        in_care[year] = sum(stock[i] for i in care)
    return in_care


LATE_CHECKS: tuple[Check, ...] = (targets_ask_for_something,)
