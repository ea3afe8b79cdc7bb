"""What a column of an instance is: the kind of its cells, its default, its bounds, its meaning."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property


class Kind(Enum):
    """What a cell holds."""

    NAME = "name"  # an identifier: of a state, a service, an area, ...
    TEXT = "text"
    NUMBER = "number"
    YEAR = "year"
    WHOLE = "whole number"
    FLAG = "yes or no"
    TIER = "tier"
    TIERS = "tiers, separated by ;"
    YEARS = "list of years"
    CHOICE = "one of"


class Default(Enum):
    """Defaults that are not a value of their own."""

    REQUIRED = "required"
    BLANK = "blank"
    NO_LIMIT = "no limit"
    SAME_STATE = "the state's name"
    SAME_AREA = "the area's name"
    FROM_STATE = "the value of `from`"
    EFFECT = "the value of `effect`"
    RESPONSE = "the value of `response`"
    AMOUNT = "the value of `amount`"
    FIRST_YEAR = "the first year"
    EVERY_YEAR = "every year"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table, or one key of ``instance.toml``.

    ``refers`` names the kinds of thing a name may stand for (``state``, ``exit``,
    ``service``, ``fund``, ``area``, ``tier``, ``total``, ``all``); it is empty where the
    name is being defined.  ``low`` and ``high`` are inclusive bounds, of a text its characters;
    ``choices`` are the words that a choice may be.
    """

    name: str
    kind: Kind
    meaning: str
    default: object = Default.REQUIRED
    unit: str = ""
    low: float | None = None
    high: float | None = None
    refers: tuple[str, ...] = ()
    key: bool = False
    choices: tuple[str, ...] = ()

    @property
    def required(self) -> bool:
        """Whether a blank cell is an error."""
        return self.default is Default.REQUIRED

    @property
    def value_when_blank(self) -> object:
        """The value a blank cell stands for, or None where that depends on other cells."""
        return None if isinstance(self.default, Default) else self.default

    @property
    def default_text(self) -> str:
        """The default as a reader of the documentation wants it."""
        if isinstance(self.default, Default):
            return self.default.value
        if isinstance(self.default, bool):
            return "yes" if self.default else "no"
        return f"{self.default:g}" if isinstance(self.default, float) else str(self.default)


@dataclass(frozen=True)
class InputTable:
    """One table of an instance.

    ``areas_add`` is true for the tables in which a blank area means all areas
    together; in the others an area's own row takes the place of the blank row.
    """

    name: str
    one_row_per: str
    columns: tuple[Column, ...]
    areas_add: bool = False

    @cached_property
    def key(self) -> tuple[str, ...]:
        """Names of the columns that together name a row, ``area`` first."""
        return tuple(column.name for column in self.columns if column.key)

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """Those columns of the key that may not be blank."""
        return tuple(c.name for c in self.columns if c.key and c.required)

    @cached_property
    def when_blank(self) -> dict[str, object]:
        """By column what a blank cell stands for, as ``Column.value_when_blank`` says."""
        return {column.name: column.value_when_blank for column in self.columns}

    @cached_property
    def _columns(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    def column(self, name: str) -> Column:
        """The column of that name; KeyError if there is none."""
        return self._columns[name]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)
