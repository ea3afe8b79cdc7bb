"""The program in PyOptInterface: a variable and a row at a time, as its interface has it.

Rows are laid out by ``layout`` and sorted into rows with numpy; what is timed on
top is PyOptInterface's own.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pyoptinterface as poi
from pyoptinterface import highs
from scipy.sparse import coo_array, csr_array

from allocator.instance import Instance
from benchmarks.layout import Columns, Rows, bounds_and_costs, lay_out
from benchmarks.tables import tables


def build(instance: Instance) -> Any:
    """Build; every call reaches HiGHS at once, so there is nothing left to hand over."""
    t = tables(instance)
    x, rows = Columns(t), Rows()
    lay_out(t, x, rows)
    lower, upper, costs = bounds_and_costs(t, x)
    model = highs.Model()
    model.set_model_attribute(poi.ModelAttribute.Silent, True)
    continuous = poi.VariableDomain.Continuous
    variables = [
        model.add_variable(continuous, low, high)
        for low, high in zip(lower.tolist(), upper.tolist(), strict=True)
    ]
    at, columns, values = (np.concatenate(part) for part in zip(*rows.entries, strict=True))
    matrix = csr_array(coo_array((values, (at, columns)), shape=(rows.height, x.width)))
    low, high = np.concatenate(rows.lower), np.concatenate(rows.upper)
    label = np.array([variable.index for variable in variables], dtype=np.int32)[matrix.indices]
    starts, side = matrix.indptr.tolist(), np.where(np.isinf(low), high, low).tolist()
    sense = np.where(low == high, 0, np.where(np.isinf(low), 1, 2)).tolist()
    senses = (poi.Eq, poi.Leq, poi.Geq)
    for n, (start, stop) in enumerate(pairwise(starts)):
        row = poi.ScalarAffineFunction.from_numpy(matrix.data[start:stop], label[start:stop])
        model.add_linear_constraint(row, senses[sense[n]], side[n])
    used = np.flatnonzero(costs).astype(np.int32)
    model.set_objective(
        poi.ScalarAffineFunction.from_numpy(costs[used], used), poi.ObjectiveSense.Minimize
    )
    return model
