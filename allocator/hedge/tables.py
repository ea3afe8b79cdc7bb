"""The tables of a hedge: what each column is, and how it comes about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

import pandas as pd

from allocator.hedge.values import WaitAndSee

if TYPE_CHECKING:
    from allocator.hedge.answer import Future

COLUMNS: Final = {
    "levels": {
        "scenario": "the scenario",
        "area": "the area",
        "service": "the service",
        "year": "financial year, named by the year in which it begins",
        "level": "cases per year that are funded, at the year's end",
        "served": "cases per year that are served, at the year's end",
        "settled": "whether it is settled before it shows which scenario comes",
    },
    "futures": {
        "scenario": "the scenario",
        "year": "financial year",
        "children_in_care": "children in care at the end of the year",
        "baseline_children_in_care": "the same if nothing changes",
        "spend": "£ spent in all",
        "baseline_spend": "the same if nothing changes",
        "overspent": "£ of statutory spend beyond the funds, without the charge",
        "excess": "children above the targets at the end of the year",
    },
    "known": {
        "scenario": "the scenario",
        "service": "the service",
        "year": "financial year",
        "level": "cases per year at its end in the scenario's own best plan, were it known now",
    },
}


def tables_of(found: Sequence[Future], alone: WaitAndSee | None) -> dict[str, pd.DataFrame]:
    """Levels and futures by scenario and year, and each scenario's own best levels."""
    if not found:
        return {}
    parts = min(each.scenario.branches for each in found)
    made = {
        "levels": pd.concat([_levels(each, parts) for each in found], ignore_index=True),
        "futures": pd.concat([_years(each) for each in found], ignore_index=True),
    }
    if alone is not None:
        made["known"] = pd.DataFrame(_known(found, alone), columns=list(COLUMNS["known"]))
    return made


def _levels(future: Future, parts: int) -> pd.DataFrame:
    plan = future.plan
    services = plan.tables["services"]
    ends = services[services["period"] % plan.instance.periods_per_year == 0]
    told = ends[["area", "service", "year", "level", "served"]]
    settled = ends["year"] < parts
    return told.assign(scenario=future.scenario.name, settled=settled)[list(COLUMNS["levels"])]


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


def _known(found: Sequence[Future], alone: WaitAndSee) -> Iterable[tuple[str, str, int, float]]:
    for each, levels in zip(found, alone.levels, strict=True):
        for service, by_year in levels.items():
            for year, level in by_year.items():
                yield each.scenario.name, service, year, level
