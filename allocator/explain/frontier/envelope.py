"""The lower envelope of piecewise linear functions: the best window's, at every point.

Each window's curve is convex; their envelope need not be.  It bends where a curve bends, where two
cross, and jumps where a cheaper window's range begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from allocator.explain.frontier.parametric import SAME, Touch, meeting
from allocator.instance.instance import Window
from allocator.solving.windows import TIE

NARROW: Final = 1e-9  # relative: two points nearer than this are one


@dataclass(frozen=True)
class Piece:
    """A straight piece of a curve, and the window whose curve it is."""

    start: float
    end: float
    value: float  # at the start
    slope: float
    window: Window | None

    def line(self, at: float) -> float:
        """Value of its line somewhere."""
        return self.value + self.slope * (at - self.start)

    def part(self, start: float, end: float) -> Piece:
        """What lies between two points."""
        return replace(self, start=start, end=end, value=self.line(start))


def pieces(touches: Sequence[Touch], window: Window | None) -> list[Piece]:
    """A convex curve from lines that touch it, from the first to the last: their upper envelope."""
    ordered = sorted(touches, key=lambda touch: touch.at)
    bends = [(touch, meeting(before, touch)) for before, touch in pairwise(ordered)]
    starts = [(ordered[0].at, ordered[0])]
    starts += [(at, touch) for touch, at in bends if at is not None]
    ends = [at for at, _ in starts[1:]] + [ordered[-1].at]
    return [
        Piece(start, end, touch.line(start), touch.slope, window)
        for (start, touch), end in zip(starts, ends, strict=True)
        if end - start > _near(end)
    ]


class Envelope:
    """The least of the curves given so far; ties go to the window that is preferred.

    ``close`` is by how much, relative, another must be better for it to matter.
    """

    def __init__(self, preferred: Sequence[Window | None], close: float = 0.0) -> None:
        self._rank = {window: n for n, window in enumerate(preferred)}
        self.close = close
        self.pieces: list[Piece] = []

    def add(self, curve: Iterable[Piece]) -> None:
        """Take in another curve."""
        added = list(curve)
        cuts = sorted({end for piece in (*self.pieces, *added) for end in (piece.start, piece.end)})
        pieces: list[Piece] = []
        for start, end in pairwise(cuts):
            if end - start <= _near(end):
                continue
            old, new = _over(self.pieces, start, end), _over(added, start, end)
            if old is None or new is None:
                pieces += [each for each in (old, new) if each is not None]
            else:
                pieces += self._better(old, new)
        self.pieces = list(_joined(pieces))

    def beats(self, window: Window | None, left: Touch, right: Touch) -> bool:
        """Whether a window whose lines at two points are these wins nowhere between them."""
        inside = [p for p in self.pieces if p.end > left.at and p.start < right.at]
        if not inside or inside[0].start > left.at or inside[-1].end < right.at:
            return False
        points = {left.at, right.at, meeting(left, right) or left.at}
        for piece in inside:
            points |= {max(piece.start, left.at), min(piece.end, right.at)}
        gaps = [  # at a jump the two pieces that meet there are both asked
            (piece, at) for piece in inside for at in points if piece.start <= at <= piece.end
        ]
        return all(
            not self._wins(window, max(left.line(at), right.line(at)), piece, at)
            for piece, at in gaps
        )

    def contested(
        self, window: Window | None, floor: Sequence[Touch], start: float, end: float
    ) -> tuple[float, float] | None:
        """Where a window may still win whose curve stays above these lines; None for nowhere."""
        where = [(start, end)] if not self.pieces else self._uncovered(start, end)
        for piece in self.pieces:
            ends = max(piece.start, start), min(piece.end, end)
            if ends[0] >= ends[1] or any(
                not any(self._wins(window, line.line(at), piece, at) for at in ends)
                for line in floor
            ):
                continue
            where.append(ends)
        if not where:
            return None
        return min(left for left, _ in where), max(right for _, right in where)

    def _uncovered(self, start: float, end: float) -> list[tuple[float, float]]:
        """What of a stretch lies before the first piece or after the last."""
        first, last = self.pieces[0].start, self.pieces[-1].end
        sides = (start, min(first, end)), (max(last, start), end)
        return [(left, right) for left, right in sides if right - left > _near(right)]

    def _wins(self, window: Window | None, value: float, other: Piece, at: float) -> bool:
        """Whether a value of one window is better than a piece of another."""
        known = other.line(at)
        tie = TIE * max(1.0, abs(known))
        if abs(value - known) <= tie:
            return self._rank[window] < self._rank[other.window]
        return value < known - self.close * max(1.0, abs(known))

    def _better(self, old: Piece, new: Piece) -> list[Piece]:
        """The better of two lines over one stretch, cut where they cross."""
        start, end = old.start, old.end
        wins = [self._wins(new.window, new.line(at), old, at) for at in (start, end)]
        if wins[0] == wins[1]:
            return [new if wins[0] else old]
        apart, bend = new.value - old.value, old.slope - new.slope
        cross = start + apart / bend if bend else end
        cross = min(max(cross, start), end)
        first, second = (new, old) if wins[0] else (old, new)
        parts = [first.part(start, cross), second.part(cross, end)]
        return [part for part in parts if part.end - part.start > _near(part.end)]


def _over(curve: Iterable[Piece], start: float, end: float) -> Piece | None:
    """The part of a curve over a stretch that no bend of it lies in."""
    middle = (start + end) / 2
    return next((p.part(start, end) for p in curve if p.start <= middle <= p.end), None)


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Neighbours on one line made one."""
    last: Piece | None = None
    for piece in pieces:
        if last is not None and _goes_on(last, piece):
            last = replace(last, end=piece.end)
            continue
        if last is not None:
            yield last
        last = piece
    if last is not None:
        yield last


def _goes_on(last: Piece, piece: Piece) -> bool:
    size = max(1.0, abs(piece.value))
    return (
        last.window == piece.window
        and abs(last.line(piece.start) - piece.value) <= SAME * size
        and abs(last.line(piece.end) - piece.line(piece.end)) <= SAME * size
    )


def _near(at: float) -> float:
    return NARROW * max(1.0, abs(at))
