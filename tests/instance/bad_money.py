"""Funds, limits and prices that make no sense."""

from __future__ import annotations

from allocator.instance.check import money, sense
from tests.instance.bad import error, warning
from tests.instance.drafts import add, cell, drop, setting

MONEY = [
    error(money.funds_have_a_budget, drop("budgets", 6),
          at="funds.csv 3 fund", value="extra", rule="has no budget", remedy="remove the fund"),
    error(money.shared_funds_have_one_rule, add("funds", area="south", fund="core",
          carry_forward="0.2"),
          at="funds.csv 4 carry_forward", value="0.2",
          rule="differs from row 2, but all areas share the budget of core",
          remedy="a budget to each area"),
    error(money.shared_funds_have_one_rule, add("funds", area="south", fund="extra"),
          at="funds.csv 4 window_only", rule="differs from row 3", remedy="the same rule"),
    warning(money.window_funds_have_a_window,
            setting("[double_investment]\nlongest = 2\nstarts = [2020, 2021]\n", ""),
            at="funds.csv 3 window_only", value="yes", rule="the settings allow none",
            remedy="add [double_investment]"),
    warning(money.window_funds_have_a_window, cell("budgets", 6, "year", "2023"),
            at="budgets.csv 6 year", value="2023",
            rule="after every double-investment period that is allowed", remedy="last longer"),
    warning(money.every_tier_is_paid_for, cell("funds", 2, "carry_forward", ""),
            drop("budgets", 4),
            at="budgets.csv - year", value="2022",
            rule="no fund has money for early_help", remedy="a year not listed is 0", others=1),
    warning(money.limits_bound_something, cell("limits", 2, "minimum", ""),
            at="limits.csv 2 item", value="early_help", rule="neither minimum nor maximum",
            remedy="give one"),
    error(money.limits_can_be_kept, cell("limits", 2, "maximum", "999"),
          at="limits.csv 2 minimum", value="1000", rule="is above the maximum of row 2, 999",
          remedy="lower the minimum"),
    error(money.limits_can_be_kept, add("limits", item="early_help", year="2021", maximum="500"),
          at="limits.csv 2 minimum", value="1000", rule="is above the maximum of row 3, 500",
          remedy="lower the minimum"),
    warning(money.prices_are_indices, cell("prices", 2, "index", "102"),
            at="prices.csv 2 index", value="102", rule="more than ten times the price base",
            remedy="write 102 as 1.02"),
    warning(money.prices_are_indices, cell("prices", 2, "index", "0"),
            at="prices.csv 2 index", value="0", rule="makes everything free",
            remedy="an index of 1 is the price base"),
    warning(sense.funds_are_of_the_size_of_spend, cell("states", 3, "unit_cost", "5000000"),
            at="budgets.csv - amount", rule="and the children there now cost",
            remedy="not thousands"),
]  # fmt: skip
