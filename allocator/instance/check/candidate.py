"""What the checks look at: an instance of which some cells could not be read.

A check never raises.  It works on the *sound* rows: those that name things that exist,
with unreadable numbers as NaN, which is neither above nor below anything, so that no
cell is blamed twice.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from allocator.instance.cells import shown
from allocator.instance.columns import Column, Kind
from allocator.instance.instance import Instance, Row
from allocator.instance.parse import PartialRow
from allocator.instance.problems import Problem, Severity
from allocator.instance.raw import SETTINGS_FILE, SETTINGS_SHEET
from allocator.instance.resolved import Resolved
from allocator.instance.rows import area_rows, key_value
from allocator.instance.schema import ALL, EXIT, OUTSIDE, TABLES, TIERS, TOTAL

SHOWN_AREAS = 3
DEFINED = (  # tables whose rows define the names of a kind that other tables refer to
    ("areas", "area"),
    ("states", "state"),
    ("services", "service"),
    ("funds", "fund"),
    ("drivers", "driver"),
    ("roles", "role"),
)


@dataclass(frozen=True)
class Candidate:
    """An instance, its sound part, and that part by area and year."""

    instance: Instance
    unread: frozenset[str] = frozenset()  # tables whose rows are not all there

    @property
    def is_complete(self) -> bool:
        """Whether every cell could be read."""
        return not any(unread_in(row) for rows in self.instance.tables.values() for row in rows)

    @cached_property
    def names(self) -> Mapping[str, frozenset[str]]:
        """Names that a reference may stand for, by the kinds of the schema."""
        defined = {
            kind: frozenset(
                row[kind] for row in self.instance.tables[table] if row[kind] is not None
            )
            for table, kind in (*DEFINED, ("scenarios", "scenario"))
        }
        fixed = {EXIT: {EXIT}, "tier": set(TIERS), TOTAL: {TOTAL}, ALL: {ALL}, OUTSIDE: {OUTSIDE}}
        return defined | {kind: frozenset(words) for kind, words in fixed.items()}

    def is_open(self, column: Column) -> bool:
        """Whether a reference in this column may be to a row that could not be read."""
        return bool(self.unread) and any(f"{kind}s" in self.unread for kind in column.refers)

    def allowed(self, column: Column) -> frozenset[str]:
        """Names that a reference in this column may stand for."""
        if column.refers not in self._allowed:
            every = frozenset().union(*(self.names[kind] for kind in column.refers))
            self._allowed[column.refers] = every
        return self._allowed[column.refers]

    @cached_property
    def _allowed(self) -> dict[tuple[str, ...], frozenset[str]]:
        return {}

    @cached_property
    def sound(self) -> Instance:
        """The instance without the rows that name nothing; unreadable numbers are NaN.

        The instance itself where every row is sound: what is worked out from it serves both.
        """
        written = self.instance.tables
        tables = {
            table: tuple(sound for row in rows if (sound := self._sound_row(row)) is not None)
            for table, rows in written.items()
        }
        same = all(map(_same_rows, written.values(), tables.values()))
        return self.instance if same else replace(self.instance, tables=tables)

    @cached_property
    def resolved(self) -> Resolved:
        """The sound part by area and year."""
        return self.sound.resolved

    @cached_property
    def moves(self) -> frozenset[tuple[str, str, str]]:
        """Moves, the area first, that have a rate in some year."""
        rows = self.resolved.rates.rows
        return frozenset(move for move, rates in rows.items() if ever(rates))

    def rows(self, table: str) -> tuple[Row, ...]:
        """Sound rows of a table."""
        return self.sound.tables[table]

    @cached_property
    def lost_moves(self) -> tuple[tuple[object, object], ...]:
        """The moves of transitions that name nothing, as they are written: told already."""
        sound = {(row.file, row.number) for row in self.rows("transitions")}
        return tuple(
            (row["from"], row["to"])
            for row in self.instance.tables["transitions"]
            if (row.file, row.number) not in sound
        )

    def may_be_lost(self, start: str, end: str = "") -> bool:
        """Whether one of those may stand for a move, or for any out of a state, rightly spelt."""
        return any(i == start or (end and j == end) for i, j in self.lost_moves)

    def in_force(self, table: str) -> Iterator[tuple[Row, list[str]]]:
        """Sound rows of a table with the areas in which each holds."""
        return ((row, self._areas[id(row)]) for row in self.rows(table))

    @cached_property
    def _areas(self) -> dict[int, list[str]]:
        areas: dict[int, list[str]] = {
            id(row): [] for rows in self.sound.tables.values() for row in rows
        }
        for table in self.sound.tables:
            for area, rows in area_rows(self.sound, table).items():
                for row in rows:
                    areas[id(row)].append(area)
        return areas

    def where(self, areas: Iterable[str]) -> str:
        """The areas of a message: `` in A, B and 2 more``; nothing where there is but one area."""
        named = list(dict.fromkeys(areas))
        if not self.instance.has_areas or not named:
            return ""
        more = len(named) - SHOWN_AREAS
        tail = f" and {more} more" if more > 0 else ""
        return f" in {', '.join(named[:SHOWN_AREAS])}{tail}"

    def file(self, table: str) -> str:
        """Where the settings (``instance``) or a table stand, in a folder or a workbook."""
        for row in (row for rows in self.instance.tables.values() for row in rows):
            book, sheet, _ = row.file.partition(": ")
            if sheet:
                return f"{book}: {table}"
        return SETTINGS_FILE if table == SETTINGS_SHEET else f"{table}.csv"

    def setting(
        self, key: str, value: object, rule: str, remedy: str, severity: Severity = Severity.ERROR
    ) -> Problem:
        """A problem with a setting."""
        return Problem(self.file(SETTINGS_SHEET), None, key, shown(value), rule, remedy, severity)

    def whole(self, table: str, rule: str, remedy: str) -> Problem:
        """A problem with a whole table."""
        return Problem(self.file(table), None, "", "", rule, remedy)

    def _sound_row(self, row: Row) -> Row | None:
        unread = unread_in(row)
        values = dict(row.values)
        for column in TABLES[row.table].columns:
            value, given_up = values.get(column.name), column.name in unread
            if value is not None:
                means_something = (
                    not column.refers or self.is_open(column) or value in self.allowed(column)
                )
            elif column.kind is Kind.NUMBER and not column.key:
                means_something = True
                if column.required or given_up:
                    values[column.name] = math.nan
            else:
                means_something = not (column.required or (column.key and given_up))
            if not means_something:
                return None
        if row.table == "transitions" and values["from"] != values["to"]:
            values.setdefault("rate", math.nan)
        same = values == row.values and not isinstance(row, PartialRow)
        return row if same else Row(row.table, row.number, row.file, values)


def _same_rows(some: tuple[Row, ...], others: tuple[Row, ...]) -> bool:
    return len(some) == len(others) and all(map(operator.is_, some, others))


Check = Callable[[Candidate], Iterator[Problem]]


def ever(by_year: Iterable[float]) -> bool:
    """Whether a number is above nought in some year."""
    return any(number > 0 for number in by_year)


def unread_in(row: Row) -> frozenset[str]:
    """Columns of a row whose cells are wrong in themselves, and reported already."""
    return row.unread if isinstance(row, PartialRow) else frozenset()


def at(
    row: Row, column: str, rule: str, remedy: str, severity: Severity = Severity.ERROR
) -> Problem:
    """A problem with one cell."""
    value = row.values.get(column)
    text = ("no", "yes")[value] if isinstance(value, bool) else shown(value)
    return Problem(row.file, row.number, column, text, rule, remedy, severity)


def warn(row: Row, column: str, rule: str, remedy: str) -> Problem:
    """A likely mistake in one cell."""
    return at(row, column, rule, remedy, Severity.WARNING)


def key_of(instance: Instance, row: Row) -> tuple[Any, ...]:
    """The cells that name a row, defaults filled in."""
    return tuple(key_value(instance, row, name) for name in TABLES[row.table].key)


def figure(value: float) -> str:
    """A number in a message: thousands separated, four decimals at most."""
    return f"{value:,.4f}".rstrip("0").rstrip(".")


def span(instance: Instance) -> str:
    """The years of the plan in words."""
    return f"{instance.first_year} to {instance.last_year}"
