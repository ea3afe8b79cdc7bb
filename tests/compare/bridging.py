"""What a solver's process does, without what the process does for itself; it imports no solver."""

from __future__ import annotations

import importlib

from allocator.solvers.task import Reply, Task


def solved(task: Task) -> Reply:
    """What the algorithm replies."""
    bridge = importlib.import_module(f"allocator.solvers.bridges.{task.bridge}")
    reply: Reply = bridge.solve(task)
    return reply
