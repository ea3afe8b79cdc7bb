"""How far need rises by each driver: moves with it against the same moves without.  MODEL.md 3.13.

Of what happens if nothing changes, since that is what need is before any service acts.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from allocator.instance.schema import EXIT, OUTSIDE

if TYPE_CHECKING:
    from allocator.plan.plan import Plan

Factors = dict[tuple[str, str, str, int], float]  # by area, from, to and year

_KINDS: Final = {  # whether a move begins in care, and whether it ends there
    (False, True): "entries to care",
    (True, False): "moves out of care",
    (True, True): "moves between placements",
    (False, False): "other moves",
}
ARRIVALS: Final = "arrivals of children who need help"


@dataclass(frozen=True)
class Rise:
    """Of one kind of move, by one driver: the share by which there are more, by year.

    ``grades`` are those of the evidence for the responses, in the words of the instance.
    """

    driver: str
    kind: str
    by_year: dict[int, float]
    grades: tuple[str, ...]


def rises(plan: Plan) -> tuple[Rise, ...]:
    """Every driver and kind of move that follows it; areas together; none without drivers.

    The moves of a year over what they would be at the driver's value of the first year, the
    children there being the same.
    """
    if "demand" not in plan.tables or "moves" not in plan.tables:
        return ()
    followed: dict[tuple[str, str], Factors] = {}
    for row in plan.table("demand").records():
        start = _start(row["from"])
        of = (str(row["driver"]), _kind(plan, row["area"], start, row["to"]))
        followed.setdefault(of, {})[row["area"], start, row["to"], row["year"]] = row["factor"]
    return tuple(
        Rise(driver, kind, _by_year(plan, kind, factors), _grades(plan, driver, kind))
        for (driver, kind), factors in sorted(followed.items())
    )


def _by_year(plan: Plan, kind: str, factors: Factors) -> dict[int, float]:
    """Of all moves of a kind, whether they follow the driver or not."""
    with_it, without = dict.fromkeys(plan.instance.horizon, 0.0), defaultdict[int, float](float)
    moves = plan.table("moves").sums(["area", "from", "to", "year"], "baseline_moves")
    for (area, start, end, year), (children,) in moves.items():
        if _kind(plan, area, start, end) == kind:
            with_it[year] += children
            without[year] += children / factors.get((area, start, end, year), 1.0)
    return {year: with_it[year] / without[year] - 1 for year in with_it if without[year] > 0}


def _start(start: str) -> str:
    """Where a response's moves begin, as the table of moves has it."""
    return EXIT if start == OUTSIDE else start


def _kind(plan: Plan, area: str, start: str, end: str) -> str:
    states = plan.instance.resolved.states
    inside = tuple((area, i) in states and states[area, i].in_care for i in (start, end))
    if start == EXIT and not inside[1]:
        return ARRIVALS
    return _KINDS[inside[0], inside[1]]


def _grades(plan: Plan, driver: str, kind: str) -> tuple[str, ...]:
    told = [
        row["evidence"]
        for row in plan.instance.tables["responses"]
        if row["driver"] == driver
        and row["evidence"]
        and any(
            _kind(plan, area, _start(row["from"]), row["to"]) == kind
            for area in plan.instance.areas
        )
    ]
    return tuple(dict.fromkeys(told))
