"""A folder of returns, counted: what the estimates start from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from allocator.calibrate.ssda903.birthdays import ages
from allocator.calibrate.ssda903.cleaning import clean
from allocator.calibrate.ssda903.counting import Tally, tally
from allocator.calibrate.ssda903.reading import (
    day,
    last_day,
    read_births,
    read_episodes,
)
from allocator.calibrate.ssda903.returns import ReturnFile, find_returns, passed_over
from allocator.calibrate.ssda903.rules import Findings
from allocator.calibrate.ssda903.settings import Settings
from allocator.calibrate.ssda903.survey import check_headings, surveyed
from allocator.errors import UsageError
from allocator.progress import Progress, silent

_SURPRISING = 30  # years of returns


@dataclass(frozen=True)
class Observed:
    """What returns say about a council, all of it counts.

    ``edges`` are the last days of the years counted, the first that of the year before them.
    """

    tally: Tally
    findings: Findings
    files: tuple[ReturnFile, ...]
    edges: tuple[date, ...]
    episodes: int  # rows read that stood
    ages: NDArray[np.int64]  # children in care on the last day by age in months
    passed_over: tuple[tuple[str, str], ...] = ()  # files that were not read, and why

    @property
    def base(self) -> date:
        """Day of the opening stocks."""
        return self.edges[-1]

    @property
    def first_year(self) -> int:
        """Financial year that begins the day after the opening stocks, by the year it begins in."""
        return self.base.year - (self.base < date(self.base.year, 3, 31))


def observe(
    folder: Path,
    settings: Settings,
    *,
    start: date | None = None,
    end: date | None = None,
    dates: str | None = None,
    council: str | None = None,
    told: Progress = silent,
) -> Observed:
    """Read, clean and count the returns of a folder; nothing is written.

    ``end`` is the day of the opening stocks [31 March of the last return]; years are counted back
    from it to ``start`` [the beginning of the first return].  ``dates`` is their form [found out],
    ``council`` the one to read where a column names several.  Raises UsageError or InstanceError.
    """
    files = find_returns(folder)
    check_headings(files)
    files = surveyed(files, dates, council)
    findings = Findings()
    episodes = read_episodes(files, settings, findings, told)
    births = read_births(files, findings)
    last = last_day(episodes["year"])
    until = end or last
    if until > last:
        raise UsageError(f"{folder}: the returns end on {last:%d %B %Y}, before {until:%d %B %Y}")
    begin = start or date(int(episodes["year"].min()) - 1, 3, 31)
    edges = _edges(begin, until)
    _refuse_gaps(folder, set(episodes["year"].unique().tolist()), edges)
    told("counting", len(files), len(files) + 1)
    kept, read = episodes[episodes["year"] <= _year_ending(until)], len(episodes)
    del episodes
    care = clean(kept, births, day(until), settings, findings)
    counted = tally(care, [day(edge) for edge in edges], settings)
    there = ages(care, day(until))
    return Observed(
        counted, findings, tuple(files), tuple(edges), read, there, tuple(passed_over(folder))
    )


def _refuse_gaps(folder: Path, years: set[int], edges: list[date]) -> None:
    """Raise UsageError where a year is counted of which there is no return between two others."""
    first = max(_year_ending(edges[0]) + 1, min(years))
    missing = [year for year in range(first, _year_ending(edges[-1])) if year not in years]
    if missing:
        raise UsageError(
            f"{folder}: has no return with episodes for the year ending 31 March "
            f"{', '.join(map(str, missing))}: children who left in it would seem to have left at "
            f"its beginning; add it, or count from its end with --start 31/03/{missing[-1]}"
        )


def _year_ending(until: date) -> int:
    """Year of the 31 March on or after a day."""
    return until.year + (until > date(until.year, 3, 31))


def _edges(begin: date, until: date) -> list[date]:
    """Whole years back from ``until`` to ``begin``, the same day in each."""
    count = until.year - begin.year - ((begin.month, begin.day) > (until.month, until.day))
    if not 1 <= count <= _SURPRISING:
        raise UsageError(
            f"there are {count} whole years from {begin:%d %B %Y} to {until:%d %B %Y}; rates "
            f"need 1 to {_SURPRISING}"
        )
    leap = (until.month, until.day) == (2, 29)
    return [
        until.replace(year=until.year - n, day=28 if leap else until.day)
        for n in range(count, -1, -1)
    ]
