"""The prices of a saved plan held against its program, by strong duality."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from operator import itemgetter
from typing import Any, Final

import numpy as np

from allocator.instance import Instance
from allocator.plan.plan import Plan
from allocator.program.program import MONEY, POUNDS, LinearProgram
from allocator.solvers.catalogue import DEFAULT, find_solver
from allocator.solvers.highs import HighsModel
from allocator.solvers.solution import Floats, Status
from allocator.vocabulary import CONSTRAINTS

_TIGHT: Final = 1e-8  # relative, of the bound that the prices prove and the least cost
_SAME: Final = 1e-6  # relative, of a limit


def check_prices(plan: Plan, program: LinearProgram, least: float) -> Iterator[str]:
    """Rows of prices.csv that are not the program's, and prices that are not right together.

    ``least`` is the program's least cost, £m.  With the priced rows charged for at
    their prices in place of being held, the least cost is as before if, and only if, these prices
    are part of a dual optimum (strong duality).  A plan that has no prices and is not said to be
    proved, as one that came back from branch and bound, claims nothing that could be held to it.
    """
    proved = plan.certificate is not None and plan.certificate.passed
    if plan.tables["prices"].empty and not proved:
        return
    from allocator.plan.prices import inside, priced

    duals, stated = np.zeros(program.shape[0]), plan.tables["prices"].to_dict("records")
    rows: dict[str, list[tuple[int, int]]] = {}  # by constraint, its row in the file and position
    for number, row in enumerate(stated):
        place = f"prices.csv, row {number + 2}"
        family = program.rows.get(row["constraint"])
        if family is None or family.name not in CONSTRAINTS:
            yield f"{place}: {row['constraint']!r} is no constraint that has a price"
            return
        position = family.positions.get(tuple(row[key] for key in family.keys))
        if position is None or not len(inside(family, [position], plan.instance)):
            yield f"{place}: the program has no such {family.name}"
            return
        duals[position] = row["price"] / (1.0 if family.unit == MONEY else POUNDS)
        rows.setdefault(family.name, []).append((number, position))
    families = [(program.rows[name], np.array([p for _, p in own])) for name, own in rows.items()]
    wanted = priced(plan.instance, program, families, duals, np.zeros(program.shape[0])).frame
    numbers = [number for own in rows.values() for number, _ in own]
    for number, should in sorted(
        zip(numbers, wanted.to_dict("records"), strict=True), key=itemgetter(0)
    ):
        yield from _row(f"prices.csv, row {number + 2}", stated[number], should)
    bound = _bound(plan.instance, program, duals)
    if bound < least - _TIGHT * max(1.0, abs(least)):
        yield "prices.csv: its prices do not add up to the least cost (strong duality)"


def _row(place: str, row: dict[Any, Any], is_so: dict[Any, Any]) -> Iterator[str]:
    """Columns of a row of prices.csv that do not follow from its constraint and price."""
    wanted = {**is_so, "activity": is_so["limit"]}  # what has a price binds
    for column, should in wanted.items():
        said = row[column]
        if column in ("holds_from", "holds_to") or (_blank(said) and _blank(should)):
            continue
        right = (
            math.isclose(said, should, rel_tol=_SAME, abs_tol=1.0 if is_so["unit"] == "£" else 1e-6)
            if isinstance(should, float) and isinstance(said, float)
            else said == should
        )
        if not right:
            yield f"{place}, column {column}: says {said}; it is {should}"


def _blank(cell: Any) -> bool:
    import pandas as pd

    return bool(pd.isna(cell))


def _bound(instance: Instance, program: LinearProgram, duals: Floats) -> float:
    """The least cost, £m, with priced rows charged for, not held; -∞ where there is none."""
    from allocator.plan.prices import inside

    free = np.zeros(program.shape[0], dtype=bool)
    for family in program.rows.values():
        if family.name in CONSTRAINTS:
            free[inside(family, np.arange(family.start, family.stop), instance)] = True
    last = program.objectives[-1]
    limits = np.where(duals == 0, 0.0, np.where(duals > 0, program.row_lower, program.row_upper))
    charged = float(np.sum(np.where(duals == 0, 0.0, duals * limits)))
    eased = replace(
        program,
        row_lower=np.where(free, -np.inf, program.row_lower),
        row_upper=np.where(free, np.inf, program.row_upper),
        objectives=(replace(last, costs=last.costs - program.matrix.transposed_times(duals)),),
    )
    answer = HighsModel(eased, find_solver(DEFAULT)).solve(eased)
    if answer.status is not Status.OPTIMAL or not math.isfinite(charged):
        return -math.inf
    return answer.objective + charged
