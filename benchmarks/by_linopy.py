"""The program in linopy, by its fastest way in: expressions of label and coefficient arrays.

Rows and terms are laid out by ``layout``, so linopy has no alignment of
coordinates to do, which its users' models have.  Its time here is the least it can be.
"""

from __future__ import annotations

import highspy
import linopy
import numpy as np
import pandas as pd
import xarray as xr

from allocator.instance import Instance
from benchmarks.layout import Columns, Rows, bounds_and_costs, lay_out
from benchmarks.tables import Array, tables


def build(instance: Instance) -> highspy.Highs:
    """Build and hand over."""
    return model(instance).to_highspy(set_names=False)


def model(instance: Instance) -> linopy.Model:
    """The program of an instance, no window."""
    t = tables(instance)
    x, rows = Columns(t), Rows()
    lay_out(t, x, rows)
    lower, upper, costs = bounds_and_costs(t, x)
    found = linopy.Model()
    for name, columns in vars(x).items():
        if name != "width":
            dims = [pd.RangeIndex(size, name=f"{name}_{n}") for n, size in enumerate(columns.shape)]
            found.add_variables(lower[columns], upper[columns], coords=dims, name=name)
    starts = np.cumsum([0, *map(len, rows.lower)])
    blocks: list[list[tuple[Array, Array, Array]]] = [[] for _ in rows.lower]
    for entry in rows.entries:
        if len(entry[0]):
            blocks[int(np.searchsorted(starts, entry[0][0], side="right")) - 1].append(entry)
    for start, low, high, block in zip(starts, rows.lower, rows.upper, blocks, strict=False):
        if len(low):
            terms = [_terms(rows_ - start, c, v, len(low)) for rows_, c, v in block]
            labels, values = (np.hstack(part) for part in zip(*terms, strict=True))
            dims = (f"row_{start}", "_term")
            data = xr.Dataset(
                {"coeffs": (dims, values), "vars": (dims, labels)},
                coords={dims[0]: pd.RangeIndex(len(low), name=dims[0])},
            )
            _constrain(found, linopy.LinearExpression(data, found), low, high, dims[0])
    used = np.flatnonzero(costs)
    objective = {"coeffs": ("_term", costs[used]), "vars": ("_term", used)}
    found.add_objective(linopy.LinearExpression(xr.Dataset(objective), found))
    return found


def _terms(rows: Array, columns: Array, values: Array, count: int) -> tuple[Array, Array]:
    """Labels and coefficients, (rows, terms); -1 and 0 where a row has fewer than the most."""
    if len(rows) % count == 0:
        each = len(rows) // count
        if np.array_equal(rows, np.repeat(np.arange(count), each)):
            return columns.reshape(count, each), values.reshape(count, each)
    order = np.argsort(rows, kind="stable")
    rows = rows[order]
    term = np.arange(len(rows)) - np.searchsorted(rows, rows)
    labels = np.full((count, int(term.max()) + 1), -1)
    coefficients = np.zeros(labels.shape)
    labels[rows, term], coefficients[rows, term] = columns[order], values[order]
    return labels, coefficients


def _constrain(
    found: linopy.Model, expression: linopy.LinearExpression, low: Array, high: Array, dim: str
) -> None:
    if np.array_equal(low, high):
        sign, side = "=", low
    else:
        sign, side = ("<=", high) if np.isinf(low).all() else (">=", low)
    found.add_constraints(expression, sign, xr.DataArray(side, dims=[dim]), name=dim)
