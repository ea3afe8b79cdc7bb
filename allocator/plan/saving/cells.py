"""CSV tables of a saved plan read cell by cell: damage is told by file, row and column."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from allocator.errors import UsageError
from allocator.instance import Instance
from allocator.instance.schema import ALL, TIERS
from allocator.plan.columns import shaped

if TYPE_CHECKING:
    import pandas as pd

OPTIONAL: Final = frozenset({"prices"})  # tables with cells that do not apply
_NAMES: Final = shaped("name")
_WHOLE: Final = shaped("whole")


def typed(file: Path, heading: list[str], rows: list[list[str]]) -> pd.DataFrame:
    """Cells under their headings as numbers and names; UsageError for one that cannot be right."""
    import pandas as pd

    columns = {
        column: _column(file, column, [row[n] for row in rows]) for n, column in enumerate(heading)
    }
    return pd.DataFrame(columns, columns=heading)


def check_rows(file: Path, frame: pd.DataFrame, instance: Instance) -> None:
    """UsageError where a row names what the instance does not have, or stands twice."""
    _check_names(file, frame, instance)
    _check_unique(file, frame)


def cells_of(file: Path) -> tuple[list[str], list[list[str]]]:
    """Headings and rows of a CSV file; UsageError where it is none."""
    if not file.is_file():
        raise UsageError(f"{file}: is missing from the plan")
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            heading, *rows = csv.reader(lines, strict=True)
    except (ValueError, csv.Error) as error:  # no heading, not UTF-8, not CSV
        raise UsageError(f"{file}: is damaged: {error}") from error
    for number, row in enumerate(rows, 2):
        if len(row) != len(heading):
            raise UsageError(
                f"{file}, row {number}: has {len(row)} cells under {len(heading)} headings"
            )
    return heading, rows


def _column(file: Path, name: str, cells: list[str]) -> Any:
    """Cells of a column as an array of its type."""
    import pandas as pd

    if name in _NAMES:
        return pd.array([cell or None for cell in cells], dtype="str")
    optional = file.stem in OPTIONAL
    values = []
    for number, cell in enumerate(cells, 2):
        value = _number(cell)
        if value is None or (name in _WHOLE and not value.is_integer() and (cell or not optional)):
            what = "a whole number" if name in _WHOLE else "a number"
            raise UsageError(f"{file}, row {number}, column {name}: {cell!r} is not {what}")
        values.append(value)
    if name not in _WHOLE:
        return pd.array(values, dtype="float64")
    return pd.array(
        [pd.NA if math.isnan(value) else int(value) for value in values],
        dtype="Int64" if optional else "int64",
    )


def _number(cell: str) -> float | None:
    """NaN for a blank cell, None for what is no number."""
    try:
        return float(cell) if cell else math.nan
    except ValueError:
        return None


def _check_names(file: Path, frame: pd.DataFrame, instance: Instance) -> None:
    data = instance.resolved
    known: dict[str, Iterable[str]] = {
        "area": instance.areas,
        "owner": (*instance.areas, ALL),
        "tier": TIERS,
        "state": {state for _, state in data.states},
        "service": {service for _, service in data.services},
        "fund": {fund for fund, _ in data.accounts},
        "role": {role for _, role in data.roles},
        "practice": {practice for _, practice, _ in data.practices},
    }
    for column in (name for name in frame.columns if name in known):
        strange = ~frame[column].isin(list(known[column]))
        if strange.any():
            row = int(strange.to_numpy().argmax())
            raise UsageError(
                f"{file}, row {row + 2}, column {column}: {frame[column].iloc[row]!r} "
                f"is not {'an' if column[0] in 'ao' else 'a'} {column} of the instance"
            )


def key_columns(columns: Iterable[str]) -> list[str]:
    """Those of the columns that tell rows apart."""
    return [column for column in columns if column in _NAMES | _WHOLE]


def _check_unique(file: Path, frame: pd.DataFrame) -> None:
    twice = frame.duplicated(key_columns(frame.columns))
    if twice.any():
        raise UsageError(f"{file}, row {int(twice.to_numpy().argmax()) + 2}: stands twice")
