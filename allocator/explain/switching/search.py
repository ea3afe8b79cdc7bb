"""Where one input switches: the edge of reach first, then what happens on this side of it.

On each side of 1 the factors of ``STEPS`` are tried.  The edge of reach is steered for by what each
window's prices say of the room that it leaves (``solving.reach``) and by false position; an event
is narrowed down between the last step at which it has not happened and the first at which it has.
Both sides of whatever is told have been solved as they would be built.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np

from allocator.errors import InstanceError
from allocator.explain.switching.inputs import Input
from allocator.explain.switching.judge import Judge
from allocator.explain.switching.outcomes import CHOICE, EVENTS, PAYBACK, REACH, Outcome
from allocator.explain.switching.programs import MovedPrograms
from allocator.instance import Instance, Window
from allocator.program.program import LinearProgram
from allocator.solving.reach import gained, used_up_at, widened
from allocator.solving.session import WindowSolved, at_window, build

STEPS: Final = {"lower": (0.5, 0.0), "higher": (2.0, 4.0)}  # factors, from 1 outward
TOLERANCE: Final = 0.01  # of the value as it stands, or of the value found where that is more
_STEP: Final = 0.01  # share by which an input is moved to see what it takes of the room
_FIRST: Final = 0.9  # of the tolerance: the first step in search of where something happens
_TRIES: Final = 6  # solves with a window to find where it leaves none


class Search:
    """One input; ``there`` are the windows that leave room as inputs stand, the most first."""

    def __init__(
        self,
        instance: Instance,
        program: LinearProgram,
        moved: Input,
        judge: Judge,
        there: Sequence[WindowSolved],
    ) -> None:
        self._instance, self._input, self._judge, self._there = instance, moved, judge, there
        self._programs = MovedPrograms(instance, program, moved)
        self._known: dict[float, Outcome] = {1.0: judge.usual}
        self._idle = self._programs.is_idle
        judge.begin_line()

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
                outcome = self._at_end(end)
            except InstanceError:  # its lags would differ in sign
                continue
            columns[f"cost_at_{end}"] = outcome.cost
            changed += [event for event in EVENTS if outcome.differs(event, self._judge.usual)]
        return columns | {"hangs_on": ";".join(event for event in EVENTS if event in changed)}

    def _switches(self, steps: Sequence[float]) -> Iterator[tuple[str, float]]:
        """Events on one side of 1, each with the factor at which it happens."""
        if self._idle:
            return
        edge, reached = self._edge(steps), [1.0]
        for factor in steps:
            if edge is not None and not _before(factor, edge[0]):
                break
            if self._at(factor).cost is None:
                edge = self._narrowed(reached[-1], factor, self._has_none)
                break
            reached.append(factor)
        if edge is not None:
            yield REACH, edge[1]
            reached.append(edge[0])
        for event in (PAYBACK, CHOICE):
            for before, after in pairwise(reached):
                if self._happens(event, after):
                    yield event, self._happening(event, before, after)
                    break

    def _edge(self, steps: Sequence[float]) -> tuple[float, float] | None:
        """Neighbouring factors with a plan at the first and none at the second.

        None where no edge shows before the last step.
        """
        outward, most = (1.0 if steps[-1] > 1.0 else -1.0), abs(steps[-1] - 1.0)
        guess, window = self._guess(outward)
        inside = 1.0
        for _ in range(_TRIES):
            if guess > most:
                return None
            guess = self._steered(window, outward, guess, most)
            if guess == np.inf:
                return None
            half = TOLERANCE / 4 * max(1.0, 1.0 + outward * guess)
            beyond, before = (1.0 + outward * (guess + sign * half) for sign in (1.0, -1.0))
            if abs(beyond - 1.0) > most:
                return None
            if not self._has_plan(beyond, window):
                if outward * (before - inside) <= 0 or not self._has_plan(before, window):
                    return self._narrowed(inside, beyond, self._has_none)
                return before, beyond
            inside, guess, window = beyond, abs(beyond - 1.0) + half, self._judge.leading
        return None

    def _guess(self, outward: float) -> tuple[float, Window | None]:
        """How far from 1 the last window comes to leave no room, by the prices, and which it is."""
        if not self._there:
            return np.inf, None
        moved = widened(self._programs.near(1.0 + outward * _STEP))
        ends = [
            used_up_at(each, -gained(each, at_window(moved, self._instance, each.window), _STEP))
            for each in self._there
        ]
        last = int(np.argmax(ends))
        return ends[last], self._there[last].window

    def _steered(self, window: Window | None, outward: float, guess: float, most: float) -> float:
        """How far from 1 a window comes to leave no room, by false position; infinite past most."""
        inside = (0.0, self._judge.room(self._programs.exact(1.0), window, 1.0))
        outside = (np.inf, -np.inf)
        for _ in range(_TRIES):
            factor = 1.0 + outward * guess
            left, tried = self._judge.room(self._programs.near(factor), window, factor), guess
            if left <= 0:
                outside = guess, left
                guess = _crossing(inside, outside)
            elif guess >= most:
                return np.inf
            elif outside[0] < np.inf:
                inside = guess, left
                guess = _crossing(inside, outside)
            else:
                further = _crossing(inside, (guess, left))
                inside = guess, left
                guess = min(2 * guess, most, further if further > guess else np.inf)
            if abs(guess - tried) <= TOLERANCE / 10 * max(1.0, factor):
                break
        return guess

    def _narrowed(
        self, before: float, after: float, happens: Callable[[float], bool]
    ) -> tuple[float, float]:
        """Neighbouring factors between which something happens.

        By steps from ``before`` on, each twice the last, since much happens near it and each solve
        goes on from the one nearby; then by halving.
        """
        step = math.copysign(_FIRST * TOLERANCE * max(1.0, min(before, after)), after - before)
        while abs(after - before) > 2 * abs(step):
            further = before + step
            if happens(further):
                after = further
                break
            before, step = further, 2 * step
        while abs(after - before) > TOLERANCE * max(1.0, min(before, after)):
            middle = (before + after) / 2
            if happens(middle):
                after = middle
            else:
                before = middle
        return before, after

    def _happening(self, event: str, before: float, after: float) -> float:
        """Where an event happens that has at ``after`` and has not at ``before``."""
        near = self._narrowed(before, after, lambda at: self._seems_to_happen(event, at))
        if self._programs.is_straight:
            return near[1]
        for factor in near[::-1]:
            if _before(before, factor) and _before(factor, after):
                if self._happens(event, factor):
                    after = factor
                else:
                    before = factor
        return self._narrowed(before, after, lambda at: self._happens(event, at))[1]

    def _happens(self, event: str, factor: float) -> bool:
        return self._at(factor).differs(event, self._judge.usual)

    def _seems_to_happen(self, event: str, factor: float) -> bool:
        """The same of what is near enough, or is exact where the input is on a straight line."""
        if factor in self._known:
            return self._happens(event, factor)
        instance, program = self._programs.instance(factor), self._programs.near(factor)
        if event == CHOICE:
            return self._judge.chooses_otherwise(instance, program, factor)
        return self._judge.outcome(instance, program, factor).differs(event, self._judge.usual)

    def _has_plan(self, factor: float, window: Window | None) -> bool:
        """Whether there is a plan; asked of a window first."""
        if factor not in self._known:
            instance, program = self._programs.instance(factor), self._programs.exact(factor)
            if self._judge.has_plan(instance, program, window, factor):
                return True
            self._known[factor] = Outcome(None)
        return self._known[factor].cost is not None

    def _has_none(self, factor: float) -> bool:
        return not self._has_plan(factor, self._judge.leading)

    def _at(self, factor: float) -> Outcome:
        beyond = any(each.cost is None and _before(at, factor) for at, each in self._known.items())
        if beyond and self._has_none(factor):
            return self._known[factor]
        if factor not in self._known:
            instance, program = self._programs.instance(factor), self._programs.exact(factor)
            self._known[factor] = self._judge.outcome(instance, program, factor)
        return self._known[factor]

    def _at_end(self, end: str) -> Outcome:
        """The outcome with each row of an effect or response at its own ``low`` or ``high``."""
        instance, (first, *more) = self._input.at_end(self._instance, end), self._input.rows
        if self._idle:
            return self._judge.usual
        factor = first.values.get(end, first[self._input.column]) / first[self._input.column]
        if not more:
            return self._at(factor)
        return self._judge.outcome(instance, build(instance), factor)


def _before(factor: float, other: float) -> bool:
    """Whether a factor lies between 1 and another, on its side of 1."""
    return (factor - 1.0) * (other - 1.0) >= 0.0 and abs(factor - 1.0) < abs(other - 1.0)


def _crossing(near: tuple[float, float], far: tuple[float, float]) -> float:
    """Where the line through two points of the room that is left leaves none."""
    (at, left), (other, missing) = near, far
    if left == missing:
        return np.inf
    return at + (other - at) * left / (left - missing)
