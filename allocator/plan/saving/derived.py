"""What of a saved plan follows from the rest of it and its instance, worked out again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from allocator.instance import Instance, Window
from allocator.moves import move_table
from allocator.plan.cash_prices import CASH, cash_table
from allocator.plan.columns import TABLES, shaped
from allocator.plan.plan import Plan
from allocator.plan.saving.layout import WINDOWS_FILE
from allocator.plan.saving.writing import window_table
from allocator.plan.windows import WindowOutcome
from allocator.simulate import baseline
from allocator.solvers.catalogue import SOLVERS
from allocator.table import Tables
from allocator.wording import counted, plain
from formulations import FORMULATIONS

if TYPE_CHECKING:
    import pandas as pd

SAME: Final = 1e-6  # relative, of two objectives
_EXACT: Final = 1e-9  # relative, of a number worked out again from the same numbers
_KEYS: Final = shaped("name") | shaped("whole")
_SOLVERS: Final = re.compile(
    rf"HiGHS \d+(\.\d+)+( ({'|'.join(SOLVERS)})(, where it fell short .+)?)?"
    r"(, area by area| scenarios one by one)?"
    r"|mpi-sppy \d+(\.\d+)+, .+, certified by HiGHS .+"
    r"|a solution read from a file \(.+\)"
)


def contradictions(plan: Plan, folder: Path) -> Iterator[str]:
    """What the files say that does not follow from the instance and the plan's decisions."""
    try:
        tables = derived(plan)
    except KeyError as error:  # a row that the instance does not have, or lacks
        tables = {}
        yield f"tables: {error} is missing, or is not of the instance; the rest is not worked out"
    for name, table in tables.items():
        yield from differences(f"{name}.csv", plan.tables.get(name), table)
    stated = folder / WINDOWS_FILE
    if not stated.is_file() or _text(stated) != window_table(plan.windows).csv():
        yield f"{WINDOWS_FILE}: is not what plan.json says of the windows"
    left = baseline(plan.instance).terminal_value
    if not same(plan.baseline_terminal_value, left):
        yield f"saved.baseline_terminal_value: {plan.baseline_terminal_value!r} is not {left:,.2f}"
    yield from _solver(plan)
    yield from _windows(plan)


def same(one: float | None, other: float | None) -> bool:
    """Whether two amounts, £, are the same but for rounding."""
    if one is None or other is None:
        return one is other
    return abs(one - other) <= SAME * max(1e6, abs(one), abs(other))


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n")


def derived(plan: Plan) -> dict[str, pd.DataFrame]:
    """Tables, or their columns, worked out from the instance and the decisions."""
    from allocator.plan.benefits import benefit_table
    from allocator.plan.staff import staff_table
    from allocator.plan.tables import demand_table, fund_table, year_table, years_of

    instance, tables = plan.instance, Tables.of(plan.tables)
    unchanged = baseline(instance)
    dated = {
        name: table.assign(year=years_of(table["period"], instance))
        for name, table in tables.items()
        if name != "prices" and "period" in table.columns
    }
    more = {
        "funds": fund_table(instance, tables.table("drawn"), tables.table("funds")),
        "moves": move_table(instance, unchanged, tables),
        "years": year_table(instance, unchanged, tables),
    }
    if instance.resolved.demand:
        more["demand"] = demand_table(instance)
    if instance.resolved.inflation:
        more[CASH] = cash_table(instance, more["years"])
    if instance.resolved.roles:
        more["staff"] = staff_table(instance, tables)
    if instance.resolved.benefits:
        more["benefits"] = benefit_table(instance, unchanged, tables)
    return dated | {name: table.frame for name, table in more.items()}


def differences(file: str, stated: pd.DataFrame | None, expected: pd.DataFrame) -> Iterator[str]:
    """By column, the first row that says otherwise."""
    columns = TABLES[file.removesuffix(".csv")].columns
    if stated is None or [c for c in columns if c not in stated.columns]:
        yield f"{file}: is missing, or columns of it are"
        return
    keys = [c for c in columns if c in _KEYS]
    if _agree(stated, expected, keys, [c for c in columns if c not in keys]):
        return
    stated, expected = (each.sort_values(keys, ignore_index=True) for each in (stated, expected))
    rows = [each[keys].astype(str).to_numpy().tolist() for each in (stated, expected)]
    if rows[0] != rows[1]:
        yield f"{file}: its rows are not those that the instance has"
        return
    for column in (c for c in columns if c not in keys):
        said, is_so = (each[column].to_numpy(dtype=float) for each in (stated, expected))
        off = ~_close(said, is_so)
        if off.any():
            at = int(off.argmax())
            yield (
                f"{file}, {' '.join(rows[0][at])}, column {column}: says {plain(said[at], 6)}, "
                f"{plain(is_so[at], 6)} follows from the instance and the plan's decisions"
            )


def _agree(
    stated: pd.DataFrame, expected: pd.DataFrame, keys: list[str], numbers: list[str]
) -> bool:
    """Whether tables say the same row by row, as they do unless one was changed."""
    if len(stated) != len(expected):
        return False
    for column in keys:
        one, other = stated[column], expected[column]
        if one.dtype != other.dtype or not np.array_equal(one.to_numpy(), other.to_numpy()):
            return False
    said, is_so = (each[numbers].to_numpy(dtype=float) for each in (stated, expected))
    return bool(_close(said, is_so).all())


def _close(said: NDArray[np.float64], is_so: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.isclose(said, is_so, rtol=_EXACT, atol=1e-6, equal_nan=True)


def strange_solver(solver: str) -> Iterator[str]:
    """That a solver is none of allocator's."""
    if _SOLVERS.fullmatch(str(solver)) is None:
        yield f"solver: {solver!r} is none that allocator solves with"


def _solver(plan: Plan) -> Iterator[str]:
    whole = plan.branch_and_bound
    yield from strange_solver(plan.solver)
    chooses = FORMULATIONS[plan.formulation].chooses_window
    if (whole is not None) != (chooses and str(plan.solver).startswith("HiGHS")):
        yield f"branch_and_bound: does not go with the formulation {plan.formulation}"
    elif whole is not None and not same(whole["objective"], plan.objective):
        yield f"branch_and_bound.objective: is not the plan's, £{plan.objective:,.0f}"


def _windows(plan: Plan) -> Iterator[str]:
    """The windows are the instance's; the plan's is among them, costs the same, and no more."""
    yield from misjudged(plan.windows, plan.instance, plan.window, plan.objective or 0.0)
    for each in plan.windows:
        children = each.children_in_care or 0.0
        if each.window == plan.window and abs(children - _at_end(plan)) > SAME * _at_end(plan):
            name = f"windows, {named(each.window)}"
            yield f"{name}: children in care at the end are not the plan's"


def misjudged(
    windows: Sequence[WindowOutcome], instance: Instance, chosen: Window | None, objective: float
) -> Iterator[str]:
    """What is said of windows that cannot be, of a plan in ``chosen`` that costs ``objective``."""
    listed: list[Window | None] = [each.window for each in windows]
    admissible = [None, *instance.windows]
    if listed not in (admissible, [chosen]):  # one alone, of a solution read from a file
        yield f"windows: are not the {counted(len(admissible), 'window')} of the instance"
    for each in windows:
        name = f"windows, {named(each.window)}"
        if each.status not in ("optimal", "infeasible", "bounded"):
            yield f"{name}: {each.status!r} is no status"
        if each.window == chosen and not same(each.objective, objective):
            yield f"{name}: its objective is not the plan's, £{objective:,.0f}"
        cost = each.objective if each.status == "optimal" else each.at_least
        if cost is not None and cost < objective and not same(cost, objective):
            yield f"{name}: is cheaper than the plan, which is not the cheapest then"


def _at_end(plan: Plan) -> float:
    years = plan.tables["years"]
    return float(years.loc[years["year"] == plan.instance.last_year, "children_in_care"].sum())


def named(window: Window | None) -> str:
    """A window for a message."""
    return "no window" if window is None else f"{window[1]} years from {window[0]}"
