"""A way out of an instance that has no plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from allocator.explain.citing import Cell
from allocator.instance import Instance, Window

Changing = Callable[[Instance], Instance]


@dataclass(frozen=True)
class Way:
    """A change that gives a plan, or a kind of change that never does.

    ``before`` and ``after`` are what the cell says, ``amount`` how much gives way, in ``unit``.
    ``money`` is £ by fund, owner and year.  ``window`` is the one with which the plan exists.
    """

    kind: str
    possible: bool
    unit: str = ""
    cell: Cell | None = None
    words: str = ""
    before: float | None = None
    after: float | None = None
    amount: float | None = None
    window: Window | None = None
    money: Mapping[tuple[str, str, int], float] = field(default_factory=dict)
    change: Changing | None = None
