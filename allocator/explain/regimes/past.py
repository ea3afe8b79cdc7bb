"""What has been decided for the years before one, held as it was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from allocator.instance import Instance, Window
from allocator.program.program import LinearProgram
from allocator.solving.session import WindowSolved


def fixed(
    settled: Instance, program: LinearProgram, past: WindowSolved, begin: int
) -> LinearProgram:
    """The program with what was decided for the years before one held where it was."""
    assert past.solution is not None
    last = {
        "period": (begin - settled.first_year) * settled.periods_per_year,
        "year": begin - 1,
    }
    places = [
        n
        for family in program.columns.values()
        if family.keys and family.keys[-1] in last
        for index, n in family.positions.items()
        if index[-1] <= last[family.keys[-1]]
    ]
    lower, upper = program.lower.copy(), program.upper.copy()
    held = np.clip(past.solution.primal[places], lower[places], upper[places])
    lower[places] = upper[places] = held
    return _rid_of_the_past(replace(program, lower=lower, upper=upper))


def _rid_of_the_past(program: LinearProgram) -> LinearProgram:
    """The program without bounds of rows in which nothing is left to decide.

    They were kept as they were decided: rounding shall not forbid now what was done.
    """
    matrix = program.matrix
    open_ = (matrix.values != 0) & (program.lower < program.upper)[matrix.columns]
    held = np.bincount(matrix.rows[open_], minlength=program.shape[0]) > 0
    return replace(
        program,
        row_lower=np.where(held, program.row_lower, -np.inf),
        row_upper=np.where(held, program.row_upper, np.inf),
    )


def same_past(window: Window | None, other: Window | None, first: int, begin: int) -> bool:
    """Whether two windows are alike in every year before one."""
    return all(_inside(window, year) == _inside(other, year) for year in range(first, begin))


def _inside(window: Window | None, year: int) -> bool:
    return window is not None and window[0] <= year < window[0] + window[1]
