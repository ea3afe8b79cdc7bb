"""What each constraint that binds is worth: ∂ objective / ∂ right-hand side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike

from allocator.instance import Instance
from allocator.plan.columns import TABLES
from allocator.plan.tables import years_of
from allocator.program.matrix import Floats, Positions
from allocator.program.program import MONEY, POUNDS, Family, LinearProgram
from allocator.solvers.solution import Ranging
from allocator.table import Table, as_column
from allocator.vocabulary import AFTER_WINDOW, CONSTRAINTS, IN_WINDOW

if TYPE_CHECKING:
    import pandas as pd

FamilyRows = tuple[Family, Positions]  # of one family, by position in the program

_NUMBERS: Final = ("price", "activity", "limit", "holds_from", "holds_to")


def price_table(
    instance: Instance,
    program: LinearProgram,
    primal: Floats,
    dual: Floats,
    costs: Floats,
    ranging: Ranging | None,
) -> Table:
    """``priced`` of all constraints in the horizon whose price is more than rounding."""
    least = 1e-9 * float(np.max(np.abs(costs), initial=0.0))
    worth = np.abs(dual) > least
    rows = [
        (family, inside(family, np.flatnonzero(worth[family.slice]) + family.start, instance))
        for family in program.rows.values()
        if family.name in CONSTRAINTS
    ]
    return priced(instance, program, rows, dual, program.matrix.times(primal), ranging)


def priced(
    instance: Instance,
    program: LinearProgram,
    rows: Iterable[FamilyRows],
    dual: Floats,
    activity: Floats,
    ranging: Ranging | None = None,
) -> Table:
    """Rows of the table ``prices``; ``dual`` and ``activity`` are of all rows of the program.

    ``price`` is £ at present value per unit of ``limit`` (per child, per case per year, per
    pound); ``holds_from`` and ``holds_to`` are limits between which it stays so, where
    the solver gives them: its basis may end before the price does.  A limit that the window sets
    (spend that is protected, say) is what it sets, not the 0 that the row has beside the
    window's column.
    """
    given = window_terms(program)
    upward = dual > 0
    limit = np.where(upward | np.isinf(program.row_upper), program.row_lower, program.row_upper)
    amounts = {"activity": activity - given, "limit": limit - given}
    if ranging is not None:
        amounts |= {"holds_from": ranging.lower - given, "holds_to": ranging.upper - given}
    parts = [
        _part(instance, family, positions, dual, amounts)
        for family, positions in rows
        if len(positions)
    ]
    return _table(parts)


def unpriced() -> Table:
    """The table ``prices`` of a plan that tells none."""
    return _table(())


def _table(parts: Sequence[Mapping[str, Any]]) -> Table:
    columns = {name: _joined(name, parts) for name in TABLES["prices"].columns}
    return Table(columns, partial(_whole_numbers, columns))


def _part(
    instance: Instance,
    family: Family,
    positions: Positions,
    dual: Floats,
    amounts: Mapping[str, Floats],
) -> dict[str, Any]:
    """Columns of rows of one family, without those that it has nothing for."""
    money, count = family.unit == MONEY, len(positions)
    part = {key: _of_rows(family, key, positions) for key in family.keys}
    if "period" in part:
        part["year"] = years_of(part["period"], instance).tolist()
    scale = POUNDS if money else 1.0
    return {
        "constraint": [family.name] * count,
        **part,
        "price": dual[positions] * (1.0 if money else POUNDS),
        "unit": ["£" if money else family.unit] * count,
        **{name: amount[positions] * scale for name, amount in amounts.items()},
        "count": count,
    }


def _of_rows(family: Family, key: str, positions: Positions) -> list[Any]:
    """What a key is in some rows of a family, by position in the program."""
    values, which = family.coded(key)
    return [*map(values.__getitem__, which[positions - family.start].tolist())]


def _joined(name: str, parts: Iterable[Mapping[str, Any]]) -> Any:
    """A column of all parts, with None, or NaN among numbers, where a part has none of it."""
    if name in _NUMBERS:
        whole = [part.get(name, np.full(part["count"], np.nan)) for part in parts]
        return np.concatenate(whole) if whole else []
    cells = [part.get(name) or [None] * part["count"] for part in parts]
    whole = [*chain.from_iterable(cells)]
    return as_column(whole) if all(name in part for part in parts) else whole


def _whole_numbers(columns: Mapping[str, Any]) -> pd.DataFrame:
    """A table of prices with whole numbers, of which some are missing."""
    import pandas as pd

    return pd.DataFrame(columns).astype({"year": "Int64", "period": "Int64", "band": "Int64"})


def window_terms(program: LinearProgram) -> Floats:
    """What columns that say which years the window has add to each row: in money, its limit.

    A row such as ``spend - protected * in_window >= 0`` limits spend to what the window asks.
    """
    values = np.zeros(program.shape[1])
    for name in (IN_WINDOW, AFTER_WINDOW):
        if name in program.columns:
            family = program.columns[name].slice
            values[family] = program.lower[family]
    return program.matrix.times(values)


def inside(family: Family, positions: ArrayLike, instance: Instance) -> Positions:
    """Those rows of a family that are about no period before the start or after the horizon."""
    rows = np.asarray(positions, dtype=np.int64)
    if "period" not in family.keys:
        return rows
    periods = np.array(_of_rows(family, "period", rows), dtype=np.int64)
    return rows[(periods >= 1) & (periods <= instance.number_of_periods)]
