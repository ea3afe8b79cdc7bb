"""The tables of a hedge, and how each column comes about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from allocator.hedge.values import WaitAndSee
from allocator.plan.columns import table_of
from allocator.plan.columns.futures import HEDGE

if TYPE_CHECKING:
    from allocator.hedge.answer import Future


def tables_of(futures: Sequence[Future], alone: WaitAndSee | None) -> dict[str, pd.DataFrame]:
    """Levels and futures by scenario and year, and each scenario's own best levels."""
    if not futures:
        return {}
    parts = min(each.scenario.branches for each in futures)
    made = {
        "levels": pd.concat([_levels(each, parts) for each in futures], ignore_index=True),
        "futures": pd.concat([_years(each) for each in futures], ignore_index=True),
    }
    if alone is not None:
        made["known"] = table_of(HEDGE["known"], _known(futures, alone))
    return made


def _levels(future: Future, parts: int) -> pd.DataFrame:
    plan = future.plan
    services = plan.tables["services"]
    ends = services[services["period"] % plan.instance.periods_per_year == 0]
    told = ends[["area", "service", "year", "level", "served"]]
    settled = ends["year"] < parts
    return told.assign(scenario=future.scenario.name, settled=settled)[list(HEDGE["levels"])]


def _years(future: Future) -> pd.DataFrame:
    years = future.plan.years().reset_index()
    columns = {
        "scenario": future.scenario.name,
        "year": years["year"],
        "children_in_care": years["children_in_care"],
        "baseline_children_in_care": years["baseline_children_in_care"],
        "spend": years["total"],
        "baseline_spend": years["baseline_total"],
        "overspent": [future.overspent[int(year)] for year in years["year"]],
        "excess": [future.excess[int(year)] for year in years["year"]],
    }
    return pd.DataFrame(columns)


def _known(futures: Sequence[Future], alone: WaitAndSee) -> Iterable[tuple[str, str, int, float]]:
    for each, levels in zip(futures, alone.levels, strict=True):
        for service, by_year in levels.items():
            for year, level in by_year.items():
                yield each.scenario.name, service, year, level
