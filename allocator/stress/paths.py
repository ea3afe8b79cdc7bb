"""How what drives demand may go: the scenarios' drivers, and nothing else of them."""

from __future__ import annotations

from allocator.instance import Instance
from allocator.instance.cell_changes import with_cell, without_futures

_DRIVERS = "drivers."


def driver_paths(instance: Instance) -> tuple[tuple[float, Instance], ...]:
    """Probability and instance of each way that the scenarios let drivers go."""
    changes: dict[str, list[tuple[str, str]]] = {
        row["scenario"]: [] for row in instance.tables["scenarios"]
    }
    for row in instance.tables["changes"]:
        if row["cell"].startswith(_DRIVERS):
            changes[row["scenario"]].append((row["cell"], row["value"]))
    chances: dict[tuple[tuple[str, str], ...], float] = {}
    for row in instance.tables["scenarios"]:
        path = tuple(changes[row["scenario"]])
        chances[path] = chances.get(path, 0.0) + row["probability"]
    alone, paths = without_futures(instance), []
    for path, chance in chances.items():
        changed = alone
        for cell, value in path:
            changed = with_cell(changed, cell, value)
        paths.append((chance, changed))
    return tuple(paths) or ((1.0, alone),)
