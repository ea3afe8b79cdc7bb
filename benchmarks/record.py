"""What the benchmarks found, kept part by part: a run of one part leaves the others as they were.

``results.md`` is for reading; ``results.csv`` beside it has a line for each ratio and version of
Allocator, the last measured, so that a slow-down shows.  Of a miss ``profiles/`` has a file that
says line by line where its time goes, and ``tried.TRIED`` what was tried.
"""

from __future__ import annotations

import csv
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.measure import ROOT, table
from benchmarks.tried import TRIED

VERSIONS = 5  # stand beside each other in the table of ratios
LINES = 8  # of a profile stand under its miss; its file has more
TIMES = "×"


@dataclass(frozen=True)
class Aim:
    """A ratio that was measured, or seconds, and what it should be.

    ``profiled`` are the words after ``python -m`` of what a miss is a profile of.
    """

    what: str
    ratio: float
    aim: float
    at_most: bool = True
    unit: str = TIMES
    profiled: tuple[str, ...] = field(default=(), compare=False)

    @property
    def met(self) -> bool:
        """Whether the ratio is on the right side of its aim."""
        return self.ratio <= self.aim if self.at_most else self.ratio >= self.aim

    def __str__(self) -> str:
        side = "at most" if self.at_most else "at least"
        met = "met" if self.met else "**missed**"
        found, aim = f"{self.ratio:,.2f} {self.unit}", f"{self.aim:g} {self.unit}"
        return f"{self.what}: **{found}**, aim {side} {aim}: {met}"

    @property
    def slug(self) -> str:
        """Its name as that of a file."""
        return re.sub(r"[^a-z0-9]+", "-", self.what.lower()).strip("-")


@dataclass(frozen=True)
class Line:
    """A line of ``results.csv``: an aim, the part that measured it, and of which version."""

    part: str
    version: str
    aim: Aim

    def words(self) -> list[str]:
        """The cells, as they are written."""
        a = self.aim
        numbers = [f"{a.ratio:.4g}", f"{a.aim:g}"]
        return [self.part, self.version, a.what, *numbers, str(a.at_most), a.unit]


HEADS = ["part", "version", "what", "ratio", "aim", "at_most", "unit"]


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
        """Every aim as it was last measured, and of a miss where the time goes."""
        last = {(x.part, x.aim.what): x for x in self.lines}
        rows = [f"- ({x.part}) {x.aim}{self._miss(x)}" for _, x in sorted(last.items())]
        return "## Aims\n\n" + ("\n".join(rows) or "None was measured.")

    def profile(self, part: str, aim: Aim) -> Path:
        """The file of a miss's profile."""
        return self.out.parent / "profiles" / f"{part}-{aim.slug}.txt"

    def _miss(self, line: Line) -> str:
        """What was tried, and the first lines of the profile."""
        if line.aim.met:
            return ""
        tried, told = TRIED.get(line.aim.what, ""), ""
        if (path := self.profile(line.part, line.aim)).exists():
            lines = path.read_text(encoding="utf-8").splitlines()[: LINES + 2]
            told = f"\n\n  Where its time goes ([more](profiles/{path.name})):\n\n"
            told += "\n".join(["  ```text", *(f"  {each}" for each in lines), "  ```"]) + "\n"
        return (f"\n  {tried}" if tried else "") + told

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
            Aim(
                row["what"],
                float(row["ratio"]),
                float(row["aim"]),
                row["at_most"] == "True",
                row.get("unit") or TIMES,
            ),
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
