"""Switching values: how far each input can move, alone, before what is concluded changes.

HM Treasury's Green Book asks for them.  Three things may change as an input moves and the plan
is made anew: the services chosen or the double-investment window; that the plan pays back within
its years; that the target is in reach (``search``).  What changes and changes back between two
neighbouring factors that are tried is not seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from allocator.clock import Overrun
from allocator.explain.answers import Answer
from allocator.explain.switching.inputs import inputs
from allocator.explain.switching.judge import Judge
from allocator.explain.switching.outcomes import CHOSEN, Outcome
from allocator.explain.switching.search import STEPS, TOLERANCE, Search
from allocator.instance import Instance
from allocator.instance.instance import window_facts
from allocator.plan.columns import ANSWERS, AnswerColumns
from allocator.solving.session import Progress, build
from formulations import LEAST_COST


@dataclass(frozen=True)
class Switching(Answer):
    """Where each input switches; ``usual`` is the plan with all inputs as they stand."""

    NAME: ClassVar[str] = "switching"
    COLUMNS: ClassVar[AnswerColumns] = ANSWERS[NAME]

    usual: Outcome
    solves: int

    @property
    def table(self) -> pd.DataFrame:
        """A row for each input; a blank switching value is never within the range searched."""
        return self.tables["switching"]

    def facts(self) -> dict[str, Any]:
        """What is concluded as the inputs stand, and how it was searched."""
        window = self.usual.window
        return {
            "status": "infeasible" if self.usual.cost is None else "optimal",
            "objective": self.usual.cost,
            "services": sorted(self.usual.services),
            "window": window_facts(window),
            "pays_back": self.usual.pays_back,
            "searched_from": min(STEPS["lower"]),
            "searched_to": max(STEPS["higher"]),
            "tolerance": TOLERANCE,
            "chosen_tolerance": CHOSEN,
            "solves": self.solves,
        }


def switching_values(
    instance: Instance, patterns: Sequence[str] = (), progress: Progress | None = None
) -> Switching:
    """Search every input whose key fits one of the patterns, or all.

    The table ``switching`` has a row for each input: factors on it, and £ at present value.
    Where the instance has no plan there is nothing to switch from, and the table is empty; where
    the time is over it ends.
    UsageError for a pattern that fits no input, SolverError where a solve fails.
    """
    tell: Progress = progress or (lambda what, done, steps: None)
    asked, program = inputs(instance, patterns), build(instance)
    judge = Judge(instance, program)
    usual, rows, overrun = judge.usual, [], Overrun()
    there = judge.rooms(program)
    for n, each in enumerate(asked if usual.cost is not None else ()):
        tell(f"moving {each.label}", n, len(asked))
        with overrun.kept():
            rows.append(Search(instance, program, each, judge, there).row())
        if overrun:
            break
    tell("done", len(asked), len(asked))
    table = Switching.table_of("switching", rows)
    return Switching(
        instance,
        LEAST_COST,
        judge.solver,
        {"switching": table},
        usual,
        judge.solves,
        unfinished=overrun.said,
    )
