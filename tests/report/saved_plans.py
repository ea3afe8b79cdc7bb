"""Plans to report on: small cases saved and opened, odd ones among them, and made-up answers."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pandas as pd

from allocator.plan.plan import Plan
from allocator.plan.saving import save
from allocator.report.saved_answers import COLUMNS
from allocator.report.saved_plan import SavedPlan, open_saved_plan
from allocator.solving.solve import solve
from tests.plans import instance_of, plan_of

NASTY = "<script>alert('x')</script> & \"a label\" that goes on and on, far beyond what fits "


def one_year() -> Plan:
    """The hand case cut to its first year."""
    hand = instance_of("hand")
    tables = {
        name: tuple(row for row in rows if row.values.get("year", 2020) <= 2020)
        for name, rows in hand.tables.items()
    }
    return solve(replace(hand, years=1, tables=tables))


def long_labels() -> Plan:
    """The two areas with labels that no page can show in full, and that no page may run."""
    labelled = ("areas", "states", "services", "funds")
    case = instance_of("two-areas")
    tables = {
        name: tuple(_relabelled(row) if name in labelled else row for row in rows)
        for name, rows in case.tables.items()
    }
    return solve(replace(case, title=NASTY + "unbroken" * 30, tables=tables))


def _relabelled(row):
    return replace(row, values={**row.values, "label": NASTY + "unbroken" * 20})


def no_services() -> Plan:
    """The hand case without anything that could be done: empty tables."""
    hand = instance_of("hand")
    empty = ("services", "effects", "targets", "returns")
    return solve(replace(hand, tables={**hand.tables, **dict.fromkeys(empty, ())}))


@cache
def many_areas() -> Plan:
    """The two areas, the second of them forty times over."""
    case = instance_of("two-areas")
    tables = {
        name: tuple(copy for row in rows for copy in _copied(row))
        for name, rows in case.tables.items()
    }
    tables["targets"] = ()
    return solve(replace(case, tables=tables, double_investment=None))


def _copied(row):
    if row.values.get("area") != "area1":
        return [row]
    label = {"label": "Area {}"} if "label" in row.values else {}
    return [
        replace(
            row,
            values=row.values | {"area": f"area{n}"} | {k: v.format(n) for k, v in label.items()},
        )
        for n in range(1, 41)
    ]


PLANS = {
    "window": lambda: plan_of("window"),
    "two-areas": lambda: plan_of("two-areas"),
    "infeasible": lambda: plan_of("hand-infeasible"),
    "reach": lambda: plan_of("hand-infeasible", formulation="largest_reduction"),
    "one-year": one_year,
    "long-labels": long_labels,
    "no-services": no_services,
}


@cache
def folder_of(name: str) -> Path:
    """Where a plan is saved; the window's with answers beside it."""
    folder = Path(mkdtemp(prefix="report-")) / name
    plan = PLANS[name]()
    save(plan, folder)
    if name == "window":
        write_answers(plan, folder / "answers")
    return folder


@cache
def saved_plan_of(name: str) -> SavedPlan:
    return open_saved_plan(folder_of(name))


def write_answers(plan: Plan, folder: Path) -> None:
    """A row or two of each answer, in the shape in which the verbs that make them write them."""
    folder.mkdir()
    cost, last = plan.objective, plan.instance.last_year
    rows = {
        "switching": [
            ("effect", "Effect of hubs: need to care", "effects.csv", "2", "moves per case", 0.1,
             0.02, 0.2, "weak", 0.05, None, 0.04, None, 0.03, None, cost + 3e5, cost - 2e5,
             "choice;payback"),
            ("cost", "Unit cost of hubs", "services.csv", "2", "£ per case", 900, 700, 1200, "",
             None, 1100, None, None, None, None, cost - 1e5, cost + 4e5, ""),
            ("rate", "Rate of need to care", "transitions.csv", "3", "per child-year", 0.1, 0.08,
             0.15, "", None, None, None, None, None, 0.14, cost - 1e5, None, "reach"),
        ],
        "frontier_target": [
            ("all", last, 90, None, None, None, None, "infeasible"),
            ("all", last, 95, cost + 1e5, 3e4, plan.instance.first_year, 1, "optimal"),
            ("all", last, 100, cost, 2e4, None, None, "optimal"),
        ],
        "frontier_budget": [(1e6, 99.5, 0.4, None, None, "optimal"),
                            (2e6, 99.1, 0.3, None, None, "optimal")],
        "frontier_benefits": [(3e6, cost + 5e5, 0.5, 2, None, None, "optimal"),
                              (1e6, cost, 0, None, None, None, "optimal")],
        "frontier_fairness": [(0.05, cost + 2e5, 2e5, 1e4, None, None, "optimal"),
                              (0, cost, 0, 4e4, None, None, "optimal")],
        "delay": [(0, "optimal", cost, 0, 480.0, 0.0, last, None, None),
                  (1, "optimal", cost + 2e5, 2e5, 490.0, 10.0, None, None, None)],
        "bands": [(quantity, year, own, own, *(own * share for share in (0.9, 0.95, 1, 1.1, 1.2)))
                  for quantity, own in (("children_in_care", 100.0), ("spend", 2e6),
                                        ("cumulative_position", -3e5))
                  for year in plan.instance.horizon],
        "chances": [(year, 0.25, 0.5, 0.75) for year in plan.instance.horizon],
    }  # fmt: skip
    (folder / "stress.json").write_text(json.dumps({"instance_hash": plan.instance.hash}))
    for name, columns in COLUMNS.items():
        first = [column for column, said in columns.items() if not said.later]
        table = pd.DataFrame(rows[name], columns=first)
        table.to_csv(folder / f"{name}.csv", index=False)
        facts = {"instance_hash": plan.instance.hash}
        (folder / f"{name}.json").write_text(json.dumps(facts), encoding="utf-8")
