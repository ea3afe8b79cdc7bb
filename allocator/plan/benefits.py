"""The good done to others by a plan, against what is done if nothing changes.

By whom and by kind, £ at present value and unweighted (3.14), beside the council's own cost and
never added to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np

from allocator.plan.columns import TABLES
from allocator.simulate import Baseline, Simulator
from allocator.table import Table, Tables

if TYPE_CHECKING:
    import pandas as pd

    from allocator.instance import Instance

KEYS: Final = ["area", "item", "to_whom", "kind", "year"]


def benefit_table(
    instance: Instance, unchanged: Baseline, tables: Mapping[str, pd.DataFrame]
) -> Table:
    """By area, item, to whom, kind and year; ``low`` and ``high`` are of the difference made.

    ``corrected`` is that difference less the share that the table ``optimism`` takes off good of
    its grade of evidence; what the plan makes worse is not made less.

    Needs the tables ``states`` and ``services`` of the plan.
    """
    planned, before = _units(instance, Tables.of(tables)), baseline_units(instance, unchanged)
    rows = []
    for (area, item, whom, kind, lag), amount in instance.resolved.benefits.items():
        for n, year in enumerate(instance.horizon):
            present = (1 + instance.discount_rate) ** -(n + lag)
            units, unit = planned[area, item, year], before[area, item, year]
            ends = [(units - unit) * end * present for end in (amount.low, amount.high)]
            worth = (units * amount.value * present, unit * amount.value * present)
            more = worth[0] - worth[1]
            share = instance.resolved.optimism.get((area, amount.evidence), 0.0)
            corrected = more * (1 - share) if more > 0 else more
            rows.append((area, item, whom, kind, year, *worth, min(ends), max(ends), corrected))
    columns = list(TABLES["benefits"].columns)
    summed = Table.of_rows(columns, rows).sums(KEYS, *columns[len(KEYS) :])
    return Table.of_rows(columns, [(*key, *amounts) for key, amounts in summed.items()])


def _units(instance: Instance, tables: Tables) -> dict[tuple[str, str, int], float]:
    """Child-years of each state and cases of each service, by area and year."""
    states, services, amounts = tables.table("states"), tables.table("services"), {}
    before = states.assign(period=states.numbers("period") + 1)
    there = states.looked_up(["area", "state", "period"], before, "children")
    lived = states.assign(units=(states.numbers("children") + there) / 2).where(np.isfinite(there))
    served = services.assign(units=services["served" if "served" in services else "level"])
    for name, table in (("state", lived), ("service", served)):
        for key, (units,) in table.sums(["area", name, "year"], "units").items():
            amounts[key] = units / instance.periods_per_year
    return amounts


def baseline_units(instance: Instance, unchanged: Baseline) -> dict[tuple[str, str, int], float]:
    """Child-years of each state and cases of each service if nothing changes, by area and year."""
    run = Simulator(instance)
    lived = run.clock.by_year((unchanged.children[:-1] + unchanged.children[1:]) / 2)
    amounts = {
        (*key, year): float(lived[n, column]) / instance.periods_per_year
        for column, key in enumerate(run.states)
        for n, year in enumerate(instance.horizon)
    }
    for key, service in instance.resolved.services.items():
        amounts |= {(*key, year): service.baseline for year in instance.horizon}
    return amounts
