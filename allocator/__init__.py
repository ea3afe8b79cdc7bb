"""Allocator: the lowest-cost path of spending to a target number of children in care.

Three lines make a plan::

    from allocator.instance import read
    from allocator.solving.solve import solve
    plan = solve(read("instances/england-2016"))
"""

__version__ = "0.1.0"
