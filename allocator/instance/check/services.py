"""Services: levels that can be run, and effects on moves that exist."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator

from allocator.instance.check.candidate import Candidate, Check, at, figure, warn
from allocator.instance.instance import Row
from allocator.instance.problems import Problem
from allocator.instance.resolved import band_rows, key_value
from allocator.instance.schema import EXIT

SLACK = 1 + 1e-9  # products of two cells are compared with a third
LARGE_EFFECT = 2.0


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


def effects_move_children(candidate: Candidate) -> Iterator[Problem]:
    """An effect sends children elsewhere than where they would have gone."""
    for row in candidate.rows("effects"):
        if row["to"] == key_value(candidate.sound, row, "instead"):
            yield warn(
                row,
                "instead" if "instead" in row.values else "to",
                f"is both where the child would go and where the child goes instead "
                f"({row['to']}), so the effect changes nothing",
                "name another state, or `exit`, under instead",
            )


def effects_have_a_move(candidate: Candidate) -> Iterator[Problem]:
    """An effect acts on a move that happens, or on staying where a row caps it."""
    resolved = candidate.resolved
    moves = {(area, i, j) for area, i, j, _ in resolved.avoidable}
    for row, areas in _effects(candidate):
        lacking = [a for a in areas if (a, row["from"], row["to"]) not in moves]
        if lacking and row["from"] == row["to"]:
            yield at(
                row,
                "from",
                f"acts on staying in {row['from']}, of which transitions has no row"
                f"{candidate.where(lacking)}",
                f"add a row from {row['from']} to {row['to']} with an avoidable_share and no rate",
            )
        elif lacking:
            yield at(
                row,
                "to",
                f"makes a move {row['from']} → {row['to']} that transitions does not "
                f"have{candidate.where(lacking)}",
                "add the move with its rate, or mend the effect",
            )
        instead = key_value(candidate.sound, row, "instead")
        absent = [a for a in areas if instead != EXIT and (a, instead) not in resolved.states]
        if absent:
            yield at(
                row,
                "instead",
                f"sends children to {instead}, which is not a state{candidate.where(absent)}",
                "add the state there, or give the effect by area",
            )


def effects_have_something_to_avert(candidate: Candidate) -> Iterator[Problem]:
    """A move that a service averts has an avoidable share above 0 throughout."""
    none = defaultdict(list)
    for (area, i, j, year), share in candidate.resolved.avoidable.items():
        if share == 0:
            none[area, i, j].append(year)
    for row, areas in _effects(candidate):
        hit = [a for a in areas if (a, row["from"], row["to"]) in none]
        if row["effect"] > 0 and hit:
            years = none[hit[0], row["from"], row["to"]]
            when = "" if len(years) == candidate.instance.years else f" from {years[0]}"
            yield warn(
                row,
                "effect",
                f"acts on {row['from']} → {row['to']}, whose avoidable_share is 0"
                f"{when}{candidate.where(hit)}, so nothing can be averted",
                "give that row of transitions an avoidable_share",
            )


def effects_are_per_case(candidate: Candidate) -> Iterator[Problem]:
    """A case averts a move or two, not more."""
    for row in candidate.rows("effects"):
        if abs(row["effect"]) > LARGE_EFFECT:
            yield warn(
                row,
                "effect",
                "is more than 2 moves per case",
                "check that it is moves averted per case, and not a percentage",
            )


def lags_have_one_sign(candidate: Candidate) -> Iterator[Problem]:
    """The lags of one effect all avert moves, or all add to them."""
    clashes: dict[int, tuple[Row, Row]] = {}
    signs: dict[tuple[str, ...], Row] = {}
    for row, areas in _effects(candidate):
        for area in areas if abs(row["effect"]) > 0 else ():
            instead = key_value(candidate.sound, row, "instead")
            first = signs.setdefault((area, row["service"], row["from"], row["to"], instead), row)
            if first["effect"] * row["effect"] < 0:
                clashes[id(row)] = (row, first)
    for row, first in clashes.values():
        yield at(
            row,
            "effect",
            f"has another sign than the same effect at lag {first['lag_years']} "
            f"in row {first.number}",
            "give all lags of one effect the same sign",
        )


def _effects(candidate: Candidate) -> Iterator[tuple[Row, list[str]]]:
    """Rows of effects with the areas in which they hold and the service runs."""
    services, states = candidate.resolved.services, candidate.resolved.states
    running = {
        (a, name) for (a, name), service in services.items() if (a, service.serves) in states
    }
    for row, areas in candidate.in_force("effects"):
        yield row, [a for a in areas if (a, row["service"]) in running]


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
    effects_move_children,
    effects_have_a_move,
    effects_have_something_to_avert,
    effects_are_per_case,
    lags_have_one_sign,
    returns_diminish,
    returns_have_a_coverage,
    harm_has_no_returns,
)
