"""Which fund pays: the order of MODEL.md 3.8, beside a small program of the test's own."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.optimize import linprog

from allocator.audit import audit
from allocator.audit.draws import misdrawn
from allocator.instance import Instance, read
from allocator.instance.cell_changes import with_only
from allocator.plan.plan import Plan
from allocator.plan.saving import recheck, save
from allocator.plan.tables import fund_table
from allocator.program.certificate import TOLERANCE
from allocator.solving.solve import solve
from allocator.table import Table
from tests.plans import INSTANCES, LARGEST, NAMES, instance_of, plan_of, standing, yearly

WITH_A_PLAN = [name for name in NAMES if name != "hand-infeasible"]


@cache
def found(name: str) -> Plan:
    """By years, where it is no case; the largest as it stands."""
    if name in NAMES:
        return plan_of(name)
    return solve(read(INSTANCES / name) if name == LARGEST else yearly(name))


class Payments:
    """Every way to pay for a plan's spend, as equations over draws and what is left."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.accounts = plan, plan.instance.resolved.accounts
        self.years = list(plan.instance.horizon)
        self.draws = [
            (*account, area, tier, year)
            for account, fund in self.accounts.items()
            for area, tiers in fund.tiers.items()
            for tier in tiers
            for year in self.years
        ]
        self.left = [(*account, year) for account in self.accounts for year in self.years]
        self.at = {key: n for n, key in enumerate([*self.draws, *self.left])}
        self.rows: list[tuple[np.ndarray, float]] = [*self._paid(), *self._balances()]

    def _paid(self):
        for area, tier, year, spend in self.plan.tables["spend"].itertuples(index=False):
            yield self._row({d: 1.0 for d in self.draws if d[2:] == (area, tier, year)}), spend

    def _balances(self):
        for account, fund in self.accounts.items():
            for year in self.years:
                terms = {d: 1.0 for d in self.draws if (d[:2], d[4]) == (account, year)}
                terms[*account, year] = 1.0
                if year > self.years[0]:
                    terms[*account, year - 1] = -fund.carry_forward
                yield self._row(terms), self.plan.instance.resolved.budgets[*account, year]

    def _row(self, terms) -> np.ndarray:
        row = np.zeros(len(self.at))
        for key, value in terms.items():
            row[self.at[key]] = value
        return row

    def least(self, terms, also=()) -> float:
        """The least of a sum of draws and balances, £m; ``also`` are sums held to a value."""
        start, length = self.plan.window or (self.years[0], 0)
        shut = {
            d for d in self.draws
            if self.accounts[d[:2]].window_only and not start <= d[4] < start + length
        }  # fmt: skip
        rows = [*self.rows, *((self._row(held), value) for held, value in also)]
        least = linprog(
            self._row(terms), A_eq=np.array([row for row, _ in rows]),
            b_eq=[value / 1e6 for _, value in rows],
            bounds=[(0, 0 if key in shut else None) for key in self.at],
        )  # fmt: skip
        assert least.status == 0
        return least.fun * 1e6

    def one_off(self):
        return {d: 1.0 for d in self.draws if self.accounts[d[:2]].window_only}

    def lapsing(self):
        return {u: 1 - self.accounts[u[:2]].carry_forward for u in self.left}


@pytest.mark.parametrize("name", [*WITH_A_PLAN, *standing(LARGEST)])
def test_the_one_off_money_and_then_what_lapses_are_the_least_there_is(name):
    plan = found(name)
    assert plan.found
    ways, funds = Payments(plan), plan.tables["funds"]
    about = 1e-9 * float(plan.tables["spend"]["spend"].sum()) + 1.0
    needed = sum(plan.one_off.values())
    assert needed == pytest.approx(ways.least(ways.one_off()), abs=about)
    lapsed = ways.least(ways.lapsing(), [(ways.one_off(), needed)] if ways.one_off() else [])
    assert float(funds["lapsed"].sum()) == pytest.approx(lapsed, abs=about)


def test_the_plan_that_is_paid_for_is_the_one_that_was_proved():
    plan = found("england-2016")
    assert plan.certificate is not None
    assert plan.certificate.passed
    assert plan.certificate.primal.relative <= TOLERANCE
    assert plan.audit is not None
    assert plan.audit.passed


def test_facts_by_fund_are_the_tables():
    plan = found("england-2016")
    facts = plan.to_dict()["funds"]
    for (fund, year), rows in plan.tables["funds"].groupby(["fund", "year"]):
        told = facts[fund][str(year)]
        for column in ("drawn", "unspent", "lapsed"):
            assert told[column] == pytest.approx(rows[column].sum(), abs=1e-3)
        there = told["amount"] + told["brought_forward"]
        assert told["drawn"] + told["unspent"] == pytest.approx(there, abs=1.0)


def test_the_first_fund_pays_before_the_second_and_early_years_before_late():
    """Nothing lapses, so their order decides: £5.66m and £3.33m, of £3m a year and £6m a year."""
    plan = solve(two_funds(carry_forward=1))
    drawn, total = plan.funds(), plan.years()["total"]
    first = [drawn["first"][year]["drawn"] for year in ("2020", "2021")]
    assert first == pytest.approx([3e6, 3e6])  # not 2.67 and 3.33, which is as much in all
    second = [drawn["second"][year]["drawn"] for year in ("2020", "2021")]
    assert second == pytest.approx([total[2020] - 3e6, total[2021] - 3e6])
    assert drawn["first"]["2021"]["lapsed"] == 0


def test_money_that_would_lapse_goes_before_the_first_fund():
    """Only the second fund loses what it has left, so it pays for all that it can."""
    plan = solve(two_funds(carry_forward=0))
    drawn, total = plan.funds(), plan.years()["total"]
    second = [drawn["second"][year]["drawn"] for year in ("2020", "2021")]
    assert second == pytest.approx([total[2020], total[2021]])
    assert drawn["first"]["2021"]["unspent"] == pytest.approx(6e6)


def test_the_audit_knows_the_order_by_means_of_its_own():
    for name in ("window", "two-areas", "annual-returns-limits"):
        plan = plan_of(name)
        assert list(misdrawn(plan.instance, plan.tables, plan.window)) == []


def test_the_audits_own_slack_is_not_taken_for_a_fault():
    """Half carried forward for ten years: slack in what lapses moves 1,024 times as much."""
    plan = found("england-2020")
    assert list(misdrawn(plan.instance, plan.tables, plan.window)) == []


def test_a_fund_beyond_all_need_is_checked_as_any_other():
    """£1,000,000bn a year, of which what is drawn is a rounding."""
    plan = plan_of("window", "budgets.core.*.amount=1e15")
    assert list(misdrawn(plan.instance, plan.tables, plan.window)) == []


@pytest.mark.parametrize(
    ("carry_forward", "moves", "said"),
    [
        (1, {2020: -2e6}, "of first £4,000,000 is drawn; before later funds £6,000,000 could be"),
        (1, {2020: -2e5, 2021: 2e5},
         "of first £2,800,000 is drawn in 2020-21; before later years £3,000,000 could be"),
        (0, {2021: 2e6}, "lapses; it need be no more than £"),
    ],
)  # fmt: skip
def test_the_audit_finds_draws_out_of_order(carry_forward, moves, said):
    """As much is paid in all and every balance is right, but the wrong fund pays."""
    plan = solve(two_funds(carry_forward))
    tables = {name: table.copy() for name, table in plan.tables.items()}
    drawn = tables["drawn"]
    for year, more in moves.items():
        for fund, by in (("first", more), ("second", -more)):
            drawn.loc[statutory(drawn, fund, year), "drawn"] += by
    spent = drawn.groupby(["fund", "year"])["drawn"].sum()
    funds = tables["funds"]
    carried = {"first": 1.0, "second": carry_forward}
    for n, row in funds.iterrows():
        before = 0.0 if row["year"] == 2020 else carried[row["fund"]] * funds.loc[n - 1, "unspent"]
        funds.loc[n, "unspent"] = row["amount"] + before - spent[row["fund"], row["year"]]
    facts = {"objective": plan.objective, "terminal_value": plan.terminal_value}
    assert audit(plan.instance, tables, plan.window, **facts).passed
    found = list(misdrawn(plan.instance, tables, plan.window))
    assert len(found) == 1
    assert said in found[0]


def test_one_off_money_that_is_not_needed_is_told_of_a_saved_plan(tmp_path):
    """£1,000 of an area's core money is put back, and one-off money drawn in its place."""
    plan = plan_of("two-areas")
    drawn = plan.tables["drawn"].copy()
    year = plan.window[0]
    for fund, by in (("core", -1e3), ("transition", 1e3)):
        drawn.loc[statutory(drawn, fund, year), "drawn"] += by
    unspent = plan.tables["funds"][["fund", "owner", "year", "unspent"]].copy()
    for account, by in ((("core", "area1"), 1e3), (("transition", "all"), -1e3)):
        kept = plan.instance.resolved.accounts[account].carry_forward
        whose = (unspent["fund"] == account[0]) & (unspent["owner"] == account[1])
        rows = unspent.index[whose & (unspent["year"] >= year)]
        unspent.loc[rows, "unspent"] += [by * kept**n for n in range(len(rows))]
    funds = fund_table(plan.instance, Table.of(drawn), Table.of(unspent)).frame
    save(replace(plan, tables={**plan.tables, "drawn": drawn, "funds": funds}), tmp_path / "plan")
    found = recheck(tmp_path / "plan")
    assert found.audit.passed
    (said,) = found.disagreements
    assert said.startswith("drawn.csv: £")
    assert "of one-off money is drawn" in said


def statutory(drawn, fund, year):
    at = (drawn["fund"] == fund) & (drawn["tier"] == "statutory") & (drawn["year"] == year)
    return drawn.index[at][-1]


def two_funds(carry_forward: float) -> Instance:
    instance = instance_of("hand")
    funds = [
        {"fund": "first", "tiers": "all", "carry_forward": 1.0},
        {"fund": "second", "tiers": "all", "carry_forward": carry_forward},
    ]
    budgets = [
        {"fund": fund, "year": year, "amount": amount}
        for fund, amount in (("first", 3e6), ("second", 6e6))
        for year in (2020, 2021)
    ]
    return with_only(with_only(instance, "funds", funds), "budgets", budgets)
