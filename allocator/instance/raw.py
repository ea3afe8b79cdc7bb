"""Cells by row and column heading, as they stand, before any typing.

A folder and a workbook both end up here, so that a ragged row or an unknown heading
reads the same in either.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from allocator.instance.cells import CellValue, is_blank, shown
from allocator.instance.problems import Problem, Severity, did_you_mean
from allocator.instance.schema import TABLES

SETTINGS_FILE = "instance.toml"
SETTINGS_SHEET = "instance"
RESULTS = "Plan"  # what a report's sheets are called, or begin with

MOST_ROWS = 1_000_000  # of a table

NumberedRows = Iterator[tuple[int, list[Any]]]


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row: its place and its cells by column name."""

    file: str
    number: int
    cells: dict[str, CellValue]


@dataclass(slots=True)
class RawInstance:
    """All cells of an instance, and the problems met on the way.

    ``settings`` maps (section, key) to the value and the row it stands in; ``sections``
    are those present, even if empty, and ``unread`` the tables whose rows are not all there.
    """

    settings_file: str
    settings: dict[tuple[str, str], tuple[Any, int | None]] = field(default_factory=dict)
    sections: set[str] = field(default_factory=set)
    tables: dict[str, list[RawRow]] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def report(
        self,
        file: str,
        rule: str,
        remedy: str,
        *,
        row: int | None = None,
        column: str = "",
        value: object = None,
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Note a problem and go on."""
        self.problems.append(Problem(file, row, column, shown(value), rule, remedy, severity))


def is_table(
    raw: RawInstance, name: str, file: str, what: str, heading: Callable[[], list[Any]]
) -> bool:
    """Whether a file or sheet is a table of an instance.

    One that is not may stand beside the tables, unless its name or its headings show that
    it was meant as one, which is reported.  What a report calls ``Plan``, ``Plan years`` and
    so on is a result, never meant as a table.
    """
    if name in TABLES:
        return True
    if name.split(" ", maxsplit=1)[0] == RESULTS:
        return False
    meant = _table_meant(name, {shown(cell).strip().casefold() for cell in heading()} - {""})
    if meant is not None:
        raw.report(
            file,
            "is not a table of an instance, though it looks like one",
            f"did you mean {meant!r}? (or move the {what} elsewhere)",
        )
    return False


def _table_meant(name: str, headings: set[str]) -> str | None:
    for near in difflib.get_close_matches(name.lower(), TABLES, n=1):
        return near
    for table in TABLES.values():
        required = {column.name for column in table.columns if column.required}
        if required <= headings <= set(table.names):
            return table.name
    return None


def read_table(raw: RawInstance, table: str, file: str, rows: NumberedRows) -> None:
    """Take up the rows under the first one that is not blank, which is the heading."""
    raw.tables.setdefault(table, [])
    header: list[str] | None = None
    for number, cells in rows:
        if all(is_blank(cell) for cell in cells):
            continue
        if header is None:
            header = _read_header(raw, table, file, number, cells)
            continue
        if len(raw.tables[table]) == MOST_ROWS:
            raw.report(
                file,
                f"has more than {MOST_ROWS:,} rows",
                "keep the rows that are needed",
                row=number,
            )
            break
        if any(not is_blank(cell) for cell in cells[len(header) :]):
            raw.report(
                file,
                f"has {len(cells)} cells under {len(header)} headings",
                "put quotes round a cell that holds a comma, or remove the extra cells",
                row=number,
            )
        padded = [*cells, *[None] * (len(header) - len(cells))]
        named = {name: cell for name, cell in zip(header, padded, strict=False) if name}
        raw.tables[table].append(RawRow(file, number, named))
    if header is None:
        raw.unread.add(table)
        raw.report(
            file,
            "is empty: it has no heading row",
            f"write the headings ({', '.join(TABLES[table].names)}) or delete the table",
        )


def _read_header(raw: RawInstance, table: str, file: str, row: int, cells: list[Any]) -> list[str]:
    known = TABLES[table].names
    spelled = {name.casefold(): name for name in known}
    header = [shown(cell).strip() for cell in cells]
    header = [spelled.get(name.casefold(), name) for name in header]
    for index, name in enumerate(header):
        if name and name in header[:index]:
            raw.report(file, "stands twice in the headings", "keep one", row=row, column=name)
        elif name and name not in known:
            raw.report(
                file,
                "is not a column of this table",
                did_you_mean(name, known),
                row=row,
                column=name,
                value=name,
            )
    for column in TABLES[table].columns:
        if column.required and column.name not in header:
            raw.unread.add(table)
            raw.report(
                file,
                "is missing from the headings",
                f"add the column: {column.meaning}",
                row=row,
                column=column.name,
            )
    return [name if name in known else "" for name in header]
