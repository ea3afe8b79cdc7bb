"""Every council of a year: who is an area of the country's instance, and who is left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from allocator.calibrate.panel import Panel
from allocator.errors import UsageError

FEWEST: Final = 20  # children in care: with fewer nearly every cell of the tables is suppressed
_NEARLY_ALL: Final = 0.75  # of the councils of the year that has most
CARE: Final = "cla_31mar"


@dataclass(frozen=True)
class LeftOut:
    """A council that is no area, why, and how many children in care it has in the year."""

    name: str
    why: str
    in_care: float = 0.0


@dataclass(frozen=True)
class Everyone:
    """Codes of the areas, who is left out, and England's children in care as it is published."""

    codes: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    in_care: float
    england: float


def everyone(panel: Panel, year: int) -> Everyone:
    """Who has figures for March of a year; UsageError where nobody has."""
    years = panel.years(CARE)
    table = panel.matrix(CARE, panel.councils, years)
    at = dict(zip(years, table.T, strict=True)).get(year, np.full(len(panel.councils), np.nan))
    inside, left_out = [], []
    for code, number, row in zip(panel.councils, at, table, strict=True):
        if number >= FEWEST:
            inside.append((code, float(number)))
        else:
            known = [y for y, value in zip(years, row, strict=True) if np.isfinite(value)]
            left_out.append(_left_out(panel.names[code], float(number), known, year))
    if not inside:
        raise UsageError(f"--all: no council has children in care published for {year}")
    in_care = sum(number for _, number in inside)
    told = panel.value(CARE, panel.nation, year)
    england = told or in_care + sum(each.in_care for each in left_out)
    return Everyone(tuple(code for code, _ in inside), tuple(left_out), in_care, england)


def _left_out(name: str, number: float, known: list[int], year: int) -> LeftOut:
    if number == 0:
        return LeftOut(name, "no children in care")
    if np.isfinite(number):
        return LeftOut(name, f"fewer than {FEWEST} children in care: suppressed nearly all", number)
    if not known:
        return LeftOut(name, "no figures of children in care in any year")
    when = f"its figures end in {known[-1]}" if known[-1] < year else f"none before {known[0]}"
    return LeftOut(name, f"no figures for {year}: {when}, as of a council joined or split since")


def last_whole_year(panel: Panel) -> int:
    """The last year for which nearly all councils have figures; UsageError where there is none."""
    years = panel.years(CARE)
    if not years:
        raise UsageError("the panel has no children in care of any council (cla_31mar)")
    counts = np.isfinite(panel.matrix(CARE, panel.councils, years)).sum(axis=0)
    nearly = [y for y, n in zip(years, counts, strict=True) if n >= _NEARLY_ALL * counts.max()]
    return nearly[-1]


def coverage(everyone: Everyone, mark: str) -> Iterator[str]:
    """What the areas hold of England's children in care, and a line for each who is left out."""
    share = everyone.in_care / everyone.england
    yield (
        f"{len(everyone.codes)} areas hold {everyone.in_care:,.0f} of England's "
        f"{everyone.england:,.0f} children in care as published, {share:.2%}.  Left out:"
    )
    for each in everyone.left_out:
        part = f", {each.in_care / everyone.england:.3%}" if each.in_care else ""
        yield f"{mark}{each.name}: {each.in_care:,.0f} in care{part}; {each.why}"
