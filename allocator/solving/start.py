"""A basis to start from where there is none: what happens if nothing changes.

Levels stay where they are held, children follow from those before them, places from the children
who need them, spend from both, and a fund pays it; all else is at a bound.  That point keeps every
rule of the model but for targets and for what a window asks, so the primal simplex method goes on
from it in a third of the iterations that the dual one takes from nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allocator.program.program import Index, LinearProgram

SMALL: Final = 1_000  # rows, below which a program is solved in no time from anywhere


def _same(index: Index) -> Index:
    return index


def _opening(index: Index) -> Index:
    return (*index, 0)


def _best_band(index: Index) -> Index:
    return (*index[:2], 0, *index[2:])


# Which column each row settles, family by family; an earlier one has the first say.
_SETTLED: Final[tuple[tuple[str, str, Callable[[Index], Index]], ...]] = (
    ("children_opening", "children", _opening),
    ("children_balance", "children", _same),
    ("level_held", "level", _same),
    ("level_change", "level", _same),
    ("places_opening", "places", _opening),
    ("places_needed", "places", _same),
    ("diverted_by_service", "diverted", _same),
    ("harm_by_service", "diverted", _same),
    ("bands_filled", "in_band", _best_band),
    ("bands_held", "in_band", _same),
    ("staff_in_post_at_start", "in_post", _opening),
    ("staff_change", "in_post", _same),
    ("support_at_start", "supported", _opening),
    ("tier_spend", "spend", _same),
    ("fund_opening", "unspent", _same),
    ("fund_balance", "unspent", _same),
)  # fmt: skip


def unchanged_basis(
    program: LinearProgram,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]] | None:
    """Which columns, and which rows, are in the basis; None for a program of another kind."""
    if "children_balance" not in program.rows:
        return None
    rows, columns = np.ones(program.shape[0], dtype=bool), np.zeros(program.shape[1], dtype=bool)
    for rule, family, settled in (*_SETTLED, _paid(program)):
        if rule not in program.rows or family not in program.columns:
            continue
        places = program.columns[family].positions
        for index, row in program.rows[rule].positions.items():
            column = places.get(settled(index))
            if column is not None and not columns[column]:
                columns[column], rows[row] = True, False
    return columns, rows


def _paid(program: LinearProgram) -> tuple[str, str, Callable[[Index], Index]]:
    """Spend of an area's tier in a year is settled by what the first fund for it pays."""
    first: dict[Index, Index] = {}
    for index in program.columns["drawn"].indices:
        first.setdefault(index[2:], index)
    return "spend_funded", "drawn", lambda index: first.get(index, ())
