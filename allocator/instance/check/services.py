"""Services: levels that can be run, and returns that diminish."""

from __future__ import annotations

import math
from collections.abc import Iterator

from allocator.instance.check.candidate import Candidate, Check, at, figure, warn
from allocator.instance.instance import Row
from allocator.instance.problems import Problem
from allocator.instance.rows import band_rows

SLACK = 1 + 1e-9  # products of two cells are compared with a third


def services_have_children(candidate: Candidate) -> Iterator[Problem]:
    """An area that runs a service has the state that it serves."""
    for row, areas in candidate.in_force("services"):
        lacking = [a for a in areas if (a, row["from"]) not in candidate.resolved.states]
        if lacking:
            yield at(
                row,
                "from",
                f"is not a state{candidate.where(lacking)}",
                "add the state there, or give the service by area",
            )


def baselines_are_covered(candidate: Candidate) -> Iterator[Problem]:
    """A baseline serves no more than the coverage of the opening children."""
    states = candidate.resolved.states
    for row, areas in candidate.in_force("services"):
        coverage = row["coverage"]
        known = [a for a in areas if coverage is not None and (a, row["from"]) in states]
        room = {a: coverage * states[a, row["from"]].opening for a in known}
        over = [area for area in known if row["baseline"] > room[area] * SLACK]
        if over:
            least = min(over, key=room.__getitem__)
            yield at(
                row,
                "baseline",
                f"is above coverage × opening children = {figure(room[least])}"
                f"{candidate.where([least])}",
                "lower the baseline, or raise the coverage",
            )


def levels_have_room(candidate: Candidate) -> Iterator[Problem]:
    """A service's baseline and minimum are at most its maximum."""
    for row in candidate.rows("services"):
        maximum = row["maximum"]
        for column in ("baseline", "minimum") if maximum is not None else ():
            if row[column] > maximum:
                yield at(
                    row,
                    column,
                    f"is above the maximum, {figure(maximum)}",
                    "lower it, or raise the maximum",
                )


def minimums_are_reached(candidate: Candidate) -> Iterator[Problem]:
    """A minimum can be reached from the baseline by the end of its first period."""
    periods = candidate.instance.periods_per_year
    for row in candidate.rows("services"):
        growth = row["growth_per_year"]
        if growth is None or periods < 1:
            continue
        reach = row["baseline"] + growth / periods
        if row["minimum"] > reach * SLACK:
            yield warn(
                row,
                "minimum",
                f"is above what the service can reach in its first period, {figure(reach)}",
                "raise baseline or growth_per_year, or lower the minimum",
            )


def services_do_something(candidate: Candidate) -> Iterator[Problem]:
    """A service has an effect, or is held at its baseline."""
    named = {row["service"] for row in candidate.instance.tables["effects"]}
    for row in candidate.rows("services"):
        if row["service"] not in named and row["minimum"] < max(row["baseline"], 1e-12):
            yield warn(
                row,
                "service",
                "has no effect, so a plan will only ever cut it",
                "add its effects, or a minimum at its baseline to keep it",
            )


def returns_diminish(candidate: Candidate) -> Iterator[Problem]:
    """Bands of returns have a width, reach 1 and never rise in multiplier."""
    for rows in _curves(candidate):
        for before, row in zip([None, *rows], rows, strict=False):
            if row["up_to"] == 0:
                yield at(row, "up_to", "makes a band with no width", "give a share above 0")
            if before is not None and row["multiplier"] > before["multiplier"]:
                yield at(
                    row,
                    "multiplier",
                    f"is above that of the band before, "
                    f"{figure(before['multiplier'])} in row {before.number}",
                    "give multipliers that do not rise: returns diminish",
                )
        if rows[-1]["up_to"] != 1:
            yield at(
                rows[-1],
                "up_to",
                f"is the last band of {rows[-1]['service']}, and is not 1",
                "end the last band at 1",
            )


def returns_have_a_coverage(candidate: Candidate) -> Iterator[Problem]:
    """A service with bands has the coverage that they are shares of."""
    unlimited: dict[int, tuple[Row, list[str]]] = {}
    for (area, name), rows in band_rows(candidate.sound).items():
        service = candidate.resolved.services.get((area, name))
        if service is not None and service.coverage == math.inf:
            unlimited.setdefault(id(rows[0]), (rows[0], []))[1].append(area)
    for row, areas in unlimited.values():
        yield at(
            row,
            "service",
            f"has bands of returns, but no coverage{candidate.where(areas)}",
            "give the service a coverage, or remove its bands",
        )


def harm_has_no_returns(candidate: Candidate) -> Iterator[Problem]:
    """A service that does harm has no diminishing returns to hide it in."""
    banded = {row["service"] for row in candidate.rows("returns")}
    for row in candidate.rows("effects"):
        if row["effect"] < 0 and row["service"] in banded:
            yield warn(
                row,
                "effect",
                "is negative, and returns of the service would make light of it",
                "leave out the service's returns, or split the service",
            )


def _curves(candidate: Candidate) -> list[list[Row]]:
    """The rows of each curve once, in rising order."""
    curves = {id(rows[0]): rows for rows in band_rows(candidate.sound).values()}
    return [sorted(rows, key=lambda row: float(row["up_to"])) for rows in curves.values()]


CHECKS: tuple[Check, ...] = (
    services_have_children,
    baselines_are_covered,
    levels_have_room,
    minimums_are_reached,
    services_do_something,
    returns_diminish,
    returns_have_a_coverage,
    harm_has_no_returns,
)
