"""What services avert: moves that there are, and effects of one sign and a sensible size."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.instance.check.candidate import Candidate, Check, at, warn
from allocator.instance.instance import Row
from allocator.instance.problems import Problem
from allocator.instance.rows import key_value
from allocator.instance.schema import EXIT

LARGE_EFFECT = 2.0


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
    moves = resolved.avoidable.rows
    for row, areas in _effects(candidate):
        lacking = [a for a in areas if (a, row["from"], row["to"]) not in moves]
        if candidate.may_be_lost(row["from"], row["to"]):
            lacking = []
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
    none = {
        move: [y for y, share in zip(candidate.instance.horizon, shares, strict=True) if share == 0]
        for move, shares in candidate.resolved.avoidable.rows.items()
        if 0 in shares
    }
    for row, areas in _effects(candidate):
        hit = [a for a in areas if (a, row["from"], row["to"]) in none]
        if row["effect"] > 0 and hit and not candidate.may_be_lost(row["from"], row["to"]):
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


CHECKS: tuple[Check, ...] = (
    effects_move_children,
    effects_have_a_move,
    effects_have_something_to_avert,
    effects_are_per_case,
    lags_have_one_sign,
)
