"""The audit finds every quantity of a plan that is changed, by the rule that it breaks.

One good plan, in which every rule has something to hold; each test changes a number of its
tables and says which rules must then fail, and no others, and where the worst of it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd
import pytest

from allocator.audit import Audit, audit
from allocator.plan.plan import Plan
from allocator.solving.solve import solve
from tests.model.cases import case
from tests.model.golden import PACE, TINY

Tables = dict[str, pd.DataFrame]

RULES = {
    "children balance", "moves add up to the change in children", "children not negative",
    "level follows expansion and contraction", "expansion not negative",
    "contraction not negative", "growth limit", "release limit",
    "coverage", "minimum level", "maximum level", "bands add up to the level", "band width",
    "bands not negative", "moves averted by cases", "moves caused by cases",
    "averted moves undone", "avoidable share", "opening places", "places for every child",
    "places kept", "spend of a tier", "spend is funded", "a fund pays for its tiers in its years",
    "draws not negative", "fund balance", "a fund is not overdrawn", "least spend on an item",
    "most spend on an item", "statutory spend protected", "prevention uplift",
    "savings reinvested", "terminal value", "objective", "target", "harm after the horizon",
    "the window is one that may be chosen",
}  # fmt: skip


@cache
def good() -> Plan:
    """The golden instance with too little in its grant for 2020 without the transition fund."""
    tiny = case(TINY, discount_rate=0.25, terminal_value=True)
    for column, values in PACE.items():
        tiny = tiny.changed("services", column, lambda row, of=values: of.get(row["service"]))
    return solve(
        tiny.changed("budgets", "amount", less_grant)
        .changed("targets", "children", lambda _: 48.3)
        .setting("double_investment", longest=1, prevention_uplift=0.2, protect_statutory=0.85)
        .setting("reinvestment", share=0.5)
        .instance()
    )  # fmt: skip


def less_grant(row: dict[str, str]) -> object:
    return 9000 if (row["fund"], row["year"]) == ("grant", "2020") else row["amount"]


def checked(tables: Tables, **changes: Any) -> Audit:
    plan = good()
    stated = {"objective": plan.objective, "terminal_value": plan.terminal_value} | changes
    window = stated.pop("window", plan.window)
    return audit(plan.instance, tables, window, **stated)


def copies() -> Tables:
    return {name: frame.copy() for name, frame in good().tables.items()}


def failing(found: Audit) -> set[str]:
    return {finding.rule for finding in found.findings if not finding.passed}


def test_a_good_plan_passes_every_rule_there_is() -> None:
    plan = good()
    assert plan.window == (2020, 1)
    assert plan.audit is not None
    assert plan.audit.passed
    assert {finding.rule for finding in plan.audit.findings} == RULES


@dataclass(frozen=True)
class Change:
    """What is added to a cell, the rules that must fail of it, and where the first does."""

    table: str
    column: str
    key: str
    by: float
    rules: set[str]
    where: str


ADDED_UP = {"moves add up to the change in children"}
BALANCE, PLACE = {"children balance"}, {"places for every child"}
END = {"terminal value", "objective"}
COST = {"spend of a tier", "spend is funded", "objective"}
FLOW = {"level follows expansion and contraction"}
BANDS = {"bands add up to the level"}
HARM, HELP = {"moves caused by cases"}, {"moves averted by cases"}
FUNDED = {"spend is funded", "fund balance"}
HUBS, REUNIFY = "service == 'hubs' and period == {}", "service == 'reunify' and period == {}"
NEED, CARE = "state == 'need' and period == {}", "state == 'care' and period == {}"
AFTER = "service == 'hubs' and to == '{}' and period == 3"
BAND = "band == {} and period == {}"
DRAWN = "fund == '{}' and tier == '{}' and year == {}"

CHANGES = [
    # Children: the balance, and whatever leans on the number of them.
    Change("states", "children", CARE.format(0), 1, BALANCE | ADDED_UP | PLACE,
           "tiny care, the start"),
    Change("states", "children", NEED.format(1), 1, BALANCE | ADDED_UP | PLACE,
           "tiny need, 2020"),
    Change("states", "children", NEED.format(1), -1, BALANCE | ADDED_UP | {"band width"},
           "tiny need, 2020"),
    Change("states", "children", CARE.format(1), -1, BALANCE | ADDED_UP | {"avoidable share"},
           "tiny care, 2020"),
    Change("states", "children", CARE.format(2), 1, BALANCE | ADDED_UP | END | {"target"},
           "tiny care, 2021"),
    Change("states", "children", CARE.format(2), -60,
           BALANCE | ADDED_UP | END | {"children not negative", "avoidable share"},
           "tiny care, 2021"),
    # Places.
    Change("states", "places", CARE.format(0), 1, {"opening places"}, "tiny care, the start"),
    Change("states", "places", NEED.format(2), 1, COST, "tiny statutory, 2021"),
    Change("states", "places", NEED.format(2), -1, COST | PLACE, "tiny need, 2021"),
    Change("states", "places", CARE.format(1), 1, COST | {"places kept"}, "tiny care, 2021"),
    Change("states", "places", CARE.format(1), -9.5, COST | PLACE | {"statutory spend protected"},
           "tiny care, 2020"),
    Change("states", "places", CARE.format(2), -50,
           COST | PLACE | {"places kept", "least spend on an item", "savings reinvested"},
           "tiny care, 2021"),
    Change("states", "places", NEED.format(2), 1e6, COST | {"most spend on an item"},
           "all total, 2021"),
    # Levels, and how they change.
    Change("services", "level", HUBS.format(2), 1, FLOW | COST | BANDS | {"maximum level"},
           "tiny hubs, 2021"),
    Change("services", "level", HUBS.format(2), 20,
           FLOW | COST | BANDS | {"maximum level", "coverage"}, "tiny hubs, 2021"),
    Change("services", "level", HUBS.format(2), -85, FLOW | COST | BANDS | {"minimum level"},
           "tiny hubs, 2021"),
    Change("services", "level", HUBS.format(1), -40, FLOW | COST | BANDS | {"prevention uplift"},
           "tiny hubs, 2020"),
    Change("services", "level", REUNIFY.format(1), 1, FLOW | COST | {"maximum level"},
           "tiny reunify, 2020"),
    Change("services", "level", REUNIFY.format(2), -1, FLOW | COST | HELP, "tiny reunify, 2021"),
    Change("services", "expansion", HUBS.format(1), 1, FLOW | COST | {"growth limit"},
           "tiny hubs, 2020"),
    Change("services", "expansion", REUNIFY.format(1), -1, FLOW | {"expansion not negative"},
           "tiny reunify, 2020"),
    Change("services", "contraction", REUNIFY.format(1), 1, FLOW | COST | {"release limit"},
           "tiny reunify, 2020"),
    Change("services", "contraction", HUBS.format(2), -1, FLOW | {"contraction not negative"},
           "tiny hubs, 2021"),
    # Bands.
    Change("bands", "in_band", BAND.format(0, 2), 1, BANDS | HARM | {"band width"},
           "tiny hubs band 1, 2021"),
    Change("bands", "in_band", BAND.format(1, 1), -1, BANDS | HARM | HELP, "tiny hubs, 2020"),
    Change("bands", "in_band", BAND.format(1, 2), -50, BANDS | HARM | HELP | {"bands not negative"},
           "tiny hubs band 2, 2021"),
    # Moves averted, within the horizon and after it.
    Change("diverted", "diverted", "to == 'care' and `from` == 'need' and period == 1", 1,
           BALANCE | HELP, "tiny hubs need care need, 2020"),
    Change("diverted", "diverted", "to == 'exit' and period == 1", -1, BALANCE | HARM,
           "tiny hubs need exit need, 2020"),
    Change("diverted", "diverted", REUNIFY.format(2), 1, BALANCE | HELP | {"avoidable share"},
           "tiny reunify care care exit, 2021"),
    Change("diverted", "diverted", REUNIFY.format(1), -1, BALANCE | {"averted moves undone"},
           "tiny reunify care care exit, 2020"),
    Change("diverted", "diverted", AFTER.format("care"), 1, END | HELP,
           "tiny hubs need care need, 1 periods after the horizon"),
    Change("diverted", "diverted", AFTER.format("care"), -1, END, "all areas, the plan"),
    Change("diverted", "diverted", AFTER.format("exit"), -1, END | HARM,
           "tiny hubs need exit need, 1 periods after the horizon"),
    Change("diverted", "diverted", AFTER.format("exit"), -200,
           END | HARM | {"harm after the horizon"}, "tiny need, 1 periods after the horizon"),
    # Moves of a year, from outside and out of the states among them.
    Change("moves", "moves", "`from` == 'need' and to == 'care' and year == 2021", 1, ADDED_UP,
           "tiny care, 2021"),
    Change("moves", "moves", "`from` == 'care' and to == 'exit' and year == 2020", -1, ADDED_UP,
           "tiny care, 2020"),
    Change("moves", "moves", "`from` == 'exit' and year == 2020", 1, ADDED_UP, "tiny need, 2020"),
    # Money, in pounds.
    Change("spend", "spend", "tier == 'early_help' and year == 2020", 1e3, {"spend of a tier"},
           "tiny early_help, 2020"),
    Change("drawn", "drawn", DRAWN.format("core", "statutory", 2021), 1e3, FUNDED,
           "core all, 2021"),
    Change("drawn", "drawn", DRAWN.format("grant", "edge_of_care", 2020), -1e3,
           FUNDED | {"draws not negative"}, "grant all tiny edge_of_care, 2020"),
    Change("drawn", "drawn", DRAWN.format("transition", "statutory", 2021), 1e3,
           FUNDED | {"a fund pays for its tiers in its years"},
           "transition all tiny statutory, 2021"),
    Change("funds", "unspent", "fund == 'core' and year == 2020", 1e3, {"fund balance"},
           "core all, 2020"),
    Change("funds", "unspent", "fund == 'transition' and year == 2021", -1e3,
           {"fund balance", "a fund is not overdrawn"}, "transition all, 2021"),
]  # fmt: skip


def said(change: Change) -> str:
    return f"{change.column} {change.by:+g} where {change.key}"


def changed(change: Change) -> Tables:
    tables = copies()
    frame = tables[change.table]
    [row] = frame.query(change.key).index
    frame.loc[row, change.column] += change.by
    return tables


@pytest.mark.parametrize("change", CHANGES, ids=said)
def test_a_changed_number_breaks_its_rules_and_no_others(change: Change) -> None:
    found = checked(changed(change))
    assert failing(found) == change.rules
    places = {finding.where for finding in found.findings if not finding.passed}
    assert change.where in places
    assert not found.passed
    for rule in change.rules:
        assert rule in found.failure()


def test_every_rule_is_broken_by_some_change() -> None:
    broken = set().union(*(change.rules for change in CHANGES))
    assert broken == RULES - {"the window is one that may be chosen"}  # no number of a table


@pytest.mark.parametrize("change", CHANGES, ids=said)
def test_a_missing_row_and_a_missing_number_fail(change: Change) -> None:
    row = good().tables[change.table].query(change.key).index
    without, blank = copies(), copies()
    without[change.table] = without[change.table].drop(index=row)
    blank[change.table].loc[row, change.column] = float("nan")
    for tables in (without, blank):
        found = checked(tables)
        assert not found.passed
        assert "a number is missing" in found.failure()
        assert found.worst.relative == float("inf")


def test_stated_totals_are_checked() -> None:
    plan = good()
    assert plan.objective is not None
    assert plan.terminal_value is not None
    assert failing(checked(copies(), objective=plan.objective + 1e3)) == {"objective"}
    found = checked(copies(), terminal_value=plan.terminal_value - 1e3)
    assert failing(found) == {"terminal value"}


def test_another_window_does_not_fit_the_plan() -> None:
    """The transition fund paid in 2020; and 2021 does not protect statutory spend."""
    fund = "a fund pays for its tiers in its years"
    assert failing(checked(copies(), window=None)) == {fund}
    assert failing(checked(copies(), window=(2021, 1))) == {fund, "statutory spend protected"}


def test_a_window_that_the_settings_do_not_allow() -> None:
    assert plan_window_rule(good().window) == set()
    assert plan_window_rule((2020, 2)) == {"the window is one that may be chosen"}


def plan_window_rule(window: Any) -> set[str]:
    rule = "the window is one that may be chosen"
    return failing(checked(copies(), window=window)) & {rule}


def test_a_draw_for_an_area_that_is_not_there() -> None:
    tables = copies()
    row = tables["drawn"].iloc[[0]].assign(area="elsewhere", drawn=1e3)
    tables["drawn"] = pd.concat([tables["drawn"], row], ignore_index=True)
    assert failing(checked(tables)) >= FUNDED


def test_a_plan_that_undertook_no_target_is_not_held_to_one() -> None:
    over = changed(Change("states", "children", CARE.format(2), 1, set(), ""))
    assert "target" not in {finding.rule for finding in checked(over, targets=False).findings}
