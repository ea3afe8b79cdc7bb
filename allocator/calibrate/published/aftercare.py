"""Those who have left care and are still paid for: guardians' allowances, care leavers up to 25.

Neither the stock of guardianships nor that of supported care leavers is published.  It is taken to
be what a year's orders, or leavers, make of it over the years that they are supported; a year of
one then costs what is spent over that stock, so that what a leaver costs in all is the spend over
a year's leavers whatever those years are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from allocator.calibrate.published import england as e
from allocator.calibrate.published.figures import Figure, PublishedFigures
from allocator.instance.schema import EXIT

ORDERS: Final = "ceased/reason episode ceased/special guardianship order"
ADULTS: Final = "ceased/age on ceasing/18 years and over"
# Whence they leave; assumption: orders are made to foster carers, most of them kin.
WHENCE: Final = {
    e.GUARDIANSHIP: (e.FOSTER,),
    e.LEAVING_CARE: (e.FOSTER, e.RESIDENTIAL, e.SUPPORTED),
}
_MOST: Final = 0.95  # of those who leave a placement for other than home
_SOURCES: Final = {
    e.GUARDIANSHIP: "orders by DfE children ceasing to be looked after (SSDA903), year ending "
    "March {year}; DfE S251 outturn 2018-19, England: £286.9m over 3,870 orders, and LAIT "
    "fostering cost (unit cost); assumption (years supported, cashable share, release)",
    e.LEAVING_CARE: "leavers aged 18 by DfE children ceasing to be looked after (SSDA903), year "
    "ending March {year}; DfE S251 outturn, leaving care (unit cost); assumption (years supported, "
    "cashable share, release)",
}


@dataclass(frozen=True)
class Aftercare:
    """A way out of care that is paid for: children a year who take it, and £ a year in all."""

    leavers: float
    spend: float
    note: str = ""


def aftercare(figures: PublishedFigures, ceased: float) -> dict[str, Aftercare]:
    """By state, those for which the tables have the leavers and the money; ``ceased`` a year."""
    ways = {}
    orders = _leavers(figures, ORDERS, ceased) or _leavers(figures, "ceased_sgo", ceased)
    if orders and orders.value > 0:
        week = figures.get("unitcost_fostering_gbp_per_week").value
        spend = e.ALLOWANCE * week * e.WEEKS * orders.value * e.YEARS_SUPPORTED[e.GUARDIANSHIP][0]
        ways[e.GUARDIANSHIP] = Aftercare(orders.value, spend, orders.note)
    adults = _leavers(figures, ADULTS, ceased)
    money = figures.find("s251_leaving_care", "cla_31mar")
    if adults and money and adults.value > 0:
        note = "; ".join(filter(None, (adults.note, money.note)))
        ways[e.LEAVING_CARE] = Aftercare(adults.value, money.value, note)
    return ways


def _leavers(figures: PublishedFigures, measure: str, ceased: float) -> Figure | None:
    figure = figures.find(measure, "cla_ceased")
    return figure and Figure(min(figure.value, ceased), figure.note)


def supported(
    ways: Mapping[str, Aftercare], moves: Mapping[tuple[str, str], float], ceased: float
) -> dict[tuple[str, str], float]:
    """Moves with those who leave care by a way that is paid for told apart from other exits.

    Each way's share of all who ``ceased`` in the base year is its share of the exits of ``moves``.
    """
    all_moves = dict(moves)
    exits = sum(n for (a, b), n in moves.items() if a in e.CARE and b not in e.CARE)
    for state, way in ways.items():
        there = {a: _MOST * all_moves.get((a, EXIT), 0.0) for a in WHENCE[state]}
        total = sum(there.values())
        part = min(way.leavers / ceased * exits / total, 1.0) if total > 0 and ceased > 0 else 0.0
        for start, most in there.items():
            if part * most > 0:
                all_moves[start, state] = part * most
                all_moves[start, EXIT] -= part * most
    return all_moves


def fitted(
    ways: Mapping[str, Aftercare], moves: Mapping[tuple[str, str], float]
) -> dict[str, Aftercare]:
    """Ways with no more leavers than the moves of a year have, and the money that goes with them.

    Where a council's orders are more than leave foster care, say, by England's rates.
    """
    fitting = {}
    for state, way in ways.items():
        part = min(sum(n for (_, b), n in moves.items() if b == state) / way.leavers, 1.0)
        if part > 0:
            fitting[state] = Aftercare(way.leavers * part, way.spend * part, way.note)
    return fitting


def stock(ways: Mapping[str, Aftercare]) -> dict[str, float]:
    """Those supported at the start, by state: a year's leavers times the years supported."""
    return {state: way.leavers * e.YEARS_SUPPORTED[state][0] for state, way in ways.items()}


def state_rows(ways: Mapping[str, Aftercare], year: int) -> Iterator[dict[str, Any]]:
    """Rows of ``states``."""
    there = stock(ways)
    for state, way in ways.items():
        years, least, most = e.YEARS_SUPPORTED[state]
        each = way.spend / way.leavers
        told = (
            f"£{each:,.0f} a leaver, supported for {years:g} years ({least:g} to {most:g}: "
            f"£{each / most:,.0f} to £{each / least:,.0f} a year); as many at the start as "
            f"{way.leavers:,.0f} leavers a year make"
        )
        yield {
            "state": state,
            "label": e.AFTER_LABELS[state],
            "tier": "statutory",
            "opening": round(there[state], 1),
            "unit_cost": round(each / years),
            "cashable_share": e.CASHABLE_PLACEMENT,
            "release_per_year": e.RELEASE[state],
            "source": _SOURCES[state].format(year=year),
            "note": "; ".join(filter(None, (told, way.note))),
        }


def leaving_rows(ways: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Rows of ``transitions`` out of support."""
    for state in ways:
        years, least, most = e.YEARS_SUPPORTED[state]
        yield {
            "from": state,
            "to": EXIT,
            "rate": round(1 / years, 6),
            "source": "assumption",
            "note": f"supported for {years:g} years ({least:g} to {most:g})",
        }
