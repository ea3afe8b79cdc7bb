"""What happens if nothing changes, which every saving is measured against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.instance import Instance
from allocator.simulate.simulator import Simulator
from allocator.simulate.staffing import staff_spend, unchanged_staff
from allocator.simulate.terminal import terminal_value

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Baseline:
    """What happens if nothing changes: levels and staff as they are, whatever the funds."""

    children: Floats  # (periods + 1, states)
    places: Floats  # (periods + 1, states)
    children_in_care: dict[str, Floats]  # area -> by year end
    spend: dict[tuple[str, str], Floats]  # (area, tier) -> £ by year
    terminal_value: float  # £, present value
    entries: Floats  # children entering care, by year
    exits: Floats  # children leaving care, by year


def baseline(instance: Instance) -> Baseline:
    """The baseline of section 3 of the specification, worked out once for an instance.

    Its arrays are everybody's: they can't be written to.
    """
    return instance.once("baseline", lambda: _baseline(instance))


def _baseline(instance: Instance) -> Baseline:
    run = Simulator(instance)
    children = run.children()
    places = run.least_places(children)
    still = np.tile(run.service_values("baseline"), (instance.number_of_periods, 1))
    spend = run.tier_spend(
        run.state_spend(places),
        run.service_spend(still, still * 0.0, still * 0.0),
        staff_spend(run, unchanged_staff(run)),
    )
    entries, exits = care_flows(run, children)
    in_care = run.children_in_care(children)
    for array in (children, places, entries, exits, *in_care.values(), *spend.values()):
        array.flags.writeable = False
    return Baseline(
        children,
        places,
        in_care,
        spend,
        terminal_value(run, children[-1]),
        entries,
        exits,
    )


def care_flows(run: Simulator, children: Floats) -> tuple[Floats, Floats]:
    """Children entering and leaving care by year if nothing is averted, all areas together."""
    care = run.in_care()
    entering, leaving = [], []
    arrivals = run.arrivals()
    crossing = {year: _crossing(run, year) for year in run.instance.horizon}
    for period, year in enumerate(run.clock.years_of_periods):
        into, out = crossing[year]
        exposed = run.movement.exposed(children[period], arrivals[period], year)
        entering.append(float(exposed @ into) + float(arrivals[period][care].sum()))
        leaving.append(float(exposed @ out))
    each = run.clock.by_year(np.array([entering, leaving]).T)
    return each[:, 0], each[:, 1]


def _crossing(run: Simulator, year: int) -> tuple[Floats, Floats]:
    """Moves by state into, and out of, care in a period of the year, for each who is exposed."""
    care = {key for key, state in run.data.states.items() if state.in_care}
    position = {key: n for n, key in enumerate(run.states)}
    into, out = np.zeros(len(position)), np.zeros(len(position))
    for (area, start, end), moves in run.movement.intensities(year).items():
        there, then = (area, start) in care, (area, end) in care
        if there != then:
            (out if there else into)[position[area, start]] += moves
    return into, out
