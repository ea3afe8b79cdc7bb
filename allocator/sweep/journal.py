"""Rows written down as they come, so that a sweep that is stopped can go on.

Beside the file that the table goes to, a line of JSON a row, after a first line that says which
sweep it is.  A last line that was cut short is as if it had never been begun.
"""

from __future__ import annotations

import json
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType
from typing import Any

from allocator.errors import UsageError
from allocator.sweep.design import Design
from allocator.sweep.facts import PointFacts


class Journal:
    """Rows of one design.  Use as a context; ``done`` is what was there when it was opened.

    Raises UsageError if the journal is of another sweep, unless ``force`` is true: it then
    begins anew.
    """

    def __init__(self, table: Path, design: Design, *, force: bool = False) -> None:
        self.path = table.with_name(f"{table.name}.journal")
        self._heading = {
            "sweep": design.key,
            "instance": design.instance.name,
            "axes": [str(axis) for axis in design.axes],
        }
        lines, self._sound = _lines(self.path)
        if lines and lines[0] != self._heading:
            if not force:
                raise UsageError(
                    f"{self.path}: belongs to another sweep (another instance, axes or options, "
                    "or another version); finish that one, delete it, or begin anew with --force"
                )
            lines, self._sound = [], 0
        self.done: dict[int, PointFacts] = {line["point"]: line["row"] for line in lines[1:]}
        self._file: TextIOWrapper | None = None

    def __enter__(self) -> Journal:
        """Cut off what was not finished, and be ready to go on."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            file.truncate(self._sound)
        self._file = self.path.open("a", encoding="utf-8", newline="\n")
        if self._sound == 0:
            self._write(self._heading)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file; it stays."""
        if self._file is not None:
            self._file.close()

    def note(self, point: int, row: PointFacts) -> None:
        """Write a row down; a later row of the same point takes its place."""
        self.done[point] = row
        self._write({"point": point, "row": row})

    def remove(self) -> None:
        """Remove the file: the table is written."""
        self.path.unlink(missing_ok=True)

    def _write(self, facts: dict[str, Any]) -> None:
        assert self._file is not None
        self._file.write(json.dumps(facts) + "\n")
        self._file.flush()


def _lines(path: Path) -> tuple[list[dict[str, Any]], int]:
    """Whole lines from the top, and the number of bytes that they fill."""
    rows: list[dict[str, Any]] = []
    sound = 0
    for line in path.read_bytes().splitlines(keepends=True) if path.is_file() else ():
        try:
            facts = json.loads(line)
        except ValueError:
            break
        if not line.endswith(b"\n") or not isinstance(facts, dict):
            break
        rows.append(facts)
        sound += len(line)
    return rows, sound
