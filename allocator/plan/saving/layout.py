"""What a saved plan's files and columns are: the single source for README.txt and for loading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from allocator.instance.schema import TIERS

PLAN_FILE: Final = "plan.json"
INSTANCE_FOLDER: Final = "instance"
LOG_FILE: Final = "solver.log"
README_FILE: Final = "README.txt"
WINDOWS_FILE: Final = "windows.csv"

NAMES: Final = frozenset({
    "area", "constraint", "driver", "from", "fund", "instead", "item", "owner", "service", "state",
    "status", "tier", "to", "unit",
})  # fmt: skip
WHOLE: Final = frozenset({"band", "period", "year"})

# Table -> what a row is, and its columns.
TABLES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "years": (
        "area and year",
        (
            "area", "year", "baseline_children_in_care",
            *(f"baseline_{tier}" for tier in TIERS), "baseline_total",
            "children_in_care", *TIERS, "total",
        ),
    ),
    "states": ("area, state and period", ("area", "state", "period", "year", "children", "places")),
    "services": (
        "area, service and period",
        ("area", "service", "period", "year", "level", "expansion", "contraction"),
    ),
    "bands": (
        "area, service, band of diminishing returns and period",
        ("area", "service", "band", "period", "year", "in_band"),
    ),
    "diverted": (
        "area, effect of a service and period",
        ("area", "service", "from", "to", "instead", "period", "year", "diverted"),
    ),
    "moves": (
        "area, move and year", ("area", "from", "to", "year", "moves", "baseline_moves"),
    ),
    "demand": (
        "area, driver, move that follows it and year",
        ("area", "driver", "from", "to", "year", "factor"),
    ),
    "spend": ("area, tier and year", ("area", "tier", "year", "spend")),
    "drawn": (
        "fund, owner, area, tier and year", ("fund", "owner", "area", "tier", "year", "drawn"),
    ),
    "funds": (
        "fund, owner and year",
        ("fund", "owner", "year", "amount", "brought_forward", "drawn", "unspent", "lapsed"),
    ),
    "excess": ("target and year", ("owner", "year", "excess")),
    "overspent": ("area and year", ("area", "year", "overspent")),
    "prices": (
        "constraint that binds",
        (
            "constraint", "area", "owner", "fund", "item", "tier", "state", "service", "from",
            "to", "instead", "band", "year", "period", "price", "unit", "activity", "limit",
            "holds_from", "holds_to",
        ),
    ),
}  # fmt: skip
WINDOWS: Final = (
    "double-investment window that was tried",
    ("first_year", "years", "objective", "status", "children_in_care_at_end", "proved", "at_least"),
)

# Columns that mean the same in every table; {prices} stands for the instance's price base.
_MEANINGS: Final[Mapping[str, str]] = {
    "area": "the area",
    "year": "financial year, named by the year in which it begins",
    "period": "period of the plan, 1 the first; 0 is the opening",
    "state": "group of children",
    "service": "the service",
    "band": "band of diminishing returns, 0 the first",
    "driver": "what the move follows",
    "factor": "by what the driver multiplies the rate, or the arrivals; 1.038 is 3.8% more",
    "from": "state that the move leaves; exit, or outside: from outside the states",
    "to": "state that the move enters, or would have entered, or exit",
    "instead": "where the child goes instead",
    "tier": "early_help, edge_of_care or statutory",
    "fund": "the fund",
    "owner": "area that owns the balance, limit or target; all: shared by all",
    "item": "tier, state or service whose spend is limited",
    "children": "children at the end of the period",
    "places": "funded places in the period",
    "level": "cases per year in the period",
    "expansion": "rise of the level on the period before, cases per year",
    "contraction": "fall of the level on the period before, cases per year",
    "in_band": "cases per year served in the band",
    "diverted": "moves averted in the period, children",
    "moves": "children who move in the year",
    "baseline_moves": "the same if nothing changes",
    "spend": "£, prices of {prices}",
    "drawn": "£ drawn from the fund, prices of {prices}",
    "amount": "£ given to the fund in the year, prices of {prices}",
    "brought_forward": "£ carried over from the year before, prices of {prices}",
    "lapsed": "£ of what is left that the next year does not get, prices of {prices}",
    "unspent": "£ left at the end of the year, prices of {prices}",
    "excess": "children in care above the target at the end of the year",
    "overspent": "£ of statutory spend beyond the funds, prices of {prices}",
    "children_in_care": "children in care at the end of the year",
    "baseline_children_in_care": "the same if nothing changes",
    **{tier: f"£ spent on {tier}, prices of {{prices}}" for tier in TIERS},
    **{f"baseline_{tier}": "the same if nothing changes" for tier in TIERS},
    "total": "£ spent in all, prices of {prices}",
    "baseline_total": "the same if nothing changes",
    "constraint": "its name in docs/model.md",
    "price": "£ at present value by which cost rises for one unit more of the limit",
    "unit": "unit of activity and limit",
    "activity": "value of the constraint's left-hand side",
    "limit": "its right-hand side",
    "holds_from": "lowest limit at which the price holds; blank where the solver gives none",
    "holds_to": "highest limit at which the price holds",
    "first_year": "first year of the window; blank for no window",
    "years": "length in years; blank for no window",
    "objective": "£ at present value, terminal value included; blank where there is no plan",
    "status": "optimal, infeasible, or bounded: not solved, since it cannot be the best",
    "children_in_care_at_end": "children in care at the end of the last year",
    "proved": "whether that is confirmed from the program's arrays",
    "at_least": "£ at present value that a bounded window costs at least",
}


def described(row: str, columns: Iterable[str], price_base: str) -> list[str]:
    """Lines that say what a row and each column of a table are."""
    lines = [f"  one row per {row}"]
    lines += [f"  {name:26}{_MEANINGS[name].format(prices=price_base)}" for name in columns]
    return lines
