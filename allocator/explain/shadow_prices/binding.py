"""What binds in a plan, and what a unit more and a unit less of each limit is worth.

A row that stands at its limit has a price on each side.  Where HiGHS's range of a price reaches
past the limit on both sides they are one; where it ends at the limit, the plan is a vertex at
which several limits meet, and each side is found by solving again (``trial``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from allocator.explain.answers import records
from allocator.explain.citing import Citer
from allocator.explain.shadow_prices.priced_limits import sizes
from allocator.explain.shadow_prices.ranging import AT_LIMIT, Side, Trial, limit_of
from allocator.plan.plan import Plan
from allocator.plan.prices import FamilyRows, inside, priced, window_terms
from allocator.program.program import POUNDS
from allocator.progress import Progress
from allocator.solvers.solution import Ranging
from allocator.table import Table
from allocator.vocabulary import reliefs
from formulations.names import KEYS

MOST_SETTLED: Final = 400  # rows whose sides are solved for, the weightiest first
MOST_SETTLED_OF_LARGE: Final = 50  # the same where a solve takes long
MOST_FOLLOWED: Final = 20  # rows, the weightiest, whose prices are followed past the basis's range
SHORT: Final = 1.1  # times as far there is no plan, or another price
FURTHEST: Final = 100.0  # times that range: as far as a price is followed

_KEYS: Final = tuple(key for key in KEYS if key not in ("tier", "instead"))  # no limit's


def binding(
    plan: Plan, trial: Trial, ranging: Ranging | None, tell: Progress, *, settle: bool = True
) -> pd.DataFrame:
    """The table, ordered by worth, with ``position`` in the program and what cites each ``cell``.

    ``trial`` is of the plan's own program.  Without ``settle`` nothing is solved: where the two
    sides are not known to be one, the price is a vertex's.
    """
    rows = _at_their_limits(plan, trial)
    table = _laid_out(plan, trial, rows, ranging)
    table = table.sort_values("worth", ascending=False, kind="stable", ignore_index=True)
    trial.begin()
    most = MOST_SETTLED_OF_LARGE if trial.large else MOST_SETTLED
    settled = min(len(table), most) if settle else 0
    sides = []
    for n, row in enumerate(table["position"]):
        if n < settled:
            tell("pricing what binds", n, settled)
        sides.append(_sides(trial, int(row), ranging, n < settled))
    scale = np.where(table["unit"] == "£", 1.0, POUNDS)
    table["price_less"] = [less.price for less, _, _ in sides] * scale
    table["price_more"] = [more.price for _, more, _ in sides] * scale
    table["sides"] = [word for _, _, word in sides]
    table["worth"] = saving_price(table) * table["size"]
    least = 1e-9 * float(np.max(np.abs(trial.program.objectives[-1].costs))) * scale
    biggest = table[["price_less", "price_more"]].abs().max(axis=1)
    empty = (table["size"] == 0) & np.isinf(biggest)  # there is nothing to take away
    table = table[(biggest > np.maximum(least, 1e-6)) & ~empty]
    table = table.sort_values("worth", ascending=False, kind="stable", ignore_index=True)
    followed = MOST_FOLLOWED if settle and not trial.large else 0
    return _cited(plan, _ranges(table, trial, ranging, followed))


def saving_price(table: pd.DataFrame) -> pd.Series[float]:
    """£ that a unit of relief saves: more where more is cheaper, less where less is."""
    more = (-table["price_more"]).where(np.isfinite(table["price_more"]), 0.0)
    less = table["price_less"].where(np.isfinite(table["price_less"]), 0.0)
    return pd.concat([more, less], axis=1).max(axis=1).clip(lower=0.0)


def _at_their_limits(plan: Plan, trial: Trial) -> list[FamilyRows]:
    """Rows of limits, inside the horizon, that stand at a bound."""
    program, primal = trial.program, trial.solution.primal
    activity = program.matrix.times(primal)
    rows = []
    for family in (program.rows[name] for name in reliefs() if name in program.rows):
        of = family.slice
        bounds = np.stack([program.row_lower[of], program.row_upper[of]])
        near = np.abs(activity[of] - bounds) <= AT_LIMIT * np.maximum(1.0, np.abs(bounds))
        near &= np.isfinite(bounds)
        at_one = family.start + np.flatnonzero(near.any(axis=0))
        rows.append((family, inside(family, at_one, plan.instance)))
    return rows


def _laid_out(
    plan: Plan, trial: Trial, rows: list[FamilyRows], ranging: Ranging | None
) -> pd.DataFrame:
    """Keys, limit, activity and size of each row, with the vertex's price for a first order."""
    program, solution = trial.program, trial.solution
    activity = program.matrix.times(solution.primal)
    table = priced(plan.instance, program, rows, solution.dual, activity, ranging).frame
    positions = np.concatenate([own for _, own in rows])
    limits = np.array([limit_of(program, solution, n) for n in positions.tolist()])
    scale = np.where(table["unit"] == "£", POUNDS, 1.0)
    table["limit"] = (limits - window_terms(program)[positions]) * scale
    table["position"] = positions
    table["size"] = 0.0
    for _, part in table.groupby("constraint"):
        table.loc[part.index.tolist(), "size"] = sizes(plan, Table.of(part))
    table["worth"] = table["price"].abs() * table["size"]
    return table


def _sides(trial: Trial, row: int, ranging: Ranging | None, settle: bool) -> tuple[Side, Side, str]:
    """Price for less, price for more, and whether they are one."""
    dual = float(trial.solution.dual[row])
    past = {-1.0: False, 1.0: False}  # whether the range of the price goes on, for less and more
    if ranging is not None and dual != 0:
        limit = limit_of(trial.program, trial.solution, row)
        room = AT_LIMIT * max(1.0, abs(limit))
        past = {-1.0: ranging.lower[row] < limit - room, 1.0: ranging.upper[row] > limit + room}
        if all(past.values()):
            return Side(dual), Side(dual), "one"
    if settle and not trial.overrun:
        with trial.overrun.kept():
            return _settled(trial, row, past)
    return Side(dual, False), Side(dual, False), "unsettled"


def _settled(trial: Trial, row: int, past: Mapping[float, bool]) -> tuple[Side, Side, str]:
    """The same, found by solving again where the range of the price ends at the limit."""
    rows, dual = np.array([row]), float(trial.solution.dual[row])
    less, more = (
        Side(sign * dual) if past[sign] else trial.side(rows, np.array([sign]))
        for sign in (-1.0, 1.0)
    )
    less = Side(-less.price, less.exact, less.settled)
    if not (less.settled and more.settled):
        return less, more, "unsettled"
    alike = abs(less.price - more.price) <= 1e-6 * max(abs(less.price), abs(more.price), 1e-9)
    return less, more, "one" if alike else "two"


def _ranges(
    table: pd.DataFrame, trial: Trial, ranging: Ranging | None, followed: int
) -> pd.DataFrame:
    """Limits down to and up to which each side's price holds, in the units of the table."""
    ends = [_range(trial, ranging, row, n < followed) for n, row in enumerate(records(table))]
    ranges = np.array(ends, dtype=float).reshape(len(table), 2)
    positions = table["position"].astype(int).to_numpy()
    scale = np.where(table["unit"] == "£", POUNDS, 1.0)
    ranges = (ranges - window_terms(trial.program)[positions, None]) * scale[:, None]
    return table.assign(holds_from=ranges[:, 0], holds_to=ranges[:, 1])


def _range(
    trial: Trial, ranging: Ranging | None, row: dict[str, Any], follow: bool
) -> tuple[float, float]:
    """HiGHS's own range where it is of the side's price, the limit where no plan is beyond it.

    That range is of a basis, of which a corner may have several; to ``follow`` the price is to find
    where it ends.
    """
    position, scale = row["position"], 1.0 if row["unit"] == "£" else POUNDS
    limit = limit_of(trial.program, trial.solution, position)
    own = trial.solution.dual[position]

    def end(price: float, given: float, sign: float) -> float:
        if not np.isfinite(price):
            return limit
        if price == 0 or abs(price / scale - own) > 1e-6 * abs(own):
            return np.nan
        room = abs(given - limit)
        if not follow or not AT_LIMIT * max(1.0, abs(limit)) < room < np.inf:
            return float(given)
        at, step = np.array([position]), np.array([sign])
        far = trial.reach(at, step, sign * own, FURTHEST * room, first=1.5 * room, short=SHORT)
        return float(given) if np.isnan(far) else limit + sign * max(far, room)

    low = np.nan if ranging is None else ranging.lower[position]
    high = np.nan if ranging is None else ranging.upper[position]
    return end(row["price_less"], low, -1.0), end(row["price_more"], high, 1.0)


def _cited(plan: Plan, table: pd.DataFrame) -> pd.DataFrame:
    """With words, file, row and key of the cell that sets each limit."""
    citer = Citer(plan.instance)
    cited = [citer.keyed(row["constraint"], row) for row in records(table)]
    cells = [each.cells[0] for each in cited]
    held: pd.Series[Any] = pd.Series(dict(enumerate(cited)), dtype=object)
    return table.assign(
        cited=held,
        words=[each.words for each in cited],
        file=[cell.file for cell in cells],
        row=pd.array([cell.row for cell in cells], dtype="Int64"),
        key=[cell.key for cell in cells],
    )
