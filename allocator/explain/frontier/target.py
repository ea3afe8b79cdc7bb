"""Least cost against a target: its children move."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from allocator.errors import UsageError
from allocator.explain.frontier.curve import Frontier, rows_of
from allocator.explain.frontier.parametric import Parametric, Shift
from allocator.explain.frontier.walk import walk
from allocator.instance import Instance
from allocator.instance.problems import did_you_mean
from allocator.instance.schema import ALL
from allocator.plan.columns import ANSWERS, AnswerColumns
from allocator.program.program import POUNDS, LinearProgram
from allocator.progress import Progress
from allocator.simulate import baseline
from allocator.solving.session import at_window, build
from allocator.vocabulary import EXCESS, TARGET
from formulations import LEAST_COST


@dataclass(frozen=True)
class TargetFrontier(Frontier):
    """Least cost against the target."""

    NAME: ClassVar[str] = "frontier_target"
    COLUMNS: ClassVar[AnswerColumns] = ANSWERS[NAME]


def target_frontier(
    instance: Instance, target: str | None = None, progress: Progress | None = None
) -> TargetFrontier:
    """Least cost for every target from the furthest that the funds can reach.

    ``target`` names the row that moves, as ``--set`` names it: a year, or ``area.year``; without
    it, the last of those for all areas together.  Other targets stay.  UsageError where there is
    none of that name, CertificateError where a point of the curve is not proved.
    """
    moving = moving_target(instance, target)
    rows = moving.move.rows
    most = sum(float(run.max()) for run in baseline(instance).children_in_care.values())

    def far(variant: LinearProgram, followed: Parametric) -> float:
        free = followed.solution(variant, 100 * (1 + most))
        return float(variant.matrix.times(free.primal)[rows].max())

    walked = walk(instance, moving.program, moving.move, far, progress)
    table = TargetFrontier.table_of(
        "frontier_target",
        [
            {
                "owner": moving.owner,
                "year": moving.year,
                "children": at,
                "cost": value * POUNDS,
                "price_per_child": price * POUNDS,
                **rest,
            }
            for at, value, price, rest in rows_of(walked)
        ],
    )
    return TargetFrontier(
        instance,
        LEAST_COST,
        walked.solver,
        {"frontier_target": table},
        (moving.owner, moving.year),
        moving.now,
        walked,
        unfinished=walked.unfinished,
    )


@dataclass(frozen=True)
class MovingTarget:
    """A listed target whose children move: ``program`` has it at 0, ``now`` is where it stands."""

    owner: str
    year: int
    now: float
    program: LinearProgram
    move: Shift


def moving_target(instance: Instance, text: str | None = None) -> MovingTarget:
    """The target that ``text`` names, a year or ``area.year``; the last of them without it.

    It moves in all years in which it holds, and is met there whatever the price of missing it.
    UsageError where there is none of that name.
    """
    owner, year = _target_meant(instance, text)
    program = build(instance)
    family = program.rows[TARGET]
    listed = {row["year"] for row in instance.tables["targets"] if (row["area"] or ALL) == owner}
    until = min((each for each in listed if each > year), default=instance.last_year + 1)
    rows = np.array(
        [at for (o, y), at in family.positions.items() if o == owner and year <= y < until]
    )
    row_upper = program.row_upper.copy()
    row_upper[rows] = 0.0
    upper, excess = program.upper.copy(), program.columns[EXCESS].positions
    years = [(o, y) for o, y in excess if o == owner and year <= y < until]
    upper[[excess[each] for each in years]] = 0.0
    moved = replace(program, row_upper=row_upper, upper=upper)
    return MovingTarget(
        owner, year, float(program.row_upper[rows[0]]), moved, Shift(rows, np.ones(len(rows)))
    )


def nearest_target(instance: Instance) -> float | None:
    """The fewest children that the last target can ask for, in any window; None if it cannot."""
    moving = moving_target(instance)
    followed = Parametric(moving.move, instance.areas)
    windows = (None, *instance.windows)
    targets = [followed.least(at_window(moving.program, instance, window)) for window in windows]
    return min((least for least in targets if least is not None), default=None)


def _target_meant(instance: Instance, text: str | None) -> tuple[str, int]:
    """Owner and year of a listed target."""
    known = {
        (row["area"] or ALL, int(row["year"])): row
        for row in instance.tables["targets"]
        if row["year"] in instance.horizon
    }
    if not known:
        raise UsageError("there is no target within the plan to move; add a row to targets")
    spelled = {(f"{y}" if o == ALL else f"{o}.{y}"): (o, y) for o, y in known}
    if text is None:
        return max(known, key=lambda key: (key[0] == ALL, key[1]))
    if text not in spelled:
        raise UsageError(f"there is no target {text!r}; {did_you_mean(text, spelled)}")
    return spelled[text]
