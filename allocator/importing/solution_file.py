"""What a solution file says, whichever solver wrote it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from allocator.errors import UsageError

Values = Mapping[str, float] | Mapping[int, float]


@dataclass(frozen=True)
class SolutionFile:
    """Values by column and, where the file has them, duals by row.

    Both are keyed by name or, where ``by_position``, by place in the exported file from 1 on;
    ``objective_row`` is then a row that may be the objective itself.  ``sparse`` says that the
    file leaves out columns that are 0, ``digits`` how many significant digits the format keeps.
    ``claims`` is the solver's own word for how it ended, blank if the file has none.
    """

    form: str
    claims: str
    objective: float | None
    columns: Values
    duals: Values | None
    digits: int
    by_position: bool = False
    objective_row: int | None = None
    sparse: bool = False


def number(text: str) -> float:
    """A number as solvers write it; UsageError for anything else, not-a-number included."""
    try:
        value = float(text)
    except ValueError:
        raise UsageError(f"{text.strip()!r} stands where a number must") from None
    if math.isnan(value):
        raise UsageError("a value is not a number")
    return value


def keyed(pairs: Iterable[tuple[str, str]], what: str) -> dict[str, float]:
    """Values by name; UsageError for a name that stands twice."""
    values: dict[str, float] = {}
    for name, text in pairs:
        if name in values:
            raise UsageError(f"{what} {name} stands twice")
        values[name] = number(text)
    return values
