"""What must hold of any instance: shown on random ones that have a plan."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocator.plan.plan import Plan
from allocator.program.program import MONEY, POUNDS, LinearProgram
from allocator.solvers.catalogue import find_solver
from allocator.solvers.highs import HighsModel
from allocator.solvers.solution import Status
from allocator.solving.session import Session
from allocator.solving.solve import build_window, solve
from tests.model.agreement import agree
from tests.model.cases import Case
from tests.model.random_cases import random_case, random_plan
from tests.model.reference_data import Data, holding

EXACT = 1e-8  # relative: the same program, solved by another way round
SEEDS = [0, 7, 8, 14, 17, 19, 24, 33, 39, 54, 64, 74, 93, 99]
FEW = settings(derandomize=True, deadline=None, max_examples=12, database=None)


def objectives(plan: Plan) -> list[float | None]:
    return [outcome.objective for outcome in plan.windows]


def least_costs(case: Case) -> list[float | None]:
    """The same of every window of a case, without a plan laid out."""
    solved = Session().solve(case.instance())
    return [each.value(-1) * POUNDS if each.optimal else None for each in solved.windows]


def unchanged(seed: int, case: Case, factor: float = 1.0) -> None:
    """Every window costs ``factor`` times what it did."""
    for before, after in zip(objectives(random_plan(seed)), least_costs(case), strict=True):
        assert agree(after, None if before is None else before * factor, EXACT)


def test_the_seeds_have_plans() -> None:
    assert all(random_plan(seed).found for seed in SEEDS)


@FEW
@given(seed=st.sampled_from(SEEDS), more=st.floats(1.0, 1.5))
def test_more_money_never_costs_more(seed: int, more: float) -> None:
    richer = random_case(seed).changed("budgets", "amount", lambda r: float(r["amount"]) * more)
    for before, after in zip(objectives(random_plan(seed)), least_costs(richer), strict=True):
        if before is not None:
            assert after is not None
            assert after <= before * (1 + EXACT)


@FEW
@given(seed=st.sampled_from(SEEDS), order=st.integers(0, 10**6))
def test_the_order_of_rows_and_columns_changes_nothing(seed: int, order: int) -> None:
    case, random = random_case(seed), Random(order)
    tables = {}
    for name, rows in case.tables.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        random.shuffle(columns)
        shuffled = random.sample(rows, k=len(rows))
        tables[name] = [{c: row.get(c, "") for c in columns} for row in shuffled]
    names = random.sample(list(tables), k=len(tables))
    mixed = replace(case, tables={name: tables[name] for name in names})
    assert mixed.instance().hash == case.instance().hash
    unchanged(seed, mixed)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_price_index_of_1_changes_nothing(seed: int) -> None:
    case = random_case(seed)
    data = Data(case)
    without = replace(case, tables={k: v for k, v in case.tables.items() if k != "prices"})
    items = ["all", *dict.fromkeys(name for _, name in (*data.state, *data.service))]
    rows = [{"item": item, "year": str(y), "index": "1"} for item in items for y in data.years]
    with_ones = replace(case, tables={**without.tables, "prices": rows})
    for before, after in zip(least_costs(without), least_costs(with_ones), strict=True):
        assert agree(after, before, EXACT)


@pytest.mark.parametrize("seed", SEEDS)
def test_rates_written_out_by_area_and_year_change_nothing(seed: int) -> None:
    """What holds from a year on, and in every area, said again for each."""
    case = random_case(seed)
    data = Data(case)
    rows = []
    for area in data.areas:
        rates, shares = (data.moves(area, column) for column in ("rate", "avoidable_share"))
        for (start, end), year in ((move, y) for move in rates for y in data.years):
            rate = holding(rates[start, end], year, 0.0) if start != end else ""
            share = holding(shares[start, end], year, 0.0)
            cells = {"from": start, "to": end, "year": year, "rate": rate, "avoidable_share": share}
            named = {"area": area} if "areas" in case.tables else {}
            rows.append({column: str(cell) for column, cell in (named | cells).items()})
    unchanged(seed, replace(case, tables={**case.tables, "transitions": rows}))


@pytest.mark.parametrize("seed", SEEDS)
def test_money_in_other_units(seed: int) -> None:
    """Ten times every cost, budget and limit is ten times the objective."""
    case = random_case(seed)
    money = {
        "states": ["unit_cost"], "services": ["unit_cost", "setup_cost", "exit_cost"],
        "budgets": ["amount"], "limits": ["minimum", "maximum"],
    }  # fmt: skip
    unchanged(seed, scaled(case, money, 10), 10)


COUNTS = {
    "states": ["opening"], "arrivals": ["children"], "budgets": ["amount"],
    "services": ["baseline", "growth_per_year", "minimum", "maximum"],
    "limits": ["minimum", "maximum"], "targets": ["children"],
}  # fmt: skip


def scaled(case: Case, columns: dict[str, list[str]], factor: float) -> Case:
    for table, names in columns.items():
        for name in names:
            case = case.changed(
                table, name, lambda row, n=name: float(row[n]) * factor if row.get(n) else None
            )
    return case


@pytest.mark.parametrize("seed", SEEDS)
def test_twice_as_many_of_everything_is_twice_the_cost(seed: int) -> None:
    unchanged(seed, scaled(random_case(seed), COUNTS, 2), 2)


WHOLE = [seed for seed in SEEDS if "areas" not in random_case(seed).tables]


@pytest.mark.parametrize("seed", WHOLE)
def test_two_halves_are_one_whole(seed: int) -> None:
    """Funds, limits and targets stay whole, for both together: the cost is the same."""
    case = random_case(seed)
    each = {name: columns for name, columns in COUNTS.items()
            if name in ("states", "arrivals", "services")}  # fmt: skip
    halves = scaled(case, each, 0.5).with_tables("[areas]\narea\nleft\nright")
    unchanged(seed, halves)
    whole, parts = random_plan(seed), solve(halves.instance())
    for area in ("left", "right"):
        for column in ("baseline_children_in_care", "baseline_total"):
            half = parts.years(area)[column]
            assert list(half * 2) == pytest.approx(list(whole.years()[column]), rel=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_other_names_change_nothing(seed: int) -> None:
    """Names that sort the other way round, so that no order of names decides anything."""
    case = random_case(seed)
    used = {name for table, column in (("states", "state"), ("services", "service"),
                                       ("funds", "fund"), ("areas", "area"))
            for row in case.tables.get(table, []) if (name := row[column])}  # fmt: skip
    other = {name: f"n{99 - k}" for k, name in enumerate(sorted(used))}
    tables = {
        table: [{c: other.get(v, v) if c not in ("tier", "tiers") else v for c, v in row.items()}
                for row in rows]
        for table, rows in case.tables.items()
    }  # fmt: skip
    unchanged(seed, replace(case, tables=tables))


@pytest.mark.parametrize("seed", SEEDS)
def test_what_cannot_be_used_changes_nothing(seed: int) -> None:
    """A service that may not run, a fund with nothing in it, a limit that bounds nothing."""
    unchanged(seed, random_case(seed).with_rows("""
        [services]
        service  tier        from  unit_cost  maximum
        idle     early_help  need  1          0
        [effects]
        service  from  to      effect
        idle     need  foster  1
        [funds]
        fund   tiers
        empty  all
        [budgets]
        fund   year  amount
        empty  2020  0
        [limits]
        item   year  minimum  maximum
        total  .     0        1e12
        """))  # fmt: skip


LEVERS = (
    "target_met", "fund_balance", "spend_ceiling", "spend_floor", "statutory_protected",
    "prevention_uplifted", "savings_reinvested", "growth_limited", "level_at_most",
    "level_at_least", "places_kept", "children_opening",
)  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
def test_a_price_is_what_a_little_more_is_worth(seed: int) -> None:
    """Within the range in which it holds, on both sides, for every lever that binds."""
    plan = random_plan(seed)
    program = build_window(plan.instance, plan.window)
    prices, model = plan.tables["prices"], HighsModel(program, find_solver("simplex"))
    assert plan.objective is not None
    for record in prices[prices["constraint"].isin(LEVERS)].to_dict("records"):
        family = program.rows[record["constraint"]]
        index = tuple(record[key] for key in family.keys)
        scale = POUNDS if family.unit == MONEY else 1.0
        limit = record["limit"]
        assert record["holds_from"] <= limit * (1 + 1e-9) + 1e-9
        assert record["holds_to"] >= limit * (1 - 1e-9) - 1e-9
        for end in (record["holds_from"], record["holds_to"]):
            most = 0.01 * max(scale, abs(limit))
            step = float(np.clip((end - limit) / 2, -most, most))
            found = optimum(model, moved(program, family.positions[index], step / scale))
            assert found is not None, (family.name, index, step)
            expected = plan.objective + record["price"] * step
            assert found * POUNDS == pytest.approx(expected, rel=1e-8), (family.name, index, step)


def moved(program: LinearProgram, row: int, step: float) -> LinearProgram:
    """The program with a finite bound of a row moved."""
    low, high = program.row_lower.copy(), program.row_upper.copy()
    low[row] += step
    high[row] += step
    return replace(program, row_lower=low, row_upper=high)


def optimum(model: HighsModel, program: LinearProgram) -> float | None:
    """From the last one's basis."""
    solution = model.solve(program)
    return solution.objective if solution.status is Status.OPTIMAL else None
