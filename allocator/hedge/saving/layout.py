"""What a saved hedge's files are: the tables of a plan, with a column for the scenario."""

from __future__ import annotations

from typing import Final

from allocator.files import FolderKind
from allocator.hedge.tables import COLUMNS as ANSWERS
from allocator.instance.writing import INSTANCE
from allocator.plan.saving.layout import (
    HEDGE_FILE,
    INSTANCE_FOLDER,
    README_FILE,
    TABLES,
    WINDOWS_FILE,
)

SCENARIO: Final = "scenario"
# Prices are of the whole's objective, each the dearer the likelier its scenario: they are not a
# plan's own, and are left out.  `solve --scenario` gives those.
PLAN_TABLES: Final = tuple(name for name in TABLES if name not in ("prices", "kept"))
_OWN: Final = frozenset(
    {HEDGE_FILE, README_FILE, WINDOWS_FILE, *(f"{t}.csv" for t in (*PLAN_TABLES, *ANSWERS))}
)


def columns_of(table: str) -> tuple[str, ...]:
    """Headings of a table of every scenario's plan."""
    served = ("served",) if table == "services" else ()
    return (SCENARIO, *TABLES[table][1], *served)


def owns(file: str) -> bool:
    """Whether a file of the folder, by relative path, is the hedge's own, and so under its seal."""
    folder, _, inner = file.partition("/")
    return file in _OWN or (folder == INSTANCE_FOLDER and INSTANCE.owns(inner))


HEDGE: Final = FolderKind("a hedge", HEDGE_FILE, owns)
