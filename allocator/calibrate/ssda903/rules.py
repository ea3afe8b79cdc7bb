"""What is done with each kind of flaw in a return: one table for code, report and documentation.

A rule never names a child: it counts episodes (or children), and its places are files and rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

FEWEST_SHOWN: Final = 5  # counts from 1 to one less are not printed
_ROWS_KEPT: Final = 10_000  # places remembered for each rule


@dataclass(frozen=True, slots=True)
class Rule:
    """A flaw (or a feature) of returns: where it shows, what it is, and what is done."""

    name: str
    column: str
    what: str
    action: str
    flaw: bool = True  # false for what is right but not a whole episode of care


RULES: Final = {
    rule.name: rule
    for rule in (
        Rule("row_too_long", "", "more cells than headings", "row left out"),
        Rule("no_child", "CHILD", "no child identifier", "row left out"),
        Rule("no_start", "DECOM", "start missing, or not a date (dd/mm/yyyy)", "episode left out"),
        Rule("bad_end", "DEC", "end is not a date (dd/mm/yyyy)", "read as an open episode"),
        Rule("end_before_start", "DEC", "ends before it starts", "episode left out"),
        Rule("late_start", "DECOM", "starts after the period", "episode left out", flaw=False),
        Rule("late_end", "DEC", "ends after the period", "still open at its end", flaw=False),
        Rule("short_break", "LS", "respite: short breaks under V3 or V4",
             "episode left out, as in published counts of children looked after", flaw=False),
        Rule("unknown_status", "LS", "legal status is no code of the return",
             "counted as looked after"),
        Rule("unknown_placement", "PLACE", "placement is no code of the return",
             "counted in the category for other placements"),
        Rule("unknown_provider", "PLACE_PROVIDER",
             "provider missing or unknown where categories differ by it",
             "counted in the first category that has the placement"),
        Rule("repeated", "DECOM", "the same child and start in a later return",
             "the latest return holds", flaw=False),
        Rule("duplicate", "DECOM", "the same child, start, end and placement twice in a return",
             "counted once"),
        Rule("same_start", "DECOM", "the same child and start twice in a return, else different",
             "the episode that ends last holds"),
        Rule("no_length", "DEC", "starts and ends on the same day", "not counted", flaw=False),
        Rule("left_open", "DEC", "open, but the child's next episode has begun",
             "ended where the next begins"),
        Rule("lost", "DEC", "open, but not in the next year's return",
             "ended the day after the year of its own return"),
        Rule("inside", "DECOM", "lies inside another episode of the child", "left out"),
        Rule("overlap", "DEC", "runs beyond the start of the child's next episode",
             "ended where the next begins"),
        Rule("split", "DEC", "split: the next episode begins the same day or the next, in the "
             "same category", "read as one episode", flaw=False),
        Rule("ended_yet_followed", "REC", "reason says that care ended, but an episode follows the "
             "same day or the next", "the dates hold: care goes on"),
        Rule("split_at_end", "DEC", "ends on the last day of the period with reason X1 or none",
             "still open at its end", flaw=False),
        Rule("not_followed", "REC", "reason X1, but no episode follows",
             "counted as leaving care that day, route other"),
        Rule("unknown_reason", "REC", "reason for ending missing or no code of the return",
             "counted as leaving care, route other"),
        Rule("temporary", "PLACE", "temporary placement (T0 to T4)",
             "counted in the category of the placement before it", flaw=False),
        Rule("no_birth", "DOB", "date of birth missing, unreadable, or the child not in header",
             "age at first start taken as the median of the category"),
        Rule("impossible_birth", "DOB", "born after the first start, or 21 or older at it",
             "date of birth taken as missing"),
        Rule("two_births", "DOB", "returns differ in the date of birth",
             "the latest return holds"),
        Rule("adult_start", "DECOM", "starts at 18 or older", "episode left out", flaw=False),
        Rule("adult_end", "DEC", "runs beyond the 18th birthday", "ended on it", flaw=False),
        Rule("of_age", "DEC", "ends on the 18th birthday or the day before",
             "route out is turning 18, whatever the reason given", flaw=False),
    )
}  # fmt: skip


@dataclass(slots=True)
class Findings:
    """How often each rule was applied, and the first places where."""

    counts: Counter[str] = field(default_factory=Counter)
    places: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    def note(self, rule: str, file: NDArray[np.integer], row: NDArray[np.integer]) -> None:
        """Count these places under a rule; ``file`` and ``row`` are arrays of one length."""
        if not len(row):
            return
        self.counts[RULES[rule].name] += len(row)
        kept = self.places.setdefault(rule, [])
        room = max(_ROWS_KEPT - len(kept), 0)
        kept += list(zip(file[:room].tolist(), row[:room].tolist(), strict=True))

    def in_order(self) -> Iterator[tuple[Rule, int]]:
        """Rules that were applied and how often, in the order of the table."""
        return ((rule, self.counts[name]) for name, rule in RULES.items() if self.counts[name])


def masked(count: int) -> str:
    """A count as it may be printed: none under 5 but 0."""
    return f"fewer than {FEWEST_SHOWN}" if 0 < count < FEWEST_SHOWN else f"{count:,}"


def markdown(rules: Iterable[Rule] = RULES.values()) -> str:
    """The table for the documentation."""
    lines = ["| rule | column | what is found | what is done |", "|---|---|---|---|"]
    lines += [f"| `{r.name}` | {r.column or '–'} | {r.what} | {r.action} |" for r in rules]
    return "\n".join(lines)
