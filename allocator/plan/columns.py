"""What each column of a plan's tables is, once: its meaning, its unit, and how it is shown.

Read by the README of a saved plan, by its loading and by the workbook.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from allocator.instance.schema import TIERS

Shape = Literal["name", "whole", "count", "money", "price", "ratio"]


@dataclass(frozen=True, slots=True)
class Measure:
    """A column that means the same in every table.

    ``meaning`` is a phrase and ``unit`` what stands under a heading; in both, ``{prices}`` stands
    for the instance's price base.  A ``shape`` other than ``name`` is a number's.
    """

    meaning: str
    unit: str = ""
    shape: Shape = "name"


_POUNDS: Final[tuple[str, Shape]] = ("£, prices of {prices}", "money")
_PRESENT: Final[tuple[str, Shape]] = ("£ at present value, prices of {prices}", "money")
_ITS_UNIT: Final[tuple[str, Shape]] = ("in its unit", "price")

COLUMNS: Final[dict[str, Measure]] = {
    "scenario": Measure("the scenario"),
    "area": Measure("the area"),
    "year": Measure(
        "financial year, named by the year in which it begins", "year it begins", "whole"
    ),
    "period": Measure("period of the plan, 1 the first; 0 is the opening", "0: opening", "whole"),
    "state": Measure("group of children"),
    "service": Measure("the service"),
    "band": Measure("band of diminishing returns, 0 the first", "0: first", "whole"),
    "driver": Measure("what the move follows"),
    "factor": Measure(
        "by what the driver multiplies the rate, or the arrivals; 1.038 is 3.8% more",
        "times",
        "ratio",
    ),
    "from": Measure("state that the move leaves; exit, or outside: from outside the states"),
    "to": Measure("state that the move enters, or would have entered, or exit"),
    "instead": Measure("where the child goes instead"),
    "tier": Measure("early_help, edge_of_care or statutory"),
    "fund": Measure("the fund"),
    "owner": Measure("area that owns the balance, limit or target; all: shared by all"),
    "item": Measure("tier, state or service: whose spend is limited, or which does good to others"),
    "role": Measure("kind of staff"),
    "practice": Measure("what buys the role time"),
    "in_post": Measure("staff in post in the period, FTE", "FTE", "count"),
    "hired": Measure("staff hired in the period, FTE", "FTE in the period", "count"),
    "let_go": Measure("staff let go in the period, FTE", "FTE in the period", "count"),
    "agency": Measure("staff from an agency in the period, FTE", "FTE", "count"),
    "supported": Measure("staff supported by practices in the period, FTE", "FTE", "count"),
    "need": Measure("staff that the work of the period takes, FTE", "FTE", "count"),
    "cases": Measure(
        "what that work is: children, and cases per year of services", "children and cases", "count"
    ),
    "post_cost": Measure("£ of those in post in the period, prices of {prices}", *_POUNDS),
    "turnover_cost": Measure("£ of hiring and letting go, prices of {prices}", *_POUNDS),
    "agency_cost": Measure("£ of agency staff, prices of {prices}", *_POUNDS),
    "support_cost": Measure("£ of practices, prices of {prices}", *_POUNDS),
    "to_whom": Measure("who has the good of it"),
    "kind": Measure("fiscal, economic or social"),
    "benefit": Measure(
        "£ of good done to others at present value, unweighted, prices of {prices}", *_PRESENT
    ),
    "baseline_benefit": Measure("the same if nothing changes", *_PRESENT),
    "low": Measure(
        "£ by which the plan does more of it, at the low end of each amount's range", *_PRESENT
    ),
    "high": Measure("the same at the high end", *_PRESENT),
    "corrected": Measure(
        "£ by which the plan does more of it, less what `optimism` takes off by grade of evidence",
        *_PRESENT,
    ),
    "keeping": Measure(
        "£ at present value that keeping the service at today's level costs, the least over every "
        "window; blank where no plan keeps it",
        *_PRESENT,
    ),
    "pays_at_cost": Measure(
        "times its unit cost at which one case a year more would pay for itself; blank: not even "
        "if cases were free",
        "times",
        "ratio",
    ),
    "pays_at_effect": Measure(
        "times its effects at which one case a year more would pay for itself; blank: at no effect",
        "times",
        "ratio",
    ),
    "children": Measure("children at the end of the period", "children", "count"),
    "places": Measure("funded places in the period", "funded places", "count"),
    "level": Measure("cases per year in the period", "cases per year", "count"),
    "served": Measure(
        "cases per year in the period that there are children for", "cases per year", "count"
    ),
    "expansion": Measure(
        "rise of the level on the period before, cases per year", "cases per year", "count"
    ),
    "contraction": Measure(
        "fall of the level on the period before, cases per year", "cases per year", "count"
    ),
    "in_band": Measure("cases per year served in the band", "cases per year", "count"),
    "diverted": Measure("moves averted in the period, children", "children in the period", "count"),
    "moves": Measure("children who move in the year", "children in the year", "count"),
    "baseline_moves": Measure("the same if nothing changes", "children in the year", "count"),
    "spend": Measure("£, prices of {prices}", *_POUNDS),
    "drawn": Measure("£ drawn from the fund, prices of {prices}", *_POUNDS),
    "amount": Measure("£ given to the fund in the year, prices of {prices}", *_POUNDS),
    "brought_forward": Measure("£ carried over from the year before, prices of {prices}", *_POUNDS),
    "lapsed": Measure(
        "£ of what is left that the next year does not get, prices of {prices}", *_POUNDS
    ),
    "unspent": Measure("£ left at the end of the year, prices of {prices}", *_POUNDS),
    "excess": Measure(
        "children in care above the target at the end of the year", "children", "count"
    ),
    "overspent": Measure("£ of statutory spend beyond the funds, prices of {prices}", *_POUNDS),
    "children_in_care": Measure("children in care at the end of the year", "children", "count"),
    "baseline_children_in_care": Measure("the same if nothing changes", "children", "count"),
    **{tier: Measure(f"£ spent on {tier}, prices of {{prices}}", *_POUNDS) for tier in TIERS},
    **{f"baseline_{tier}": Measure("the same if nothing changes", *_POUNDS) for tier in TIERS},
    "total": Measure("£ spent in all, prices of {prices}", *_POUNDS),
    "baseline_total": Measure("the same if nothing changes", *_POUNDS),
    "constraint": Measure("its name in docs/model.md"),
    "price": Measure(
        "£ at present value by which cost rises for one unit more of the limit",
        "£ at present value per unit",
        "price",
    ),
    "unit": Measure("unit of activity and limit"),
    "activity": Measure("value of the constraint's left-hand side", *_ITS_UNIT),
    "limit": Measure("its right-hand side", *_ITS_UNIT),
    "holds_from": Measure(
        "lowest limit at which the price holds; blank where the solver gives none", *_ITS_UNIT
    ),
    "holds_to": Measure("highest limit at which the price holds", *_ITS_UNIT),
    "first_year": Measure(
        "first year of the window; blank for no window", "year it begins", "whole"
    ),
    "years": Measure("length in years; blank for no window", "years", "whole"),
    "objective": Measure(
        "£ at present value, terminal value included; blank where there is no plan", *_PRESENT
    ),
    "status": Measure("optimal, infeasible, or bounded: not solved, since it cannot be the best"),
    "children_in_care_at_end": Measure(
        "children in care at the end of the last year", "children", "count"
    ),
    "proved": Measure("whether that is confirmed from the program's arrays"),
    "at_least": Measure("£ at present value that a bounded window costs at least", *_PRESENT),
}


def shaped(*shapes: str) -> frozenset[str]:
    """Names of the columns of some shapes."""
    return frozenset(name for name, column in COLUMNS.items() if column.shape in shapes)
