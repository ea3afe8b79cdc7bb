"""What the length of a period hides: costs at 1, 2, 4 and 12 periods a year, rates continuous.

    python -m benchmarks.timing instances/england-2016 …

For each instance the cost of the baseline, of every service held at twice its baseline, and of the
plan: £m at present value, and how far the others lie from the finest.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from allocator.instance import Instance, Shortfall, read
from allocator.instance.cell_changes import NewCells, with_cells, with_only
from allocator.instance.instance import Row
from allocator.instance.schema import CONTINUOUS
from allocator.plan.tables import present_value, year_table
from allocator.simulate import baseline
from allocator.solving.solve import solve

PERIODS: Final = (1, 2, 4, 12)
_ENOUGH: Final = 10.0  # times the budgets


def at_periods(instance: Instance, periods: int) -> Instance:
    """The same instance in so many periods a year, its rates continuous."""
    return replace(instance, timing=CONTINUOUS, periods_per_year=periods)


def baseline_cost(instance: Instance) -> float:
    """£ at present value if nothing changes, what comes after included."""
    unchanged = baseline(instance)
    years = year_table(instance, unchanged)
    return present_value(instance, years, "baseline_total") + unchanged.terminal_value


def held_at_twice(instance: Instance) -> Instance:
    """Every service at twice its baseline from the first period on, with money enough for it.

    Nothing else holds it back: no pace, target, limit on spend, staff or double investment.
    """

    def held(row: Row) -> NewCells:
        level = 2 * row["baseline"]
        free = {"first_year": None, "growth_per_year": None, "coverage": None}
        return {"minimum": level, "maximum": level, **free}

    def ample(row: Row) -> NewCells:
        return {"amount": _ENOUGH * row["amount"]}

    held_there = with_cells(with_cells(instance, "services", held), "budgets", ample)
    for table in ("targets", "limits", "returns", "workloads"):
        held_there = with_only(held_there, table, ())
    return replace(
        held_there, double_investment=None, reinvestment_share=0.0, shortfall=Shortfall()
    )


def plan_cost(instance: Instance) -> float | None:
    """£ at present value of the cheapest plan; None where there is none."""
    return solve(instance, every_window=False).cost


def costs(instance: Instance) -> Iterator[tuple[str, list[float | None]]]:
    """What it is the cost of, and the cost by ``PERIODS``."""
    each = [at_periods(instance, periods) for periods in PERIODS]
    yield "baseline", [baseline_cost(one) for one in each]
    yield "held at twice the baseline", [plan_cost(held_at_twice(one)) for one in each]
    yield "plan", [plan_cost(one) for one in each]


def main(folders: list[str]) -> None:
    """Print a table for each instance."""
    for folder in folders:
        instance = read(Path(folder))
        print(f"\n{instance.name}, £m at {', '.join(map(str, PERIODS))} periods a year")
        for name, found in costs(instance):
            finest = found[-1]
            told = [
                "no plan"
                if cost is None
                else f"{cost / 1e6:,.1f}"
                + (f" ({100 * (cost / finest - 1):+.3f}%)" if finest and cost != finest else "")
                for cost in found
            ]
            print(f"  {name}: {', '.join(told)}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
