"""The tables of a stress test: what each column is, and how it comes about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.instance import Instance
from allocator.instance.scenarios import Scenario
from allocator.stress.drawn import Drawn
from allocator.stress.outcomes import BANDS, CHILD, POUNDS, Outcomes, banded
from allocator.stress.replanned import Replanned
from allocator.stress.spreads import Spread
from allocator.stress.variance import first_order, rank_correlations

Floats = NDArray[np.float64]
Future = tuple[Scenario, Outcomes]

BANDED: Final = {
    "mean": "mean of the draws",
    **{name: f"{level}% of the draws are not above it" for name, level in BANDS.items()},
}
COLUMNS: Final = {
    "bands": {
        "quantity": "children_in_care at the year's end, spend and cumulative_position in £",
        "year": "financial year, named by the year in which it begins",
        "planned": "the plan's own",
        **BANDED,
    },
    "chances": {
        "year": "financial year",
        "targets_met": "share of the draws with no child above a target at the year's end",
        "funds_suffice": "share in which the funds pay for all of the year's spend",
        "paid_back": "share in which the plan has paid back by then",
    },
    "futures": {
        "scenario": "the scenario",
        "year": "financial year",
        "children_in_care": "children in care at the end of the year",
        "spend": "£ spent in all",
        "overspent": "£ that no fund pays",
        "excess": "children above the targets at the end of the year",
    },
    "inputs": {
        "kind": "what is drawn: an effect, a rate, entries, a unit cost or its growth, drivers",
        "name": "of what",
        "cost_rank_correlation": "rank correlation with the cost at present value",
        "cost_first_order": "share of the cost's variance that it explains alone (Sobol')",
        "care_rank_correlation": "rank correlation with children in care at the end",
        "care_first_order": "share of their variance that it explains alone (Sobol')",
    },
    "effects": {
        "area": "the area",
        "service": "the service",
        "from": "state the averted move leaves",
        "to": "state the averted move enters",
        "instead": "where the child goes instead",
        "lag_years": "years until the effect",
        "effect": "moves averted per case, as the plan takes it",
        "low": "low end",
        "high": "high end",
        "interval": "chance that it lies between them; 1: they are limits",
        "mean": "mean of the draws",
    },
    "replanned": {
        "draw": "number of the draw, from 1",
        "found": "whether what is settled leaves a plan",
        "cost": "£ at present value with charges, of the draw planned anew",
        "held_cost": "the same with all levels held",
        "children_in_care": "children in care at the end",
        "excess": "child-years above the targets",
        "overspent": "£ of statutory spend beyond the funds",
    },
    "spreads": {
        "item": "state, service, or all others",
        "spread": "relative deviation of its unit cost",
        "growth": "relative deviation of its growth a year",
        "source": "where they come from",
    },
}


def quantities(found: Outcomes) -> dict[str, Floats]:
    """What is told as bands, each (years, draws)."""
    return {
        "children_in_care": found.care,
        "spend": found.spend,
        "cumulative_position": found.position,
    }


def bands(instance: Instance, planned: Outcomes, found: Outcomes) -> pd.DataFrame:
    """Mean and percentiles by quantity and year, beside the plan's own."""
    own = quantities(planned)
    rows = [
        {"quantity": name, "year": year, "planned": float(own[name][n, 0]), **banded(values[n])}
        for name, values in quantities(found).items()
        for n, year in enumerate(instance.horizon)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS["bands"]))


def chances(instance: Instance, found: Outcomes) -> pd.DataFrame:
    """Shares of the draws by year."""
    columns = {
        "year": list(instance.horizon),
        "targets_met": (found.excess <= CHILD).mean(axis=1),
        "funds_suffice": (found.overspent <= POUNDS).mean(axis=1),
        "paid_back": found.paid_back.mean(axis=1),
    }
    return pd.DataFrame(columns)


def futures(instance: Instance, run: Sequence[Future]) -> pd.DataFrame:
    """What the plan comes to in each scenario, by year."""
    rows = [
        (scenario.name, year, *(float(each[n, 0]) for each in values))
        for scenario, found in run
        for values in [(found.care, found.spend, found.overspent, found.excess)]
        for n, year in enumerate(instance.horizon)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS["futures"]))


def inputs(drawn: Drawn, found: Outcomes) -> pd.DataFrame:
    """What each input that is drawn has to do with cost and children, the strongest first."""
    named = list(drawn.inputs())
    places = [values for _, values in named]
    columns: dict[str, Any] = {
        "kind": [column[0] for column, _ in named],
        "name": [", ".join(column[1:]) for column, _ in named],
    }
    for what, outcome in (("cost", found.cost), ("care", found.care[-1])):
        columns[f"{what}_rank_correlation"] = rank_correlations(places, outcome)
        columns[f"{what}_first_order"] = first_order(places, outcome)
    table = pd.DataFrame(columns, columns=list(COLUMNS["inputs"]))
    strength = table[["cost_rank_correlation", "care_rank_correlation"]].abs().max(axis=1)
    order = strength.sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def replanned(again: Replanned, held: Outcomes) -> pd.DataFrame:
    """Each draw that was planned anew, beside the same draw with all levels held."""
    count = len(again.objective)
    columns = {
        "draw": np.arange(1, count + 1),
        "found": again.found,
        "cost": again.objective,
        "held_cost": held.objective[:count],
        "children_in_care": again.care[-1],
        "excess": again.excess.sum(axis=0),
        "overspent": again.overspent.sum(axis=0),
    }
    return pd.DataFrame(columns)


def effects(drawn: Drawn) -> pd.DataFrame:
    """Each effect, its range, and its mean in the draws."""
    rows = [
        (*effect, lag, e.value, e.low, e.high, e.interval, float(np.mean(values)))
        for (effect, lag), e in drawn.of.effects.items()
        for values in (drawn.effect(effect, lag, e.value),)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS["effects"]))


def spreads(listed: Mapping[str, Spread]) -> pd.DataFrame:
    """How far unit costs may be off, as it was taken."""
    rows = [(item, each.spread, each.growth, each.source) for item, each in listed.items()]
    return pd.DataFrame(rows, columns=list(COLUMNS["spreads"]))
