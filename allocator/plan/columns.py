"""What each column of a plan's tables is, once: its meaning, its unit, and how it is shown.

Read by the README of a saved plan, by its loading and by the workbook.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from allocator.instance.schema import TIERS

Shape = Literal["name", "whole", "count", "money", "price"]


@dataclass(frozen=True, slots=True)
class Column:
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

COLUMNS: Final[dict[str, Column]] = {
    "area": Column("the area"),
    "year": Column(
        "financial year, named by the year in which it begins", "year it begins", "whole"
    ),
    "period": Column("period of the plan, 1 the first; 0 is the opening", "0: opening", "whole"),
    "state": Column("group of children"),
    "service": Column("the service"),
    "band": Column("band of diminishing returns, 0 the first", "0: first", "whole"),
    "driver": Column("what the move follows"),
    "factor": Column(
        "by what the driver multiplies the rate, or the arrivals; 1.038 is 3.8% more", "times", "price"
    ),
    "from": Column("state that the move leaves; exit, or outside: from outside the states"),
    "to": Column("state that the move enters, or would have entered, or exit"),
    "instead": Column("where the child goes instead"),
    "tier": Column("early_help, edge_of_care or statutory"),
    "fund": Column("the fund"),
    "owner": Column("area that owns the balance, limit or target; all: shared by all"),
    "item": Column("tier, state or service whose spend is limited"),
    "children": Column("children at the end of the period", "children", "count"),
    "places": Column("funded places in the period", "funded places", "count"),
    "level": Column("cases per year in the period", "cases per year", "count"),
    "expansion": Column(
        "rise of the level on the period before, cases per year", "cases per year", "count"
    ),
    "contraction": Column(
        "fall of the level on the period before, cases per year", "cases per year", "count"
    ),
    "in_band": Column("cases per year served in the band", "cases per year", "count"),
    "diverted": Column("moves averted in the period, children", "children in the period", "count"),
    "moves": Column("children who move in the year", "children in the year", "count"),
    "baseline_moves": Column("the same if nothing changes", "children in the year", "count"),
    "spend": Column("£, prices of {prices}", *_POUNDS),
    "drawn": Column("£ drawn from the fund, prices of {prices}", *_POUNDS),
    "amount": Column("£ given to the fund in the year, prices of {prices}", *_POUNDS),
    "brought_forward": Column("£ carried over from the year before, prices of {prices}", *_POUNDS),
    "lapsed": Column(
        "£ of what is left that the next year does not get, prices of {prices}", *_POUNDS
    ),
    "unspent": Column("£ left at the end of the year, prices of {prices}", *_POUNDS),
    "excess": Column(
        "children in care above the target at the end of the year", "children", "count"
    ),
    "overspent": Column("£ of statutory spend beyond the funds, prices of {prices}", *_POUNDS),
    "children_in_care": Column("children in care at the end of the year", "children", "count"),
    "baseline_children_in_care": Column("the same if nothing changes", "children", "count"),
    **{tier: Column(f"£ spent on {tier}, prices of {{prices}}", *_POUNDS) for tier in TIERS},
    **{f"baseline_{tier}": Column("the same if nothing changes", *_POUNDS) for tier in TIERS},
    "total": Column("£ spent in all, prices of {prices}", *_POUNDS),
    "baseline_total": Column("the same if nothing changes", *_POUNDS),
    "constraint": Column("its name in docs/model.md"),
    "price": Column(
        "£ at present value by which cost rises for one unit more of the limit",
        "£ at present value per unit",
        "price",
    ),
    "unit": Column("unit of activity and limit"),
    "activity": Column("value of the constraint's left-hand side", *_ITS_UNIT),
    "limit": Column("its right-hand side", *_ITS_UNIT),
    "holds_from": Column(
        "lowest limit at which the price holds; blank where the solver gives none", *_ITS_UNIT
    ),
    "holds_to": Column("highest limit at which the price holds", *_ITS_UNIT),
    "first_year": Column(
        "first year of the window; blank for no window", "year it begins", "whole"
    ),
    "years": Column("length in years; blank for no window", "years", "whole"),
    "objective": Column(
        "£ at present value, terminal value included; blank where there is no plan", *_PRESENT
    ),
    "status": Column("optimal, infeasible, or bounded: not solved, since it cannot be the best"),
    "children_in_care_at_end": Column(
        "children in care at the end of the last year", "children", "count"
    ),
    "proved": Column("whether that is confirmed from the program's arrays"),
    "at_least": Column("£ at present value that a bounded window costs at least", *_PRESENT),
}


def shaped(*shapes: str) -> frozenset[str]:
    """Names of the columns of some shapes."""
    return frozenset(name for name, column in COLUMNS.items() if column.shape in shapes)
