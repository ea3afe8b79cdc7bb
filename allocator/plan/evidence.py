"""How firm the evidence is that effects rest on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from allocator.instance import Row
from allocator.wording import listed

if TYPE_CHECKING:
    from allocator.plan.plan import Plan

WEAK: Final = frozenset({"weak", "very weak", "low", "very low", "none", "poor", "assumption"})
NOT_GRADED: Final = "not graded"


def grade_of(evidence: str | None) -> str:
    """The grade: the words before the colon, in small letters."""
    return str(evidence or NOT_GRADED).partition(":")[0].strip().lower()


def graded(evidence: Iterable[str]) -> str:
    """Evidence in a sentence: ``moderate (areas before and after) and weak (a trend)``."""
    parts = [each.partition(":") for each in evidence]
    return listed(
        [f"{first.strip()} ({rest.strip()})" if rest.strip() else first for first, _, rest in parts]
    )


def grade(row: Row) -> str:
    """The grade of an effect's evidence, the words before its colon."""
    return grade_of(row["evidence"])


def is_weak(row: Row) -> bool:
    """Whether an effect rests on weak evidence, or on none that is graded."""
    return grade(row) in WEAK | {NOT_GRADED}


def moves_on_weak(plan: Plan) -> tuple[float, float, float]:
    """Of the moves that the plan changes in its years, those on weak evidence; averted; added.

    Cuts and harmful effects add moves, and count as what averts them does.  Children.
    """
    diverted = plan.table("diverted")
    inside = diverted.where(diverted.numbers("period") <= plan.instance.number_of_periods)
    summed = inside.sums(["area", "service", "from", "to"], "diverted")
    weak = {
        key for row in plan.instance.tables["effects"] if is_weak(row) for key in _keys(plan, row)
    }
    hanging = sum(abs(value) for key, (value,) in summed.items() if key in weak)
    moves = [value for (value,) in summed.values()]
    return hanging, sum(max(0.0, each) for each in moves), sum(max(0.0, -each) for each in moves)


def _keys(plan: Plan, row: Row) -> Iterator[tuple[str, str, str, str]]:
    areas = plan.instance.areas if row["area"] is None else (row["area"],)
    for area in areas:
        yield area, row["service"], row["from"], row["to"]
