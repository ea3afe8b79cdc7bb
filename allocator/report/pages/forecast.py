"""A forecast as a reader sees it: a chart of the total in text, then a table by state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from allocator.forecast.forecast import ALL_AREAS, IN_CARE, Forecast, ForecastLine
from allocator.instance.instance import financial_year

WIDTH: Final = 60  # characters of the chart's band
_LOW, _MIDDLE, _HIGH, _BAND = "[", "o", "]", "-"


def text(forecast: Forecast) -> str:
    """Title, chart, table by state, and where the intervals come from."""
    return "\n".join(_page(forecast))


def _page(forecast: Forecast) -> Iterator[str]:
    title = forecast.instance.title or forecast.instance.name
    yield title
    yield "=" * len(title)
    yield ""
    yield f"Children in care if nothing changes, with {forecast.level:.0%} intervals"
    yield ""
    yield from chart(forecast.lines[0], forecast.years, _opening(forecast))
    yield ""
    yield from table(forecast, ALL_AREAS)
    if forecast.instance.has_areas:
        yield from ("", "Children in care by area", *by_area(forecast))
    yield ""
    yield f"Intervals: {forecast.doubt.told}."


def _opening(forecast: Forecast) -> float:
    data = forecast.instance.resolved
    return sum(state.opening for state in data.states.values() if state.in_care)


def chart(line: ForecastLine, years: list[int], opening: float) -> Iterator[str]:
    """A row a year: the interval as a band, the middle a ``o``."""
    values = np.concatenate([line.low, line.high, [opening]])
    least, most = float(values.min()), float(values.max())
    step = (most - least) / (WIDTH - 1) or 1.0

    def at(value: float) -> int:
        return round((value - least) / step)

    yield f"{'opening':<8} {opening:>8,.0f}  {' ' * at(opening)}{_MIDDLE}"
    for year, middle, low, high in zip(years, line.children, line.low, line.high, strict=True):
        marks = [" "] * WIDTH
        marks[at(low) : at(high) + 1] = _BAND * (at(high) - at(low) + 1)
        marks[at(low)], marks[at(high)], marks[at(middle)] = _LOW, _HIGH, _MIDDLE
        yield f"{financial_year(year):<8} {middle:>8,.0f}  {''.join(marks).rstrip()}"
    yield f"{'':<8} {'':>8}  {least:<,.0f}{most:>{WIDTH - len(f'{least:,.0f}')},.0f}"


def table(forecast: Forecast, area: str) -> Iterator[str]:
    """A row per state, a column per year: the middle, and the interval in the last year."""
    lines = [line for line in forecast.lines if line.area == area]
    years, label = forecast.years, forecast.instance.label
    names = ["In care" if n.state == IN_CARE else label("states", n.state) for n in lines]
    wide = min(max(map(len, names)), 40)
    shown = [n for n in range(len(years)) if n < 5 or n == len(years) - 1]
    heads = "".join(f"{financial_year(years[n]):>9}" for n in shown)
    yield f"{'At the year end':<{wide}}{heads}   interval {financial_year(years[-1])}"
    for name, line in zip(names, lines, strict=True):
        numbers = "".join(f"{line.children[n]:>9,.0f}" for n in shown)
        interval = f"{line.low[-1]:,.0f} to {line.high[-1]:,.0f}"
        yield f"{name[:wide]:<{wide}}{numbers}   {interval}"


def by_area(forecast: Forecast) -> Iterator[str]:
    """A row per area: its total in the first, third and last year, each with its interval."""
    last = len(forecast.years) - 1
    shown = sorted({0, min(2, last), last})
    lines = [n for n in forecast.lines if n.area != ALL_AREAS and n.state == IN_CARE]
    names = [forecast.instance.label("areas", line.area) for line in lines]
    wide = max(map(len, names))
    yield f"{'':<{wide}}" + "".join(f"{financial_year(forecast.years[n]):>22}" for n in shown)
    for name, line in zip(names, lines, strict=True):
        cells = (f"{line.children[n]:,.0f} ({line.low[n]:,.0f}-{line.high[n]:,.0f})" for n in shown)
        yield f"{name:<{wide}}" + "".join(f"{cell:>22}" for cell in cells)
