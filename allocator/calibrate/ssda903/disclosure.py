"""No count from 1 to 4 of a single year may be had from what is printed and written together.

Children in care at the ends of years, those who entered and left in each, and ways out are tied
together: what was there and came is what left and is there.  Totals over all years can be worked
out from the rates of the instance, and its opening stocks and the first year's flows are exact.
A count that may not be shown is therefore hidden with others, until no sum or difference of what
is shown tells it: complementary suppression, the range of each hidden count being had by linear
programs (Fischetti and Salazar 2001, Management Science 47:1008).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from allocator.calibrate.ssda903.counting import Tally
from allocator.calibrate.ssda903.rules import FEWEST_SHOWN

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
_ROOM: Final = 1 - 1e-6  # children that a hidden count's range must span


@dataclass(frozen=True)
class DisclosedCounts:
    """Counts that may be shown, None for one that may not.

    ``stock`` has one more element than there are years; ``routes`` are over all years.
    """

    stock: tuple[int | None, ...]
    entries: tuple[int | None, ...]
    exits: tuple[int | None, ...]
    routes: tuple[int | None, ...]


def shown(tally: Tally) -> DisclosedCounts:
    """What of a tally's yearly counts and ways out may be shown."""
    stock, entries = tally.stock.sum(axis=0), tally.entries.sum(axis=0)
    exits, routes = tally.exits.sum(axis=(0, 1)), tally.exits.sum(axis=(0, 2))
    years = len(entries)
    totals = np.array([entries.sum(), exits.sum()])
    counts = np.concatenate([stock, entries, exits, routes, totals]).astype(float)
    told = np.zeros(len(counts), bool)  # whatever the table shows
    told[years] = True
    told[-2:] = ~_few(totals)
    hidden = hide(counts, _relations(years, len(routes)), told)
    masked = [None if gone else int(n) for n, gone in zip(counts, hidden, strict=True)]
    ends = np.cumsum([years + 1, years, years, len(routes)]).tolist()
    parts = (masked[a:b] for a, b in zip([0, *ends], ends, strict=False))
    return DisclosedCounts(*map(tuple, parts))


def _few(counts: NDArray[np.number]) -> Mask:
    return (counts > 0) & (counts < FEWEST_SHOWN)


def _relations(years: int, routes: int) -> Floats:
    """Rows that sum to 0: each year's account, all entries, all exits, all ways out."""
    stock, entries, exits = 0, years + 1, 2 * years + 1
    ways = 3 * years + 1
    rows = np.zeros((years + 3, ways + routes + 2))
    for t in range(years):
        rows[t, [stock + t, entries + t]] = 1
        rows[t, [exits + t, stock + t + 1]] = -1
    rows[years, entries:exits], rows[years, -2] = 1, -1
    rows[years + 1, exits:ways], rows[years + 1, -1] = 1, -1
    rows[years + 2, ways:-2], rows[years + 2, -1] = 1, -1
    return rows


def hide(counts: Floats, relations: Floats, told: Mask) -> Mask:
    """Which counts to hide so that none from 1 to 4 follows from the others; ``told`` ones stay.

    One count more is hidden at a time: of those in a relation with an exposed one the smallest.
    """
    hidden = _few(counts) & ~told
    while exposed := exposed_by(counts, relations, hidden):
        near = (relations[(relations[:, exposed] != 0).any(axis=1)] != 0).any(axis=0)
        free = near & ~hidden & ~told
        free = free if free.any() else ~hidden & ~told
        if not free.any():
            break
        hidden[np.flatnonzero(free)[np.argmin(counts[free])]] = True
    return hidden


def exposed_by(counts: Floats, relations: Floats, hidden: Mask) -> list[int]:
    """Hidden counts from 1 to 4 that can be one number only, given those that are not hidden."""
    columns = np.flatnonzero(hidden)
    matrix, right = relations[:, columns], -relations[:, ~hidden] @ counts[~hidden]
    cells = []
    for place in _in_doubt(matrix, right, counts[columns]).tolist():
        aim = np.zeros(len(columns))
        aim[place] = -1.0
        most = _least(aim, matrix, right)
        least = None if most is None else _least(-aim, matrix, right)
        if most is not None and least is not None and most[place] - least[place] < _ROOM:
            cells.append(int(columns[place]))
    return cells


def _in_doubt(matrix: Floats, right: Floats, counts: Floats) -> NDArray[np.intp]:
    """Which of the counts from 1 to 4 may not be a child more than they are.

    As many as can be are raised by a child at once; what is left is asked again.
    """
    doubt = np.flatnonzero(_few(counts))
    if not np.allclose(matrix @ counts, right):
        return doubt
    while len(doubt):
        aim, highest = np.zeros(len(counts)), np.full(len(counts), np.inf)
        aim[doubt], highest[doubt] = -1.0, counts[doubt] + 1
        raised = _least(aim, matrix, right, highest)
        more = np.zeros(len(doubt)) if raised is None else raised[doubt] - counts[doubt]
        if not np.any(more >= _ROOM):
            break
        doubt = doubt[more < _ROOM]
    return doubt


def _least(aim: Floats, matrix: Floats, right: Floats, highest: Floats | None = None) -> Any:
    """Counts of nought or more that have the least of an aim; None where there is no least."""
    from scipy.optimize import linprog

    bounds = (0, None) if highest is None else [(0, most) for most in highest]
    return linprog(aim, A_eq=matrix, b_eq=right, bounds=bounds).x


def pooled(events: Floats, seen: Floats, exposure: Floats, pools: Sequence[object]) -> Floats:
    """Events of cells, those seen in fewer than five children shared out with others of a pool.

    ``events`` are weighed, ``seen`` are children.  A pool's few are put together, with its next
    cell where they are still few, and across pools where that does not do; together they are
    rounded to a whole number and shared out by exposure.  Fewer than five in all are rounded to
    the nearest five, as the Department does.
    """
    group, small = np.arange(len(events)), _few(seen)
    short: list[int] = []
    for pool in dict.fromkeys(pools):
        mine = np.array([each == pool for each in pools])
        few = np.flatnonzero(mine & small).tolist()
        if few and not _enough(seen, few):
            more = np.flatnonzero(mine & (seen >= FEWEST_SHOWN))
            few += more[[np.argmin(seen[more])]].tolist() if len(more) else []
        if few and _enough(seen, few):
            group[few] = few[0]
        else:
            short += few
    if short:
        group[short] = short[0]
        if not _enough(seen, short):
            others = [n for n in np.unique(group).tolist() if _enough(seen, group == n)]
            if others:
                group[short] = min(others, key=lambda n: float(seen[group == n].sum()))
    counts = np.zeros(len(events))
    for each in np.unique(group):
        here = group == each
        total, count = float(events[here].sum()), float(seen[here].sum())
        if 0 < count < FEWEST_SHOWN:
            total *= FEWEST_SHOWN * round(count / FEWEST_SHOWN) / count
        counts[here] = round(total) * exposure[here] / exposure[here].sum()
    return counts


def _enough(seen: Floats, cells: list[int] | Mask) -> bool:
    return float(seen[cells].sum()) >= FEWEST_SHOWN
