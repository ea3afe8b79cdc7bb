"""What the benchmarks found, kept part by part: a run of one part leaves the others as they were.

``results.md`` is for reading; ``results.csv`` beside it has a line for each ratio and version of
Allocator, the last measured, so that a slow-down shows.
"""

from __future__ import annotations

import csv
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from benchmarks.measure import ROOT, table

VERSIONS = 5  # stand beside each other in the table of ratios


@dataclass(frozen=True)
class Aim:
    """A ratio that was measured, and what it should be."""

    what: str
    ratio: float
    aim: float
    at_most: bool = True

    @property
    def met(self) -> bool:
        """Whether the ratio is on the right side of its aim."""
        return self.ratio <= self.aim if self.at_most else self.ratio >= self.aim

    def __str__(self) -> str:
        side = "at most" if self.at_most else "at least"
        met = "met" if self.met else "**missed**"
        return f"{self.what}: **{self.ratio:.2f} ×**, aim {side} {self.aim:g} ×: {met}"


@dataclass(frozen=True)
class Line:
    """A line of ``results.csv``: an aim, the part that measured it, and of which version."""

    part: str
    version: str
    aim: Aim

    def words(self) -> list[str]:
        """The cells, as they are written."""
        a = self.aim
        return [self.part, self.version, a.what, f"{a.ratio:.4g}", f"{a.aim:g}", str(a.at_most)]


HEADS = ["part", "version", *(f.name for f in fields(Aim))]


class Record:
    """The parts and ratios that stand in a results file, and those that a run adds."""

    def __init__(self, out: Path) -> None:
        self.out, self.table = out, out.with_suffix(".csv")
        self.parts = _parts(out.read_text(encoding="utf-8")) if out.exists() else {}
        self.lines = _lines(self.table) if self.table.exists() else []

    def put(self, title: str, text: str, aims: Iterable[Aim], version: str) -> None:
        """A part measured anew, ``title`` begins with its letter; ratios of other versions stay."""
        letter = title[1]
        self.parts[letter] = f"{title}\n\n{text.strip()}"
        before = [x for x in self.lines if (x.part, x.version) != (letter, version)]
        self.lines = [*before, *(Line(letter, version, aim) for aim in aims)]

    def write(self, head: str) -> None:
        """Both files; parts in the order of their letters."""
        parts = [f"## {text}" for _, text in sorted(self.parts.items())]
        text = "\n\n".join([head.strip(), self.aims(), self.history(), *parts]) + "\n"
        self.out.write_text(text, encoding="utf-8")
        with self.table.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(
                [HEADS, *(line.words() for line in self.lines)]
            )

    def aims(self) -> str:
        """Every aim as it was last measured."""
        last = {(x.part, x.aim.what): x for x in self.lines}
        rows = [f"- ({x.part}) {x.aim}" for _, x in sorted(last.items())]
        return "## Aims\n\n" + ("\n".join(rows) or "None was measured.")

    def history(self) -> str:
        """Each ratio by version, the newest last."""
        versions = list(dict.fromkeys(x.version for x in self.lines))[-VERSIONS:]
        found = {(x.part, x.aim.what, x.version): f"{x.aim.ratio:.2f}" for x in self.lines}
        rows = [
            (f"({part}) {what}", *(found.get((part, what, v), "–") for v in versions))
            for part, what in dict.fromkeys((p, w) for p, w, _ in sorted(found))
        ]
        return "## Ratios by version\n\n" + table(("", *versions), rows)


def _parts(text: str) -> dict[str, str]:
    """Heading and text of each part of a results file, by its letter."""
    pieces = re.split(r"^## (?=\()|^## .*$", text, flags=re.MULTILINE)
    return {piece[1]: piece.strip() for piece in pieces if re.match(r"\(\w\)", piece)}


def _lines(path: Path) -> list[Line]:
    with path.open(encoding="utf-8", newline="") as file:
        rows: Sequence[Mapping[str, str]] = list(csv.DictReader(file))
    return [
        Line(
            row["part"],
            row["version"],
            Aim(row["what"], float(row["ratio"]), float(row["aim"]), row["at_most"] == "True"),
        )
        for row in rows
    ]


def version(number: str) -> str:
    """The version measured: its number, and its commit where the files are of one."""
    said = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return f"{number} {said.stdout.strip()}".strip()
