"""Cash prices: a series that is an index, moves as prices do, and reaches the plan's last year."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from allocator.instance.check.candidate import Candidate, Check, at, figure, warn
from allocator.instance.instance import Row
from allocator.instance.problems import Problem

LEAST: Final = 0.2  # of the prices of the base: no base is so far away
MOST: Final = 5.0
A_YEAR: Final = 1.25  # times the prices of the year before: more than Britain has had since 1950
REMEDY: Final = "give prices relative to the base: 1.025 where they are 2.5% above it"


def inflation_is_an_index(candidate: Candidate) -> Iterator[Problem]:
    """Cash prices are a factor on those of the price base, not a percentage."""
    for row in candidate.rows("inflation"):
        if row["index"] < LEAST or row["index"] > MOST:
            yield at(row, "index", f"is not within {LEAST:g} to {MOST:g} times the base", REMEDY)


def inflation_moves_as_prices_do(candidate: Candidate) -> Iterator[Problem]:
    """Cash prices change from one year listed to the next by no more than a quarter a year."""
    for rows in _series(candidate):
        for before, row in pairwise(rows):
            years = row["year"] - before["year"]
            if (
                not (LEAST <= row["index"] <= MOST and LEAST <= before["index"] <= MOST)
                or not years
            ):
                continue
            a_year = (row["index"] / before["index"]) ** (1 / years)
            if not 1 / A_YEAR <= a_year <= A_YEAR:
                yield at(
                    row,
                    "index",
                    f"is {figure(a_year)} times the year before, from {figure(before['index'])} in "
                    f"{before['year']}",
                    REMEDY,
                )


def inflation_is_listed_for_each_year(candidate: Candidate) -> Iterator[Problem]:
    """A year that is not listed has the prices of the last that is, as though nothing rose."""
    last = candidate.instance.last_year
    for rows in _series(candidate):
        for row, until in zip(rows, [*(each["year"] for each in rows[1:]), last + 1], strict=True):
            held = min(until, last + 1) - row["year"] - 1
            if held > 0 and until > candidate.instance.first_year:
                yield warn(
                    row,
                    "year",
                    f"stands for {min(until, last + 1) - 1} too, with no rise in between",
                    "add a row for each year of the plan",
                )


def _series(candidate: Candidate) -> list[list[Row]]:
    """The rows of each area's own series, and of those for all areas, by year."""
    by_area: dict[str | None, list[Row]] = {}
    for row in candidate.rows("inflation"):
        by_area.setdefault(row["area"], []).append(row)
    return [sorted(rows, key=lambda row: row["year"]) for rows in by_area.values()]


CHECKS: tuple[Check, ...] = (
    inflation_is_an_index,
    inflation_moves_as_prices_do,
    inflation_is_listed_for_each_year,
)
