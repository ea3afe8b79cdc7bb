"""Answers that other verbs wrote about a plan: switching values, frontiers, delay, stress.

A folder of CSV tables, or of folders with them, and beside every table a JSON file of its answer's
name that says by ``instance_hash`` of which instance it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pandas as pd

from allocator.errors import UsageError
from allocator.plan.columns import ANSWERS, Columns
from allocator.spreadsheet import unguarded

FOLDER: Final = "answers"  # beside plan.json

# What a report draws, by the table's name.
COLUMNS: Final[Mapping[str, Columns]] = {
    **{
        name: ANSWERS[name][name]
        for name in (
            "switching",
            "frontier_target",
            "frontier_budget",
            "frontier_benefits",
            "frontier_fairness",
            "delay",
        )
    },
    **{name: ANSWERS["stress"][name] for name in ("bands", "chances")},
}
_ANSWER_OF: Final = {"bands": "stress", "chances": "stress"}  # tables not named as their answer is


@dataclass(frozen=True)
class SavedAnswers:
    """Tables by name; ``refused`` says why a folder that is there was left out."""

    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    refused: str = ""

    def get(self, name: str) -> pd.DataFrame | None:
        """An answer's table; None where it has not been made or has no rows."""
        table = self.tables.get(name)
        return None if table is None or table.empty else table


def read_answers(folder: Path, instance_hash: str) -> SavedAnswers:
    """The answers in a folder.

    Raises UsageError where there is no folder, a file is damaged, or an answer is of another
    instance.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: is not a folder of answers")
    tables = {}
    for name in COLUMNS:
        for file in [*folder.glob(f"{name}.csv"), *sorted(folder.glob(f"*/{name}.csv"))][:1]:
            _check_hash(file.with_name(f"{_ANSWER_OF.get(name, name)}.json"), instance_hash)
            tables[name] = _table(file)
    return SavedAnswers(tables)


def answers_beside(plan_folder: Path, instance_hash: str) -> SavedAnswers:
    """The answers kept with a plan; none where there are none, or they are not of it."""
    folder = plan_folder / FOLDER
    if not folder.is_dir():
        return SavedAnswers()
    try:
        return read_answers(folder, instance_hash)
    except UsageError as error:
        return SavedAnswers(refused=str(error))


def _check_hash(file: Path, instance_hash: str) -> None:
    try:
        facts: Any = json.loads(file.read_text(encoding="utf-8"))
        stated = str(facts["instance_hash"])
    except FileNotFoundError:
        raise UsageError(
            f"{file}: is missing, so that nobody knows which instance the answer is of"
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{file}: does not say its instance_hash") from error
    if stated != instance_hash:
        raise UsageError(
            f"{file}: is of another instance, hash {stated[:12]}; the plan's is "
            f"{instance_hash[:12]}; make the answer again for this plan"
        )


def _table(file: Path) -> pd.DataFrame:
    """A table, of which columns that were added later may be missing."""
    columns = COLUMNS[file.stem]
    words = [name for name, said in columns.items() if said.shape == "name"]
    try:
        table = pd.read_csv(file, encoding="utf-8", dtype=dict.fromkeys(words, "str"))
    except ValueError as error:  # pandas' parser errors, and bytes that are not UTF-8
        raise UsageError(f"{file}: is damaged: {error}") from error
    lacking = [name for name in columns if name not in table.columns]
    if needed := [name for name in lacking if not columns[name].later]:
        raise UsageError(f"{file}: lacks {', '.join(needed)}")
    for name in set(words).difference(lacking):
        table[name] = table[name].map(unguarded, na_action="ignore")
    for name in set(columns).difference(words, lacking):
        try:
            table[name] = pd.to_numeric(table[name])
        except (ValueError, TypeError) as error:
            raise UsageError(f"{file}, column {name}: holds what is not a number") from error
    return table
