"""Funds, budgets and prices: the outturn as a cap, national grants by the councils' shares."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from allocator.calibrate.published import england as e
from allocator.calibrate.published.account import PublishedAccount
from allocator.calibrate.published.grants import PREVENTION, TRANSFORMATION
from allocator.calibrate.published.tables import YEARS, Council
from allocator.instance.schema import TIERS

CellRows = Iterator[dict[str, Any]]
_THOUSAND: Final = 1000


def outturn(account: PublishedAccount) -> dict[str, float]:
    """Opening spend by tier, £ a year, from the Section 251 lines."""
    f = account.figures
    family = f["s251_family_support"]
    hubs = f["s251_surestart_early_years"] + f["s251_young_people"]
    return {
        "early_help": hubs + (1 - e.EDGE_OF_CARE) * family,
        "edge_of_care": e.EDGE_OF_CARE * family,
        "statutory": f["s251_cla"] + f["s251_safeguarding"],
    }


def fund_rows(first_year: int) -> CellRows:
    """The core budget, the grant where it exists, and the fund for double investment."""
    yield {"fund": "core", "label": "Core budget", "source": "assumption",
           "note": "ordinary annual caps; nothing moves to the next year"}  # fmt: skip
    if first_year + YEARS > e.GRANT_FROM:
        yield {
            "fund": PREVENTION, "label": "Families First prevention grant",
            "tiers": ("early_help", "edge_of_care"),
            "source": "Families First Partnership grant determination 2025; assumption for carry "
            "forward", "note": "ring-fenced",
        }  # fmt: skip
    yield {
        "fund": TRANSFORMATION, "label": "Transformation fund", "tiers": TIERS,
        "window_only": True, "carry_forward": 1.0,
        "source": "assumption, after the Families First transformation fund of £555m over "
        "2025-28",
        "note": "pays only in the years of double investment; what is unspent is kept",
    }  # fmt: skip


def core_rows(council: Council, baseline: Sequence[float]) -> CellRows:
    """The core cap: the outturn growing, or what doing nothing costs where that is more.

    ``baseline`` is £ by year of the council's baseline.
    """
    opening = sum(outturn(council.account).values())
    filled = council.account.note(
        "s251_cla",
        "s251_safeguarding",
        "s251_family_support",
        "s251_surestart_early_years",
        "s251_young_people",
    )
    for n, cost in enumerate(baseline):
        grown = opening * (1 + e.CORE_GROWTH) ** (n + 1)
        row: dict[str, Any] = {"area": council.area} if council.area else {}
        yield row | {
            "fund": "core", "year": council.first_year + n,
            "amount": float(math.ceil(max(grown, cost) / _THOUSAND) * _THOUSAND),
            "source": f"DfE S251 outturn {council.outturn}; assumption for the path",
            "note": "the higher of the outturn of the modelled lines +1% real a year and what "
            "doing nothing costs" + (f"; {filled}" if filled else ""),
        }  # fmt: skip


def grant_rows(councils: Sequence[Council]) -> CellRows:
    """The grant and the fund, one purse for all areas, by their shares of England's amounts."""
    first = councils[0].first_year
    share, how = _shared(councils, PREVENTION)
    for year in range(max(first, e.GRANT_FROM), first + YEARS):
        amount = e.GRANT.get(year, e.GRANT_LATER) * e.GRANT_REACHING * share
        goes_on = "; assumption: it goes on at the level of 2028-29" if year > 2028 else ""
        yield {
            "fund": PREVENTION, "year": year, "amount": _rounded(amount),
            "source": "Families First Partnership 2025-26 to 2028-29 (£541.5m then £2.4bn over "
            f"three years); {how}{goes_on}",
            "note": f"{share:.3%} of England's; only the new money; 50% of it, the rest being "
            "spoken for by multi-agency child protection teams (assumption)",
        }  # fmt: skip
    share, how = _shared(councils, TRANSFORMATION)
    for year in range(first, first + 3):
        yield {
            "fund": TRANSFORMATION, "year": year, "amount": _rounded(e.TRANSFORMATION * share),
            "source": "assumption, after the Families First transformation fund of £555m over "
            f"2025-28; {how}",
            "note": f"£185m a year nationally x {share:.3%}; three years",
        }  # fmt: skip


def _shared(councils: Sequence[Council], fund: str) -> tuple[float, str]:
    """All councils' share of England's amount, and where it is from."""
    return sum(each.grants.share[fund] for each in councils), councils[0].grants.how[fund]


def price_rows(first: int) -> CellRows:
    """Prices over the general level: pay and prices a little, children's homes more."""
    steps = [rate for years, rate in e.HOME_PRICES for _ in range(years)]
    home = 1.0
    for n in range(YEARS):
        yield {
            "item": "all", "year": first + n, "index": round((1 + e.PRICES) ** n, 4),
            "source": "assumption", "note": "pay and prices half a point above the deflator",
        }  # fmt: skip
    for n in range(YEARS):
        home *= 1 + steps[n - 1] if n else 1.0
        yield {
            "item": e.RESIDENTIAL, "year": first + n, "index": round(home, 4),
            "source": "assumption, from DfE LAIT unit costs 2019-20 to 2024-25",
            "note": "a week in a children's home rose from £4,165 to £7,385 in five years, about "
            "7% a year in real terms; taken as 3% a year for three years, then 2%, then 1%",
        }  # fmt: skip


def baseline_cost(spend: Mapping[tuple[str, str], Any], area: str) -> list[float]:
    """£ by year of an area's baseline, all tiers."""
    return [float(sum(year)) for year in zip(*(spend[area, tier] for tier in TIERS), strict=True)]


def _rounded(amount: float) -> float:
    return float(round(amount / _THOUSAND) * _THOUSAND)
