"""Every number that a plan holds, worked out without any code of the report."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from allocator.plan.fairness import fairness
from allocator.report.saved_plan import SavedPlan


def numbers_of(saved: SavedPlan) -> np.ndarray:
    """Every number that a plan holds, and the sums and differences that a page may show of them.

    Worked out from its tables, its facts and its instance, without any code of the report.
    """
    plan = saved.plan
    return np.array(sorted({
        *_of_tables(plan.tables), *_of_years(plan), *_of_facts(plan.to_dict()),
        *_of_instance(plan.instance), *_of_windows(plan), *_of_fairness(plan),
        *_of_services(plan), *_of_effects(plan),
        *(f.violation for f in (saved.audit.findings if saved.audit else ())),
        *_of_answers(saved),
    }))  # fmt: skip


def _of_tables(tables) -> Iterator[float]:
    for table in tables.values():
        keys = [c for c in table.columns if not pd.api.types.is_float_dtype(table[c])]
        values = [c for c in table.columns if c not in keys]
        yield from table.select_dtypes("number").astype(float).to_numpy().ravel()
        if "constraint" in keys:
            continue
        for by in ([k for k in keys if k != "area"], ["year"], ["area"], ["area", "year"]):
            if by and set(by) <= set(keys):
                yield from table.groupby(by)[values].sum().to_numpy().ravel()
        for column in {"year", "period", "band"} & set(keys):
            yield from table[column].dropna().astype(float)


def _of_years(plan) -> Iterator[float]:
    """Differences from the baseline, year by year and added up, of all areas and of each."""
    table = plan.tables["years"]
    frames = [table.drop(columns="area").groupby("year").sum()]
    frames += [part.drop(columns="area").set_index("year") for _, part in table.groupby("area")]
    for frame in frames:
        if "total" not in frame:
            continue
        for tier in ("early_help", "edge_of_care", "statutory", "total"):
            net = frame[f"baseline_{tier}"] - frame[tier]
            yield from [*net, *-net, *net.cumsum(), net.sum(), -min(0, *net.cumsum())]
        fewer = frame["baseline_children_in_care"] - frame["children_in_care"]
        yield from [*fewer, *-fewer]
    money = plan.tables.get("funds")
    funds = {r["fund"]: r for r in plan.instance.tables["funds"]}
    if money is not None:
        start, length = plan.window or (0, 0)
        inside = money["year"].between(start, start + length - 1)
        open_to_all = ~money["fund"].map(lambda fund: bool(funds[fund]["window_only"]))
        paying = money[inside | open_to_all]
        yield from paying.groupby("year")[["drawn", "unspent"]].sum().sum(axis=1)
        for part in (money[open_to_all], money[~open_to_all]):
            yield from part.groupby("fund")["lapsed"].sum()
            yield from (part["amount"].sum(), part["drawn"].sum())
    budgets = pd.DataFrame(
        [(y, a) for (f, _, y), a in plan.instance.resolved.budgets.items()
         if not funds[f]["window_only"]], columns=["year", "amount"],
    )  # fmt: skip
    yield from budgets.groupby("year")["amount"].sum()
    if not plan.found:
        cap = budgets.groupby("year")["amount"].sum()
        yield from frames[0]["baseline_total"] - cap


def _of_facts(facts) -> Iterator[float]:
    if isinstance(facts, dict):
        for each in facts.values():
            yield from _of_facts(each)
    elif isinstance(facts, (list, tuple)):
        for each in facts:
            yield from _of_facts(each)
    elif isinstance(facts, (int, float)) and not isinstance(facts, bool):
        yield float(facts)


def _of_instance(instance) -> Iterator[float]:
    yield instance.discount_rate
    for rows in instance.tables.values():
        assumed = sum("assumption" in str(row["source"]).lower() for row in rows)
        yield from (len(rows), assumed, sum(not row["source"] for row in rows))
        for row in rows:
            cells = [row[name] for name in row.values]
            yield from (float(v) for v in cells if isinstance(v, (int, float)))
    states = instance.resolved.states
    for area in instance.areas:
        yield sum(s.opening for (a, _), s in states.items() if a == area and s.in_care)
    yield sum(s.opening for s in states.values() if s.in_care)
    for year in instance.horizon:
        unchanged = [n for (_, y), n in instance.resolved.targets.items() if y == year]
        yield from [*unchanged, sum(unchanged)]


def _of_windows(plan) -> Iterator[float]:
    for each in plan.windows:
        if each.objective is not None and plan.objective is not None:
            yield each.objective - plan.objective
    years, last = plan.years(), plan.instance.last_year
    for (_, year), most in plan.instance.resolved.targets.items():
        yield float(years["baseline_children_in_care"][year]) - most
        if plan.found:
            yield float(years["children_in_care"][year]) - most
    yield float(last)


def _of_fairness(plan) -> Iterator[float]:
    """What each area has more or less of than by another split."""
    found = fairness(plan) if plan.found else None
    if found is not None:
        for split in ("by_today", "by_children"):
            yield from (found.areas["money"] - found.areas[split]).dropna()


def _of_services(plan) -> Iterator[float]:
    running: dict[str, float] = {}
    for (_, name), rules in plan.instance.resolved.services.items():
        running[name] = running.get(name, 0.0) + rules.baseline
    yield from running.values()


def _of_effects(plan) -> Iterator[float]:
    """Moves into and out of care by year, and moves averted within the horizon."""
    if not plan.found:
        return
    effects = plan.instance.tables["effects"]
    care = {name for (_, name), state in plan.instance.resolved.states.items() if state.in_care}
    moves = plan.tables["moves"]
    entering = moves[~moves["from"].isin(care) & moves["to"].isin(care)]
    leaving = moves[moves["from"].isin(care) & ~moves["to"].isin(care)]
    yield from entering.groupby("year")["moves"].sum()
    yield from leaving.groupby("year")["moves"].sum()
    averted = plan.tables["diverted"].query(f"period <= {plan.instance.number_of_periods}")
    by = averted.groupby(["service", "from", "to"])["diverted"].sum()
    weak = sum(
        by.get((row["service"], row["from"], row["to"]), 0.0)
        for row in {(r["service"], r["from"], r["to"]): r for r in effects}.values()
        if re.match("weak|low|none|very|$", str(row["evidence"] or ""))
    )
    yield from (by.sum(), weak, weak / max(by.sum(), 1e-9))
    prices = plan.tables["prices"]
    yield from prices["price"].abs()
    for _, part in prices.groupby("constraint"):
        yield part["price"].abs().sum()


def _of_answers(saved: SavedPlan) -> Iterator[float]:
    for table in saved.answers.tables.values():
        yield from table.select_dtypes("number").astype(float).to_numpy().ravel()
    switching = saved.answers.get("switching")
    if switching is not None:
        for end in ("low", "high"):
            difference = switching[f"cost_at_{end}"] - saved.plan.objective
            yield from [*difference, *difference.abs()]
