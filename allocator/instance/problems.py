"""A problem found in an instance: where it is, what is wrong, and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from allocator.errors import printable

MOST_WORDS = 12


class Severity(Enum):
    """An error stops a solve; a warning is a likely mistake that does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an instance.

    ``row`` counts as a spreadsheet does (the header is row 1); it is None where the
    problem is not in one row, and ``column`` and ``value`` are blank where there is no
    one cell.  ``rule`` says what is wrong, ``remedy`` what to do.
    """

    file: str
    row: int | None
    column: str
    value: str
    rule: str
    remedy: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        """One line: place, value, rule and remedy."""
        place = [self.file]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column:
            place.append(f"column {self.column}")
        value = f" {self.value!r}" if self.value else ""
        said = f"{self.severity.value}: {', '.join(place)}:{value} {self.rule}; {self.remedy}"
        return printable(said)


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Those of the problems that stop a solve."""
    return [problem for problem in problems if problem.severity is Severity.ERROR]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A remedy for an unknown word: the nearest known one, else all of them."""
    known = sorted(known)
    near = difflib.get_close_matches(word, known, n=1)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"use {one_of(known)}" if known else "there is none to choose from"


def one_of(words: Iterable[str]) -> str:
    """The words to choose from: all of them, or the first dozen of many."""
    words = sorted(words)
    more = len(words) - MOST_WORDS
    tail = f" or {more} more" if more > 0 else ""
    return f"one of {', '.join(words[:MOST_WORDS])}{tail}"
