"""What the children who are still there at the end cost from then on, at present value (3.11).

Summed period by period until nothing is left that counts, where the program inverts a matrix.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from allocator.simulate.movement import through
from allocator.simulate.staffing import staff_per_child

if TYPE_CHECKING:
    from allocator.simulate.simulator import Simulator

Floats = NDArray[np.float64]

_NEGLIGIBLE: Final = 1e-15  # of a present value still to come
_MOST_PERIODS: Final = 1_000_000


def terminal_value(
    run: Simulator,
    children: Floats,
    diverted_after: Floats | None = None,
    cost: Floats | None = None,
) -> float:
    """Present value of the cost of those still there at the end, run on and on, £.

    ``children`` is by state at the end of the horizon, ``diverted_after`` by period after it
    and effect, ``cost`` £ per child-year by state, the cashable cost where it is None.
    """
    if not run.instance.terminal_value:
        return 0.0
    late = np.zeros((0, len(run.effects))) if diverted_after is None else diverted_after
    yearly = child_cost(run) if cost is None else cost
    if run.instance.is_continuous:
        return _by_half_periods(run, children, late, yearly)
    return _by_periods(run, children, late, yearly)


def child_cost(run: Simulator) -> Floats:
    """Cashable cost of a child-year, and of its staff, by state at closing prices, £."""
    cost = run.state_values("cashable_share") * run.state_values("unit_cost")
    closing: Floats = cost * run.prices(run.states)[-1] + staff_per_child(run)
    return closing


def _by_periods(run: Simulator, children: Floats, late: Floats, yearly: Floats) -> float:
    per_period = (1 + run.instance.discount_rate) ** (-1 / run.instance.periods_per_year)
    each, shift = yearly / run.instance.periods_per_year, run.shift()
    total, left, factor, gross = 0.0, children.copy(), run.discount()[-1], 0.0
    sizes = np.abs(each)
    size = float(sizes @ np.abs(left))
    for period in range(_MOST_PERIODS):
        factor *= per_period
        total += factor * float(each @ left)
        gross += factor * size
        left = run.movement.moved(left, run.instance.last_year)
        if period < len(late):
            left = left + late[period] @ shift
        size = float(sizes @ np.abs(left))
        if period >= len(late) and not factor * size > _NEGLIGIBLE * gross:
            break  # so too where a number is missing
    return total


def _by_half_periods(run: Simulator, children: Floats, late: Floats, yearly: Floats) -> float:
    """With continuous timing, by half periods: moves are averted in the middle of one.

    A pound is discounted as it falls due, and a year's pounds together as a year inside the
    horizon is, so that each weighs a little less than it would at the year's start.
    """
    rate, length = run.instance.discount_rate, 0.5 / run.instance.periods_per_year
    force = math.log1p(rate)
    cost = yearly * (force / rate if rate > 0 else 1.0)
    moved, spent, worth = run.movement.discounted_at_the_end(force, length, cost)
    shift, factor, total = run.shift(), float(run.discount()[-1]), 0.0
    left = children * factor
    for averted in late:
        total += float(cost @ through(spent, left))
        left = through(moved, left)
        factor *= math.exp(-force * length)
        left = left + factor * averted @ shift
        total += float(cost @ through(spent, left))
        left = through(moved, left)
        factor *= math.exp(-force * length)
    return total + float(worth @ left)
