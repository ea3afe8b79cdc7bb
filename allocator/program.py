"""The linear program as arrays, with names: what every solver, certificate and sweep uses.

    minimise  c'x + c0   subject to  row_lower <= A x <= row_upper,  lower <= x <= upper

Compiled once from a formulation.  A window, a target or a budget changes bounds and
right-hand sides only, so variants of a program share its matrix.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray
from pyomo.repn import generate_standard_repn
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler
from scipy.sparse import csc_array, vstack

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = NDArray[np.float64]
Index = tuple[Any, ...]


@dataclass(frozen=True)
class Family:
    """Columns or rows of one Pyomo component: they lie side by side, from ``start``."""

    name: str
    start: int
    indices: tuple[Index, ...]
    unit: str

    @property
    def stop(self) -> int:
        """One past the last position."""
        return self.start + len(self.indices)

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


@dataclass(frozen=True)
class LinearProgram:
    """See the module.  Rows and columns of ``matrix`` are named by their families.

    Objectives come in order of priority.  All but the last have a row of their own, named
    ``<objective>_kept``, by which the value reached is held while the next is minimised.
    """

    name: str
    matrix: csc_array
    row_lower: Floats
    row_upper: Floats
    lower: Floats
    upper: Floats
    objectives: tuple[Objective, ...]
    rows: Mapping[str, Family]
    columns: Mapping[str, Family]

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

    def capped(self, family: str, ceiling: float) -> LinearProgram:
        """The same program with a new upper bound on every row of a family."""
        row_upper = self.row_upper.copy()
        row_upper[self.rows[family].start : self.rows[family].stop] = ceiling
        return replace(self, row_upper=row_upper)


def _family_at(families: Mapping[str, Family], position: int) -> Family:
    ordered = list(families.values())
    return ordered[bisect_right([family.start for family in ordered], position) - 1]


def compile_program(model: pyo.AbstractModel) -> LinearProgram:
    """Arrays of a formulation's program, rows and columns in the order of declaration."""
    concrete = model.create_instance()
    columns, variables = _families(concrete.component_objects(pyo.Var))
    rows, constraints = _families(concrete.component_objects(pyo.Constraint))
    objectives = tuple(
        _objective(component, variables)
        for component in concrete.component_data_objects(pyo.Objective)
    )
    matrix, row_lower, row_upper = _rows(concrete, constraints, variables)
    program = LinearProgram(
        name=str(model.name),
        matrix=matrix,
        row_lower=row_lower,
        row_upper=row_upper,
        lower=np.array([-np.inf if v.lb is None else v.lb for v in variables], dtype=float),
        upper=np.array([np.inf if v.ub is None else v.ub for v in variables], dtype=float),
        objectives=objectives,
        rows=rows,
        columns=columns,
    )
    for objective in objectives[:-1]:
        program = _with_row(program, f"{objective.name}_kept", objective)
    return program


def _families(components: Iterable[Any]) -> tuple[dict[str, Family], list[Any]]:
    families: dict[str, Family] = {}
    members: list[Any] = []
    for component in components:
        indices = tuple(
            index if isinstance(index, tuple) else (() if index is None else (index,))
            for index in component
        )
        families[component.name] = Family(
            component.name, len(members), indices, component.doc or ""
        )
        members += component.values()
    return families, members


def _objective(component: Any, variables: Sequence[Any]) -> Objective:
    position = {id(variable): n for n, variable in enumerate(variables)}
    terms = generate_standard_repn(component.expr, compute_values=True)
    costs = np.zeros(len(variables))
    for variable, coefficient in zip(terms.linear_vars, terms.linear_coefs, strict=True):
        costs[position[id(variable)]] = coefficient
    return Objective(component.name, costs, float(terms.constant), component.doc or "")


def _rows(
    concrete: pyo.ConcreteModel, constraints: Sequence[Any], variables: Sequence[Any]
) -> tuple[csc_array, Floats, Floats]:
    """Matrix and row bounds; a constraint without variables keeps its (empty) row."""
    for objective in concrete.component_data_objects(pyo.Objective):
        objective.deactivate()
    concrete.no_objective = pyo.Objective(expr=0)
    form = LinearStandardFormCompiler().write(concrete, mixed_form=True)
    column_of = {id(variable): n for n, variable in enumerate(variables)}
    row_of = {id(constraint): n for n, constraint in enumerate(constraints)}
    lower = np.full(len(constraints), -np.inf)
    upper = np.full(len(constraints), np.inf)
    rows = np.array([row_of[id(row.constraint)] for row in form.rows], dtype=np.int64)
    for position, row, side in zip(rows, form.rows, form.rhs, strict=True):
        if row.bound_type <= 0:
            lower[position] = side
        if row.bound_type >= 0:
            upper[position] = side
    columns = np.array([column_of[id(variable)] for variable in form.columns], dtype=np.int64)
    entries = form.A.tocoo()
    matrix = csc_array(
        (entries.data, (rows[entries.row], columns[entries.col])),
        shape=(len(constraints), len(variables)),
    )
    return matrix, lower, upper


def _with_row(program: LinearProgram, name: str, objective: Objective) -> LinearProgram:
    family = Family(name, program.shape[0], ((),), objective.unit)
    return replace(
        program,
        matrix=csc_array(vstack([program.matrix, csc_array(objective.costs[np.newaxis, :])])),
        row_lower=np.append(program.row_lower, -np.inf),
        row_upper=np.append(program.row_upper, np.inf),
        rows={**program.rows, name: family},
    )
