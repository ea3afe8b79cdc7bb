"""What need follows: child poverty by council, and unaccompanied children.

Both are held at their last published value, so that they change nothing until a scenario or a
`--set` moves them: no forecast by council is published.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from allocator.calibrate.published import england as e
from allocator.calibrate.published.account import PublishedAccount
from allocator.calibrate.published.figures import PublishedFigures
from allocator.instance.schema import OUTSIDE

POVERTY, UNACCOMPANIED = "child_poverty", "unaccompanied"
_BACK: Final = 4  # years of child poverty before the plan
_THRESHOLD: Final = 0.001  # of children aged 0-17: above it new arrivals go to other councils
# A point of child poverty goes with 5 (2 to 8) of some 260 entries per 100,000 (Bennett 2022).
_RESPONSE: Final = {"response": 0.019, "low": 0.008, "high": 0.031, "interval": 0.95}
_STUDY: Final = "Bennett et al. 2022, Lancet Public Health 7:e496: 147 authorities, 2015 to 2020"

CellRow = dict[str, Any]


def driver_rows(figures: PublishedFigures, account: PublishedAccount) -> Iterator[CellRow]:
    """Rows of ``drivers`` of a council, as far as the tables have them."""
    for year in range(account.year - _BACK + 1, account.year + 1):
        value = figures.at(year).published("child_poverty_pct")
        if value is not None:
            yield {
                "driver": POVERTY,
                "year": year - 1,
                "value": value,
                "source": f"DfE LAIT, children in low-income families, %, to March {year}; "
                "assumption: held after the last",
            }
    alone = figures.published("uasc_31mar")
    if alone:
        yield {
            "driver": UNACCOMPANIED,
            "year": account.year,
            "value": alone,
            "source": f"DfE, unaccompanied children looked after, 31 March {account.year}; "
            "assumption: held",
            "note": "the national transfer threshold, 0.1% of children aged 0-17, is "
            f"{_THRESHOLD * account.children:,.0f}",
        }


def response_rows(
    drivers: list[CellRow], moves: Mapping[tuple[str, str], float], arrivals: Mapping[str, float]
) -> Iterator[CellRow]:
    """Rows of ``responses`` to the drivers there are; one with poverty is a correlation."""
    named = {row["driver"]: float(row["value"]) for row in drivers}
    if POVERTY in named:
        for start, end in sorted(moves):
            if start in (e.NEED, e.PLAN) and end in e.CARE:
                yield {
                    "driver": POVERTY,
                    "from": start,
                    "to": end,
                    **_RESPONSE,
                    "evidence": "weak: a correlation within councils, not a trial",
                    "source": _STUDY,
                }
    if UNACCOMPANIED in named:
        for state in e.UNACCOMPANIED:
            if arrivals.get(state, 0.0) > 0:
                yield {
                    "driver": UNACCOMPANIED,
                    "from": OUTSIDE,
                    "to": state,
                    "response": round(1 / named[UNACCOMPANIED], 6),
                    "source": "assumption: arrivals follow the number looked after",
                }
