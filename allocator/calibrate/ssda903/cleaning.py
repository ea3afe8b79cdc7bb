"""From episodes as they were returned to each child's care as it was: the rules between rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.calibrate.ssda903.codes import AGED_OUT, PLACEMENTS, ROUTES, TEMPORARY
from allocator.calibrate.ssda903.reading import OPEN, REASONS, leave_out, note
from allocator.calibrate.ssda903.rules import Findings
from allocator.calibrate.ssda903.settings import ADULT, Settings
from allocator.errors import UsageError

ROUTE_NAMES: Final = (*ROUTES, AGED_OUT)
_ROUTE_OF: Final = np.array(  # by position of the reason; X1 and unknown ones are other
    [
        next(
            (n for n, codes in enumerate(ROUTES.values()) if reason in codes),
            ROUTE_NAMES.index("other"),
        )
        for reason in (*REASONS, "")
    ],
    dtype=np.int8,
)
_TEMPORARY: Final = [[*PLACEMENTS].index(code) for code in TEMPORARY]
_OLDEST: Final = 21
_USUAL_AGE: Final = 3650  # days; where no child's date of birth is known
Ints = NDArray[np.int32]


@dataclass(frozen=True)
class Care:
    """Time in care in one category, one element a spell, sorted by child and start.

    ``start`` and ``end`` are days since 1970; a spell covers the days from ``start`` to the one
    before ``end``, and ``end`` lies after the period for one still open.  ``follows`` says that
    the next element goes on where this one ends; ``begins`` that care begins with this one.
    ``route`` is the way out where care ends.
    """

    start: Ints
    end: Ints
    category: NDArray[np.int8]
    route: NDArray[np.int8]
    born: Ints
    follows: NDArray[np.bool_]
    begins: NDArray[np.bool_]


def birthday(born: NDArray[np.integer], age: int) -> Ints:
    """Day on which a child turns ``age``; 1 March for those born on 29 February."""
    dates = born.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    later = (months + 12 * age).astype("datetime64[D]") + (dates - months.astype("datetime64[D]"))
    days: Ints = later.astype(np.int64).astype(np.int32)
    return days


def clean(
    episodes: pd.DataFrame, births: pd.Series, until: int, settings: Settings, findings: Findings
) -> Care:
    """Care as it was up to day ``until``; raises UsageError if no child is left."""
    table = _within_period(episodes, until, findings)
    table = _once(table, findings)
    table = table.assign(born=_born(table, births, settings, findings))
    table = _as_children(table, findings)
    table = leave_out(table, table["start"] == table["end"], "no_length", findings)
    if not len(table):
        raise UsageError("no episode is left to count; see the rules in the guide")
    table = _apart(_ended(table, findings), findings)
    return _joined(table, until, settings, findings)


def _within_period(table: pd.DataFrame, until: int, findings: Findings) -> pd.DataFrame:
    table = leave_out(table, table["start"] > until, "late_start", findings)
    late = (table["end"] > until) & (table["end"] < OPEN)
    note(table, late, "late_end", findings)
    going_on = (table["end"] == until) & (table["reason"] <= 0)
    note(table, going_on, "split_at_end", findings)
    return table.assign(end=table["end"].mask(late | going_on, OPEN))


def _once(table: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """One row for a child's start, sorted by child and start."""
    order = np.lexsort([table[name] for name in ("row", "end", "year", "start", "child")])
    table = table.iloc[order]
    again = table.duplicated(["child", "start"], keep="last").to_numpy()
    same_year = table.duplicated(["child", "start", "year"], keep="last").to_numpy()
    alike = table.duplicated(["child", "start", "year", "end", "place"], keep="last").to_numpy()
    note(table, again & ~same_year, "repeated", findings)
    note(table, same_year & alike, "duplicate", findings)
    note(table, same_year & ~alike, "same_start", findings)
    return table[~again]


def _born(
    table: pd.DataFrame, births: pd.Series, settings: Settings, findings: Findings
) -> NDArray[np.int32]:
    """Date of birth of each row's child: as returned, or by the median age where it is missing."""
    first = ~table.duplicated("child").to_numpy()
    child = np.cumsum(first) - 1
    start, category = table["start"].to_numpy()[first], table["category"].to_numpy()[first]
    place = births.index.get_indexer(pd.Index(table["child"].to_numpy()[first]))
    born = np.where(place >= 0, births.to_numpy()[place] if len(births) else 0, 0).astype(np.int32)
    known = (place >= 0) & (born <= start) & (birthday(born, _OLDEST) > start)
    rows = table[first]
    note(rows, place < 0, "no_birth", findings)
    note(rows, (place >= 0) & ~known, "impossible_birth", findings)
    age = start - born
    usual = np.median(age[known]) if known.any() else _USUAL_AGE
    for number in range(len(settings.categories)):
        here = category == number
        median = np.median(age[known & here]) if (known & here).any() else usual
        born = np.where(here & ~known, start - int(median), born)
    days: NDArray[np.int32] = born[child].astype(np.int32)
    return days


def _as_children(table: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """Episodes up to the 18th birthday."""
    adult = birthday(table["born"].to_numpy(), ADULT)
    table, adult = (
        leave_out(table, table["start"].to_numpy() >= adult, "adult_start", findings),
        adult[table["start"].to_numpy() < adult],
    )
    return table.assign(adult=adult)


def _ended(table: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """Every episode with the end that it had: those left open, and those that became adults."""
    start, end, year = (table[name].to_numpy() for name in ("start", "end", "year"))
    following = _next(table, start, OPEN)
    closing = _after(year)
    opened = end == OPEN
    earlier = opened & (year < year.max())
    left_open = opened & (following < OPEN) & (~earlier | (following <= closing))
    lost = earlier & ~left_open
    note(table, left_open, "left_open", findings)
    note(table, lost & (closing < table["adult"].to_numpy()), "lost", findings)
    end = np.where(left_open, following, np.where(lost, np.maximum(closing, start + 1), end))
    return table.assign(end=end.astype(np.int32))


def _after(years: NDArray[np.integer]) -> NDArray[np.int64]:
    """1 April of each year, as days since 1970: a child in the return was there the day before."""
    dates = (years.astype(np.int64) - 1970).astype("datetime64[Y]").astype("datetime64[M]") + 3
    days: NDArray[np.int64] = dates.astype("datetime64[D]").astype(np.int64)
    return days


def _apart(table: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """Episodes of a child that no longer overlap."""
    child = np.cumsum(~table.duplicated("child").to_numpy()).astype(np.int64)
    reach = np.maximum.accumulate(table["end"].to_numpy() + (child << 32))
    before = np.concatenate([[0], reach[:-1]])
    inside = table["end"].to_numpy() + (child << 32) <= before
    table = leave_out(table, inside, "inside", findings)
    following = _next(table, table["start"].to_numpy(), OPEN)
    over = table["end"].to_numpy() > following
    note(table, over, "overlap", findings)
    return table.assign(end=np.where(over, following, table["end"].to_numpy()))


def _next(table: pd.DataFrame, values: NDArray[np.integer], none: int) -> NDArray[np.integer]:
    """The value of the child's next row, or ``none`` where there is no next."""
    child = table["child"].to_numpy()
    last = np.append(child[1:] != child[:-1], True) if len(child) else np.empty(0, bool)
    return np.where(last, none, np.append(values[1:], none))


def _joined(table: pd.DataFrame, until: int, settings: Settings, findings: Findings) -> Care:
    """Spells in one category each, split episodes joined and the way out told."""
    end, reason = table["end"].to_numpy(), table["reason"].to_numpy()
    adult = table["adult"].to_numpy()
    following = _next(table, table["start"].to_numpy(), OPEN)
    too_old = end > adult
    note(table, too_old & (adult <= until), "adult_end", findings)
    end = np.where(too_old, adult, end)
    follows = (following.astype(np.int64) - end <= 1) & ~too_old
    end = np.where(follows, following, end)
    category = _settled(table, follows, settings, findings)
    ended = ~follows & ~too_old & (end <= until)
    of_age = too_old | (ended & (end >= adult - 1))  # the guide: the day before the birthday
    route = np.where(of_age, ROUTE_NAMES.index(AGED_OUT), _ROUTE_OF[reason]).astype(np.int8)
    note(table, ended & of_age, "of_age", findings)
    early = ended & ~of_age
    note(table, early & (reason == 0), "not_followed", findings)
    note(table, early & ((reason < 0) | (reason == len(REASONS))), "unknown_reason", findings)
    note(table, follows & (reason > 0) & (reason < len(REASONS)), "ended_yet_followed", findings)
    same = follows & (category == np.append(category[1:], -1))
    note(table, same, "split", findings)
    begins = ~np.concatenate([[False], follows[:-1]])
    head, tail = ~np.concatenate([[False], same[:-1]]), ~same
    return Care(
        table["start"].to_numpy()[head].astype(np.int32),
        np.minimum(end[tail], until + 1).astype(np.int32),
        category[head],
        route[tail],
        table["born"].to_numpy()[head],
        follows[tail],
        begins[head],
    )


def _settled(
    table: pd.DataFrame, follows: NDArray[np.bool_], settings: Settings, findings: Findings
) -> NDArray[np.int8]:
    """Category of each episode, a temporary one's being that of the episode that it follows."""
    category = table["category"].to_numpy().copy()
    away = table["place"].isin(_TEMPORARY).to_numpy()
    note(table, away, "temporary", findings)
    category[away] = settings.rest
    for row in np.flatnonzero(away):
        if row and follows[row - 1]:
            category[row] = category[row - 1]
    return category
