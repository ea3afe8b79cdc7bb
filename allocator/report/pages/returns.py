"""A calibration from returns, in words and tables; no count from 1 to 4 is among them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from allocator.calibrate.ssda903.calibrating import Calibration
from allocator.calibrate.ssda903.cleaning import ROUTE_NAMES
from allocator.calibrate.ssda903.codes import ROUTE_LABELS
from allocator.calibrate.ssda903.disclosure import shown
from allocator.calibrate.ssda903.observing import Observed
from allocator.calibrate.ssda903.rates import ADULT, ENTRY, EXIT
from allocator.calibrate.ssda903.rules import masked


def text(calibration: Calibration) -> str:
    """The whole report as text."""
    parts = [
        _head(calibration),
        _years(calibration),
        _routes(calibration),
        _states(calibration),
        _quality(calibration.observed),
    ]
    return "\n\n".join(part for part in parts if part)


def _head(calibration: Calibration) -> str:
    observed, half_life = calibration.observed, calibration.estimates.half_life
    files = sum(file.kind == "episodes" for file in observed.files)
    weigh = (
        "all years weigh alike"
        if np.isinf(half_life)
        else f"a year weighs half {half_life:g} years on"
    )
    chosen = " (the data's choice)" if calibration.settings.half_life is None else ""
    return (
        f"{calibration.name}: {masked(int(calibration.tally.opening.sum()))} children in care on "
        f"{observed.base:%d %B %Y}, from {observed.episodes:,} episodes in {files} returns\n"
        f"Years from {observed.edges[0]:%d %B %Y}; {weigh}{chosen}; "
        f"intervals of {calibration.estimates.level:.0%}"
    )


def _years(calibration: Calibration) -> str:
    seen, edges = shown(calibration.tally), calibration.observed.edges[1:]
    counts = zip(edges, seen.stock[1:], seen.entries, seen.exits, strict=True)
    rows = [(f"to {edge:%d %B %Y}", *map(_count, row)) for edge, *row in counts]
    return _table("Children in care", ("Year", "At its end", "Entered", "Left"), rows)


def _routes(calibration: Calibration) -> str:
    """Routes out over all the years."""
    counts = zip(ROUTE_NAMES, shown(calibration.tally).routes, strict=True)
    rows = [(ROUTE_LABELS[name].capitalize(), _count(count)) for name, count in counts]
    return _table("Ways out of care, all years", ("Way", "Children"), rows)


def _count(count: int | None) -> str:
    return "not shown" if count is None else f"{count:,}"


def _states(calibration: Calibration) -> str:
    tally = calibration.tally
    cells = {(c.start, c.end): c for c in calibration.estimates.cells}

    def told(start: int, end: int) -> str:
        cell = cells.get((start, end))
        if cell is None or cell.few:
            return "few" if cell else "-"
        return f"{cell.mean:.2f} ({cell.low:.2f}-{cell.high:.2f})"

    rows = [
        (label, masked(int(tally.opening[n])), told(ENTRY, n), told(n, EXIT), told(n, ADULT))
        for n, label in enumerate(tally.labels)
    ]
    heads = ("State", "Opening", "Enter a year", "Leave, rate a year", "Turn 18")
    return _table("States", heads, rows)


def _quality(observed: Observed) -> str:
    """How often each rule was applied."""
    rows = [(rule.what, rule.action, masked(count)) for rule, count in observed.findings.in_order()]
    return _table("What was found in the returns", ("Found", "Done", "Episodes"), rows)


def _table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A plain table; the first column on the left, the last ones on the right."""
    lines = [list(heads), *map(list, rows)]
    if len(lines) == 1:
        return ""
    wide = [max(len(line[n]) for line in lines) for n in range(len(heads))]
    written = [title]
    for line in lines:
        cells = [
            cell.ljust(wide[n])
            if n == 0 or (title.startswith("What") and n == 1)
            else cell.rjust(wide[n])
            for n, cell in enumerate(line)
        ]
        written.append("  " + "  ".join(cells).rstrip())
    return "\n".join(written)
