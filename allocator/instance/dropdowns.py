"""What the cells of an instance's workbook offer: names that its tables define, words, bounds.

A column of states alone offers the column of the sheet ``states``, as it stands when the cell is
filled.  One of states and services, say, or an instance whose areas name each state again, offers
a column of the hidden sheet ``Drop-downs``, the names that there were when it was written.  Other
names are taken too, with a word of warning; other words than those of the format are not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from allocator.instance.check.candidate import DEFINED
from allocator.instance.columns import Column, InputTable, Kind
from allocator.instance.instance import Instance
from allocator.instance.lines import columns_of
from allocator.instance.schema import ALL, EXIT, OUTSIDE, TIERS, TOTAL
from allocator.instance.settings import PERIODS_PER_YEAR, SETTINGS

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

SHEET: Final = "Drop-downs"
SPARE: Final = 500  # rows below those that are filled
_TABLE_OF: Final = {kind: table for table, kind in (*DEFINED, ("scenarios", "scenario"))}
_WORDS: Final = {EXIT: (EXIT,), TOTAL: (TOTAL,), ALL: (ALL,), OUTSIDE: (OUTSIDE,), "tier": TIERS}


class DropDowns:
    """Drop-downs of one workbook; ``write`` adds the sheet that some of them offer."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self._lists: dict[tuple[str, ...], list[str]] = {}

    def of_table(self, sheet: Worksheet, table: InputTable) -> None:
        """Of each column, down to ``SPARE`` rows below the last."""
        last = len(self.instance.tables[table.name]) + SPARE
        for n, name in enumerate(columns_of(self.instance, table.name)):
            asked = self._asked(table.column(name))
            if asked is not None:
                sheet.data_validation(1, n, last, n, asked)

    def of_settings(self, sheet: Worksheet, keys: Sequence[str]) -> None:
        """Of the value beside each key, in the rows of the sheet."""
        for row, key in enumerate(keys):
            section, _, name = key.rpartition(".")
            for column in SETTINGS.get(section, ()):
                asked = self._asked(column) if column.name == name else None
                if asked is not None:
                    sheet.data_validation(row, 1, row, 1, asked)

    def write(self, workbook: Workbook) -> Worksheet:
        """The hidden sheet, a column for each list of names."""
        sheet = workbook.add_worksheet(SHEET)
        for n, (kinds, names) in enumerate(self._lists.items()):
            sheet.write_string(0, n, " or ".join(kinds))
            sheet.write_column(1, n, names)
        sheet.hide()
        return sheet

    def _asked(self, column: Column) -> dict[str, Any] | None:
        """A validation, as XlsxWriter takes it; None where anything may stand."""
        if column.refers:
            source = self._names(column.refers)
            return None if source is None else _list(source, column, "information")
        if words := _words(column):
            strict = "warning" if column.kind is Kind.TIERS else "stop"
            return _list(words, column, strict)
        return _bounds(column)

    def _names(self, kinds: tuple[str, ...]) -> str | None:
        """Where the names of these kinds stand; None where there are none."""
        if len(kinds) == 1 and kinds[0] in _TABLE_OF and not self.instance.has_areas:
            return self._column(kinds[0])
        if kinds not in self._lists:
            self._lists[kinds] = [name for kind in kinds for name in self._of(kind)]
        at, names = list(self._lists).index(kinds), self._lists[kinds]
        return f"='{SHEET}'!{_range(at, len(names))}" if names else None

    def _column(self, kind: str) -> str:
        table = _TABLE_OF[kind]
        at = columns_of(self.instance, table).index(kind)
        rows = self.instance.tables[table]
        return f"={table}!{_range(at, len(rows) + SPARE)}" if rows else ""

    def _of(self, kind: str) -> Sequence[str]:
        """Names of a kind, each once."""
        if kind in _WORDS:
            return _WORDS[kind]
        rows = self.instance.tables[_TABLE_OF[kind]]
        return list(dict.fromkeys(str(row[kind]) for row in rows))


def _range(column: int, rows: int) -> str:
    from xlsxwriter.utility import xl_range_abs

    return str(xl_range_abs(1, column, rows, column))


def _words(column: Column) -> list[Any]:
    """The words or numbers that a column is one of; none where it is not."""
    if column.name == "periods_per_year":
        return list(PERIODS_PER_YEAR)
    return {
        Kind.FLAG: ["yes", "no"],
        Kind.TIER: list(TIERS),
        Kind.TIERS: [ALL, *TIERS],
        Kind.CHOICE: list(column.choices),
    }.get(column.kind, [])


def _list(source: str | list[Any], column: Column, strict: str) -> dict[str, Any]:
    message = {
        "information": "This name is none of those offered; it will do if its own sheet has it "
        "(allocator check finds names that nothing defines)",
        "warning": "Write all, or tiers separated by ;",
        "stop": "Choose one of the list",
    }
    return {
        "validate": "list",
        "source": source,
        "error_type": strict,
        "error_title": column.name,
        "error_message": message[strict],
    }


def _bounds(column: Column) -> dict[str, Any] | None:
    """A number's bounds, of which a warning tells."""
    if column.kind not in (Kind.NUMBER, Kind.WHOLE) or column.low is None:
        return None
    low, high = column.low, column.high
    asked: dict[str, Any] = (
        {"criteria": ">=", "value": low}
        if high is None
        else {"criteria": "between", "minimum": low, "maximum": high}
    )
    top = "or more" if high is None else f"to {high:g}"
    return asked | {
        "validate": "decimal",
        "error_type": "warning",
        "error_title": column.name,
        "error_message": f"A number of {low:g} {top}{f': {column.unit}' if column.unit else ''}",
    }
