"""What need follows, in words: ``entries to care +3.8% in 2027-28`` by child poverty."""

from __future__ import annotations

from typing import Final

from allocator.instance.instance import financial_year
from allocator.plan.evidence import graded
from allocator.plan.need import Rise, rises
from allocator.plan.plan import Plan
from allocator.report.figures import Figures, Value, by_year
from allocator.wording import capital, plain

TITLE: Final = "Need, and what it follows: moves against the same with each driver as at the start"
_NOTHING: Final = 5e-6  # a share that reads as nought


def need_lines(plan: Plan) -> list[tuple[str, str]]:
    """A line for each driver and kind of move: the most, the last, and the evidence.

    Blank without drivers.
    """
    return [(driver_said(each.driver), _said(each)) for each in rises(plan)]


def driver_said(driver: str) -> str:
    """``Child poverty``."""
    return capital(driver.replace("_", " "))


def _said(rise: Rise) -> str:
    if all(abs(share) < _NOTHING for share in rise.by_year.values()):
        told = f"{rise.kind} as they are: it is held at its value of the first year"
    else:
        told = f"{rise.kind} {_path(rise.by_year)}"
    return f"{told}; evidence: {graded(rise.grades)}" if rise.grades else told


def _path(shares: dict[int, float]) -> str:
    """``+3.8% in 2027-28 and +2% in 2034-35``, or ``+3.8% from 2027-28 on``."""
    last = max(shares)
    most = max(shares, key=lambda year: (round(abs(shares[year]), 6), -year))
    at = f"{_percent(shares[most])} {{}} {financial_year(most)}"
    if abs(shares[last] - shares[most]) < _NOTHING and most < last:
        return f"{at.format('from')} on"
    end = f" and {_percent(shares[last])} in {financial_year(last)}" if most < last else ""
    return f"{at.format('in')}{end}"


def _percent(share: float) -> str:
    return f"{'+' if share >= 0 else ''}{plain(100 * share, 2)}%"


def need_figures(plan: Plan) -> Figures:
    """The same year by year."""
    drivers = rises(plan)
    columns: list[tuple[str, str, list[Value]]] = [
        (
            f"{driver_said(each.driver)}: {each.kind}",
            "percent",
            [each.by_year.get(year) for year in plan.instance.horizon],
        )
        for each in drivers
    ]
    return by_year(TITLE, list(plan.instance.horizon), columns, "demand.csv, moves.csv")  # type: ignore[arg-type] # forms
