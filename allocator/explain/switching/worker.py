"""Inputs of an instance searched one after the other: here, or by workers side by side."""

from __future__ import annotations

import threading
from typing import Any

from allocator.clock import limited
from allocator.errors import TimeLimitError
from allocator.explain.switching.inputs import Input
from allocator.explain.switching.judge import Judge
from allocator.explain.switching.search import Search
from allocator.instance import Instance
from allocator.solving.session import build

InputRow = dict[str, Any]
Searched = tuple[int, InputRow | None, int, str]

_kept = threading.local()  # what this thread has last searched for
_TURN = threading.Lock()  # Pyomo swaps Python's own ``sum`` while it makes a template


class Searcher:
    """Keeps what every input begins from: the plan as they stand, and what room windows leave."""

    def __init__(self, instance: Instance) -> None:
        self._instance, self._program = instance, build(instance)
        self.judge = Judge(instance, self._program)
        has_plan = self.judge.usual.cost is not None
        self._there = self.judge.rooms(self._program) if has_plan else []

    def row(self, moved: Input) -> tuple[InputRow, int]:
        """An input's row of the table, and how many programs it took.  As ``Judge`` raises."""
        before = self.judge.solves
        row = Search(self._instance, self._program, moved, self.judge, self._there).row()
        return row, self.judge.solves - before


def searched(instance: Instance, number: int, moved: Input, seconds: float) -> list[Searched]:
    """One input's number, row and solves, within so many seconds; no row, and why, after them.

    What an executor is given to run, here or on another machine, by the searcher that this thread
    keeps for the instance.
    """
    with _TURN, limited(seconds):
        try:
            if getattr(_kept, "key", None) != (key := instance.hash):
                _kept.searcher, _kept.key = Searcher(instance), key
            return [(number, *_kept.searcher.row(moved), "")]
        except TimeLimitError as error:
            return [(number, None, 0, str(error))]
