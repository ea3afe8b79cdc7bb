"""What every answer has in common: facts, tidy tables whose columns say their units, a folder.

An answer is a frozen dataclass derived from ``Answer``.  Its page is
``text(answer)`` of ``report/pages/<answer>.py``.  Saved, it is one folder: ``<answer>.json`` with
everything, a CSV file for each table, and a README that says what each column is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

from allocator import __version__
from allocator.files import FolderKind, check_folder, place_folder
from allocator.instance import Instance
from allocator.plan.columns import AnswerColumns, table_of
from allocator.plan.facts import provenance
from allocator.plan.saving import as_json
from allocator.spreadsheet import write_csv


@dataclass(frozen=True)
class Answer:
    """See the module.

    ``tables`` are by name, in the order of ``COLUMNS``.  ``unfinished`` says what there was no more
    time for; empty for a whole answer.  Money is in pounds at the
    instance's price base, undiscounted unless a column says present value.
    """

    NAME: ClassVar[str] = ""
    COLUMNS: ClassVar[AnswerColumns] = {}

    instance: Instance
    formulation: str
    solver: str
    tables: Mapping[str, pd.DataFrame]
    unfinished: str = field(default="", kw_only=True)

    @classmethod
    def table_of(cls, name: str, rows: Iterable[Any]) -> pd.DataFrame:
        """Rows, by name or in order of the columns, as the answer's table of that name."""
        return table_of(cls.COLUMNS[name], rows)

    def facts(self) -> dict[str, Any]:
        """What the answer says beside its tables; nothing unless a kind of answer adds to it."""
        return {}

    def to_dict(self) -> dict[str, Any]:
        """All of it, as ``--json`` prints it: facts, then tables as lists of rows."""
        return {
            "answer": self.NAME,
            **provenance(self.instance, self.formulation, self.solver),
            "discount_rate": self.instance.discount_rate,
            **({"unfinished": self.unfinished} if self.unfinished else {}),
            **self.facts(),
            **{name: records(table) for name, table in self.tables.items()},
            "columns": {
                name: {column: said.meaning for column, said in self.COLUMNS[name].items()}
                for name in self.tables
            },
        }

    def to_json(self) -> str:
        """``to_dict`` as text, by strict JSON."""
        return as_json(self.to_dict(), ascii_only=False)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table as plain dictionaries; None for what is missing."""
    plain = table.astype(object).where(table.notna(), None)
    return [{str(k): _plain(v) for k, v in row.items()} for row in plain.to_dict("records")]


def _plain(value: Any) -> Any:
    """A number as Python's own."""
    return value.item() if hasattr(value, "item") else value


def kind_of(answer: type[Answer]) -> FolderKind:
    """What a folder with an answer of this type holds."""
    own = {f"{answer.NAME}.json", "README.txt", *(f"{name}.csv" for name in answer.COLUMNS)}
    return FolderKind(f"an answer of {answer.NAME}", f"{answer.NAME}.json", own.__contains__)


def check_place(answer: type[Answer], folder: Path, *, force: bool = False) -> None:
    """Raise UsageError now if ``save`` would, before the work is done."""
    check_folder(folder, force=force, kind=kind_of(answer))


def save(answer: Answer, folder: Path, *, force: bool = False) -> None:
    """Write an answer to a folder, whole or not at all.

    Raises UsageError if the folder holds something, unless ``force`` is true and it holds an
    answer of the same kind.
    """
    place_folder(folder, partial(_fill, answer), force=force, kind=kind_of(type(answer)))


def _fill(answer: Answer, folder: Path) -> None:
    for name, table in answer.tables.items():
        write_csv(table, folder / f"{name}.csv")
    _write(answer.to_json() + "\n", folder / f"{answer.NAME}.json")
    _write(_readme(answer), folder / "README.txt")


def _write(text: str, file: Path) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")


def _readme(answer: Answer) -> str:
    lines = [
        f"{answer.NAME}: {answer.instance.title or answer.instance.name}",
        f"written by allocator {__version__}, instance hash {answer.instance.hash}",
        f"Solved by {answer.solver}, formulation {answer.formulation}.",
        f"Money is in pounds at {answer.instance.price_base} prices, undiscounted unless it says",
        f"present value.  {answer.NAME}.json holds all of this and more.",
    ]
    for name in answer.tables:
        width = max(map(len, answer.COLUMNS[name]))
        lines += ["", f"{name}.csv"]
        columns = answer.COLUMNS[name].items()
        lines += [f"  {column:{width}}  {said.meaning}" for column, said in columns]
    return "\n".join(lines) + "\n"
