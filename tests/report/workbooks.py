"""Plans of every kind, and their workbooks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl

from allocator.instance import Instance
from allocator.plan.plan import Plan
from allocator.plan.tables import year_table
from allocator.report.workbook import write_workbook
from allocator.simulate import baseline
from allocator.solving.solve import solve
from allocator.table import Tables
from tests.plans import NAMES, instance_of, plan_of

TABLE_ROWS = 4  # the first under the headings, as a spreadsheet counts


def one_year() -> Plan:
    hand = instance_of("hand", "targets.2021.year=2020")
    first = tuple(row for row in hand.tables["budgets"] if row["year"] == 2020)
    return solve(replace(hand, years=1, tables={**hand.tables, "budgets": first}))


def in_areas(count: int) -> Plan:
    """The hand-solved case in several areas, whose names only a letter's case tells apart."""
    many = instance_of(
        "hand", f"targets.2021.children={66 * count}", f"budgets.core.*.amount=*{count}"
    )
    names = ("North", "north", "<5", "n*", *(f"a{n:03}" for n in range(count)))
    return solve(many.with_rows("areas", [{"area": name} for name in names[:count]]))


def without_services() -> Plan:
    """Nothing but the baseline can be done, and no target is set."""
    bare = instance_of("hand")
    kept = {"states", "transitions", "arrivals", "funds", "budgets"}
    tables = {name: rows for name, rows in bare.tables.items() if name in kept}
    return solve(replace(bare, tables=tables))


def unsolved(instance: Instance) -> Plan:
    """What an instance comes to without solving it: its baseline."""
    unchanged = baseline(instance)
    return Plan(
        instance, "least_cost", "none", "infeasible", None, None, unchanged.terminal_value, None,
        (), Tables(years=year_table(instance, unchanged)), None, None,
    )  # fmt: skip


PLANS = {
    **{name: (lambda name=name: plan_of(name)) for name in NAMES},
    "hand-66": lambda: plan_of("hand", "targets.2021.children=66"),
    "largest": lambda: plan_of("window", formulation="largest_reduction"),
    "one-year": one_year,
    "areas": lambda: in_areas(6),
    "no-services": without_services,
}


def write_all(folder: Path) -> dict[str, Path]:
    """A workbook of each, by name."""
    for name, plan in PLANS.items():
        write_workbook([plan()], folder / f"{name}.xlsx")
    return {name: folder / f"{name}.xlsx" for name in PLANS}


def cells(path: Path, *, values: bool) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path, data_only=values)
