"""The tables of a stress test: what each column is, and how it comes about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.instance import Instance
from allocator.instance.scenarios import Scenario
from allocator.plan.columns import table_of
from allocator.plan.columns.futures import STRESS
from allocator.stress.drawn import Drawn
from allocator.stress.outcomes import CHILD, POUNDS, Outcomes, banded
from allocator.stress.replanned import Replanned
from allocator.stress.spreads import Spread
from allocator.stress.variance import first_order, rank_correlations

Floats = NDArray[np.float64]
InScenario = tuple[Scenario, Outcomes]


def quantities(outcomes: Outcomes) -> dict[str, Floats]:
    """What is told as bands, each (years, draws)."""
    return {
        "children_in_care": outcomes.care,
        "spend": outcomes.spend,
        "cumulative_position": outcomes.position,
    }


def bands(instance: Instance, planned: Outcomes, outcomes: Outcomes) -> pd.DataFrame:
    """Mean and percentiles by quantity and year, beside the plan's own."""
    own = quantities(planned)
    rows = [
        {"quantity": name, "year": year, "planned": float(own[name][n, 0]), **banded(values[n])}
        for name, values in quantities(outcomes).items()
        for n, year in enumerate(instance.horizon)
    ]
    return table_of(STRESS["bands"], rows)


def chances(instance: Instance, outcomes: Outcomes) -> pd.DataFrame:
    """Shares of the draws by year."""
    columns = {
        "year": list(instance.horizon),
        "targets_met": (outcomes.excess <= CHILD).mean(axis=1),
        "funds_suffice": (outcomes.overspent <= POUNDS).mean(axis=1),
        "paid_back": outcomes.paid_back.mean(axis=1),
    }
    return pd.DataFrame(columns)


def futures(instance: Instance, run: Sequence[InScenario]) -> pd.DataFrame:
    """What the plan comes to in each scenario, by year."""
    rows = [
        (scenario.name, year, *(float(each[n, 0]) for each in values))
        for scenario, outcomes in run
        for values in [(outcomes.care, outcomes.spend, outcomes.overspent, outcomes.excess)]
        for n, year in enumerate(instance.horizon)
    ]
    return table_of(STRESS["futures"], rows)


def inputs(drawn: Drawn, outcomes: Outcomes) -> pd.DataFrame:
    """What each input that is drawn has to do with cost and children, the strongest first."""
    named = list(drawn.inputs())
    places = [values for _, values in named]
    columns: dict[str, Any] = {
        "kind": [column[0] for column, _ in named],
        "name": [", ".join(column[1:]) for column, _ in named],
    }
    for what, outcome in (("cost", outcomes.cost), ("care", outcomes.care[-1])):
        columns[f"{what}_rank_correlation"] = rank_correlations(places, outcome)
        columns[f"{what}_first_order"] = first_order(places, outcome)
    table = pd.DataFrame(columns, columns=list(STRESS["inputs"]))
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
    return table_of(STRESS["effects"], rows)


def spreads(listed: Mapping[str, Spread]) -> pd.DataFrame:
    """How far unit costs may be off, as it was taken."""
    rows = [(item, each.spread, each.growth, each.source) for item, each in listed.items()]
    return table_of(STRESS["spreads"], rows)
