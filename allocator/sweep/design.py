"""What a sweep asks: an instance, the axes of a grid, and how each point is solved."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from allocator import __version__
from allocator.errors import InstanceError, UsageError
from allocator.instance import Instance
from allocator.instance.change import apply_changes
from allocator.solvers.catalogue import DEFAULT, find_solver
from allocator.solving.session import check_formulation
from allocator.sweep.axes import Axis
from formulations import USUAL

AUDITED: Final = 250  # every so many points, one is audited


@dataclass(frozen=True)
class Design:
    """See the module.  Points are numbered from 0, the last axis running fastest.

    ``time_limit`` is seconds for a point.  ``audit_all`` audits every plan, not a sample.
    """

    instance: Instance
    axes: tuple[Axis, ...]
    formulation: str = USUAL
    solver: str = DEFAULT
    every_window: bool = False
    time_limit: float | None = None
    audit_all: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of values on each axis."""
        return tuple(len(axis.values) for axis in self.axes)

    @property
    def points(self) -> int:
        """Number of points."""
        return math.prod(self.shape)

    def position(self, point: int) -> tuple[int, ...]:
        """Which value of each axis a point has."""
        return tuple(int(n) for n in np.unravel_index(point, self.shape))

    def values(self, point: int) -> dict[str, str]:
        """The value of each axis at a point, by place."""
        places = zip(self.axes, self.position(point), strict=True)
        return {axis.place: axis.values[n] for axis, n in places}

    def changed(self, position: tuple[int, ...]) -> Instance:
        """The instance at a point, checked.

        Raises UsageError where a value cannot stand in its cell, InstanceError where the instance
        has errors.
        """
        changes = [axis.change(n) for axis, n in zip(self.axes, position, strict=True)]
        return apply_changes(self.instance, changes)

    @property
    def asks_alone(self) -> bool:
        """Whether what is swept is what is asked or given alone: no baseline or benefit moves."""
        return all(axis.column[0] in ("targets", "budgets") for axis in self.axes)

    def audits(self, point: int) -> bool:
        """Whether a point is audited: the first, the last and some between, or all."""
        return self.audit_all or point % AUDITED == 0 or point == self.points - 1

    def target_years(self) -> tuple[int, ...]:
        """Years for which the instance lists a target."""
        return tuple(sorted({row["year"] for row in self.instance.tables["targets"]}))

    def check(self) -> None:
        """Raise UsageError for a name that is not known, or an axis none of whose values fits."""
        find_solver(self.solver)
        check_formulation(self.formulation)
        for axis in self.axes:
            refusals = list(self._refusals(axis))
            if len(refusals) == len(axis.values):
                raise refusals[0]

    def _refusals(self, axis: Axis) -> Iterator[UsageError]:
        """Why values cannot be put in place, up to the first that can."""
        for position in range(len(axis.values)):
            try:
                apply_changes(self.instance, [axis.change(position)])
            except InstanceError:
                return
            except UsageError as refused:
                yield refused
            else:
                return

    @property
    def key(self) -> str:
        """Hash of all that the answers depend on."""
        asked = [
            __version__,
            self.instance.hash,
            [str(axis) for axis in self.axes],
            self.formulation,
            self.solver,
            self.every_window,
            self.time_limit,
            self.audit_all,
        ]
        return hashlib.sha256(json.dumps(asked).encode()).hexdigest()
