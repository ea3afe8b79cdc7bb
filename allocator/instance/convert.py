"""An instance of old timing with rates that hold for any periods: the same children in care.

With ``period`` a child moves once in a period at most, so rates hold for one number of periods
only.  The moves of a period, those who come and those who leave among them, have one matrix; its
logarithm over the length of a period is the rates that make the same moves at all times.  Where
that needs a negative rate (moves in two steps that a period leaves out) there are no such rates.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from allocator.errors import InstanceError, UsageError
from allocator.instance.instance import Instance, Row
from allocator.instance.problems import Problem
from allocator.instance.rows import area_rows, key_value
from allocator.instance.schema import CONTINUOUS, EXIT

Floats = NDArray[np.float64]

NOTHING: Final = 1e-9  # a rate, or a share of the arrivals, nearer to nought than this is rounding
_COMING: Final = ""  # where those who arrive come from, among the states


@dataclass(frozen=True)
class _YearOfRates:
    """An area's states, ``exit`` and where arrivals come from, and what moves between them."""

    area: str
    year: int
    names: list[str]
    rates: Floats  # per year; from those who come, children per year


def with_continuous_timing(instance: Instance) -> Instance:
    """The same instance with ``timing = "continuous"``, and the same baseline at each year's end.

    Rates and arrivals are those of the matrix logarithm, given for each area and for each year
    in which they change; avoidable shares of staying, which were a period's, become a year's.
    Raises UsageError where timing is continuous already or rates follow drivers, and InstanceError,
    with every cell that would have to be negative, where there are no such rates.
    """
    if instance.is_continuous:
        raise UsageError(f"{instance.name}: its timing is continuous already")
    if instance.tables["responses"]:
        raise UsageError(
            f"{instance.name}: its rates follow drivers, and rates that follow them at all times "
            "are others; convert it without the table responses, and fit those anew"
        )
    years = [_converted(instance, a, y) for a in instance.areas for y in instance.horizon]
    negative = [problem for each in years for problem in _negative(instance, each)]
    if problems := [*_refused(instance, negative), *_shares_above_one(instance)]:
        raise InstanceError(problems)
    tables = {
        "transitions": (*_moves(instance, years), *_staying(instance)),
        "arrivals": tuple(_arrivals(instance, years)),
    }
    return replace(instance, timing=CONTINUOUS, tables={**instance.tables, **tables})


def _converted(instance: Instance, area: str, year: int) -> _YearOfRates:
    from scipy.linalg import logm  # a second of start-up, which only this needs

    data, length = instance.resolved, 1 / instance.periods_per_year
    names = [*(i for a, i in data.states if a == area), EXIT, _COMING]
    moves = np.eye(len(names))
    for row, i in enumerate(names[:-2]):
        out = {j: data.rates.get((area, i, j, year), 0.0) for j in names[:-1]}
        leaving = sum(out.values())
        moves[row, row] = math.exp(-leaving * length)
        for column, j in enumerate(names[:-1]):
            if out[j] > 0:
                moves[row, column] += out[j] / leaving * -math.expm1(-leaving * length)
        moves[-1, row] = data.arrivals.get((area, i, year), 0.0) * length
    return _YearOfRates(area, year, names, np.real(logm(moves)) / length)


@dataclass(frozen=True)
class _Negative:
    """A rate, or arrivals, below nought in a year, and the row that is in force there, if any."""

    file: str
    row: int | None
    column: str
    rule: str
    area: str
    year: int
    value: float


def _negative(instance: Instance, each: _YearOfRates) -> Iterator[_Negative]:
    """The moves, and the arrivals, that would have to be negative."""
    coming = float(np.abs(each.rates[-1]).max(initial=0.0))
    for row, i in enumerate(each.names[:-2]):
        for column, j in enumerate(each.names[:-1]):
            rate = float(each.rates[row, column])
            if column != row and rate < -NOTHING:
                place = _place(
                    _row(instance, "transitions", each, **{"from": i, "to": j}), "transitions.csv"
                )
                rule = f"would have to be a rate from {i} to {j}"
                yield _Negative(*place, "rate", rule, each.area, each.year, rate)
        children = float(each.rates[-1, row])
        if children < -NOTHING * coming:
            place = _place(_row(instance, "arrivals", each, state=i), "arrivals.csv")
            rule = f"would have to arrive a year in {i}"
            yield _Negative(*place, "children", rule, each.area, each.year, children)


def _place(row: Row | None, file: str) -> tuple[str, int | None]:
    return (row.file, row.number) if row else (file, None)


def _refused(instance: Instance, negative: list[_Negative]) -> Iterator[Problem]:
    """A problem for each cell, with its least value and the years in which it is below nought."""
    cells: dict[tuple[Any, ...], list[_Negative]] = {}
    for each in negative:
        cells.setdefault((each.file, each.row, each.rule, each.area), []).append(each)
    for problem in cells.values():
        least, first = min(problem, key=lambda each: each.value), problem[0]
        years = (
            f"in {first.year}"
            if len(problem) == 1
            else f"in {len(problem)} years from {first.year}"
        )
        where = f"in {first.area} {years}" if instance.has_areas else years
        yield Problem(
            first.file,
            first.row,
            first.column,
            f"{least.value:.6g}",
            f"{first.rule} {where}",
            "no rates make the moves of these periods at all times; work the rates out anew, as "
            "the moves of a year over the child-years spent in the state, and set timing to "
            "continuous",
        )


def _row(instance: Instance, table: str, each: _YearOfRates, **cells: str) -> Row | None:
    """The row in force in the area and year, or none."""
    rows = [
        row
        for row in area_rows(instance, table)[each.area]
        if all(row[name] == value for name, value in cells.items())
        and key_value(instance, row, "year") <= each.year
    ]
    return max(rows, key=lambda row: int(key_value(instance, row, "year")), default=None)


def _shares_above_one(instance: Instance) -> Iterator[Problem]:
    for row in _of_staying(instance):
        share = row["avoidable_share"] * instance.periods_per_year
        if share > 1:
            yield Problem(
                row.file,
                row.number,
                "avoidable_share",
                f"{share:g}",
                f"is the share of a year's stayers that {row['avoidable_share']:g} of a period's "
                "would be",
                "lower it: nobody can be moved on twice",
            )


def _of_staying(instance: Instance) -> list[Row]:
    return [row for row in instance.tables["transitions"] if row["from"] == row["to"]]


def _staying(instance: Instance) -> Iterator[Row]:
    """Rows of staying, a year's share in the place of a period's."""
    for row in _of_staying(instance):
        share = row["avoidable_share"] * instance.periods_per_year
        yield replace(row, values={**row.values, "avoidable_share": share})


def _moves(instance: Instance, years: list[_YearOfRates]) -> Iterator[Row]:
    """Rates by area and year, each with the share and the source of the row it comes from."""
    last: dict[tuple[str, str, str], tuple[float, float]] = {}
    for each in years:
        for i, j in _pairs(each):
            rate = float(each.rates[each.names.index(i), each.names.index(j)])
            rate = rate if rate > NOTHING else 0.0
            before = _row(instance, "transitions", each, **{"from": i, "to": j})
            share = float(before["avoidable_share"]) if before else 0.0
            if last.get((each.area, i, j), (0.0, 0.0)) == (rate, share):
                continue
            last[each.area, i, j] = rate, share
            cells = {"from": i, "to": j, "rate": rate, "avoidable_share": share}
            yield _new(instance, "transitions", each, before, cells)


def _pairs(each: _YearOfRates) -> list[tuple[str, str]]:
    return [(i, j) for i in each.names[:-2] for j in each.names[:-1] if i != j]


def _arrivals(instance: Instance, years: list[_YearOfRates]) -> Iterator[Row]:
    last: dict[tuple[str, str], float] = {}
    for each in years:
        coming = float(np.abs(each.rates[-1]).max(initial=0.0))
        for n, i in enumerate(each.names[:-2]):
            children = float(each.rates[-1, n])
            children = children if children > NOTHING * coming else 0.0
            if last.get((each.area, i), 0.0) == children:
                continue
            last[each.area, i] = children
            before = _row(instance, "arrivals", each, state=i)
            yield _new(instance, "arrivals", each, before, {"state": i, "children": children})


def _new(
    instance: Instance, table: str, each: _YearOfRates, before: Row | None, cells: dict[str, Any]
) -> Row:
    """A row of an area and year; its source and note are those of the row that was in force."""
    kept = {name: before[name] for name in ("source", "note") if before and before[name]}
    area = {"area": each.area} if instance.has_areas else {}
    values = {**area, "year": each.year, **cells, **kept}
    return Row(table, before.number if before else 0, before.file if before else table, values)
