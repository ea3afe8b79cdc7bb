"""From raw cells to a typed instance, gathering every cell that cannot be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from allocator.instance.cells import CellError, CellValue, is_blank, is_mojibake, parse
from allocator.instance.columns import Column, Kind
from allocator.instance.instance import DoubleInvestment, Instance, Row, Shortfall, Uncertainty
from allocator.instance.problems import Severity, did_you_mean
from allocator.instance.raw import RawInstance, RawRow
from allocator.instance.schema import TABLES
from allocator.instance.settings import SETTINGS

KnownTexts = list[tuple[Column, dict[str, Any]]]  # by column, values of the texts that it has held


@dataclass(frozen=True, slots=True)
class PartialRow(Row):
    """A row some of whose cells are missing from ``values``, though they are not blank.

    ``unread`` names their columns.  What is wrong with them is reported already, so that
    later checks take no offence at them.
    """

    unread: frozenset[str] = frozenset()


def parse_instance(raw: RawInstance) -> Instance | None:
    """The instance that the cells spell, as far as they can be read.

    Problems are added to ``raw.problems``.  Cells with errors are left out, so that the
    rest can still be checked.  None where the settings do not even give the horizon.
    """
    settings = _parse_settings(raw)
    tables = {name: tuple(_parse_rows(raw, name, rows)) for name, rows in raw.tables.items()}
    general = settings["instance"]
    if any(general.get(key) is None for key in ("name", "first_year", "years")):
        return None
    window, future = settings["double_investment"], settings["uncertainty"]
    return Instance(
        name=general["name"],
        first_year=general["first_year"],
        years=general["years"],
        title=general.get("title") or general["name"],
        question=general.get("question") or "",
        periods_per_year=general["periods_per_year"],
        discount_rate=general["discount_rate"],
        price_base=general.get("price_base") or "",
        terminal_value=general["terminal_value"],
        double_investment=None
        if "double_investment" not in raw.sections
        else DoubleInvestment(
            window["longest"],
            window.get("starts"),
            window["protect_statutory"],
            window["prevention_uplift"],
        ),
        reinvestment_share=settings["reinvestment"]["share"],
        timing=general["timing"],
        benefit_weight=settings["wider_benefits"]["weight"],
        shortfall=Shortfall(
            settings["shortfall"]["excess_price"], settings["shortfall"]["overspend_price"]
        ),
        uncertainty=Uncertainty(future["decide"], future["risk_weight"], future["risk_level"]),
        remarks={
            f"{section}.{key}": values[key]
            for section, values in settings.items()
            for key in ("source", "note")
            if values.get(key)
        },
        tables=tables,
    )


def _parse_settings(raw: RawInstance) -> dict[str, dict[str, Any]]:
    settings: dict[str, dict[str, Any]] = {}
    for section in raw.sections - set(SETTINGS):
        raw.report(
            raw.settings_file,
            "is not a table of the settings",
            did_you_mean(section, [s for s in SETTINGS if s]),
            column=section,
        )
    for (section, key), (value, row) in raw.settings.items():
        known = [column.name for column in SETTINGS.get(section, ())]
        if section in SETTINGS and key not in known:
            raw.report(
                raw.settings_file,
                "is not a setting",
                did_you_mean(key, known),
                row=row,
                column=_dotted(section, key),
                value=value,
            )
    for section, columns in SETTINGS.items():
        settings[section] = {
            column.name: _parse_setting(raw, section, column) for column in columns
        }
    return settings


def _parse_setting(raw: RawInstance, section: str, column: Column) -> Any:
    value, row = raw.settings.get((section, column.name), (None, None))
    place = _dotted(section, column.name)
    if is_blank(value):
        if column.required and not raw_is_missing(raw):
            raw.report(
                raw.settings_file, "is missing", f"give it: {column.meaning}", column=place, row=row
            )
        return column.value_when_blank
    try:
        return parse(column, value)
    except CellError as error:
        raw.report(raw.settings_file, error.rule, error.remedy, row=row, column=place, value=value)
        return column.value_when_blank


def raw_is_missing(raw: RawInstance) -> bool:
    """Whether no setting could be read at all, which has been reported already."""
    return not raw.settings and bool(raw.problems)


def _dotted(section: str, key: str) -> str:
    return f"{section}.{key}" if section else key


def _parse_rows(raw: RawInstance, table: str, rows: Iterable[RawRow]) -> Iterator[Row]:
    known: KnownTexts = [(column, {}) for column in TABLES[table].columns]
    return (_parse_row(raw, table, row, known) for row in rows)


def _parse_cell(column: Column, cell: CellValue, known: dict[str, Any]) -> Any:
    """The cell's value; text that was read before in its column is looked up."""
    if not isinstance(cell, str):
        return parse(column, cell)
    if cell not in known:
        known[cell] = parse(column, cell)
    return known[cell]


def _parse_row(raw: RawInstance, table: str, row: RawRow, columns: KnownTexts) -> Row:
    values: dict[str, Any] = {}
    unread: set[str] = set()
    for column, known in columns:
        cell = row.cells.get(column.name)
        try:
            value = _parse_cell(column, cell, known)
        except CellError as error:
            raw.report(
                row.file,
                error.rule,
                error.remedy,
                row=row.number,
                column=column.name,
                value=cell,
            )
            unread.add(column.name)
            continue
        if value is not None:
            values[column.name] = value
        elif column.required:
            unread.add(column.name)
            _report_blank(raw, row, column)
        if column.kind is Kind.TEXT and is_mojibake(cell):
            raw.report(
                row.file,
                "was saved in one encoding and read in another",
                "save the file again as CSV UTF-8 from the original",
                row=row.number,
                column=column.name,
                value=cell,
                severity=Severity.WARNING,
            )
    if unread:
        return PartialRow(table, row.number, row.file, values, frozenset(unread))
    return Row(table, row.number, row.file, values)


def _report_blank(raw: RawInstance, row: RawRow, column: Column) -> None:
    """A required cell is blank; a whole column that is missing is reported at its heading."""
    if column.name in row.cells:
        raw.report(
            row.file,
            "is blank, and has no default",
            f"fill it in: {column.meaning}",
            row=row.number,
            column=column.name,
        )
