"""How much of an instance rests on a source, and how much on an assumption."""

from __future__ import annotations

from typing import Final

from allocator.instance import Instance
from allocator.report.figures import Figures, Header

_ASSUMED: Final = "assumption"


def rows_counted(instance: Instance) -> Figures:
    """By table of the instance: rows, those called an assumption, those without a source."""
    columns = (
        Header("Table"),
        Header("Rows", "children"),
        Header("Assumptions", "children"),
        Header("Without a source", "children"),
    )
    rows = tuple(
        (
            name,
            len(rows),
            sum(_ASSUMED in str(row["source"] or "").lower() for row in rows),
            sum(not row["source"] for row in rows),
        )
        for name, rows in instance.tables.items()
        if rows
    )
    caption = "Rows of the instance, and how many are called an assumption in whole or in part"
    return Figures(caption, columns, rows, "the tables of the instance")
