"""A sweep into a file: rows journalled as they come, the table written whole at the end."""

from __future__ import annotations

from concurrent.futures import Executor
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from allocator.errors import UsageError
from allocator.files import place_file
from allocator.progress import Progress, silent
from allocator.spreadsheet import as_csv
from allocator.sweep.facts import PointFacts
from allocator.sweep.journal import Journal
from allocator.sweep.run import Sweep

if TYPE_CHECKING:
    import pandas as pd


class Recorded:
    """A sweep whose table goes to a file, or nowhere where ``out`` is None.

    Raises UsageError where the file is there already, or its journal is of another sweep,
    unless ``force`` is true.
    """

    def __init__(self, sweep: Sweep, out: Path | None, *, force: bool = False) -> None:
        self._sweep, self._out, self._force = sweep, out, force
        self._journal: Journal | None = None
        self._done = 0
        if out is not None:
            if out.exists() and not force:
                raise UsageError(f"{out}: is there already, finished; --force sweeps again")
            self._journal = Journal(out, sweep.design, force=force)

    def run(
        self, executor: Executor | None = None, progress: Progress | None = None
    ) -> pd.DataFrame:
        """The table, written to the file; goes on where the journal ends."""
        journal, points = self._journal, self._sweep.design.points
        done = dict(journal.done) if journal else {}
        tell = progress or silent
        self._done = len(done)
        tell("sweeping", self._done, points)

        def note(point: int, row: PointFacts) -> None:
            if journal:
                journal.note(point, row)
            self._done = min(self._done + 1, points)
            tell("sweeping", self._done, points)

        with journal or nullcontext():
            table = self._sweep.run(executor, done, note)
        if self._out is not None:
            text = self.csv(table)
            place_file(self._out, lambda new: _write(text, new), force=self._force)
        if journal:
            journal.remove()
        return table

    def how_to_go_on(self) -> str:
        """What to say when the sweep was interrupted."""
        if self._journal is None:
            return "nothing was written; with --out it could go on where it was"
        return (
            f"{self._done} of {self._sweep.design.points} points are in {self._journal.path}; "
            "the same command goes on from there"
        )

    @staticmethod
    def csv(table: pd.DataFrame) -> str:
        """A table as CSV, every digit that tells a number apart."""
        flags = table.assign(audited=table["audited"].map({True: "yes", False: "no"}))
        return as_csv(flags)


def _write(text: str, file: Path) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")
