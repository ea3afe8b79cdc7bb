"""Figures that may be off: each lies between its low and its high end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from allocator.instance.check.candidate import Candidate, Check, at, figure
from allocator.instance.problems import Problem

# Table -> the column whose truth lies between `low` and `high`.
RANGED: Final = {"effects": "effect", "responses": "response", "benefits": "amount"}


def figures_lie_in_their_range(candidate: Candidate) -> Iterator[Problem]:
    """A figure with a range lies between its low and its high end."""
    for table, column in RANGED.items():
        for row in candidate.rows(table):
            low, high, value = row["low"], row["high"], row[column]
            remedy = f"give low ≤ {column} ≤ high"
            if low is not None and low > value:
                yield at(row, "low", f"is above the {column}, {figure(value)}", remedy)
            if high is not None and high < value:
                yield at(row, "high", f"is below the {column}, {figure(value)}", remedy)


CHECKS: tuple[Check, ...] = (figures_lie_in_their_range,)
