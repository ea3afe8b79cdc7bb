"""A plan to a folder, whole or not at all: tidy tables, plan.json, the instance, the log."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from allocator import __version__
from allocator.files import FolderKind, check_folder, place_folder
from allocator.instance.writing import write
from allocator.plan.columns import TABLES, WINDOWS, table_of
from allocator.plan.plan import Plan
from allocator.plan.saving.facts import as_json
from allocator.plan.saving.layout import (
    INSTANCE_FOLDER,
    LOG_FILE,
    PLAN_FILE,
    README_FILE,
    WINDOWS_FILE,
    described,
    is_of_copy,
)
from allocator.plan.saving.seal import SEAL, seal_of
from allocator.plan.windows import WindowOutcome
from allocator.table import Table

if TYPE_CHECKING:
    pass

SCHEMA: Final = 1
_OWN: Final = frozenset(
    {PLAN_FILE, LOG_FILE, README_FILE, WINDOWS_FILE, *(f"{t}.csv" for t in TABLES)}
)


def owns(file: str) -> bool:
    """Whether a file of the folder, by relative path, is the plan's own, and so under its seal."""
    return file in _OWN or is_of_copy(file)


PLAN: Final = FolderKind("a plan", PLAN_FILE, owns)


def save(
    plan: Plan,
    folder: str | Path,
    *,
    force: bool = False,
    beside: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Write a plan to a folder.

    ``beside`` is text of files that go with the instance's copy, by name: its calibration.

    Made beside its place and then moved, so that nothing is ever half-written.  Raises
    UsageError if the folder holds something, unless ``force`` is true and it holds a plan.
    """
    place_folder(Path(folder), partial(_fill, plan, beside), force=force, kind=PLAN)


def check_place(folder: str | Path, *, force: bool = False) -> None:
    """Raise UsageError now if ``save`` would, before the work is done."""
    check_folder(Path(folder), force=force, kind=PLAN)


def _fill(plan: Plan, beside: Mapping[str, str], folder: Path) -> None:
    write(plan.instance, folder / INSTANCE_FOLDER, beside=beside)
    for name in plan.tables:
        _write_csv(plan.table(name), folder / f"{name}.csv")
    _write_csv(window_table(plan.windows), folder / WINDOWS_FILE)
    _write_text(plan.log, folder / LOG_FILE)
    _write_text(readme(plan), folder / README_FILE)
    facts = json.loads(as_json({**plan.to_dict(), "saved": _saved(plan)}))
    facts["saved"][SEAL] = seal_of(folder, facts, owns)
    _write_text(as_json(facts, ascii_only=False) + "\n", folder / PLAN_FILE)


def window_table(windows: Sequence[WindowOutcome]) -> Table:
    """Every window that was tried, as windows.csv has it."""
    rows = [each.to_dict() for each in windows]
    columns = {name: [row[name] for row in rows] for name in WINDOWS.columns}
    return Table(columns, partial(table_of, WINDOWS.columns, rows))


def _write_csv(table: Table, file: Path) -> None:
    _write_text(table.csv(), file)


def _write_text(text: str, file: Path) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")


def _saved(plan: Plan) -> dict[str, Any]:
    """What loading needs beyond the facts that people quote."""
    return {
        "schema": SCHEMA,
        "allocator": __version__,
        "tables": list(plan.tables),
        "baseline_terminal_value": plan.baseline_terminal_value,
        "certificate": None if plan.certificate is None else asdict(plan.certificate),
        "audit": None if plan.audit is None else [asdict(f) for f in plan.audit.findings],
    }


def readme(plan: Plan) -> str:
    """What each file and column is, with its unit and price base."""
    base = plan.instance.price_base
    lines = [
        f"A plan for {plan.instance.title or plan.instance.name}",
        f"written by allocator {__version__}",
        "",
        f"Money is in pounds at {base} prices and not discounted unless it says present value.",
        "Counts are children, levels are cases per year.  Tables are UTF-8 CSV files with a",
        "heading; a blank cell does not apply.  To check the plan again: allocator audit FOLDER.",
        "",
        f"{PLAN_FILE}: every fact of the plan, as `allocator solve --json` prints it; `saved` is",
        "  for loading it again.",
        f"{INSTANCE_FOLDER}: a copy of the instance that was solved, hash {plan.instance.hash}.",
        f"{LOG_FILE}: what the solver said.",
        "",
    ]
    for name in plan.tables:
        lines += [f"{name}.csv", *described(TABLES[name].row, plan.table(name).names, base), ""]
    return "\n".join([*lines, WINDOWS_FILE, *described(*WINDOWS, base), ""])
