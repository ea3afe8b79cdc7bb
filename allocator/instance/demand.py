"""How rates and arrivals follow what drives demand.  Section 3.13 of the specification.

Done before anything is built: whoever reads the resolved instance reads rates as they will be.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from allocator.instance.schema import OUTSIDE
from allocator.instance.year_rows import YearRows

if TYPE_CHECKING:
    from allocator.instance.instance import Instance, Row

ResponseKey = tuple[str, str, str, str]  # area, driver, from (or `outside`), to
Demand = Mapping[ResponseKey, Mapping[int, float]]  # -> year -> factor
AreaRows = Callable[[str], Mapping[str, Sequence["Row"]]]


def demand_factors(instance: Instance, rows_of: AreaRows) -> dict[ResponseKey, dict[int, float]]:
    r"""Factors by response and year of the horizon.

    The product over the lags of :math:`(1 + response)^{D_{y-lag} - D_{y_0}}`.  ``rows_of``
    gives a table's rows in force by area.
    """
    factors: dict[ResponseKey, dict[int, float]] = {}
    for area, row, rises in response_rises(instance, rows_of):
        of = factors.setdefault((area, row["driver"], row["from"], row["to"]), {})
        for year, rise in rises.items():
            of[year] = of.get(year, 1.0) * _raised(row["response"], rise)
    return factors


def response_rises(
    instance: Instance, rows_of: AreaRows
) -> Iterator[tuple[str, Row, dict[int, float]]]:
    """By area and row of ``responses``: how far its driver stands above the start, by year."""
    series = rows_of("drivers")
    for area, rows in rows_of("responses").items():
        listed: dict[str, dict[int, float]] = defaultdict(dict)
        for row in series[area]:
            listed[row["driver"]][row["year"]] = row["value"]
        for row in rows:
            if row["driver"] not in listed:
                continue
            value = listed[row["driver"]]
            start = driver_value(value, instance.first_year)
            yield (
                area,
                row,
                {
                    year: driver_value(value, year - row["lag_years"]) - start
                    for year in instance.horizon
                },
            )


def driver_value(listed: Mapping[int, float], year: int) -> float:
    """A driver's value: the last listed before the year or in it, else the first listed."""
    before = [y for y in listed if y <= year]
    return listed[max(before) if before else min(listed)]


def _raised(response: float, rise: float) -> float:
    """(1 + response) to the power of the rise; infinite where a number has no room for it."""
    if not response > -1:
        return math.nan
    power = rise * math.log1p(response)
    return math.exp(power) if not power > math.log(1e300) else math.inf


def following(rates: YearRows, demand: Demand) -> YearRows:
    """Rates by area, from, to and year, each times what its drivers make of it."""
    if not demand:
        return rates
    rows = {key: list(row) for key, row in rates.rows.items()}
    for (area, _, start, end), factors in demand.items():
        if (area, start, end) in rows:
            row = rows[area, start, end]
            for n, year in enumerate(rates.horizon):
                row[n] *= factors[year]
    return YearRows(rates.horizon, rows)


def arriving(arrivals: YearRows, demand: Demand) -> YearRows:
    """Arrivals by area, state and year, each times what its drivers make of it."""
    if not demand:
        return arrivals
    rows = {(area, OUTSIDE, state): row for (area, state), row in arrivals.rows.items()}
    raised = following(YearRows(arrivals.horizon, rows), demand).rows
    return YearRows(
        arrivals.horizon, {(area, state): row for (area, _, state), row in raised.items()}
    )
