"""Naming a row by its key cells joined by dots, as people type it."""

from __future__ import annotations

from dataclasses import dataclass

from allocator.instance.cells import shown
from allocator.instance.instance import Instance, Row
from allocator.instance.rows import key_value
from allocator.instance.schema import TABLES

EXACT, SHORT, WITHOUT_AREA, UNFIT = range(4)  # how well a text names a row, best first


@dataclass(frozen=True, slots=True)
class Key:
    """A row's key cells as text, defaults filled in; ``area`` apart, None where blank."""

    cells: tuple[str, ...]
    area: str | None

    @classmethod
    def of(cls, instance: Instance, row: Row) -> Key:
        """The key of a row."""
        names = TABLES[row.table].key
        values = {name: key_value(instance, row, name) for name in names}
        area = None if row.table == "areas" else values.pop("area", None)
        return cls(tuple(shown(value) for value in values.values() if value is not None), area)

    def __str__(self) -> str:
        """The whole key, the area first."""
        return self.spellings()[0]

    def spellings(self) -> list[str]:
        """The whole key, with the area in every place that it may take."""
        if self.area is None:
            return [".".join(self.cells)]
        places = range(len(self.cells) + 1)
        return [".".join([*self.cells[:n], self.area, *self.cells[n:]]) for n in places]

    def rank(self, text: str) -> int:
        """How well a text names the row: whole, with cells left out, with its area left out."""
        if text in self.spellings():
            return EXACT
        if self.area is None:
            return SHORT if _in_order(text, self.cells) else UNFIT
        places = range(len(self.cells) + 1)
        if any(_in_order(text, (*self.cells[:n], self.area, *self.cells[n:])) for n in places):
            return WITHOUT_AREA if _in_order(text, self.cells) else SHORT
        return UNFIT


def _in_order(text: str, cells: tuple[str, ...]) -> bool:
    """Whether a text is some of the cells, in order, joined by dots."""
    return any(
        text == cell
        or (text.startswith(f"{cell}.") and _in_order(text[len(cell) + 1 :], cells[n + 1 :]))
        for n, cell in enumerate(cells)
    )
