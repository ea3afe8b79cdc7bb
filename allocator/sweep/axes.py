"""The axes of a grid: which cell takes which values, as ``--over`` spells them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from allocator.errors import UsageError
from allocator.instance.schema import TABLES

MOST: Final = 1_000_000  # values on an axis, and points in a grid
_FACTOR = re.compile(r"[*x]\s*(.+)")


@dataclass(frozen=True)
class Axis:
    """A cell or setting, named as ``--set`` names it, and the values it takes, as text."""

    place: str
    values: tuple[str, ...]

    def __str__(self) -> str:
        """As ``--over`` takes it."""
        return f"{self.place}={','.join(self.values)}"

    def change(self, position: int) -> str:
        """The change that puts one of the values in place."""
        return f"{self.place}={self.values[position]}"

    @property
    def column(self) -> tuple[str, str]:
        """Table and column of the cells; a section and a name where it is a setting."""
        return self.place.partition(".")[0], self.place.rpartition(".")[2]

    @property
    def in_table(self) -> bool:
        """Whether it changes cells of a table, not a setting."""
        return self.column[0] in TABLES

    @property
    def numbers(self) -> tuple[float, ...] | None:
        """The values as numbers, or as factors; None where they are neither, or some of each."""
        factors = [_FACTOR.fullmatch(value) for value in self.values]
        if any(factors) and not all(factors):
            return None
        try:
            return tuple(
                float(factor[1] if factor else value)
                for factor, value in zip(factors, self.values, strict=True)
            )
        except ValueError:
            return None


def read_axis(text: str) -> Axis:
    """An axis from ``TABLE.KEY.COLUMN=start:stop:step`` or ``TABLE.KEY.COLUMN=a,b,c``.

    The range includes ``stop`` where the steps reach it, and is worked out in decimals.  Values
    are those that ``--set`` takes, ``*0.9`` for a factor; ``*0.9:1.1:0.05`` is a range of
    factors.  Raises UsageError, which names the part that is wrong.
    """
    place, equals, values = (part.strip() for part in text.partition("="))
    if not equals or "." not in place:
        raise UsageError(
            f"{text!r}: is not an axis; write table.key.column=start:stop:step or =a,b,c, as in "
            "targets.2025.children=60000:80000:1000"
        )
    points = _range(text, values) if ":" in values else _listed(text, values)
    twice = {value for value in points if points.count(value) > 1} if len(points) < MOST else set()
    if twice:
        raise UsageError(f"{text!r}: gives {sorted(twice)[0]!r} twice")
    return Axis(place, points)


def read_axes(texts: Sequence[str]) -> tuple[Axis, ...]:
    """The axes of a grid; UsageError if there are none, two of one place, or too many points."""
    axes, points = tuple(read_axis(text) for text in texts), 1
    if not axes:
        raise UsageError("a sweep needs an axis, as in targets.2025.children=60000:80000:1000")
    for position, axis in enumerate(axes):
        if axis.place in {other.place for other in axes[:position]}:
            raise UsageError(f"{axis.place!r}: is an axis already")
        points *= len(axis.values)
    if points > MOST:
        raise UsageError(f"the grid has {points:,} points; the most is {MOST:,}")
    return axes


def _listed(text: str, values: str) -> tuple[str, ...]:
    listed = tuple(value.strip() for value in values.split(","))
    if not all(listed):
        raise UsageError(f"{text!r}: has an empty value; write values as a,b,c")
    return listed


def _range(text: str, values: str) -> tuple[str, ...]:
    factor = _FACTOR.fullmatch(values)
    parts = (factor[1] if factor else values).split(":")
    if len(parts) != 3:
        raise UsageError(f"{text!r}: {values!r} is not a range; write start:stop:step")
    start, stop, step = (
        _decimal(text, name, part)
        for name, part in zip(("start", "stop", "step"), parts, strict=True)
    )
    if step == 0 or (stop - start) / step < 0:
        raise UsageError(
            f"{text!r}: steps of {parts[2].strip()} do not lead from {parts[0].strip()} "
            f"to {parts[1].strip()}"
        )
    steps = (stop - start) / step
    if steps >= MOST:
        raise UsageError(f"{text!r}: has more than {MOST:,} values")
    sign = "*" if factor else ""
    return tuple(f"{sign}{_plain(start + n * step)}" for n in range(int(steps) + 1))


def _decimal(text: str, name: str, part: str) -> Decimal:
    try:
        value = Decimal(part.strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise UsageError(f"{text!r}: the {name} {part.strip()!r} is not a number")
    return value


def _plain(value: Decimal) -> str:
    """Without exponent or idle zeros: 60000, 0.95."""
    return f"{value.normalize():f}"
