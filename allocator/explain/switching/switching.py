"""Switching values: how far each input can move, alone, before what is concluded changes.

HM Treasury's Green Book asks for them.  Three things may change as an input moves and the plan
is made anew: the services chosen or the double-investment window; that the plan pays back within
its years; that the target is in reach.  From 1 outward an input is multiplied by the factors of
``STEPS``; between the last at which something still held and the first at which it does not, the
point where it changes is found by bisection, so that both of its sides have been solved.  What
changes and changes back between two neighbouring factors is not seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar, Final

import pandas as pd

from allocator.clock import Overrun
from allocator.errors import InstanceError
from allocator.explain.answers import Answer
from allocator.explain.straight import Straight
from allocator.explain.switching.inputs import Input, inputs
from allocator.explain.switching.outcomes import CHOSEN, EVENTS, Judge, Outcome
from allocator.instance import Instance
from allocator.instance.instance import window_facts
from allocator.plan.columns import ANSWERS, AnswerColumns
from allocator.program.program import LinearProgram
from allocator.solving.session import Progress, build
from formulations import LEAST_COST

STEPS: Final = {"lower": (0.5, 0.0), "higher": (2.0, 4.0)}  # factors, from 1 outward
TOLERANCE: Final = 0.01  # of the value as it stands, or of the value found where that is more
_STRAIGHT: Final = ("effects", "services", "states", "arrivals")


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
    asked, judge = inputs(instance, patterns), Judge()
    program = build(instance)
    usual = judge.outcome(instance, program)
    rows, overrun = [], Overrun()
    for n, each in enumerate(asked if usual.cost is not None else ()):
        tell(f"moving {each.label}", n, len(asked))
        with overrun.kept():
            rows.append(_Search(instance, program, each, usual, judge).row())
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


class _Search:
    """One input: outcomes by factor, and where they change."""

    def __init__(
        self, instance: Instance, program: LinearProgram, moved: Input, usual: Outcome, judge: Judge
    ) -> None:
        self._instance, self._input, self._judge, self._usual = instance, moved, judge, usual
        self._known: dict[float, Outcome] = {1.0: usual}
        judge.begin_line()
        straight = moved.rows[0].table in _STRAIGHT
        self._programs = Straight(program, self._build) if straight else None

    def row(self) -> dict[str, Any]:
        """The row of the table."""
        moved = self._input
        row: dict[str, Any] = {
            "input": moved.key,
            "label": moved.label,
            "file": moved.file,
            "row": moved.row,
            "unit": moved.unit,
            "value": moved.value,
            "low": moved.low,
            "high": moved.high,
            "evidence": moved.evidence,
        }
        for side, steps in STEPS.items():
            down = (side == "lower") == (moved.value > 0)
            for event, factor in self._switches(steps):
                row[f"{event}_{'below' if down else 'above'}"] = factor * moved.value
        return row | self._at_ends()

    def _at_ends(self) -> dict[str, Any]:
        """Cost with an effect at either end of its range, and what changes there."""
        columns: dict[str, Any] = {}
        if self._input.low is None:
            return columns
        changed = list[str]()
        for end in ("low", "high"):
            try:
                outcome = self._judge.outcome(self._input.at_end(self._instance, end))
            except InstanceError:  # its lags would differ in sign
                continue
            columns[f"cost_at_{end}"] = outcome.cost
            changed += [event for event in EVENTS if outcome.differs(event, self._usual)]
        return columns | {"hangs_on": ";".join(event for event in EVENTS if event in changed)}

    def _switches(self, steps: Sequence[float]) -> Iterator[tuple[str, float]]:
        """Events on one side of 1, each with the factor at which it happens."""
        for factor in steps:
            if self._at(factor).cost is None:
                break  # out of reach: nothing further out could be concluded
        for event in reversed(EVENTS):  # the reach first: near it the others may happen
            while bracket := self._bracket(event, steps):
                before, after = bracket
                if abs(after - before) <= TOLERANCE * max(1.0, min(before, after)):
                    yield event, after
                    break
                self._at((before + after) / 2)

    def _bracket(self, event: str, steps: Sequence[float]) -> tuple[float, float] | None:
        """Neighbouring factors between which an event first happens, of those that are known."""
        side = sorted(f for f in self._known if (f - 1.0) * (steps[0] - 1.0) >= 0)
        ordered = side if steps[0] > 1.0 else side[::-1]
        for before, after in pairwise(ordered):
            if self._known[after].differs(event, self._usual):
                return before, after
        return None

    def _at(self, factor: float) -> Outcome:
        if factor not in self._known:
            changed = self._input.times(self._instance, factor)
            program = None if self._programs is None else self._programs.at(factor)
            self._known[factor] = self._judge.outcome(changed, program, factor)
        return self._known[factor]

    def _build(self, factor: float) -> LinearProgram:
        return build(self._input.times(self._instance, factor))
