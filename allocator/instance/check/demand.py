"""Demand: drivers that something follows, and responses that have a move to act on."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.instance.check.candidate import Candidate, Check, at, figure, warn
from allocator.instance.problems import Problem
from allocator.instance.schema import OUTSIDE

LARGE_FACTOR = 3.0
NO_FACTOR = 100.0


def drivers_are_followed(candidate: Candidate) -> Iterator[Problem]:
    """A driver has a response."""
    followed = {row["driver"] for row in candidate.instance.tables["responses"]}
    told: set[str] = set()
    for row in candidate.rows("drivers"):
        if row["driver"] not in followed | told:
            told.add(row["driver"])
            yield warn(
                row,
                "driver",
                "is followed by no move, so it changes nothing",
                "add its responses, or remove it",
            )


def responses_have_a_move(candidate: Candidate) -> Iterator[Problem]:
    """A response acts on a move, or on arrivals, that the instance has."""
    moves = {(area, OUTSIDE, i) for area, i in candidate.resolved.arrivals.rows}
    moves |= candidate.resolved.rates.rows.keys()
    for row, areas in candidate.in_force("responses"):
        lacking = [a for a in areas if (a, row["from"], row["to"]) not in moves]
        if not lacking or candidate.may_be_lost(row["from"], row["to"]):
            continue
        told = at if len(lacking) == len(areas) else warn
        table = "arrivals" if row["from"] == OUTSIDE else "transitions"
        yield told(
            row,
            "to",
            f"makes a move {row['from']} → {row['to']} that {table} does not have"
            f"{candidate.where(lacking)}",
            f"add it to {table}, or mend the response",
        )


def responses_are_of_one_unit(candidate: Candidate) -> Iterator[Problem]:
    """A response is a share for one unit of its driver, so it moves a rate by so much."""
    for row, areas in candidate.in_force("responses"):
        factors = [
            (max(factor, 1 / factor if factor else NO_FACTOR), year, factor)
            for area in areas
            for year, factor in candidate.resolved.demand.get(
                (area, row["driver"], row["from"], row["to"]), {}
            ).items()
            if factor >= 0
        ]
        size, year, factor = max(factors, default=(1.0, candidate.instance.first_year, 1.0))
        if size > LARGE_FACTOR:
            yield (at if size >= NO_FACTOR else warn)(
                row,
                "response",
                f"makes the move {figure(factor)} times as frequent by {year}",
                "give the share for one unit of the driver: 1.4% a point as 0.014",
            )


CHECKS: tuple[Check, ...] = (
    drivers_are_followed,
    responses_have_a_move,
    responses_are_of_one_unit,
)
