"""Small instances written as text: what a test says is what it means.

A case is settings and tables, every cell a string as an author would type it.  It is written
out as a folder and read back by the library, so a test goes the way a user goes; the
reference implementation reads the strings itself and shares nothing with the library.
"""

from __future__ import annotations

import csv
import tempfile
import tomllib
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from allocator.instance import Instance, read

Row = dict[str, str]

SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "instance": {"name": "tiny", "first_year": 2020, "years": 2, "discount_rate": 0.0,
                 "terminal_value": False},
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """An instance before it is written: ``settings`` by section, ``tables`` of rows of cells."""

    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    tables: dict[str, list[Row]] = field(default_factory=dict)

    def setting(self, section: str, **values: Any) -> Case:
        """The same case with settings changed; None takes a setting out."""
        settings = deepcopy(self.settings)
        settings.setdefault(section, {}).update(values)
        settings[section] = {k: v for k, v in settings[section].items() if v is not None}
        return replace(self, settings=settings)

    def with_tables(self, text: str) -> Case:
        """The same case with whole tables added or replaced."""
        return replace(self, tables={**deepcopy(self.tables), **tables_of(text)})

    def with_rows(self, text: str) -> Case:
        """The same case with rows added to its tables."""
        tables = deepcopy(self.tables)
        for name, rows in tables_of(text).items():
            tables.setdefault(name, []).extend(rows)
        return replace(self, tables=tables)

    def changed(self, table: str, column: str, change: Callable[[Row], Any]) -> Case:
        """The same case with a column of a table worked out anew from each row."""
        tables = deepcopy(self.tables)
        for row in tables.get(table, []):
            value = change(row)
            row[column] = "" if value is None else str(value)
        return replace(self, tables=tables)

    def write(self, folder: Path) -> Path:
        """Write the case as a folder that the library can read."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "instance.toml").write_text(_toml(self.settings), encoding="utf-8")
        for name, rows in ((n, r) for n, r in self.tables.items() if r):
            columns = list(dict.fromkeys(column for row in rows for column in row))
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
        return folder

    def instance(self) -> Instance:
        """The case as the library reads it, which it does once."""
        return self._as_read

    @cached_property
    def _as_read(self) -> Instance:
        with tempfile.TemporaryDirectory() as folder:
            return read(self.write(Path(folder) / "case"))


def case(text: str, **instance: Any) -> Case:
    """A case of two years, undiscounted, without a terminal value unless it says otherwise."""
    settings = {"instance": {**SETTINGS["instance"], **instance}}
    return Case(settings, tables_of(text))


def case_in(folder: Path) -> Case:
    """An instance's folder as a case, cells as they are typed."""
    settings = tomllib.loads((folder / "instance.toml").read_text(encoding="utf-8"))
    tables = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            tables[path.stem] = list(csv.DictReader(file))
    return Case({k: v for k, v in settings.items() if k != "schema"}, tables)


def tables_of(text: str) -> dict[str, list[Row]]:
    """Tables of a text: ``[name]``, a line of columns, lines of cells; a dot is a blank cell."""
    tables: dict[str, list[Row]] = {}
    name, columns = "", []
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("["):
            name, columns = line.strip("[]"), []
            tables[name] = []
        elif not columns:
            columns = line.split()
        else:
            cells = ["" if cell == "." else cell for cell in line.split()]
            tables[name].append(dict(zip(columns, cells, strict=True)))
    return tables


def _toml(settings: Mapping[str, Mapping[str, Any]]) -> str:
    lines = ["schema = 1"]
    for section, values in settings.items():
        lines += [f"[{section}]", *(f"{key} = {_value(value)}" for key, value in values.items())]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else repr(value)
