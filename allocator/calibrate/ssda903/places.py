"""Where in the returns a rule was applied; no value of any cell is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from allocator.calibrate.ssda903.observing import Observed
from allocator.calibrate.ssda903.rules import RULES

_PLACES = 5  # files and rows shown for a rule


def flaws(observed: Observed) -> Iterator[str]:
    """Flaws and the first files and rows where, a line each; no value of any cell."""
    for rule, _ in observed.findings.in_order():
        if rule.flaw:
            places = observed.findings.places[rule.name]
            where = ", ".join(f"{observed.files[f].name} row {row}" for f, row in places[:_PLACES])
            more = " and more" if len(places) > _PLACES else ""
            column = f"column {rule.column}: " if rule.column else ""
            yield f"warning: {column}{rule.what}; {rule.action}: {where}{more}"


def places_csv(observed: Observed) -> Iterator[Sequence[object]]:
    """Every place that a rule was applied: rule, file, row, column, what was found and done."""
    yield "rule", "file", "row", "column", "found", "done"
    for name, places in observed.findings.places.items():
        rule = RULES[name]
        for file, row in places:
            yield name, observed.files[file].name, row, rule.column, rule.what, rule.action
