"""The changes that ways out make to an instance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from allocator.instance import DoubleInvestment, Instance, Row
from allocator.instance.cell_changes import cells_meant, with_cells
from allocator.instance.schema import ALL


def cell_changed(instance: Instance, key: str, value: float) -> Instance:
    """With one cell, named as --set does, saying something else."""
    (row,), column = cells_meant(instance, key)
    return changed(instance, row, {column: value})


def changed(instance: Instance, row: Row, cells: Mapping[str, Any]) -> Instance:
    """With other cells in one row."""
    return with_cells(instance, row.table, lambda each: cells if each is row else {})


def dated(instance: Instance, row: Row, year: int) -> Instance:
    """With a row of another year."""
    return changed(instance, row, {"year": year})


def windowed(instance: Instance, settings: DoubleInvestment) -> Instance:
    """With other rules for the double investment."""
    return replace(instance, double_investment=settings)


def funded(instance: Instance, money: Mapping[tuple[str, str, int], float]) -> Instance:
    """With money added to funds, in rows of their own where a year is not listed."""
    listed = {(row["fund"], row["area"] or ALL, row["year"]) for row in instance.tables["budgets"]}

    def more(row: Row) -> Mapping[str, Any]:
        extra = money.get((row["fund"], row["area"] or ALL, row["year"]))
        return {} if extra is None else {"amount": row["amount"] + extra}

    rows = [
        {"fund": f, "year": y, "amount": extra, **({} if o == ALL else {"area": o})}
        for (f, o, y), extra in money.items()
        if (f, o, y) not in listed
    ]
    return with_cells(instance, "budgets", more).with_rows("budgets", rows)


def shared(instance: Instance, share: float, cells: Sequence[str]) -> Instance:
    """With every number of some columns, each given as ``table.column``, higher by a share."""
    for cell in cells:
        table, _, column = cell.partition(".")
        instance = with_cells(instance, table, partial(_higher, column=column, share=share))
    return instance


def _higher(row: Row, column: str, share: float) -> Mapping[str, Any]:
    now = row[column]
    return {} if now is None else {column: now * (1 + share)}
