"""A basis to start from where there is none: what happens if nothing changes.

Levels stay where they are held, children follow from those before them, places from the children
who need them, spend from both, and a fund pays it; all else is at a bound.  That point keeps every
rule of the model but for targets and for what a window asks, so the primal simplex method goes on
from it in a third of the iterations that the dual one takes from nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allocator.program.program import Index, LinearProgram
from allocator.solvers.catalogue import LARGE
from allocator.vocabulary import CHILDREN_BALANCE, DRAWN, FUNDED, SETTLED

SMALL: Final = 1_000  # rows, below which a program is solved in no time from anywhere


def _same(index: Index) -> Index:
    return index


def _opening(index: Index) -> Index:
    return (*index, 0)


def _best_band(index: Index) -> Index:
    return (*index[:2], 0, *index[2:])


# Where a row's index leads among those of the column that it settles.
_LEADS: Final[Mapping[str, Callable[[Index], Index]]] = {
    "same": _same,
    "opening": _opening,
    "best band": _best_band,
}


def basis_to_begin_at(
    program: LinearProgram,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]] | None:
    """The basis where nothing changes, for a program of a size at which it is worth it."""
    return unchanged_basis(program) if SMALL < program.shape[0] <= LARGE else None


def unchanged_basis(
    program: LinearProgram,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]] | None:
    """Which columns, and which rows, are in the basis; None for a program of another kind."""
    if CHILDREN_BALANCE not in program.rows:
        return None
    rows, columns = np.ones(program.shape[0], dtype=bool), np.zeros(program.shape[1], dtype=bool)
    for rule, family, settled in (*_settled(), _paid(program)):
        if rule not in program.rows or family not in program.columns:
            continue
        places = program.columns[family].positions
        for index, row in program.rows[rule].positions.items():
            column = places.get(settled(index))
            if column is not None and not columns[column]:
                columns[column], rows[row] = True, False
    return columns, rows


def _settled() -> Iterator[tuple[str, str, Callable[[Index], Index]]]:
    return ((rule, family, _LEADS[leads]) for rule, family, leads in SETTLED)


def _paid(program: LinearProgram) -> tuple[str, str, Callable[[Index], Index]]:
    """Spend of an area's tier in a year is settled by what the first fund for it pays."""
    first: dict[Index, Index] = {}
    for index in program.columns[DRAWN].indices:
        first.setdefault(index[2:], index)
    return FUNDED, DRAWN, lambda index: first.get(index, ())
