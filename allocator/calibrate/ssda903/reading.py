"""The returns as two tables of numbers, with the rules that a row alone decides already applied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.calibrate.ssda903.codes import (
    EPISODES_READ,
    FOLLOWED,
    HEADER_READ,
    LEGAL_STATUS,
    PLACEMENTS,
    PROVIDERS,
    ROUTES,
    SHORT_BREAKS,
)
from allocator.calibrate.ssda903.columns import (
    hashed,
    mapped,
    positions,
)
from allocator.calibrate.ssda903.dates import MISSING, UNREADABLE, day_of
from allocator.calibrate.ssda903.returns import ReturnFile
from allocator.calibrate.ssda903.rules import Findings
from allocator.calibrate.ssda903.settings import Settings
from allocator.calibrate.ssda903.survey import rows_of
from allocator.errors import UsageError
from allocator.progress import Progress

OPEN: Final = np.iinfo(np.int32).max  # the end of an episode that has none
REASONS: Final = (FOLLOWED, *(code for codes in ROUTES.values() for code in codes))
_BEGUN: Final = 0.2
_EPOCH: Final = date(1970, 1, 1)
_BREAKS: Final = [LEGAL_STATUS.index(code) for code in SHORT_BREAKS]


def day(of: date) -> int:
    """A date as days since 1970."""
    return (of - _EPOCH).days


def read_episodes(
    files: Sequence[ReturnFile], settings: Settings, findings: Findings, told: Progress
) -> pd.DataFrame:
    """Episodes of all returns, one row each.

    Columns: ``child`` (hash), ``start`` and ``end`` (days since 1970, OPEN without an end),
    ``place``, ``reason`` (positions in the code sets), ``category``, ``year`` of the return,
    ``file`` (position in ``files``) and ``row``.  Raises UsageError if none is left.
    """
    parts = []
    for number, file in _of_kind(files, "episodes"):
        told(f"reading {file.name}", number, len(files))
        left_out: list[int] = []
        returns = [
            _episodes(frame, rows, (number, file), settings, findings)
            for frame, rows in rows_of(file, EPISODES_READ, left_out)
        ]
        findings.note("row_too_long", np.full(len(left_out), number), np.array(left_out, int))
        if returns:
            together = pd.concat(returns, ignore_index=True)
            parts.append(together.assign(year=np.int16(_year_of(file, together["start"]))))
    episodes = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    if not len(episodes):
        raise UsageError("no file has an episode that can be read; see the rules in the guide")
    _refuse_strangers(files, episodes)
    return episodes


def _refuse_strangers(files: Sequence[ReturnFile], episodes: pd.DataFrame) -> None:
    """Raise UsageError where two files of one year hold other children: two councils' returns."""
    alone = episodes[["year", "file", "child"]].drop_duplicates()
    for year, mine in alone.groupby("year"):
        (first, *others) = (set(part["child"]) for _, part in mine.groupby("file"))
        if any(2 * len(first & other) < min(len(first), len(other)) for other in others):
            names = ", ".join(files[number].name for number in sorted(mine["file"].unique()))
            raise UsageError(
                f"{names}: are returns of one year, {year}, with other children in each; give the "
                "folder of one council, or put the parts of one return into one file"
            )


def _of_kind(files: Sequence[ReturnFile], kind: str) -> Iterator[tuple[int, ReturnFile]]:
    return ((number, file) for number, file in enumerate(files) if file.kind == kind)


def _episodes(
    frame: pd.DataFrame,
    rows: NDArray[np.int_],
    of: tuple[int, ReturnFile],
    settings: Settings,
    findings: Findings,
) -> pd.DataFrame:
    """Episodes of a piece that stand: short breaks, and rows without child or start, left out."""
    file, source = of
    child = hashed(frame["CHILD"])
    start, end = (_days(frame[name], source) for name in ("DECOM", "DEC"))
    status = mapped(frame["LS"], positions(LEGAL_STATUS), -1, np.int8)
    place = mapped(frame["PLACE"], positions([*PLACEMENTS]), len(PLACEMENTS), np.int8)
    provider = mapped(frame["PLACE_PROVIDER"], positions([*PROVIDERS]), len(PROVIDERS), np.int8)
    reason = mapped(frame["REC"], positions(REASONS), -1, np.int8)
    stands = (child != 0) | (start != MISSING) | frame["PLACE"].notna().to_numpy()

    def apply(rule: str, where: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Note the rows that still stand and to which the rule applies; whether it does not."""
        matching = rows[where & stands]
        findings.note(rule, np.full(len(matching), file), matching)
        return ~where

    stands &= apply("no_child", child == 0)
    stands &= apply("no_start", start <= UNREADABLE)
    stands &= apply("short_break", np.isin(status, _BREAKS))
    apply("bad_end", end == UNREADABLE)
    end = np.where(end > UNREADABLE, end, OPEN)
    stands &= apply("end_before_start", end < start)
    apply("unknown_status", (status < 0) | (status == len(LEGAL_STATUS)))
    apply("unknown_placement", place == len(PLACEMENTS))
    apply("unknown_provider", settings.needs_provider[place] & (provider == len(PROVIDERS)))
    columns = {
        "child": child,
        "start": start,
        "end": end.astype(np.int32),
        "place": place,
        "reason": reason,
        "file": np.full(len(rows), file, np.int16),
        "row": rows.astype(np.int32),
        "category": settings.category_of[place, provider],
    }
    return pd.DataFrame({name: values[stands] for name, values in columns.items()})


def _days(column: pd.Series, file: ReturnFile) -> NDArray[np.integer]:
    return mapped(column, partial(day_of, month_first=file.month_first), MISSING, np.int32)


def leave_out(
    table: pd.DataFrame, which: pd.Series | NDArray[np.bool_], rule: str, findings: Findings
) -> pd.DataFrame:
    """The table without the rows that a rule leaves out, which are noted."""
    if not which.any():
        return table
    note(table, which, rule, findings)
    return table[~which]


def note(
    table: pd.DataFrame, which: pd.Series | NDArray[np.bool_], rule: str, findings: Findings
) -> None:
    """Note the rows to which a rule applies."""
    if which.any():
        chosen = table[which]
        findings.note(rule, chosen["file"].to_numpy(), chosen["row"].to_numpy())


def _year_of(file: ReturnFile, starts: pd.Series) -> int:
    """Year ending March of a return: that of its name, or the next where that is its beginning.

    It is where a fifth of all starts, and more than one, lie after 31 March of the year named.
    Without a year in the name, it is the first year that holds ninety-nine of a hundred starts.
    """
    if file.year:
        after = starts > day(date(file.year, 3, 31))
        return file.year + bool(after.sum() > 1 and after.mean() > _BEGUN)
    if not len(starts):
        return 0
    latest = np.datetime64(int(np.quantile(starts.to_numpy(), 0.99, method="higher")), "D")
    moment = latest.astype(date)
    return int(moment.year + (moment > date(moment.year, 3, 31)))


def read_births(files: Sequence[ReturnFile], findings: Findings) -> pd.Series:
    """Date of birth (days since 1970) by child (hash); children without one are not in it.

    Where returns differ the latest one holds.  ``files`` are in the order of their years.
    """
    parts = []
    for number, file in _of_kind(files, "header"):
        left_out: list[int] = []
        for frame, rows in rows_of(file, HEADER_READ, left_out):
            child, born = hashed(frame["CHILD"]), _days(frame["DOB"], file)
            table = pd.DataFrame({"child": child, "born": born}).assign(
                file=np.int16(number), row=rows.astype(np.int32)
            )
            parts.append(table[(table["child"] != 0) & (table["born"] > UNREADABLE)])
        findings.note("row_too_long", np.full(len(left_out), number), np.array(left_out, int))
    births = pd.concat(parts, ignore_index=True).drop_duplicates(["child", "born"], keep="last")
    again = births.duplicated("child", keep="last")
    note(births, again, "two_births", findings)
    return births[~again].set_index("child")["born"]


def last_day(years: pd.Series) -> date:
    """31 March of the latest return."""
    return date(int(years.max()), 3, 31)
