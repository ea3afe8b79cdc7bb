"""The program written by hand as numpy arrays: the floor for building."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from scipy.sparse import coo_array, csc_array

from allocator.instance import Instance
from benchmarks.layout import Columns, Rows, bounds_and_costs, lay_out
from benchmarks.tables import Array, tables


@dataclass
class Arrays:
    """The program."""

    matrix: csc_array
    costs: Array
    lower: Array
    upper: Array
    row_lower: Array
    row_upper: Array


def arrays(instance: Instance) -> Arrays:
    """The program of an instance, no window."""
    t = tables(instance)
    x, rows = Columns(t), Rows()
    lay_out(t, x, rows)
    lower, upper, costs = bounds_and_costs(t, x)
    at, columns, values = (np.concatenate(part) for part in zip(*rows.entries, strict=True))
    matrix = csc_array(coo_array((values, (at, columns)), shape=(rows.height, x.width)))
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    return Arrays(
        matrix, costs, lower, upper, np.concatenate(rows.lower), np.concatenate(rows.upper)
    )


def hand_over(program: Arrays) -> highspy.Highs:
    """The program in HiGHS."""
    model = highspy.Highs()
    model.setOptionValue("output_flag", False)
    rows, columns = program.matrix.shape
    model.passModel(
        columns,
        rows,
        program.matrix.nnz,
        int(highspy.MatrixFormat.kColwise),
        int(highspy.ObjSense.kMinimize),
        0.0,
        program.costs,
        program.lower,
        program.upper,
        program.row_lower,
        program.row_upper,
        program.matrix.indptr.astype(np.int32),
        program.matrix.indices.astype(np.int32),
        program.matrix.data,
        np.zeros(columns, dtype=np.int32),
    )
    return model


def build(instance: Instance) -> highspy.Highs:
    """Build and hand over."""
    return hand_over(arrays(instance))
