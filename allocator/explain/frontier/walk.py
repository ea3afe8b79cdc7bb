"""A program followed along one moving number, for every double-investment window at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from allocator.clock import Overrun
from allocator.explain.frontier.envelope import Envelope, Piece, pieces
from allocator.explain.frontier.parametric import INSIDE, SAME, Parametric, Shift, Touch, lines
from allocator.instance import Instance, Window
from allocator.program.program import LinearProgram
from allocator.progress import Progress, silent
from allocator.solving.session import at_window, saying
from allocator.solving.windows import TIE

End = Callable[[LinearProgram, Parametric], float]


@dataclass(frozen=True)
class Walked:
    """The best value at every number from the least on; no pieces where there is no plan.

    Pieces are in order; where one ends above the next one's start, the function jumps.  The last
    is flat and has no end.  ``unfinished`` says that time was over before every window had been
    followed: then others may be better.
    """

    pieces: tuple[Piece, ...]
    solves: int
    solver: str
    unfinished: str = ""

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
    # All starts, then all ends: each is near the last one that was solved.
    first = {w: followed.touch(variant, min(at, end)) for w, (at, variant) in starts.items()}
    touches = {w: (first[w], followed.touch(variant, end)) for w, (_, variant) in starts.items()}
    envelope, overrun = Envelope(preferred), Overrun()
    for n, (window, (left, right)) in enumerate(sorted(touches.items(), key=_promise)):
        if overrun:
            break
        tell(f"{saying(window)}: following it", len(preferred) + n, steps)
        touch = partial(followed.touch, starts[window][1])
        segments = lines(touch, left, right, partial(envelope.beats, window))
        with overrun.kept():
            envelope.add(pieces(list(segments), window))
    tell("done", steps, steps)
    flat = _flat({window: right for window, (_, right) in touches.items()}, preferred)
    return Walked((*envelope.pieces, flat), followed.solves, followed.solver, overrun.said)


def _flat(ends: Mapping[Window | None, Touch], preferred: Sequence[Window | None]) -> Piece:
    """From where nothing changes on: the best window's; the whole curve, where all is so."""
    least = min(touch.value for touch in ends.values())
    most = least + TIE * max(1.0, abs(least))
    window = next(each for each in preferred if each in ends and ends[each].value <= most)
    return Piece(ends[window].at, math.inf, ends[window].value, 0.0, window)


def _promise(entry: tuple[Window | None, tuple[Touch, Touch]]) -> tuple[float, float]:
    """What reaches furthest is followed first, so that the others have something to beat."""
    left, right = entry[1]
    return left.at, right.value
