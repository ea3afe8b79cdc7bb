"""The tables of the answers that are asked of one plan or instance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from allocator.instance.schema import TIERS
from allocator.plan.columns.explained import EXPLAIN
from allocator.plan.columns.futures import HEDGE, STRESS
from allocator.plan.columns.measure import (
    AnswerColumns,
    Columns,
    Measure,
    cases,
    children,
    in_its_unit,
    pounds,
    present,
    price,
    ratio,
    whole,
    year,
)

_WINDOW: Final[Columns] = {
    "window_first_year": year("year: first of the double investment; blank for none"),
    "window_years": whole("years of double investment; blank for none", "years"),
}
_BREAKPOINT: Final[Columns] = {
    **_WINDOW,
    "status": Measure(
        "optimal; jump: what the row before tends to, where a cheaper window becomes possible and "
        "the next row takes over"
    ),
}

# By the verb's name, then the table's.
ANSWERS: Final[Mapping[str, AnswerColumns]] = {
    "explain": EXPLAIN,
    "hedge": HEDGE,
    "stress": STRESS,
    "frontier_target": {
        "frontier_target": {
            "owner": Measure("whose target moves: an area, or all"),
            "year": year("year of the target that moves; it holds until the next one's year"),
            "children": children("children in care at most, at that year's end: a breakpoint"),
            "cost": present("£, present value: least cost of a plan, terminal value included"),
            "price_per_child": price(
                "£, present value, that one child fewer costs, from this row's children to the "
                "next row's; 0 where the target no longer binds",
                "£ at present value per child",
            ),
            **_BREAKPOINT,
        },
    },
    "frontier_budget": {
        "frontier_budget": {
            "money": pounds(
                "£ a year, the same in every year, on top of the fund's budget: a breakpoint"
            ),
            "children_in_care": children(
                "fewest children in care at the end of the last year, targets left out"
            ),
            "children_per_million": price(
                "children fewer for £1m a year more, from this row's money to the next row's; 0 "
                "where more money no longer helps",
                "children for £1m a year",
            ),
            **_BREAKPOINT,
        },
    },
    "frontier_fairness": {
        "frontier_fairness": {
            "reduction": ratio(
                "share by which every area at least has fewer children in care at the end than if "
                "nothing changes: a breakpoint"
            ),
            "cost": present(
                "£, present value: least cost of a plan, terminal value included, targets left out"
            ),
            "price_of_fairness": present(
                "£, present value: that cost less the least one at any reduction"
            ),
            "price_per_point": price(
                "£, present value, that one percentage point more costs, from this row's "
                "reduction to the next row's; 0 where it no longer binds",
                "£ at present value per percentage point",
            ),
            **_BREAKPOINT,
        },
    },
    "frontier_benefits": {
        "frontier_benefits": {
            "benefits": present(
                "£, present value, unweighted: good done to others in the years of the plan, at "
                "least so much more than if nothing changes: a breakpoint"
            ),
            "cost": present(
                "£, present value: least cost of a plan to the council, terminal value included"
            ),
            "price_per_pound": price(
                "£, present value, that £1 more of it costs, from this row's benefits to the next "
                "row's; 0 where it no longer binds",
                "£ at present value per £",
            ),
            "bought_per_pound": price(
                "£ of it that £1 more of the council's buys there; blank where it costs nothing",
                "£ per £",
            ),
            **_BREAKPOINT,
        },
    },
    "delay": {
        "delay": {
            "years_late": whole("years by which everything begins later", "years"),
            "targets": Measure("shifted by as many years, or held in their years", later=True),
            "status": Measure("optimal, or infeasible: no plan exists"),
            "cost": present("£, present value: least cost of a plan, terminal value included"),
            "extra_cost": present("£, present value: more than the plan begun at once"),
            "children_above": children(
                "children above targets at year ends, added up, at a price", later=True
            ),
            "overspent": pounds(
                "£: statutory spend beyond the funds in all years, at a price", later=True
            ),
            "child_years": children("child-years in care in the years of the plan", "child-years"),
            "extra_child_years": children(
                "child-years in care more than in the plan begun at once",
                "child-years",
            ),
            "payback_year": year(
                "year: first from which the cumulative position against the baseline is never "
                "negative again (a plan not yet begun is level with it); blank for none"
            ),
            **_WINDOW,
            "why": Measure(
                "where there is no plan: the nearest last target that has one, or that the funds "
                "run out whatever it is",
                later=True,
            ),
        },
        "delay_years": {
            "years_late": whole("years by which everything begins later", "years"),
            "targets": Measure("shifted by as many years, or held in their years"),
            "year": year("year"),
            "children_in_care": children("children in care at its end"),
            "extra_children": children("children in care more than in the plan begun at once"),
        },
    },
    "switching": {
        "switching": {
            "input": Measure(
                "the cell, as --set names it; of several years in proportion, the first; * for "
                "all effects of a service in proportion"
            ),
            "label": Measure("what it is"),
            "file": Measure("where it stands"),
            "row": whole("row there"),
            "unit": Measure("unit of value, low, high and the six switching values"),
            "value": in_its_unit("as it stands"),
            "low": in_its_unit("low end of an effect"),
            "high": in_its_unit("high end of an effect"),
            "evidence": Measure("grade of an effect's evidence"),
            "choice_below": in_its_unit(
                "the services chosen or the window change when it falls to this"
            ),
            "choice_above": in_its_unit("the same when it rises to this"),
            "payback_below": in_its_unit(
                "the plan, made anew, no longer pays back when it falls to this"
            ),
            "payback_above": in_its_unit("the same when it rises to this"),
            "reach_below": in_its_unit("the target is out of reach when it falls to this"),
            "reach_above": in_its_unit("the same when it rises to this"),
            "cost_at_low": present(
                "£, present value: least cost with the effect at its low end; blank where there "
                "is no plan"
            ),
            "cost_at_high": present("the same at its high end"),
            "hangs_on": Measure(
                "what changes when the effect is at its low or high end: choice, payback, reach; "
                "separated by ;"
            ),
        },
    },
    "alternatives": {
        "alternatives": {
            "kind": Measure("service, tier or total"),
            "item": Measure("the service or tier"),
            "label": Measure("what it is called"),
            "year": year("year; blank for all years together"),
            "baseline": pounds("£: spend if nothing changes"),
            "planned": pounds("£: spend in the cheapest plan"),
            "least": pounds("£: least spend in any of the plans"),
            "most": pounds("£: most spend in any of the plans"),
            "nearest": pounds("£: spend in the plan nearest to today's pattern"),
        },
        "alternatives_services": {
            "service": Measure("the service"),
            "label": Measure("what it is called"),
            "baseline_cases": cases("cases in all years if nothing changes", "cases in all years"),
            "planned_cases": cases("cases in all years in the cheapest plan", "cases in all years"),
            "least_cases": cases("fewest cases in any of the plans", "cases in all years"),
            "most_cases": cases("most cases in any of the plans", "cases in all years"),
            "every_plan": Measure(
                "what every one of the plans does: more or fewer cases than if nothing changes, "
                "as today, or open where they differ"
            ),
        },
    },
    "regimes": {
        "regimes": {
            "regime": Measure(
                "fixed: annual budgets, all known; free: the same cash free over the years; "
                "year_by_year: each year's budget known only when it begins"
            ),
            "status": Measure(
                "optimal; short: no plan keeps within the money and meets the targets, and this "
                "is the one that comes nearest (least money short, then fewest children above the "
                "targets, then least cost)"
            ),
            "cost": present("£, present value: cost, terminal value included"),
            "extra_cost": present("£, present value: more than under fixed"),
            "money_short": pounds("£: spent beyond the budgets, in all years, at a price or not"),
            "children_above": children(
                "children above the targets, added up over the years in which they hold"
            ),
            "children_in_care": children("children in care at the end of the last year"),
            "double_running_cost": pounds(
                "£: yearly deficits against the baseline before payback, added up"
            ),
            "payback_year": year(
                "year: first whose cumulative position against the baseline is not negative; "
                "blank for none"
            ),
            **_WINDOW,
        },
        "regimes_years": {
            "regime": Measure("fixed, free or year_by_year"),
            "year": year("year"),
            "children_in_care": children("children in care at its end"),
            "spend": pounds("£: total spend"),
            "prevention": pounds("£: the part of it in early help and edge of care"),
            "money_short": pounds("£: spent beyond the budgets"),
        },
        "settlements": {
            "year": year("year whose budget had just become known"),
            "window_first_year": year(
                "year: first of the double investment then planned; blank for none"
            ),
            "window_years": whole("years of double investment then planned", "years"),
            "expected_cost": present("£, present value: cost of the plan then made"),
            "expected_short": pounds("£: money then expected to be short, in all years"),
            "expected_above": children(
                "children then expected above the targets, added up over the years"
            ),
        },
    },
    "reallocation": {
        "reallocation": {
            "area": Measure("area"),
            "year": year("year"),
            "baseline_children_in_care": children(
                "children in care at its end, as money is allocated today"
            ),
            "children_in_care": children("children in care at its end, with the best allocation"),
            "fewer": children("how many fewer"),
            "money": pounds("£: today's total spend in the year, the most that may be spent"),
            **{f"baseline_{tier}": pounds(f"£: today's spend on {tier}") for tier in TIERS},
            **{tier: pounds(f"£: spend on {tier} in the best allocation") for tier in TIERS},
        },
        "reallocation_services": {
            "service": Measure("the service, all areas together"),
            "label": Measure("what it is called"),
            "year": year("year"),
            "baseline_cases": cases("cases a year today"),
            "cases": cases("cases a year at its end, in the best allocation"),
            "baseline_spend": pounds("£: today's spend"),
        },
    },
}
