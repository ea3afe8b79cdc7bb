"""A program followed along one moving number, for every double-investment window at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise, starmap
from typing import Final

from allocator.clock import Overrun
from allocator.explain.frontier.envelope import Envelope, Piece, pieces
from allocator.explain.frontier.parametric import (
    INSIDE,
    SAME,
    Parametric,
    Shift,
    Touch,
    apart,
    lines,
)
from allocator.instance import Instance, Window
from allocator.program.program import LinearProgram
from allocator.progress import Progress, silent
from allocator.solving.session import at_window, saying
from allocator.solving.windows import TIE

LARGE: Final = 10_000  # rows of a program whose every breakpoint is not looked for
CLOSE: Final = 1e-5  # relative: such a one's curve is known this well everywhere

End = Callable[[LinearProgram, Parametric], float]


@dataclass(frozen=True)
class Walked:
    """The best value at every number from the least on; no pieces where there is no plan.

    Pieces are in order; where one ends above the next one's start, the function jumps.  The last
    is flat and has no end.  The best value is nowhere further than ``within`` from the pieces:
    nought where every breakpoint is known.  ``unfinished`` says that time was over before every
    window had been followed: then others may be better.
    """

    pieces: tuple[Piece, ...]
    solves: int
    solver: str
    unfinished: str = ""
    within: float = 0.0

    def at(self, number: float) -> Piece | None:
        """The piece that a number lies on; where two meet, the lower, then the later.

        None before the first.
        """
        near = 1e-9 * max(1.0, abs(number))
        there = [p for p in self.pieces if p.start - near <= number <= p.end + near]
        least = min((piece.line(number) for piece in there), default=0.0)
        best = [p for p in there if p.line(number) - least <= SAME * max(1.0, abs(least))]
        return best[-1] if best else None


def walk(
    instance: Instance, program: LinearProgram, move: Shift, far: End, progress: Progress | None
) -> Walked:
    """Follow the first objective of a program, from the least number that has a plan.

    ``far`` says for a window's program from which number on nothing changes.  The windows are
    followed one after the other, each only as far as it may still be the best.
    """
    tell = progress or silent
    preferred: tuple[Window | None, ...] = (None, *instance.windows)
    followed, steps = Parametric(move, instance.areas), 2 * len(preferred) + 1
    starts: dict[Window | None, tuple[float, LinearProgram]] = {}
    for n, window in enumerate(reversed(preferred)):
        tell(f"{saying(window)}: how far it reaches", n, steps)
        variant = at_window(program, instance, window)
        if (least := followed.least(variant)) is not None:
            starts[window] = least + INSIDE * max(1.0, abs(least)), variant
    if not starts:
        return Walked((), followed.solves, followed.solver)
    end = max(far(variant, followed) for _, variant in starts.values())
    ends = {window: followed.touch(variant, end) for window, (_, variant) in starts.items()}
    following = _Following(followed, Envelope(preferred, CLOSE * (program.shape[0] >= LARGE)))
    order = sorted(starts, key=lambda window: (starts[window][0], ends[window].value))
    for n, window in enumerate(order):
        if following.overrun:
            break
        tell(f"{saying(window)}: following it", len(preferred) + n, steps)
        start, variant = starts[window]
        following.follow(window, variant, min(start, end), ends[window])
    tell("done", steps, steps)
    return Walked(
        (*following.envelope.pieces, _flat(ends, preferred)),
        followed.solves,
        followed.solver,
        following.overrun.said,
        following.within,
    )


class _Following:
    """The windows followed so far: the best of them, and how far it may be from what is known."""

    def __init__(self, followed: Parametric, envelope: Envelope) -> None:
        self.envelope, self.overrun, self.within = envelope, Overrun(), 0.0
        self._followed = followed

    def follow(
        self, window: Window | None, program: LinearProgram, start: float, end: Touch
    ) -> None:
        """Follow a window's program where it may be the best; as far as the time allows."""
        curve = list[Touch]()
        touch = partial(self._followed.touch, program)
        with self.overrun.kept():
            floor = self._followed.floor(program)
            where = self.envelope.contested(window, floor, start, end.at)
            if where is None:
                return
            left = touch(where[0])
            right = end if where[1] == end.at else touch(where[1])
            curve += [left, right]
            for each in lines(touch, left, right, partial(self._is_worthless, window)):
                curve.append(each)
        curve.sort(key=lambda touch: touch.at)
        if self.overrun:
            unknown = (pair for pair in pairwise(curve) if not self.envelope.beats(window, *pair))
            self.within = max([self.within, *starmap(apart, unknown)])
        if curve:
            self.envelope.add(pieces(curve, window))

    def _is_worthless(self, window: Window | None, left: Touch, right: Touch) -> bool:
        """Whether a window is nowhere the best between two points, or is known well enough."""
        if self.envelope.beats(window, left, right):
            return True
        unknown = apart(left, right)
        if unknown >= self.envelope.close * max(1.0, abs(left.value)):
            return False
        self.within = max(self.within, unknown)
        return True


def _flat(ends: Mapping[Window | None, Touch], preferred: Sequence[Window | None]) -> Piece:
    """From where nothing changes on: the best window's; the whole curve, where all is so."""
    least = min(touch.value for touch in ends.values())
    most = least + TIE * max(1.0, abs(least))
    window = next(each for each in preferred if each in ends and ends[each].value <= most)
    return Piece(ends[window].at, math.inf, ends[window].value, 0.0, window)
