"""From a formulation to arrays through Pyomo's own compiler: slower, and the reference.

It builds a Pyomo object for every column and row, so it takes whatever Pyomo takes; a rule
that can't be a template is compiled here, and the templates are tested against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyomo.core as pyo

from allocator.compile.keys import column_keys, row_keys
from allocator.program.matrix import Floats, Matrix
from allocator.program.program import Family, LinearProgram, Objective, integrality


def compile_by_pyomo(model: pyo.AbstractModel) -> LinearProgram:
    """Arrays of a formulation's program, by way of a concrete Pyomo model."""
    concrete = model.create_instance()
    columns, variables = _families(model, concrete.component_objects(pyo.Var))
    rows, constraints = _families(model, concrete.component_objects(pyo.Constraint))
    objectives = tuple(
        _objective(component, variables)
        for component in concrete.component_data_objects(pyo.Objective)
    )
    matrix, row_lower, row_upper = _rows(concrete, constraints, variables)
    return LinearProgram(
        name=str(model.name),
        matrix=matrix,
        row_lower=row_lower,
        row_upper=row_upper,
        lower=np.array([-np.inf if v.lb is None else v.lb for v in variables], dtype=float),
        upper=np.array([np.inf if v.ub is None else v.ub for v in variables], dtype=float),
        objectives=objectives,
        rows=rows,
        columns=columns,
        integer=integrality([not v.is_continuous() for v in variables]),
    )


def _families(
    model: pyo.AbstractModel, components: Iterable[Any]
) -> tuple[dict[str, Family], list[Any]]:
    families: dict[str, Family] = {}
    members: list[Any] = []
    for component in components:
        families[component.name] = Family(
            component.name,
            len(members),
            len(component),
            component.doc or "",
            component.keys,
            _keys(model.component(component.name)),
        )
        members += component.values()
    return families, members


def _keys(component: Any) -> tuple[str, ...]:
    if component.ctype is pyo.Var:
        return column_keys(component.name)
    return row_keys(getattr(component.rule, "_fcn", None))


def _objective(component: Any, variables: Sequence[Any]) -> Objective:
    position = {id(variable): n for n, variable in enumerate(variables)}
    from pyomo.repn import generate_standard_repn  # loads what the templates do without

    terms = generate_standard_repn(component.expr, compute_values=True)
    costs = np.zeros(len(variables))
    for variable, coefficient in zip(terms.linear_vars, terms.linear_coefs, strict=True):
        costs[position[id(variable)]] = coefficient
    return Objective(component.name, costs, float(terms.constant), component.doc or "")


def _rows(
    concrete: pyo.ConcreteModel, constraints: Sequence[Any], variables: Sequence[Any]
) -> tuple[Matrix, Floats, Floats]:
    """Matrix and row bounds; a constraint without variables keeps its (empty) row."""
    for objective in concrete.component_data_objects(pyo.Objective):
        objective.deactivate()
    concrete.no_objective = pyo.Objective(expr=0)
    from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

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
    shape = (len(constraints), len(variables))
    matrix = Matrix.of(rows[entries.row], columns[entries.col], entries.data, shape)
    return matrix, lower, upper
