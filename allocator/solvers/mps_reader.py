"""The text of an MPS file, read strictly: whatever is not plain is refused with its line.

Sets of right-hand sides, ranges and bounds may go without a name, and there is one of each.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

import numpy as np

from allocator.solvers.mps_text import MpsText

Words = list[str]

NUMBER: Final = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eEdD][-+]?[0-9]+)?")
_ENDLESS: Final = re.compile(r"[-+]?(nan|inf)\S*", re.IGNORECASE)
_SENSES: Final = {"MAX": True, "MAXIMIZE": True, "MIN": False, "MINIMIZE": False}
_ENDS: Final = {"UP": "u", "UI": "u", "LO": "l", "LI": "l", "FX": "lu",
                "FR": "lu", "MI": "l", "PL": "u", "BV": "lu"}  # fmt: skip
_BARE: Final = {"FR", "MI", "PL", "BV"}  # bounds that need no number
_SECTIONS: Final = ("NAME", "ROWS", "COLUMNS", "RHS", "RANGES", "BOUNDS", "OBJSENSE", "ENDATA")


class BadLine(Exception):
    """What is wrong with a line, by its number from 1."""

    def __init__(self, line: int, what: str) -> None:
        self.line, self.what = line, what
        super().__init__(f"line {line}: {what}")


def free_lines(text: str) -> Iterable[tuple[int, Words, bool]]:
    """Number, words, and whether it begins a section, of every line that says something."""
    for number, ended in enumerate(text.split("\n"), 1):
        line = ended.removesuffix("\r")
        if not line.replace("\t", " ").isprintable():  # marks that turn writing round among them
            raise BadLine(number, "a control character stands in it")
        words = [word for word in re.split(r"[ \t]+", line) if word]
        if words and not line.startswith("*"):
            yield number, words, line[0] not in " \t"


def read_text(lines: Iterable[tuple[int, Words, bool]]) -> MpsText:
    """What the lines say.  Raises BadLine."""
    return _Reader().read(lines)


class _Reader:
    """Goes through the lines with the section that they stand in."""

    def __init__(self) -> None:
        self.text = MpsText()
        self.seen: list[str] = []
        self.sets: dict[str, str] = {}
        self.column = -1
        self.whole = False
        self.line = 0

    def read(self, lines: Iterable[tuple[int, Words, bool]]) -> MpsText:
        parts: dict[str, Callable[[Words], None]] = {
            "ROWS": self._row,
            "COLUMNS": self._entries,
            "RHS": self._side,
            "RANGES": self._range,
            "BOUNDS": self._bound,
            "OBJSENSE": self._sense,
        }
        for self.line, words, begins in lines:
            if begins:
                self._section(words)
                if words[0] == "ENDATA":
                    return self._whole_text()
            elif self.seen and self.seen[-1] in parts:
                parts[self.seen[-1]](words)
            else:
                raise self._bad("it stands in no section that holds lines")
        raise BadLine(
            self.line + 1, "the file ends without ENDATA" if self.line else "the file is empty"
        )

    def _whole_text(self) -> MpsText:
        for name in ("ROWS", "COLUMNS"):
            if name not in self.seen:
                raise self._bad(f"there is no section {name}")
        if self.whole:
            raise self._bad("the last marker of whole columns is not ended")
        return self.text

    def _section(self, words: Words) -> None:
        name = words[0]
        if name not in _SECTIONS:
            raise self._bad(f"{name} is no section of a linear program in MPS")
        if name in self.seen:
            raise self._bad(f"a second section {name}")
        self.seen.append(name)
        if name == "NAME":
            self.text.name = " ".join(words[1:])
        elif name == "OBJSENSE" and len(words) == 2:
            self._sense(words[1:])
        elif len(words) > 1:
            raise self._bad(f"more than {name} stands in the line of that section")

    def _sense(self, words: Words) -> None:
        if len(words) != 1 or words[0] not in _SENSES:
            raise self._bad("the sense is neither MAX nor MIN")
        self.text.maximise = _SENSES[words[0]]

    def _row(self, words: Words) -> None:
        if len(words) != 2 or words[0] not in ("N", "L", "G", "E"):
            raise self._bad("a row is N, L, G or E and a name")
        kind, name = words
        if self._is_row(name):
            raise self._bad(f"a second row {name}")
        if kind != "N":
            self.text.rows[name] = len(self.text.rows)
            self.text.kinds.append(kind)
        elif self.text.objective is None:
            self.text.objective = name
        else:
            self.text.left_out.add(name)

    def _is_row(self, name: str) -> bool:
        text = self.text
        return name in text.rows or name == text.objective or name in text.left_out

    def _entries(self, words: Words) -> None:
        if len(words) > 1 and words[1] == "'MARKER'":
            self._marker(words)
            return
        if len(words) not in (3, 5):
            raise self._bad(
                _count(len(words) > 5, "a column, and a row and a number once or twice")
            )
        text, name = self.text, words[0]
        if text.columns.get(name, self.column) != self.column:
            raise self._bad(f"column {name} begins a second time")
        if name not in text.columns:
            self.column = text.columns[name] = len(text.columns)
            if self.whole:
                text.whole.add(self.column)
        for row, word in zip(words[1::2], words[2::2], strict=True):
            self._entry(row, self._number(word), name)

    def _entry(self, row: str, value: float, name: str) -> None:
        text = self.text
        if row in text.rows:
            place = text.rows[row], self.column
            if place in text.entries:
                raise self._bad(f"column {name} has a second entry in row {row}")
            text.entries[place] = value
            text.lines.append(self.line)
        elif row == text.objective:
            if self.column in text.costs:
                raise self._bad(f"column {name} has a second entry in row {row}")
            text.costs[self.column] = value
        elif row not in text.left_out:
            raise self._bad(f"there is no row {row}")

    def _marker(self, words: Words) -> None:
        if len(words) != 3 or words[2] not in ("'INTORG'", "'INTEND'"):
            raise self._bad("a marker is a name, 'MARKER', and 'INTORG' or 'INTEND'")
        if self.whole == (words[2] == "'INTORG'"):
            raise self._bad(f"a second {words[2]}")
        self.whole = not self.whole
        self.column = -1  # so that none goes on beyond a marker

    def _side(self, words: Words) -> None:
        self._values(words, self.text.sides, "right-hand side")

    def _range(self, words: Words) -> None:
        self._values(words, self.text.ranges, "range")

    def _values(self, words: Words, into: dict[str, float], what: str) -> None:
        if not 2 <= len(words) <= 5:
            raise self._bad(_count(len(words) > 5, "a row and a number once or twice"))
        if len(words) % 2:
            self._one_set(words.pop(0))
        for row, word in zip(words[::2], words[1::2], strict=True):
            if not self._is_row(row):
                raise self._bad(f"there is no row {row}")
            if what == "range" and row not in self.text.rows:
                raise self._bad(f"row {row} is free: it has no range")
            if row in into:
                raise self._bad(f"row {row} has a second {what}")
            into[row] = self._number(word)

    def _bound(self, words: Words) -> None:
        kind, rest = words[0], words[1:]
        if kind in ("SC", "SI"):
            raise self._bad(
                "a semi-continuous column; only such as are continuous or whole can be compared"
            )
        if kind not in _ENDS:
            raise self._bad(f"{kind} is no kind of bound")
        if kind in _BARE and len(rest) < 3:
            rest.append("0")
        if not 2 <= len(rest) <= 3:
            raise self._bad(f"a bound {kind} is a set, a column and a number")
        if len(rest) == 3:
            self._one_set(rest.pop(0))
        name, value = rest[0], self._number(rest[1])
        if name not in self.text.columns:
            raise self._bad(f"there is no column {name}")
        self._set_bound(kind, name, value)

    def _set_bound(self, kind: str, name: str, value: float) -> None:
        text = self.text
        column = text.columns[name]
        ends = {
            "FR": (-np.inf, np.inf),
            "MI": (-np.inf, value),
            "PL": (value, np.inf),
            "BV": (0.0, 1.0),
        }.get(kind, (value, value))
        for end in _ENDS[kind]:
            if (column, end) in text.bounds:
                side = "lower" if end == "l" else "upper"
                raise self._bad(f"the {side} bound of {name} is stated a second time")
            text.bounds[column, end] = ends["lu".index(end)]
        if kind in ("BV", "LI", "UI"):
            text.whole.add(column)

    def _one_set(self, name: str) -> None:
        section = self.seen[-1]
        if self.sets.setdefault(section, name) != name:
            raise self._bad(f"a second set of {section}, {name}, after {self.sets[section]}")

    def _number(self, word: str) -> float:
        if _ENDLESS.fullmatch(word):
            raise self._bad(f"{word} is no finite number")
        if not NUMBER.fullmatch(word):
            raise self._bad(f"{word} is no number")
        value = float(word.replace("d", "e").replace("D", "e"))
        if not np.isfinite(value):
            raise self._bad(f"{word} is no finite number")
        return value

    def _bad(self, what: str) -> BadLine:
        return BadLine(self.line, what)


def _count(crowded: bool, plain: str) -> str:
    """What is wrong with the number of words in a line."""
    if crowded:
        return "a third entry, which MPS has no room for; put it on a line of its own"
    return f"it is not {plain}"
