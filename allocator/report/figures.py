"""Tables of figures: numbers as they are, and as readers are shown them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from allocator.instance.instance import financial_year
from allocator.wording import decimals_for, millions, number, plain, pounds

Value = float | int | str | None
Form = Literal["text", "year", "children", "millions", "pounds", "plain", "percent", "residual"]

_SHOWN: Final[dict[str, Callable[[float], str]]] = {
    "year": lambda value: financial_year(int(value)),
    "children": number,
    "pounds": pounds,
    "plain": plain,
    "residual": lambda value: f"{value:.2g}",
    "percent": lambda value: f"{plain(100 * value, 3)}%",
}


@dataclass(frozen=True)
class Header:
    """A heading, and the form of what stands below it."""

    heading: str
    form: Form = "text"


@dataclass(frozen=True)
class Figures:
    """A table.  ``source`` names the plan's tables or facts that it is taken from."""

    caption: str
    columns: tuple[Header, ...]
    rows: tuple[tuple[Value, ...], ...]
    source: str

    def shown(self) -> list[list[str]]:
        """Every cell as text; columns of £m have the decimals that their largest needs."""
        decimals, forms = self._decimals(), [column.form for column in self.columns]
        return [
            [_text(value, form, decimals) for value, form in zip(row, forms, strict=True)]
            for row in self.rows
        ]

    def _decimals(self) -> int:
        amounts = [
            abs(float(value))
            for row in self.rows
            for value, column in zip(row, self.columns, strict=True)
            if column.form == "millions" and isinstance(value, (int, float)) and not missing(value)
        ]
        return decimals_for(max(amounts, default=0.0))


def missing(value: object) -> bool:
    """Whether a cell of a table has nothing in it."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def _text(value: Value, form: Form, decimals: int) -> str:
    if value is None or missing(value):
        return ""
    if isinstance(value, str):
        return value
    if form == "millions":
        return millions(float(value), decimals)
    return _SHOWN[form](float(value)) if form in _SHOWN else str(value)


def by_year(
    caption: str,
    years: Sequence[int | str],
    columns: Sequence[tuple[str, Form, Sequence[Value]]],
    source: str,
) -> Figures:
    """A row for each year; columns as heading, form and values."""
    rows = zip(years, *(values for _, _, values in columns), strict=True)
    headings = [
        Header("Year", "year"),
        *(Header(name, form) for name, form, _ in columns),
    ]
    return Figures(caption, tuple(headings), tuple(rows), source)
