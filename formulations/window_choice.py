"""``least_cost`` as one mixed-integer program: binaries choose the double-investment window.

A check on the enumeration of windows, and a program to compare mixed-integer solvers on.  Its
optimum has the cost and the window that solving for every window finds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from formulations import least_cost, windows
from formulations.modelling import pyo

if TYPE_CHECKING:
    from allocator.instance import Instance


def build(instance: Instance) -> pyo.AbstractModel:
    """The program whose optimum is the cheapest plan over all windows at once."""
    m = least_cost.build(instance)
    windows.declare(m, instance)
    m.one_window = pyo.Constraint(rule=windows.one_window, doc="windows")
    m.window_years = pyo.Constraint(m.YEARS, rule=windows.window_years, doc="years")
    m.years_after_window = pyo.Constraint(m.YEARS, rule=windows.years_after_window, doc="years")
    return m
