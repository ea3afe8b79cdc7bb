"""The tables of answers about many futures: draws, scenarios, points of a grid, forecasts."""

from __future__ import annotations

from typing import Final

from allocator.instance.schema import TIERS
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
    staff,
    whole,
    year,
)

PERCENTILES: Final = {"p5": 5, "p10": 10, "p50": 50, "p90": 90, "p95": 95}
BANDED: Final[Columns] = {
    "mean": in_its_unit("mean of the draws"),
    **{
        name: in_its_unit(f"{level}% of the draws are not above it")
        for name, level in PERCENTILES.items()
    },
}

HEDGE: Final[AnswerColumns] = {
    "levels": {
        "scenario": Measure("the scenario"),
        "area": Measure("the area"),
        "service": Measure("the service"),
        "year": year("financial year, named by the year in which it begins"),
        "level": cases("cases per year that are funded, at the year's end"),
        "served": cases("cases per year that are served, at the year's end"),
        "settled": Measure("whether it is settled before it shows which scenario comes"),
    },
    "futures": {
        "scenario": Measure("the scenario"),
        "year": year("financial year"),
        "children_in_care": children("children in care at the end of the year"),
        "baseline_children_in_care": children("the same if nothing changes"),
        "spend": pounds("£ spent in all"),
        "baseline_spend": pounds("the same if nothing changes"),
        "overspent": pounds("£ of statutory spend beyond the funds, without the charge"),
        "excess": children("children above the targets at the end of the year"),
    },
    "known": {
        "scenario": Measure("the scenario"),
        "service": Measure("the service"),
        "year": year("financial year"),
        "level": cases(
            "cases per year at its end in the scenario's own best plan, were it known now"
        ),
    },
}

STRESS: Final[AnswerColumns] = {
    "bands": {
        "quantity": Measure(
            "children_in_care at the year's end, spend and cumulative_position in £"
        ),
        "year": year("financial year, named by the year in which it begins"),
        "planned": pounds("the plan's own"),
        **BANDED,
    },
    "chances": {
        "year": year("financial year"),
        "targets_met": ratio("share of the draws with no child above a target at the year's end"),
        "funds_suffice": ratio("share in which the funds pay for all of the year's spend"),
        "paid_back": ratio("share in which the plan has paid back by then"),
    },
    "futures": {
        "scenario": Measure("the scenario"),
        "year": year("financial year"),
        "children_in_care": children("children in care at the end of the year"),
        "spend": pounds("£ spent in all"),
        "overspent": pounds("£ that no fund pays"),
        "excess": children("children above the targets at the end of the year"),
    },
    "inputs": {
        "kind": Measure(
            "what is drawn: an effect, a rate, entries, a unit cost or its growth, drivers"
        ),
        "name": Measure("of what"),
        "cost_rank_correlation": ratio("rank correlation with the cost at present value"),
        "cost_first_order": ratio("share of the cost's variance that it explains alone (Sobol')"),
        "care_rank_correlation": ratio("rank correlation with children in care at the end"),
        "care_first_order": ratio("share of their variance that it explains alone (Sobol')"),
    },
    "effects": {
        "area": Measure("the area"),
        "service": Measure("the service"),
        "from": Measure("state the averted move leaves"),
        "to": Measure("state the averted move enters"),
        "instead": Measure("where the child goes instead"),
        "lag_years": price("years until the effect", "years"),
        "effect": in_its_unit("moves averted per case, as the plan takes it"),
        "low": in_its_unit("low end"),
        "high": in_its_unit("high end"),
        "interval": ratio("chance that it lies between them; 1: they are limits"),
        "mean": in_its_unit("mean of the draws"),
    },
    "replanned": {
        "draw": whole("number of the draw, from 1"),
        "found": Measure("whether what is settled leaves a plan"),
        "cost": present("£ at present value with charges, of the draw planned anew"),
        "held_cost": present("the same with all levels held"),
        "children_in_care": children("children in care at the end"),
        "excess": children("child-years above the targets", "child-years"),
        "overspent": pounds("£ of statutory spend beyond the funds"),
    },
    "spreads": {
        "item": Measure("state, service, or all others"),
        "spread": ratio("relative deviation of its unit cost"),
        "growth": ratio("relative deviation of its growth a year"),
        "source": Measure("where they come from"),
    },
}

# In the order of the table; the axes stand before them.
SWEEP: Final[Columns] = {
    "status": Measure(
        "optimal, infeasible (no plan exists), invalid (the changed instance has errors), failed "
        "or time_limit (the solver)"
    ),
    "objective": present("£, present value: cost of the plan, terminal value and charges included"),
    "terminal_value": present("£, present value: what the last year leaves behind"),
    "window_first_year": year("year: first of the double investment; blank for none"),
    "window_years": whole("years of double investment; blank for none", "years"),
    "children_in_care_end": children("children in care at the end of the last year"),
    "children_in_care_<year>": children(
        "the same at the end of each year for which a target is listed"
    ),
    "payback_year": year(
        "year: first whose cumulative position against the baseline is not negative"
    ),
    "lasting_payback_year": year("year: first from which it is never negative again"),
    "double_running_cost": pounds(
        "£: yearly deficits against the baseline before payback, added up"
    ),
    "peak_deficit": pounds("£: deepest cumulative position below the baseline"),
    "peak_deficit_year": year("year in which it is reached; blank where there is none"),
    "npv": present("£, present value: saving against the baseline, terminal values included"),
    "spend": pounds("£: spend of all years, not discounted"),
    **{f"spend_{tier}": pounds(f"£: the part of it in {tier}") for tier in TIERS},
    "children_above": children("children above targets at year ends, added up, at a price"),
    "overspent": pounds("£: statutory spend beyond the funds in all years, at a price"),
    "fte_end": staff("staff in post at the end of the last year, FTE, all roles"),
    "agency_end": staff("staff from an agency then, FTE"),
    "hired": staff("staff hired in all years, FTE", "FTE"),
    "wider_benefits": present(
        "£, present value: good done to others against the baseline, unweighted; blank without "
        "benefits"
    ),
    "audited": Measure("yes or no: whether the plan was re-run by the simulator (see below)"),
    "message": Measure("what is wrong, where something is"),
}

FORECAST: Final[Columns] = {
    "area": Measure("the area; blank: all of them together"),
    "state": Measure("group of children, or in_care: all in care"),
    "year": year("financial year, at whose end the numbers are"),
    "children": children("children if nothing changes"),
    "low": children("low end of the interval"),
    "high": children("high end of the interval"),
}

PROJECTED: Final[Columns] = {  # by each of the ways that a backtest compares
    "allocator": children("as this program forecasts it"),
    "base_year_repeated": children("the base year's flows once more, then as it forecasts"),
    "no_change": children("as many as at the base"),
    "three_year_trend": children("the trend of the three years before, carried on"),
}
BACKTEST: Final[Columns] = {
    "base": year("financial year that is forecast from, at whose end the opening is"),
    "horizon": whole("years ahead", "years"),
    "code": Measure("the council's code"),
    "council": Measure("the council"),
    "opening": children("children in care at the base"),
    "actual": children("children in care that came"),
    **PROJECTED,
    "low_80": children("low end of the interval that holds 80%"),
    "high_80": children("high end of it"),
    "low_95": children("low end of the interval that holds 95%"),
    "high_95": children("high end of it"),
}
