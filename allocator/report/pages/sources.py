"""How much of an instance rests on a source, and how much on an assumption."""

from __future__ import annotations

from typing import Final

from allocator.instance import Instance
from allocator.report.figures import Figures, Header
from allocator.wording import listed

_ASSUMED: Final = "assumption"
_MOST: Final = 3  # tables that a sentence names


def rows_counted(instance: Instance) -> Figures:
    """By table of the instance: rows, those called an assumption, those without a source."""
    columns = (
        Header("Table"),
        Header("Rows", "children"),
        Header("Assumptions", "children"),
        Header("Without a source", "children"),
    )
    caption = "Rows of the instance, and how many are called an assumption in whole or in part"
    return Figures(caption, columns, tuple(_counts(instance)), "the tables of the instance")


def rows_said(instance: Instance) -> str:
    """The same of all tables together, in a sentence that names those with most assumptions."""
    counts = _counts(instance)
    rows, assumed, bare = (sum(column) for column in list(zip(*counts, strict=True))[1:])
    most = [each for each in sorted(counts, key=lambda each: -each[2])[:_MOST] if each[2]]
    named = listed([f"{some:,} of {all_of_it:,} in {name}" for name, all_of_it, some, _ in most])
    told = f"Of {rows:,} rows of the instance, {assumed:,} are in whole or in part an assumption"
    without = f"{bare:,} name no source" if bare else "every row names its source"
    return f"{told}{f' ({named})' if named else ''}; {without}."


def _counts(instance: Instance) -> list[tuple[str, int, int, int]]:
    """By table that has any: rows, assumptions, rows without a source."""
    return [
        (
            name,
            len(rows),
            sum(_ASSUMED in str(row["source"] or "").lower() for row in rows),
            sum(not row["source"] for row in rows),
        )
        for name, rows in instance.tables.items()
        if rows
    ]
