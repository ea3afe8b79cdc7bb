"""Grids that several tests use, and how two tables are compared."""

from __future__ import annotations

import pandas as pd

WINDOW = ("targets.2027.children=500:1000:100", "budgets.core.*.amount=*1,*1.01")
AREAS = ("targets.2025.children=1200:1800:200", "budgets.core.area0.2022.amount=7.4e7,7.6e7,7.8e7")


def assert_same(one: pd.DataFrame, other: pd.DataFrame, rel: float = 1e-9) -> None:
    """The same table, but for how its numbers are rounded and which rows were audited.

    Facts that are a small difference of large sums are compared to a penny in a million.
    """
    one, other = (table.drop(columns="audited") for table in (one, other))
    pd.testing.assert_frame_equal(one, other, check_exact=False, rtol=rel, atol=1.0)
    for name in ("objective", "spend"):
        pd.testing.assert_series_equal(one[name], other[name], rtol=rel, atol=0.0)
