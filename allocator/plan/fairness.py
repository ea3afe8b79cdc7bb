"""Who a plan's prevention money goes to, and whom it leaves behind: areas and groups compared.

The money that is there to be split is what the plan spends on early help and edge-of-care services
over its years, £ undiscounted.  It is held against two other splits of the same total: as the cost
of what ran at the start, and as the children aged 0-17.  Need is children in care per 10,000 of
those.  Gini's coefficient weighs each area by its children, quartiles count areas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from allocator.instance.rows import PER
from allocator.instance.schema import PREVENTION_TIERS
from allocator.program.matrix import Floats

if TYPE_CHECKING:
    import pandas as pd

    from allocator.plan.plan import Plan

MOMENTS: Final = ("start", "unchanged", "plan")  # opening; the end if nothing changes; the plan's
_RATES: Final = [f"{name}_per_10000" for name in MOMENTS]


@dataclass(frozen=True)
class Fairness:
    """Areas, their groups, and how unequal need is before and after.

    Attributes:
        areas: by area its group, children 0-17 and in care at each moment, money (£), what today's
            split and a split by children would give it (£), and rates per 10,000; NaN where the
            instance does not say what they need.
        groups: the same, added up, of areas of the same group; empty where none is named.  And how
            far its areas, alike in need, are apart: ``least_per_child`` and ``most_per_child``,
            money over children (£), and the areas of these, ``least_area`` and ``most_area``.
        spread: by moment ``gini``, ``lower_quartile``, ``median``, ``upper_quartile``.
    """

    areas: pd.DataFrame
    groups: pd.DataFrame
    spread: Mapping[str, Mapping[str, float]]

    def to_dict(self) -> dict[str, Any]:
        """As ``solve --json`` shows it: by area and by group, and the spread."""
        return {
            "areas": _by_name(self.areas),
            "groups": _by_name(self.groups),
            "spread": {name: dict(each) for name, each in self.spread.items()},
        }


def fairness(plan: Plan) -> Fairness | None:
    """What a plan of several areas does for each; None for one area, or without a plan."""
    instance = plan.instance
    if not plan.found or len(instance.areas) < 2:
        return None
    import pandas as pd

    rows = {row["area"]: row for row in instance.tables["areas"]}
    frame = pd.DataFrame(
        {
            "group": [rows[area].values.get("group") or "" for area in instance.areas],
            # An area that has none, a made-up one, has no rate either.
            "children": [rows[area]["children"] or None for area in instance.areas],
        },
        index=pd.Index(instance.areas, name="area"),
    ).astype({"children": float})
    frame = _with_need(frame, plan)
    frame["money"] = _money(plan)
    total = frame["money"].sum()
    frame["by_today"] = total * _shares(_opening_cost(plan))
    frame["by_children"] = total * _shares(frame["children"])
    named = frame[frame["group"] != ""]
    groups = named.drop(columns=_RATES).groupby("group").sum(min_count=1)
    spread = {
        moment: _spread(frame[rate], frame["children"])
        for moment, rate in zip(MOMENTS, _RATES, strict=True)
        if frame[rate].notna().all()
    }
    return Fairness(frame, _with_neighbours(_with_rates(groups), named), spread)


def _with_need(frame: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """With children in care at each moment, and per 10,000."""
    import pandas as pd

    instance = plan.instance
    years = plan.tables["years"]
    last = years[years["year"] == instance.last_year].set_index("area")
    opening = dict.fromkeys(instance.areas, 0.0)
    for (area, _), state in instance.resolved.states.items():
        opening[area] += state.opening if state.in_care else 0.0
    return _with_rates(
        frame.assign(
            start=pd.Series(opening),
            unchanged=last["baseline_children_in_care"],
            plan=last["children_in_care"],
        )
    )


def _with_rates(frame: pd.DataFrame) -> pd.DataFrame:
    rates = {f"{name}_per_10000": PER * frame[name] / frame["children"] for name in MOMENTS}
    return frame.assign(**rates)


def _with_neighbours(groups: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """With the areas of each group that have the least and the most money for a child."""
    per_child = (areas["money"] / areas["children"]).dropna().groupby(areas["group"])
    return groups.assign(
        least_per_child=per_child.min(),
        least_area=per_child.idxmin(),
        most_per_child=per_child.max(),
        most_area=per_child.idxmax(),
    )


def _money(plan: Plan) -> pd.Series[float]:
    """Prevention spend over the years of the plan, £, by area."""
    return plan.tables["years"].groupby("area")[list(PREVENTION_TIERS)].sum().sum(axis=1)


def _opening_cost(plan: Plan) -> pd.Series[float]:
    """What prevention at the start costs a year, £, by area."""
    import pandas as pd

    data = plan.instance.resolved
    cost = dict.fromkeys(plan.instance.areas, 0.0)
    for (area, _), state in data.states.items():
        cost[area] += state.unit_cost * state.opening if state.tier in PREVENTION_TIERS else 0.0
    for (area, _), service in data.services.items():
        running = service.unit_cost * service.baseline
        cost[area] += running if service.tier in PREVENTION_TIERS else 0.0
    return pd.Series(cost)


def _shares(amounts: pd.Series[float]) -> pd.Series[float]:
    """Of the total; NaN where one is missing or there is none."""
    total = amounts.sum(skipna=False)
    return amounts / total if total > 0 else amounts * np.nan


def _spread(rates: pd.Series[float], children: pd.Series[float]) -> dict[str, float]:
    low, median, high = np.quantile(rates.to_numpy(), [0.25, 0.5, 0.75])
    return {
        "gini": gini(np.array(rates, dtype=float), np.array(children, dtype=float)),
        "lower_quartile": float(low),
        "median": float(median),
        "upper_quartile": float(high),
    }


def gini(values: Floats, weights: Floats) -> float:
    """Gini's coefficient of values that are not negative: 0 where all are alike, towards 1 for one.

    Half the mean difference between two members, over the mean; each value is of ``weights`` many.
    """
    order = np.argsort(values, kind="stable")
    share = np.cumsum(weights[order]) / weights.sum()
    held = values[order] * weights[order]
    if held.sum() == 0:
        return 0.0
    lorenz = np.cumsum(held) / held.sum()
    before = np.concatenate([[0.0], share[:-1]])
    under = np.concatenate([[0.0], lorenz[:-1]])
    return float(1 - np.sum((share - before) * (lorenz + under)))


def _by_name(frame: pd.DataFrame) -> dict[str, dict[str, Any]]:
    plain = frame.astype(object).where(frame.notna(), None)
    return {
        str(name): dict(zip(plain.columns, row, strict=True))
        for name, row in zip(plain.index, plain.itertuples(index=False), strict=True)
    }
