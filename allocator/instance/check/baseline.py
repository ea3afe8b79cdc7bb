"""Children in care if nothing changes, in plain Python: a check loads nothing heavy."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from allocator.instance.check.candidate import Candidate
from allocator.instance.schema import EXIT

Stock = dict[str, float]
Years = Sequence[float]  # one for each year of the horizon
RateOf = dict[tuple[str, str], float]

_LONGEST = 2.0  # of a step times the highest rate out of a state
_TERMS = 40  # at most: of steps so long the last is 1e-22 of the first
_NOTHING = 1e-17  # of the children there: a term so small changes no digit


def baseline_in_care(candidate: Candidate) -> dict[str, Mapping[int, float]]:
    """Children in care by area at each year's end if nothing changes.

    The recursion of sections 3.1 and 3.2 of the specification with no child diverted.
    """
    resolved, areas = candidate.resolved, candidate.instance.areas
    moves: dict[str, dict[tuple[str, str], Years]] = {area: {} for area in areas}
    for (area, i, j), rates in sorted(resolved.rates.rows.items()):
        moves[area][i, j] = rates
    opening: dict[str, Stock] = {area: {} for area in areas}
    for (area, i), state in resolved.states.items():
        opening[area][i] = state.opening
    return {area: _in_care(candidate, area, opening[area], moves[area]) for area in areas}


def _in_care(
    candidate: Candidate, area: str, stock: Stock, moves: Mapping[tuple[str, str], Years]
) -> Mapping[int, float]:
    resolved, instance = candidate.resolved, candidate.instance
    care = [i for i in stock if resolved.states[area, i].in_care]
    a_year = _flowing if instance.is_continuous else _moving
    in_care = {}
    for n, year in enumerate(instance.horizon):
        rates = {move: by_year[n] for move, by_year in moves.items()}
        arriving = {i: resolved.arrivals.get((area, i, year), 0.0) for i in stock}
        stock = a_year(stock, rates, arriving, instance.periods_per_year)
        in_care[year] = sum(stock[i] for i in care)
    return in_care


def _moving(stock: Stock, rates: RateOf, arriving: Stock, periods: int) -> Stock:
    """The stock a year later, each child moving once in a period at most."""
    out = _leaving(stock, rates)
    gone = {i: -math.expm1(-rate / periods) for i, rate in out.items()}
    moves = [(i, j, rate / out[i] if out[i] else 0.0, gone[i]) for (i, j), rate in rates.items()]
    for _ in range(periods):
        new = {i: number + arriving[i] / periods for i, number in stock.items()}
        for i, j, share, leaving in moves:
            moved = stock[i] * share * leaving
            new[i] -= moved
            if j != EXIT:
                new[j] += moved
        stock = new
    return stock


def _flowing(stock: Stock, rates: RateOf, arriving: Stock, periods: int) -> Stock:
    """The stock a year later, moving at all times: a Taylor series, step by step."""
    steps = max(1, math.ceil(max(_leaving(stock, rates).values(), default=0.0) / _LONGEST))
    place = {i: n for n, i in enumerate(stock)}  # leavers go to one more place, at the end
    moves = [(place[i], place.get(j, len(place)), rate) for (i, j), rate in rates.items()]
    there, coming = list(stock.values()), [arriving[i] for i in stock]
    for _ in range(steps):
        term = [flow + new for flow, new in zip(_flows(there, moves), coming, strict=True)]
        term = [change / steps for change in term]
        there = [number + change for number, change in zip(there, term, strict=True)]
        for n in range(2, _TERMS):
            term = [flow / (n * steps) for flow in _flows(term, moves)]
            there = [number + change for number, change in zip(there, term, strict=True)]
            if max(map(abs, term), default=0.0) <= _NOTHING * max(map(abs, there), default=0.0):
                break
    return dict(zip(stock, there, strict=True))


def _flows(stock: list[float], moves: list[tuple[int, int, float]]) -> list[float]:
    """Change of each state's children per year."""
    change = [0.0] * (len(stock) + 1)
    for start, end, rate in moves:
        moved = rate * stock[start]
        change[start] -= moved
        change[end] += moved
    return change[:-1]


def _leaving(stock: Stock, rates: RateOf) -> Stock:
    """Rate at which children leave each state, wherever they go."""
    out = dict.fromkeys(stock, 0.0)
    for (i, _), rate in rates.items():
        out[i] += rate
    return out
