"""The tables of a plan: what each has a row of, and its columns."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from typing import Final

from allocator.instance.schema import TIERS
from allocator.plan.columns.measure import (
    Columns,
    Measure,
    ResultTable,
    cases,
    cash,
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
from formulations.names import KEYS

# What rows are about, and what several tables have, the same in each.
_SHARED: Final[Columns] = {
    "area": Measure("the area"),
    "year": year("financial year, named by the year in which it begins"),
    "period": whole("period of the plan, 1 the first; 0 is the opening", "0: opening"),
    "state": Measure("group of children"),
    "service": Measure("the service"),
    "band": whole("band of diminishing returns, 0 the first", "0: first"),
    "driver": Measure("what the move follows"),
    "from": Measure("state that the move leaves; exit, or outside: from outside the states"),
    "to": Measure("state that the move enters, or would have entered, or exit"),
    "instead": Measure("where the child goes instead"),
    "tier": Measure("early_help, edge_of_care or statutory"),
    "fund": Measure("the fund"),
    "owner": Measure("area that owns the balance, limit or target; all: shared by all"),
    "item": Measure("tier, state or service: whose spend is limited, or which does good to others"),
    "role": Measure("kind of staff"),
    "practice": Measure("what buys the role time"),
    "scenario": Measure("the scenario"),
    "served": cases("cases per year in the period that there are children for"),
    "supported": staff("staff supported by practices in the period, FTE"),
    "drawn": pounds("£ drawn from the fund, prices of {prices}"),
}


def _shared(*keys: str) -> Columns:
    return {key: _SHARED[key] for key in keys}


TABLES: Final[Mapping[str, ResultTable]] = {
    "years": ResultTable(
        "area and year",
        {
            **_shared("area", "year"),
            "baseline_children_in_care": children("the same if nothing changes"),
            **{f"baseline_{tier}": pounds("the same if nothing changes") for tier in TIERS},
            "baseline_total": pounds("the same if nothing changes"),
            "children_in_care": children("children in care at the end of the year"),
            **{tier: pounds(f"£ spent on {tier}, prices of {{prices}}") for tier in TIERS},
            "total": pounds("£ spent in all, prices of {prices}"),
        },
    ),
    "states": ResultTable(
        "area, state and period",
        {
            **_shared("area", "state", "period", "year"),
            "children": children("children at the end of the period"),
            "places": children("funded places in the period", "funded places"),
        },
    ),
    "services": ResultTable(
        "area, service and period",
        {
            **_shared("area", "service", "period", "year"),
            "level": cases("cases per year in the period"),
            "expansion": cases("rise of the level on the period before, cases per year"),
            "contraction": cases("fall of the level on the period before, cases per year"),
        },
    ),
    "bands": ResultTable(
        "area, service, band of diminishing returns and period",
        {
            **_shared("area", "service", "band", "period", "year"),
            "in_band": cases("cases per year served in the band"),
        },
    ),
    "diverted": ResultTable(
        "area, effect of a service and period",
        {
            **_shared("area", "service", "from", "to", "instead", "period", "year"),
            "diverted": children("moves averted in the period, children", "children in the period"),
        },
    ),
    "moves": ResultTable(
        "area, move and year",
        {
            **_shared("area", "from", "to", "year"),
            "moves": children("children who move in the year", "children in the year"),
            "baseline_moves": children("the same if nothing changes", "children in the year"),
        },
    ),
    "demand": ResultTable(
        "area, driver, move that follows it and year",
        {
            **_shared("area", "driver", "from", "to", "year"),
            "factor": ratio(
                "by what the driver multiplies the rate, or the arrivals; 1.038 is 3.8% more",
                "times",
            ),
        },
    ),
    "staff": ResultTable(
        "area, role and period",
        {
            **_shared("area", "role", "period", "year"),
            "in_post": staff("staff in post in the period, FTE"),
            "hired": staff("staff hired in the period, FTE", "FTE in the period"),
            "let_go": staff("staff let go in the period, FTE", "FTE in the period"),
            "agency": staff("staff from an agency in the period, FTE"),
            **_shared("supported"),
            "need": staff("staff that the work of the period takes, FTE"),
            "cases": children(
                "what that work is: children, and cases per year of services",
                "children and cases",
            ),
            "post_cost": pounds("£ of those in post in the period, prices of {prices}"),
            "turnover_cost": pounds("£ of hiring and letting go, prices of {prices}"),
            "agency_cost": pounds("£ of agency staff, prices of {prices}"),
            "support_cost": pounds("£ of practices, prices of {prices}"),
        },
    ),
    "practices": ResultTable(
        "area, practice, role and period",
        {
            **_shared("area", "practice", "role", "period", "year"),
            **_shared("supported"),
        },
    ),
    "benefits": ResultTable(
        "area, state or service that does good to others, to whom, kind and year",
        {
            **_shared("area", "item"),
            "to_whom": Measure("who has the good of it"),
            "kind": Measure("fiscal, economic or social"),
            **_shared("year"),
            "benefit": present(
                "£ of good done to others at present value, unweighted, prices of {prices}"
            ),
            "baseline_benefit": present("the same if nothing changes"),
            "low": present(
                "£ by which the plan does more of it, at the low end of each amount's range"
            ),
            "high": present("the same at the high end"),
            "corrected": present(
                "£ by which the plan does more of it, less what `optimism` takes off by grade of "
                "evidence"
            ),
        },
    ),
    "spend": ResultTable(
        "area, tier and year",
        {
            **_shared("area", "tier", "year"),
            "spend": pounds("£, prices of {prices}"),
        },
    ),
    "cash": ResultTable(
        "area and year, in cash, where the instance has a series of inflation",
        {
            **_shared("area", "year"),
            "cash_index": ratio("£ of cash in the year for one at prices of {prices}", "£ for £1"),
            **{f"cash_{tier}": cash(f"£ in cash spent on {tier}") for tier in TIERS},
            "cash_total": cash("£ in cash spent in all"),
            "cash_baseline_total": cash("the same if nothing changes"),
        },
    ),
    "drawn": ResultTable(
        "fund, owner, area, tier and year",
        {
            **_shared("fund", "owner", "area", "tier", "year"),
            **_shared("drawn"),
        },
    ),
    "funds": ResultTable(
        "fund, owner and year",
        {
            **_shared("fund", "owner", "year"),
            "amount": pounds("£ given to the fund in the year, prices of {prices}"),
            "brought_forward": pounds("£ carried over from the year before, prices of {prices}"),
            **_shared("drawn"),
            "unspent": pounds("£ left at the end of the year, prices of {prices}"),
            "lapsed": pounds(
                "£ of what is left that the next year does not get, prices of {prices}"
            ),
        },
    ),
    "excess": ResultTable(
        "target and year",
        {
            **_shared("owner", "year"),
            "excess": children("children in care above the target at the end of the year"),
        },
    ),
    "overspent": ResultTable(
        "area and year",
        {
            **_shared("area", "year"),
            "overspent": pounds("£ of statutory spend beyond the funds, prices of {prices}"),
        },
    ),
    "kept": ResultTable(
        "service that is cut, ended or held at its floor",
        {
            **_shared("service"),
            "keeping": present(
                "£ at present value that keeping the service at today's level costs, the least "
                "over every window; blank where no plan keeps it"
            ),
            "pays_at_cost": ratio(
                "times its unit cost at which one case a year more would pay for itself; blank: "
                "not even if cases were free",
                "times",
            ),
            "pays_at_effect": ratio(
                "times its effects at which one case a year more would pay for itself; blank: at "
                "no effect",
                "times",
            ),
        },
    ),
    "tightest": ResultTable(
        "input that, moved alone by the least share, puts the targets out of reach",
        {
            "input": Measure("the input, as --set names it, in all areas and years"),
            "share": ratio(
                "share of itself by which it is higher, or lower (−), where no window has a plan"
            ),
        },
    ),
    "prices": ResultTable(
        "constraint that binds",
        {
            "constraint": Measure("its name in docs/model.md"),
            **_shared(*KEYS),
            "price": price("£ at present value by which cost rises for one unit more of the limit"),
            "unit": Measure("unit of activity and limit"),
            "activity": in_its_unit("value of the constraint's left-hand side"),
            "limit": in_its_unit("its right-hand side"),
            "holds_from": in_its_unit(
                "limit down to which the price holds at least: the solver's basis, of "
                "which there may be several, may end sooner; blank where the solver gives none"
            ),
            "holds_to": in_its_unit("limit up to which the price holds at least"),
        },
    ),
}
WINDOWS: Final = ResultTable(
    "double-investment window that was tried",
    {
        "first_year": year("first year of the window; blank for no window"),
        "years": whole("length in years; blank for no window", "years"),
        "objective": present(
            "£ at present value, terminal value included; blank where there is no plan"
        ),
        "status": Measure(
            "optimal, infeasible, or bounded: not solved, since it cannot be the best"
        ),
        "children_in_care_at_end": children("children in care at the end of the last year"),
        "proved": Measure("whether that is confirmed from the program's arrays"),
        "at_least": present("£ at present value that a bounded window costs at least"),
    },
)

# The same tables of all scenarios of a hedge.
HEDGED: Final[Mapping[str, ResultTable]] = {
    name: ResultTable(
        f"scenario, {row}",
        {
            **_shared("scenario"),
            **columns,
            **(_shared("served") if name == "services" else {}),
        },
    )
    for name, (row, columns) in TABLES.items()
    # Prices are of the whole's objective, each the dearer the likelier its scenario: they are not
    # a plan's own, and are left out.  `solve --scenario` gives those.
    if name not in ("prices", "kept")
}

# Every column by its name, which means the same in every table.
COLUMNS: Final = ChainMap(
    *(table.columns for table in (*TABLES.values(), WINDOWS, *HEDGED.values()))
)


def shaped(*shapes: str) -> frozenset[str]:
    """Names of the columns of some shapes."""
    return frozenset(name for name, column in COLUMNS.items() if column.shape in shapes)
