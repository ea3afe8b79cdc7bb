"""What moves along a frontier: the rows of a target, or the budget of a fund."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from allocator.errors import UsageError
from allocator.explain.frontier.parametric import Parametric, Shift
from allocator.instance import Instance, Shortfall
from allocator.instance.problems import did_you_mean
from allocator.instance.schema import ALL
from allocator.program.matrix import Floats
from allocator.program.program import Family, Index, LinearProgram
from allocator.simulate import Simulator, baseline
from allocator.solving.session import at_window, build
from allocator.vocabulary import CHILDREN, EXCESS, FAIR_SHARE, LEVEL, REDUCTION, TARGET
from formulations import FAIR_REDUCTION

FREE: Final = 100.0  # times the baseline's children: a share that holds nobody


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


def moving_share(instance: Instance) -> tuple[LinearProgram, Shift]:
    """The least cost, and the share of its baseline's children that every area may have, moving.

    The program has it at 0.  UsageError where no area has children in care in the baseline's end.
    """
    fair = build(instance, FAIR_REDUCTION)
    rows, held = fair.rows[FAIR_SHARE], fair.columns[REDUCTION]
    if not rows.count:
        raise UsageError(
            "no area would have children in care at the end if nothing changed: there is no "
            "reduction to share"
        )
    program = replace(
        fair.fixed({(held.name, ()): 0.0}),
        objectives=fair.objectives[-1:],
        row_upper=_with(fair.row_upper, rows, 0.0),
    )
    return program, Shift(np.arange(rows.start, rows.stop), fair.row_upper[rows.start : rows.stop])


def moving_benefits(instance: Instance) -> tuple[LinearProgram, Shift]:
    """The council's own least cost, and the good done to others (£m) that may be forgone, moving.

    The program has at least the baseline's good of the years of the plan, at present value and
    unweighted; one less of the number that moves asks for £1m more.  UsageError where the
    instance lists no benefits.
    """
    if not instance.resolved.benefits:
        raise UsageError("there is no good done to others to move; add the table benefits")
    program = build(replace(instance, benefit_weight=0.0))
    counted = build(
        replace(instance, benefit_weight=1.0, terminal_value=False, shortfall=Shortfall())
    )
    good, unchanged = np.zeros(program.shape[1]), 0.0
    for family, kept in ((CHILDREN, _unchanged_children(instance)), (LEVEL, _levels(instance))):
        worth, positions = counted.columns[family], program.columns[family].positions
        for index, at in worth.positions.items():
            value = -float(counted.objectives[-1].costs[at])
            good[positions[index]] = value
            unchanged += value * kept(index) if value else 0.0
    of = np.flatnonzero(good)
    height = program.shape[0]
    moved = program.with_rows(
        "benefits_reached",
        "£m",
        np.array([-np.inf]),
        np.array([-unchanged]),
        rows=[0] * len(of),
        columns=of.tolist(),
        values=(-good[of]).tolist(),
    )
    return moved, Shift(np.array([height]), np.ones(1))


Kept = Callable[[Index], float]  # what a column is if nothing changes


def _unchanged_children(instance: Instance) -> Kept:
    run, children = Simulator(instance), baseline(instance).children
    column = {key: n for n, key in enumerate(run.states)}
    return lambda index: float(children[index[-1], column[index[0], index[1]]])


def _levels(instance: Instance) -> Kept:
    services = instance.resolved.services
    return lambda index: services[index[0], index[1]].baseline


def _with(numbers: Floats, family: Family, value: float) -> Floats:
    """Numbers by row with one value for all of a family."""
    changed = numbers.copy()
    changed[family.start : family.stop] = value
    return changed


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


def fund_meant(instance: Instance, name: str | None) -> str:
    """A fund that pays in every year: that name's, or the largest.  UsageError if there is none."""
    totals: dict[str, float] = {}
    for (fund, _, _), amount in instance.resolved.budgets.items():
        totals[fund] = totals.get(fund, 0.0) + amount
    timed = {f for (f, _), rules in instance.resolved.accounts.items() if rules.window_only}
    lasting = {fund: amount for fund, amount in totals.items() if fund not in timed}
    if name is None and lasting:
        return max(lasting, key=lambda fund: lasting[fund])
    if name in timed:
        raise UsageError(
            f"{name!r} pays in double-investment years alone; choose a fund that pays in every year"
        )
    if name not in lasting:
        raise UsageError(f"there is no fund {name or ''!r}; {did_you_mean(name or '', lasting)}")
    return str(name)
