"""The program of a saved hedge, for other solvers: its extensive form, in the hedge's window."""

from __future__ import annotations

from pathlib import Path

from allocator.compare.problems import ComparedProgram
from allocator.hedge.hedge import FuturesSolver
from allocator.hedge.saving.loading import load_hedge
from allocator.instance.scenarios import scenarios
from allocator.solvers.mps import without_free_rows
from allocator.solving.futures import extensive_form
from allocator.wording import counted, with_window


def of_hedge(path: Path) -> ComparedProgram:
    """Every scenario of a saved hedge as one program, whose optimum is what it settles.

    An objective that comes before the last is held at its best by a row.  Raises UsageError where
    there is no hedge, or a file of it is damaged.
    """
    hedged = load_hedge(path)
    listed = scenarios(hedged.instance)
    form = extensive_form(listed, hedged.instance.uncertainty)
    program = form.at(hedged.window)
    if len(program.objectives) > 1:
        program = FuturesSolver(form).solve(hedged.window).program
    about = (
        f"extensive form of {counted(len(listed), 'scenario')}, {with_window(hedged.window)}; "
        "millions of pounds"
    )
    return ComparedProgram(hedged.instance.name, without_free_rows(program), about)
