"""What a column of a result is: its meaning, its unit, and how it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

Shape = Literal["name", "whole", "count", "money", "price", "ratio"]


@dataclass(frozen=True, slots=True)
class Measure:
    """A column of a table.

    ``meaning`` is a phrase and ``unit`` what stands under a heading; in both, ``{prices}`` stands
    for the instance's price base.  A ``shape`` other than ``name`` is a number's.  Files written
    before a ``later`` column was added lack it and are read all the same.
    """

    meaning: str
    unit: str = ""
    shape: Shape = "name"
    later: bool = False


Columns = dict[str, Measure]  # of a table, in order
AnswerColumns = Mapping[str, Columns]  # of an answer, by the names of its tables


class ResultTable(NamedTuple):
    """A table of a plan: what it has one row of, and its columns."""

    row: str
    columns: Columns


_POUNDS: Final = "£, prices of {prices}"
_PRESENT: Final = "£ at present value, prices of {prices}"


def year(meaning: str) -> Measure:
    """A financial year."""
    return Measure(meaning, "year it begins", "whole")


def whole(meaning: str, unit: str = "") -> Measure:
    """A whole number."""
    return Measure(meaning, unit, "whole")


def children(meaning: str, unit: str = "children", *, later: bool = False) -> Measure:
    """A number of children, or of their moves."""
    return Measure(meaning, unit, "count", later)


def cases(meaning: str, unit: str = "cases per year") -> Measure:
    """A number of cases."""
    return Measure(meaning, unit, "count")


def staff(meaning: str, unit: str = "FTE") -> Measure:
    """A number of staff."""
    return Measure(meaning, unit, "count")


def pounds(meaning: str, *, later: bool = False) -> Measure:
    """Money, undiscounted."""
    return Measure(meaning, _POUNDS, "money", later)


def cash(meaning: str) -> Measure:
    """Money at the prices of its year."""
    return Measure(meaning, "£ in cash", "money")


def present(meaning: str) -> Measure:
    """Money at present value."""
    return Measure(meaning, _PRESENT, "money")


def price(meaning: str, unit: str = "£ at present value per unit") -> Measure:
    """Money for a unit of something."""
    return Measure(meaning, unit, "price")


def in_its_unit(meaning: str) -> Measure:
    """A number whose unit another column says."""
    return Measure(meaning, "in its unit", "price")


def ratio(meaning: str, unit: str = "share") -> Measure:
    """A share, or a factor."""
    return Measure(meaning, unit, "ratio")


def table_of(columns: Columns, rows: Iterable[Any]) -> pd.DataFrame:
    """Rows as a table of these columns, by name or in their order, typed."""
    import pandas as pd

    return typed(columns, pd.DataFrame(list(rows), columns=list(columns)))


def typed(columns: Columns, table: pd.DataFrame) -> pd.DataFrame:
    """A table whose columns of numbers hold numbers, as far as it has them.

    Whole numbers of which some may be missing are ``Int64``, other numbers that may be missing
    ``float64``.
    """
    loose = [name for name in columns if name in table and table[name].dtype != "int64"]
    shapes = {name: columns[name].shape for name in loose}
    types = {name: "Int64" if shape == "whole" else "float64" for name, shape in shapes.items()}
    return table.astype({name: kind for name, kind in types.items() if shapes[name] != "name"})
