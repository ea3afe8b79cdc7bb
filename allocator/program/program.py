"""The linear program as arrays, with names: what every solver, certificate and sweep uses.

    minimise  c'x + c0   subject to  row_lower <= A x <= row_upper,  lower <= x <= upper

Compiled once from a formulation.  A window, a target or a budget changes bounds and
right-hand sides only, so variants of a program share its matrix.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from allocator.program.matrix import Floats, Matrix

MONEY: Final = "£m"  # the unit of what is money in a program
SHARE: Final = "share"  # that of a part of one
POUNDS: Final = 1e6  # in it

Index = tuple[Any, ...]
Flags = NDArray[np.bool_]
Coded = tuple[list[Any], NDArray[np.int64]]  # values, and which of them each of many has


@dataclass(frozen=True)
class Family:
    """Columns or rows of one Pyomo component: they lie side by side, from ``start``.

    ``read`` yields the indices, which are only listed when somebody asks for them, and
    ``read_part`` one part of each, by its place, as ``coded`` gives it; ``keys`` says what each of
    an index's parts is, blank for a family that tables do not show.
    """

    name: str
    start: int
    count: int
    unit: str
    read: Callable[[], Iterable[Any]] = field(repr=False, compare=False)
    keys: tuple[str, ...] = ()
    read_part: Callable[[int], Coded] | None = field(default=None, repr=False, compare=False)

    @property
    def stop(self) -> int:
        """One past the last position."""
        return self.start + self.count

    @property
    def slice(self) -> slice:
        """Its positions."""
        return slice(self.start, self.stop)

    @cached_property
    def indices(self) -> tuple[Index, ...]:
        """Indices in order, each a tuple; the empty tuple where there is but one member."""
        listed = tuple(self.read())
        if set(map(type, listed)) <= {tuple}:
            return listed
        return tuple(
            index if isinstance(index, tuple) else (() if index is None else (index,))
            for index in listed
        )

    def coded(self, key: str) -> Coded:
        """Values of a key, and by index, in order, which of them it has."""
        place = self.keys.index(key)
        if self.read_part is None:
            return coded([index[place] for index in self.indices])
        return self.read_part(place)

    @cached_property
    def positions(self) -> dict[Index, int]:
        """Position in the program by index."""
        return {index: self.start + n for n, index in enumerate(self.indices)}

    def label(self, position: int) -> str:
        """Readable name: ``children[derbyshire,need,3]``."""
        index = self.indices[position - self.start]
        return f"{self.name}[{','.join(map(str, index))}]" if index else self.name


@dataclass(frozen=True)
class Objective:
    """A function to minimise: coefficients by column, and a constant."""

    name: str
    costs: Floats
    constant: float
    unit: str


@dataclass(frozen=True, eq=False)
class LinearProgram:
    """See the module.  Rows and columns of ``matrix`` are named by their families.

    Objectives come in order of priority.  All but the last have a row of their own, named
    ``<objective>_kept``, by which the value reached is held while the next is minimised.
    ``integer`` says of each column whether it must be whole; None where none has to be.
    """

    name: str
    matrix: Matrix
    row_lower: Floats
    row_upper: Floats
    lower: Floats
    upper: Floats
    objectives: tuple[Objective, ...]
    rows: Mapping[str, Family]
    columns: Mapping[str, Family]
    integer: Flags | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of rows and columns."""
        return len(self.row_lower), len(self.lower)

    def row_name(self, position: int) -> str:
        """Readable name of a row."""
        return self.row_family(position).label(position)

    def column_name(self, position: int) -> str:
        """Readable name of a column."""
        return _family_at(self.columns, position).label(position)

    def row_family(self, position: int) -> Family:
        """Family of a row."""
        return _family_at(self.rows, position)

    def column_family(self, position: int) -> Family:
        """Family of a column."""
        return _family_at(self.columns, position)

    def fixed(self, values: Mapping[tuple[str, tuple[int, ...]], float]) -> LinearProgram:
        """The same program with columns, given by family and index, fixed at values."""
        lower, upper = self.lower.copy(), self.upper.copy()
        for (family, index), value in values.items():
            position = self.columns[family].positions[index]
            lower[position] = upper[position] = value
        return replace(self, lower=lower, upper=upper)

    def relaxed(self) -> LinearProgram:
        """The same program with no column that must be whole."""
        return self if self.integer is None else replace(self, integer=None)

    def capped(self, family: str, ceiling: float) -> LinearProgram:
        """The same program with a new upper bound on every row of a family."""
        row_upper = self.row_upper.copy()
        row_upper[self.rows[family].start : self.rows[family].stop] = ceiling
        return replace(self, row_upper=row_upper)

    def with_columns(
        self,
        name: str,
        unit: str,
        count: int,
        *,
        rows: Sequence[int] = (),
        columns: Sequence[int] = (),
        values: Sequence[float] = (),
        lower: float = 0.0,
    ) -> LinearProgram:
        """With more columns at the end, numbered from 0; no objective counts them.

        ``rows``, ``columns`` (from 0) and ``values`` are their coefficients.
        """
        height, width = self.shape
        family = Family(name, width, count, unit, lambda: ((n,) for n in range(count)))
        return replace(
            self,
            matrix=self.matrix.extended((height, width + count), rows, columns, values, (0, width)),
            lower=np.append(self.lower, np.full(count, lower)),
            upper=np.append(self.upper, np.full(count, np.inf)),
            objectives=tuple(
                replace(each, costs=np.append(each.costs, np.zeros(count)))
                for each in self.objectives
            ),
            columns={**self.columns, name: family},
        )

    def with_rows(
        self,
        name: str,
        unit: str,
        lower: Floats,
        upper: Floats,
        *,
        rows: Sequence[int],
        columns: Sequence[int],
        values: Sequence[float],
    ) -> LinearProgram:
        """With more rows at the end, numbered from 0, between ``lower`` and ``upper``.

        ``rows`` (from 0), ``columns`` and ``values`` are their coefficients.
        """
        height, width = self.shape
        family = Family(name, height, len(lower), unit, lambda: ((n,) for n in range(len(lower))))
        shape = (height + len(lower), width)
        return replace(
            self,
            matrix=self.matrix.extended(shape, rows, columns, values, (height, 0)),
            row_lower=np.append(self.row_lower, lower),
            row_upper=np.append(self.row_upper, upper),
            rows={**self.rows, name: family},
        )

    def only(self, rows: Flags, columns: Flags) -> LinearProgram:
        """Some rows and columns alone, each numbered from 0; the others' columns are at nought."""
        height, width = int(rows.sum()), int(columns.sum())
        return replace(
            self,
            matrix=self.matrix.only(rows, columns),
            row_lower=self.row_lower[rows],
            row_upper=self.row_upper[rows],
            lower=self.lower[columns],
            upper=self.upper[columns],
            objectives=tuple(replace(each, costs=each.costs[columns]) for each in self.objectives),
            rows={"row": Family("row", 0, height, "", lambda: range(height))},
            columns={"column": Family("column", 0, width, "", lambda: range(width))},
            integer=None if self.integer is None else integrality(self.integer[columns]),
        )

    def numbers(self) -> Floats:
        """Every number of the program in one array: coefficients, bounds, costs, constants."""
        vectors = (o.costs for o in self.objectives)
        constants = np.array([o.constant for o in self.objectives])
        return np.concatenate(
            [
                self.matrix.values,
                self.row_lower,
                self.row_upper,
                self.lower,
                self.upper,
                *vectors,
                constants,
            ]
        )

    def same_rows(self, other: LinearProgram) -> bool:
        """Whether the bounds of rows are the same."""
        return np.array_equal(self.row_lower, other.row_lower) and np.array_equal(
            self.row_upper, other.row_upper
        )

    def moved_columns(self, other: LinearProgram) -> Flags:
        """Which columns have other bounds in another program of its matrix."""
        moved: Flags = (self.lower != other.lower) | (self.upper != other.upper)
        return moved

    def same_pattern(self, other: LinearProgram) -> bool:
        """Whether the coefficients stand in the same places."""
        return self.matrix.same_pattern(other.matrix)

    def with_numbers(self, numbers: Floats) -> LinearProgram:
        """The same program with other numbers, in the order of ``numbers``.

        A coefficient of zero keeps its place in the matrix; one that is the same keeps its array.
        """
        height, width = self.shape
        sizes = [self.matrix.entries, *[height] * 2, *[width] * (2 + len(self.objectives))]
        values, row_lower, row_upper, lower, upper, *costs, constants = np.split(
            numbers, np.cumsum(sizes)
        )
        same = np.array_equal(values, self.matrix.values)
        return replace(
            self,
            matrix=self.matrix if same else replace(self.matrix, values=values),
            row_lower=row_lower,
            row_upper=row_upper,
            lower=lower,
            upper=upper,
            objectives=tuple(
                replace(objective, costs=of, constant=float(constant))
                for objective, of, constant in zip(self.objectives, costs, constants, strict=True)
            ),
        )

    def with_priorities(self) -> LinearProgram:
        """The same program with a row for each objective but the last, to hold what it reached."""
        program = self
        for objective in self.objectives[:-1]:
            name = f"{objective.name}_kept"
            family = Family(name, program.shape[0], 1, objective.unit, lambda: ((),))
            program = replace(
                program,
                matrix=program.matrix.with_row(objective.costs),
                row_lower=np.append(program.row_lower, -np.inf),
                row_upper=np.append(program.row_upper, np.inf),
                rows={**program.rows, name: family},
            )
        return program


def coded(given: Sequence[Any]) -> Coded:
    """The different values, as they come first, and which of them each of the given is."""
    numbers = {value: n for n, value in enumerate(dict.fromkeys(given))}
    return list(numbers), np.fromiter(map(numbers.__getitem__, given), np.int64, len(given))


def integrality(whole: Sequence[bool] | Flags) -> Flags | None:
    """Which columns must be whole, as a program says it: None where none has to be."""
    flags = np.array(whole, dtype=bool)
    return flags if flags.any() else None


def _family_at(families: Mapping[str, Family], position: int) -> Family:
    ordered = list(families.values())
    return ordered[bisect_right([family.start for family in ordered], position) - 1]
