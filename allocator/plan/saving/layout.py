"""What a saved plan's files and columns are: the single source for README.txt and for loading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from allocator.instance import storage
from allocator.instance.schema import TIERS
from allocator.plan.columns import COLUMNS

PLAN_FILE: Final = storage.PLAN_FILE
HEDGE_FILE: Final = "hedge.json"  # what a saved plan over several futures is known by
INSTANCE_FOLDER: Final = "instance"
LOG_FILE: Final = "solver.log"
README_FILE: Final = "README.txt"
WINDOWS_FILE: Final = "windows.csv"

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
    "staff": (
        "area, role and period",
        (
            "area", "role", "period", "year", "in_post", "hired", "let_go", "agency", "supported",
            "need", "cases", "post_cost", "turnover_cost", "agency_cost", "support_cost",
        ),
    ),
    "practices": (
        "area, practice, role and period",
        ("area", "practice", "role", "period", "year", "supported"),
    ),
    "benefits": (
        "area, state or service that does good to others, to whom, kind and year",
        (
            "area", "item", "to_whom", "kind", "year", "benefit", "baseline_benefit", "low",
            "high", "corrected",
        ),
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
    "kept": (
        "service that is cut, ended or held at its floor",
        ("service", "keeping", "pays_at_cost", "pays_at_effect"),
    ),
    "prices": (
        "constraint that binds",
        (
            "constraint", "area", "owner", "fund", "item", "tier", "state", "service", "practice",
            "role", "from", "to", "instead", "band", "year", "period", "price", "unit", "activity",
            "limit", "holds_from", "holds_to",
        ),
    ),
}  # fmt: skip
# What a plan that was saved before there were staff lacks: blank in every row of it.
BLANK_BEFORE: Final[Mapping[str, tuple[str, ...]]] = {"prices": ("practice", "role")}
# What no audit can find again, since it is one of several right answers: held by the seal alone.
SEALED: Final[Mapping[str, frozenset[str]]] = {
    "prices": frozenset({"holds_from", "holds_to"}),
    # From duals, of which there may be several that are right.
    "kept": frozenset({"pays_at_cost", "pays_at_effect"}),
    "windows": frozenset({"children_in_care_at_end", "proved"}),
}
WINDOWS: Final = (
    "double-investment window that was tried",
    ("first_year", "years", "objective", "status", "children_in_care_at_end", "proved", "at_least"),
)


def is_hedge(path: Path) -> bool:
    """Whether a path is a folder with a saved hedge, or its hedge.json."""
    return path.name == HEDGE_FILE or (path / HEDGE_FILE).is_file()


def described(row: str, columns: Iterable[str], price_base: str) -> list[str]:
    """Lines that say what a row and each column of a table are."""
    lines = [f"  one row per {row}"]
    lines += [f"  {name:26}{COLUMNS[name].meaning.format(prices=price_base)}" for name in columns]
    return lines
