"""Rates drawn within their uncertainty, and the recursion run with each draw."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from allocator.forecast.doubt import OUTSIDE
from allocator.instance.schema import EXIT
from allocator.simulate.uniformised import moved_and_stayed

if TYPE_CHECKING:
    from allocator.forecast.doubt import Doubt
    from allocator.simulate import Simulator

Floats = NDArray[np.float64]

DRAWS: Final = 400
SEED: Final = 903
_LEAVING: Final = ("exit", "exit at 18")


def spread_of_rates(run: Simulator, doubt: Doubt) -> Floats | None:
    """Children at each year's end, (draws, years, states), with rates drawn; None if none vary.

    A rate keeps its ratio to the estimate in every year: each draw multiplies it by a gamma
    variable of mean 1 and the relative deviation that the calibration tells.
    """
    if not doubt.rates:
        return None
    factors = _factors(run, doubt)
    children = np.tile(run.state_values("opening"), (DRAWS, 1))
    arrivals, year_ends = run.arrivals(), []
    arriving = _arrival_factors(run, doubt, factors)
    year, each = None, run.instance.periods_per_year
    moved = settled = np.zeros((0, 0, 0))
    for period, of_year in enumerate(run.clock.years_of_periods):
        if of_year != year:
            year, (moved, settled) = of_year, _moves(run, of_year, factors)
        new = arrivals[period] * arriving
        children = np.einsum("ds,dst->dt", children, moved)
        children += np.einsum("ds,dst->dt", new, settled)
        if (period + 1) % each == 0:
            year_ends.append(children)
    return np.stack(year_ends, axis=1)


def _factors(run: Simulator, doubt: Doubt) -> dict[tuple[str, str], Floats]:
    """A column of draws by (from, to) as the calibration names them."""
    rng = np.random.default_rng(SEED)
    factors = {}
    for key, deviation in sorted(doubt.rates.items()):
        shape = 1 / max(deviation, 1e-6) ** 2
        factors[key] = rng.gamma(shape, 1 / shape, DRAWS)
    return factors


def factor_of(
    factors: Mapping[tuple[str, str], Floats], start: str, end: str, care: Container[str]
) -> Floats | float:
    """Draws for a transition: its own, or those of entering or leaving care; 1 where none are."""
    if (start, end) in factors:
        return factors[start, end]
    if start not in care and (OUTSIDE, end) in factors:
        return factors[OUTSIDE, end]
    if start in care and end not in care:
        known = [factors[start, name] for name in _LEAVING if (start, name) in factors]
        if known:
            mean: Floats = np.mean(known, axis=0)
            return mean
    return 1.0


def _moves(
    run: Simulator, year: int, factors: dict[tuple[str, str], Floats]
) -> tuple[Floats, Floats]:
    """Where those in a state, and those who come in the period, are at its end.

    Both (draws, from, to), by the timing of the instance: those who come stay in their first
    period where a child moves once a period at most.
    """
    rates, leaving = _rates(run, year, factors)
    diagonal = np.arange(len(run.states))
    length = 1 / run.instance.periods_per_year
    if run.instance.is_continuous:
        rates[:, diagonal, diagonal] -= leaving
        moved, spent, _ = moved_and_stayed(rates, length)
        return moved, spent / length
    left = -np.expm1(-leaving * length)
    share = np.divide(
        rates, leaving[:, :, None], where=leaving[:, :, None] > 0, out=np.zeros_like(rates)
    )
    moved = share * left[:, :, None]
    moved[:, diagonal, diagonal] += 1 - left
    return moved, np.broadcast_to(np.eye(len(diagonal)), moved.shape)


def _rates(
    run: Simulator, year: int, factors: dict[tuple[str, str], Floats]
) -> tuple[Floats, Floats]:
    """Drawn rates per year between states, (draws, from, to), and of all who leave a state."""
    position = {key: n for n, key in enumerate(run.states)}
    care = {s for (_, s), there in zip(run.states, run.in_care(), strict=True) if there}
    n = len(run.states)
    rates, leaving = np.zeros((DRAWS, n, n)), np.zeros((DRAWS, n))
    for (area, start, end, of_year), rate in run.data.rates.items():
        if of_year == year:
            row = position[area, start]
            drawn = rate * factor_of(factors, start, end, care)
            leaving[:, row] += drawn
            if end != EXIT:
                rates[:, row, position[area, end]] += drawn
    return rates, leaving


def _arrival_factors(
    run: Simulator, doubt: Doubt, factors: dict[tuple[str, str], Floats]
) -> Floats:
    """Draws for arrivals from outside the states, (draws, states)."""
    drawn = np.ones((DRAWS, len(run.states)))
    for column, (_, state) in enumerate(run.states):
        if (OUTSIDE, state) in factors:
            drawn[:, column] = factors[OUTSIDE, state]
    return drawn
