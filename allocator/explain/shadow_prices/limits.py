"""The limits of a plan as a council sets them: one line for each cell of the instance.

A growth limit binds in many periods, a target in several years.  Moved, all of its rows move
together, which is not the sum of what each would do alone where the plan is a vertex of many
limits.  So each cell's worth is found by moving its rows as one and solving again, as far as the
price holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import pandas as pd

from allocator.explain.citing import Cell, merged
from allocator.explain.infeasible.conflict import Limit, limits_of
from allocator.explain.shadow_prices.ranging import Rows, Side, Trial
from allocator.instance.change import apply_changes
from allocator.plan.columns import typed
from allocator.plan.columns.explained import EXPLAIN
from allocator.plan.plan import Plan
from allocator.program.program import POUNDS
from allocator.progress import Progress
from allocator.solvers.solution import Floats, Status
from allocator.solving.proved import Ladder
from allocator.solving.session import build_window
from allocator.vocabulary import CONSTRAINTS, FIRST_YEAR

MOST_PRICED: Final = 80  # cells, the weightiest first
MOST_SHOWN: Final = 10  # of them on a page
MOST_REACHED: Final = 20  # cells for which it is worked out how far the price holds
MOST_REACHED_OF_LARGE: Final = 3  # the same where a solve takes long
_NOTHING: Final = 1e-12  # children, or share, for a unit
_FIRST: Final = "first"  # a column to order by


def _one(plan: Plan, rows: pd.DataFrame) -> Floats:
    return np.ones(len(rows))


def _pound(plan: Plan, rows: pd.DataFrame) -> Floats:
    return np.full(len(rows), 1 / POUNDS)


def _in_a_period(plan: Plan, rows: pd.DataFrame) -> Floats:
    return np.full(len(rows), 1 / plan.instance.periods_per_year)


def _month_of_service(plan: Plan, rows: pd.DataFrame) -> Floats:
    """A twelfth more of the share released, of the level before."""
    services = plan.instance.resolved.services
    shares = [services[a, p].release_per_year for a, p in _keys(rows, "service")]
    return np.array(shares) * _before(plan, rows, "services", "service", "level") / 12


def _month_of_places(plan: Plan, rows: pd.DataFrame) -> Floats:
    """The same of places, of which less must be kept: the other way."""
    states = plan.instance.resolved.states
    shares = [states[a, i].release_per_year for a, i in _keys(rows, "state")]
    return np.array(shares) * _before(plan, rows, "states", "state", "places") / 12


def _keys(rows: pd.DataFrame, name: str) -> list[tuple[str, str]]:
    return list(zip(rows["area"], rows[name], strict=True))


def _before(plan: Plan, rows: pd.DataFrame, table: str, name: str, column: str) -> Floats:
    """What a column was in the period before, spread over the periods of a year."""
    held = plan.tables[table].set_index(["area", name, "period"])[column]
    levels = []
    for key, period in zip(_keys(rows, name), rows["period"].astype(int), strict=True):
        if period > 1 or name == "state":
            levels.append(float(held[(*key, period - 1)]))
        else:
            levels.append(plan.instance.resolved.services[key].baseline)
    return np.array(levels) / plan.instance.periods_per_year


def _month(plan: Plan, rows: pd.DataFrame) -> Floats:
    return _month_of_places(plan, rows) if "state" in rows else _month_of_service(plan, rows)


# By how much a unit of relief moves each of a limit's rows.
_STEPS: Final[Mapping[str, Callable[[Plan, pd.DataFrame], Floats]]] = {
    "one": _one, "pound": _pound, "period": _in_a_period, "month": _month,
}  # fmt: skip


def limits(
    plan: Plan,
    trial: Trial,
    binding: pd.DataFrame,
    tell: Progress,
    before: Trial | None = None,
    shown: int | None = None,
) -> pd.DataFrame:
    """The table, ordered by worth, from the rows of ``binding``.

    ``before`` is the program of what comes before the cost, where anything does: then ``saves``
    and ``costs`` are with that held, and what betters it comes first.  With ``shown`` so many of
    those that are worth most, and no more is priced than shows which they are.
    """
    whole = {row: each for each in limits_of(plan.instance, trial.program) for row in each.rows}
    groups = [
        part for _, part in binding.groupby(["constraint", "key", "band"], sort=False, dropna=False)
    ]
    groups.sort(key=lambda part: -float(part["worth"].sum()))
    most = np.full(len(groups), np.inf)
    if shown is not None and before is None:
        parts = [(part, whole[int(part["position"].iloc[0])]) for part in groups]
        most = np.array([_most(plan, trial, part, every) for part, every in parts])
        order = np.argsort(-most, kind="stable")
        groups, most = [groups[n] for n in order], most[order]
    trial.begin()
    rows, reached = (
        list[dict[str, object]](),
        MOST_REACHED_OF_LARGE if trial.large else MOST_REACHED,
    )
    for n, part in enumerate(groups[:MOST_PRICED]):
        if trial.overrun or (shown and _at_least(rows, shown) >= most[n]):
            break
        tell("pricing limits", n, min(len(groups), MOST_PRICED))
        every = whole[int(part["position"].iloc[0])]
        with trial.overrun.kept():
            row = _limit(plan, trial, part, every, n < reached)
            if before is not None:
                row |= _betters(plan, before, part, every)
            rows.append(row)
    table = pd.DataFrame(rows, columns=[*EXPLAIN["limits"], _FIRST])
    table = table.sort_values([_FIRST, "worth"], ascending=False, kind="stable", ignore_index=True)
    return typed(EXPLAIN["limits"], table[list(EXPLAIN["limits"])].iloc[:shown])


def _at_least(rows: list[dict[str, object]], shown: int) -> float:
    """What the last of so many limits is worth; below nothing where they are fewer."""
    worths = sorted((float(str(row["worth"])) for row in rows), reverse=True)
    return worths[shown - 1] if len(worths) >= shown else -np.inf


def _most(plan: Plan, trial: Trial, part: pd.DataFrame, every: Limit) -> float:
    """The most that a limit can be worth: cost is convex, so no side saves more than its price."""
    term = CONSTRAINTS[every.constraint]
    if term.source == FIRST_YEAR or term.relief is None:
        return np.inf
    steps = _STEPS[term.relief.step](plan, _keyed(trial, every))
    if not steps.any():
        return 0.0
    price = float(trial.solution.dual[np.array(every.rows)] @ steps)
    return abs(price) * POUNDS * _units(part, steps)


def _limit(
    plan: Plan, trial: Trial, part: pd.DataFrame, every: Limit, work: bool
) -> dict[str, object]:
    """One line: the side that saves, the side that costs, and how far each goes on.

    ``part`` are the rows that bind of ``every`` row that the cell sets, all of which move.
    """
    (cited,) = merged(part["cited"])[:1]
    cell = cited.cells[0]
    constraint = part["constraint"].iloc[0]
    said = {
        "constraint": constraint,
        "words": cited.words,
        "file": cell.file,
        "row": cell.row,
        "key": cell.key,
        "value": cell.value,
        "source": cell.source,
    }
    term = CONSTRAINTS[constraint]
    if term.source == FIRST_YEAR and len(trial.program.objectives) == 1:
        return said | _start(plan, trial, cell)
    assert term.relief is not None
    relief, positions = term.relief, np.array(every.rows)
    steps = _STEPS[relief.step](plan, _keyed(trial, every))
    if not steps.any():  # nothing is there to be released
        return said | {"relief": relief.more, "saves": 0.0, "worth": 0.0}
    units = _units(part, steps)
    sides = {sign: trial.side(positions, sign * steps) for sign in (1.0, -1.0)}
    better = min(sides, key=lambda sign: (sides[sign].price, -sign))
    holds = [np.nan, np.nan]
    if work:
        most = max(10.0, units)
        holds = [_held(trial, positions, s * steps, sides[s], most) for s in (better, -better)]
    saves = max(0.0, -sides[better].price * POUNDS)
    return said | {
        "relief": relief.more if better > 0 else relief.less,
        "saves": saves,
        "holds": holds[0],
        "saves_whole": (
            _whole(trial, positions, better * steps)
            if holds[0] < 1 and relief.step != "pound"
            else np.nan
        ),
        "costs": sides[-better].price * POUNDS,
        "costs_hold": holds[1],
        "worth": saves * units,
    }


def _units(part: pd.DataFrame, steps: Floats) -> float:
    """How many units of relief all that is limited comes to, in a row that binds."""
    sizes = part["size"].to_numpy(dtype=float) / np.where(part["unit"] == "£", POUNDS, 1.0)
    return float(sizes.mean() / steps[steps > 0].mean())


def _betters(plan: Plan, before: Trial, part: pd.DataFrame, every: Limit) -> dict[str, object]:
    """What a unit does to that which comes before the cost, the way that betters it."""
    relief = CONSTRAINTS[part["constraint"].iloc[0]].relief
    assert relief is not None
    positions, steps = np.array(every.rows), _STEPS[relief.step](plan, _keyed(before, every))
    betters: dict[str, object] = {"betters": 0.0, "betters_hold": np.nan, _FIRST: 0.0}
    if not steps.any() or not before.solution.dual[positions].any():
        return betters
    sides = {sign: before.side(positions, sign * steps) for sign in (1.0, -1.0)}
    better = min(sides, key=lambda sign: (sides[sign].price, -sign))
    gain, units = max(0.0, -sides[better].price), _units(part, steps)
    if gain <= _NOTHING:
        return betters
    holds = _held(before, positions, better * steps, sides[better], max(10.0, units))
    scale = POUNDS if relief.step == "pound" else 1.0
    return {"betters": gain * scale, "betters_hold": holds, _FIRST: gain * units}


def _keyed(trial: Trial, every: Limit) -> pd.DataFrame:
    """What the rows of a limit are about, by the names of their indices."""
    family = trial.program.rows[every.constraint]
    indices = [family.indices[row - family.start] for row in every.rows]
    return pd.DataFrame(indices, columns=list(family.keys))


def _held(trial: Trial, positions: Rows, steps: Floats, side: Side, most: float) -> float:
    if not np.isfinite(side.price) or side.price == 0 or not side.exact:
        return np.nan
    return trial.reach(positions, steps, side.price, most)


def _whole(trial: Trial, positions: Rows, steps: Floats) -> float:
    """What a whole unit saves, £, where the price of its first part does not hold so far."""
    moved = trial.solve(trial.moved(positions, steps))
    return max(0.0, (trial.solution.objective - moved.objective) * POUNDS)


def _start(plan: Plan, trial: Trial, cell: Cell) -> dict[str, object]:
    """A start a year earlier, and a year later, each with a plan of its own in the same window."""
    costs = []
    for year in (int(cell.value) - 1, int(cell.value) + 1):
        changed = apply_changes(plan.instance, [f"{cell.key}={year}"])
        program = build_window(changed, plan.window, plan.formulation)
        solution = Ladder().solve(program, doing="asking what another start is worth")
        optimal = solution.status is Status.OPTIMAL
        costs.append(solution.objective - trial.solution.objective if optimal else np.inf)
    saves = max(0.0, -costs[0] * POUNDS)
    return {
        "relief": "a start a year earlier",
        "saves": saves,
        "holds": 1.0,
        "costs": costs[1] * POUNDS,
        "costs_hold": 1.0,
        "worth": saves,
    }
