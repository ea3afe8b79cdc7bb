"""Switching values: how far each input can move, alone, before what is concluded changes.

HM Treasury's Green Book asks for them.  Three things may change as an input moves and the plan
is made anew: the services chosen or the double-investment window; that the plan pays back within
its years; that the target is in reach (``search``).  What changes and changes back between two
neighbouring factors that are tried is not seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from allocator.clock import Clock, Overrun
from allocator.errors import TimeLimitError
from allocator.executors import rows_as_done
from allocator.explain.answers import Answer
from allocator.explain.switching.inputs import Input, inputs
from allocator.explain.switching.outcomes import CHOSEN, Outcome
from allocator.explain.switching.search import STEPS, TOLERANCE
from allocator.explain.switching.worker import InputRow, Searcher, searched
from allocator.instance import Instance
from allocator.instance.instance import window_facts
from allocator.plan.columns import ANSWERS, AnswerColumns
from allocator.progress import Progress, silent
from formulations import LEAST_COST

NumberedRow = tuple[int, InputRow, int]  # an input's number, its row, and how many programs it took


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
    instance: Instance,
    patterns: Sequence[str] = (),
    progress: Progress | None = None,
    executor: Executor | None = None,
) -> Switching:
    """Search every input whose key fits one of the patterns, or all.

    The table ``switching`` has a row for each input: factors on it, and £ at present value.
    Where the instance has no plan there is nothing to switch from, and the table is empty; where
    the time is over it ends.  ``executor`` (``allocator.executors``) searches inputs side by side:
    the answer is the same.
    UsageError for a pattern that fits no input, SolverError where a solve fails.
    """
    tell = progress or silent
    asked = inputs(instance, patterns)
    searcher = Searcher(instance)
    usual, overrun = searcher.judge.usual, Overrun()
    known = dict[int, InputRow]()
    solves = searcher.judge.solves
    if usual.cost is not None:
        rows = (
            _here(searcher, asked, tell)
            if executor is None
            else _spread(instance, asked, executor, tell)
        )
        with overrun.kept():
            for number, row, count in rows:
                known[number], solves = row, solves + count
    tell("done", len(asked), len(asked))
    table = Switching.table_of("switching", [known[number] for number in sorted(known)])
    return Switching(
        instance,
        LEAST_COST,
        searcher.judge.solver,
        {"switching": table},
        usual,
        solves,
        unfinished=overrun.said,
    )


def _here(searcher: Searcher, asked: Sequence[Input], tell: Progress) -> Iterator[NumberedRow]:
    for number, each in enumerate(asked):
        tell(f"moving {each.label}", number, len(asked))
        yield number, *searcher.row(each)


def _spread(
    instance: Instance, asked: Sequence[Input], executor: Executor, tell: Progress
) -> Iterator[NumberedRow]:
    """The rows of inputs as they are done side by side; TimeLimitError where the time is over."""
    seconds = Clock().left()
    tasks = [(instance, number, each, seconds) for number, each in enumerate(asked)]
    tell("moving inputs side by side", 0, len(asked))
    for done, (number, row, count, late) in enumerate(rows_as_done(executor, searched, tasks), 1):
        if row is None:
            raise TimeLimitError(late)
        tell(f"moved {asked[number].label}", done, len(asked))
        yield number, row, count
