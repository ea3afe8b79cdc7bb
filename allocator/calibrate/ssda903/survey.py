"""Returns looked through before they are read: what would be misread is refused, by file and row.

The form of each file's dates is found out, one council's rows are chosen where a column names
several, and identifiers that a spreadsheet has damaged are seen while they can still be told.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.calibrate.ssda903.codes import EPISODES_READ, HEADER_READ
from allocator.calibrate.ssda903.columns import mapped, pieces
from allocator.calibrate.ssda903.dates import (
    DAY_FIRST,
    MISSING,
    MONTH_FIRST,
    UNREADABLE,
    day_of,
    form_of,
)
from allocator.calibrate.ssda903.returns import ReturnFile, headings, plain
from allocator.errors import InstanceError, UsageError
from allocator.instance import Problem
from allocator.instance.problems import one_of

DATES: Final = {"episodes": ("DECOM", "DEC"), "header": ("DOB",)}
_COUNCILS: Final = frozenset(
    {
        "LA",
        "LANAME",
        "LACODE",
        "LEA",
        "LEANAME",
        "LEACODE",
        "LOCALAUTHORITY",
        "LOCALAUTHORITYNAME",
        "LOCALAUTHORITYCODE",
        "AUTHORITY",
        "COUNCIL",
        "COUNCILNAME",
    }
)
_DAMAGED: Final = re.compile(r"\d+(?:[.,]\d+)?E\+\d+|#.*", re.ASCII | re.IGNORECASE)
_SMALL: Final = 0.02  # share of a column's dates that may be unreadable
_FEW: Final = 5  # unreadable dates that are never too many
_TELLING: Final = 5  # cells that tell the form of a file's dates on their own


def check_headings(files: Sequence[ReturnFile]) -> None:
    """Raise InstanceError with every heading that is missing from any file or there twice."""
    problems = []
    for file in files:
        have = Counter(plain(name) for name in headings(file.path))
        for name in EPISODES_READ if file.kind == "episodes" else HEADER_READ:
            if have[name] == 0:
                problems.append(
                    Problem(
                        file.name,
                        1,
                        name,
                        "",
                        "the column is missing",
                        "give the file as the return has it, with this heading in its first row",
                    )
                )
            elif have[name] > 1:
                problems.append(
                    Problem(
                        file.name,
                        1,
                        name,
                        "",
                        f"the heading stands {have[name]} times",
                        "take out the columns that are not the return's, or rename them",
                    )
                )
    if problems:
        raise InstanceError(problems)


@dataclass
class Survey:
    """What one file shows.

    ``unread`` has, by column, cells unreadable either way: their rows and what they hold.
    ``only`` counts the cells that are dates with the day first only, and the month first only.
    """

    file: ReturnFile
    only: dict[bool, int] = field(default_factory=lambda: {False: 0, True: 0})
    unread: dict[str, dict[bool, list[tuple[int, object]]]] = field(default_factory=dict)
    dates: Counter[str] = field(default_factory=Counter)
    damaged: list[int] = field(default_factory=list)
    councils: dict[str, str] = field(default_factory=dict)  # as compared, as written


def surveyed(
    files: Sequence[ReturnFile], dates: str | None = None, council: str | None = None
) -> list[ReturnFile]:
    """The files, each with the form of its dates and the council whose rows are to be read.

    ``dates`` is the form of all, else each file's own is found out.  Raises UsageError where
    several councils are there and none is chosen, InstanceError for identifiers that have lost
    digits and for dates of which more than a few cannot be read.
    """
    chosen = _chosen([_councils(file) for file in files], council)
    files = [replace(file, council=chosen) for file in files]
    seen = [_survey(file) for file in files]
    forms = [dates == MONTH_FIRST] * len(seen) if dates else [_month_first(s, seen) for s in seen]
    problems = [
        problem for each, form in zip(seen, forms, strict=True) for problem in _problems(each, form)
    ]
    if problems:
        raise InstanceError(problems)
    return [replace(file, month_first=form) for file, form in zip(files, forms, strict=True)]


def council_column(file: ReturnFile) -> str | None:
    """The heading, as it is compared, of a column that names councils."""
    heads = (plain(name) for name in headings(file.path))
    return next((each for each in heads if re.sub(r"\W|_", "", each) in _COUNCILS), None)


def rows_of(
    file: ReturnFile, columns: Sequence[str], left_out: list[int]
) -> Iterator[tuple[pd.DataFrame, NDArray[np.int_]]]:
    """The columns of a file in pieces (:func:`.columns.pieces`), of the chosen council only."""
    of = council_column(file) if file.council else None
    for frame, rows in pieces(file.path, [*columns, *([of] if of else [])], left_out):
        if of is None:
            yield frame, rows
            continue
        named = frame[of].cat.categories[
            [_same(each) == file.council for each in frame[of].cat.categories]
        ]
        mine = frame[of].isin(named).to_numpy()
        yield frame[mine], rows[mine]


def _same(name: object) -> str:
    """A council's name as it is compared."""
    return " ".join(str(name).removesuffix(".0").split()).casefold()


def _councils(file: ReturnFile) -> dict[str, str]:
    of = council_column(file)
    if of is None:
        return {}
    texts = (
        str(text).strip().removesuffix(".0")
        for frame, _ in pieces(file.path, [of], [])
        for text in frame[of].cat.categories
    )
    return {_same(text): text for text in texts if text}


def _chosen(by_file: Sequence[dict[str, str]], council: str | None) -> str:
    """The council to be read, as it is compared; nothing where the files name one or none."""
    named = {key: name for each in by_file for key, name in each.items()}
    if council is None and len(named) < 2:
        return ""
    if council is not None and _same(council) in named:
        return _same(council)
    if not named:
        raise UsageError(f"--council {council}: no column of the returns names councils")
    asked = "" if council is None else f"--council {council}: is none of them; "
    raise UsageError(
        f"{asked}the returns are of {len(named)} councils; choose one with --council, "
        f"{one_of(named.values())}"
    )


def _survey(file: ReturnFile) -> Survey:
    survey = Survey(file)
    for frame, rows in rows_of(file, ["CHILD", *DATES[file.kind]], []):
        child = frame["CHILD"].to_numpy(object)
        lost = [isinstance(text, str) and bool(_DAMAGED.fullmatch(text.strip())) for text in child]
        survey.damaged += rows[np.array(lost, bool)].tolist()
        for name in DATES[file.kind]:
            _look(survey, name, frame[name], rows)
    return survey


def _look(survey: Survey, name: str, column: pd.Series, rows: NDArray[np.int_]) -> None:
    """Add what one column of dates shows."""
    days = {
        way: mapped(column, partial(day_of, month_first=way), MISSING, np.int32)
        for way in (False, True)
    }
    bad = {way: days[way] == UNREADABLE for way in days}
    survey.dates[name] += int((days[False] != MISSING).sum())
    unread = survey.unread.setdefault(name, {False: [], True: []})
    texts = column.to_numpy(object)
    for way, mine in bad.items():
        survey.only[way] += int((~mine & bad[not way]).sum())
        at = np.flatnonzero(mine)
        unread[way] += zip(rows[at].tolist(), texts[at].tolist(), strict=True)


def _month_first(file: Survey, seen: Sequence[Survey]) -> bool:
    """Whether a file's dates have the month first: by its own cells, else by those of all."""
    own = file.only[True] - file.only[False]
    if abs(own) >= _TELLING:
        return own > 0
    all_files = {way: sum(each.only[way] for each in seen) for way in (False, True)}
    if min(all_files.values()) > max(_FEW, _SMALL * sum(all_files.values())):
        raise UsageError(
            f"{file.file.name}: its dates may have the day or the month first, and the other files "
            f"have both; say which with --dates, {DAY_FIRST} or {MONTH_FIRST}"
        )
    return all_files[True] > all_files[False]


def _problems(survey: Survey, month_first: bool) -> Iterator[Problem]:
    """Identifiers that have lost digits, and columns of dates that cannot be read."""
    name = survey.file.name
    if survey.damaged:
        yield Problem(
            name,
            survey.damaged[0],
            "CHILD",
            "",
            "the identifier has lost digits in a spreadsheet "
            f"(as 9.99E+99, or an error), as in {len(survey.damaged):,} rows",
            "export the return anew, and keep the column as text if a spreadsheet opens it",
        )
    for column, ways in survey.unread.items():
        unread, dates = ways[month_first], survey.dates[column]
        if len(unread) >= max(_FEW, _SMALL * dates):
            forms = [form_of(str(text).strip()) for _, text in unread]
            (form, _), *_ = Counter(forms).most_common(1)
            row, _ = unread[forms.index(form)]
            told = MONTH_FIRST if month_first else DAY_FIRST
            yield Problem(
                name,
                row,
                column,
                "",
                f"{len(unread):,} of {dates:,} dates cannot be read as "
                f"{told}, the first of them of the form {form}",
                f"write dates as {DAY_FIRST}, or say with --dates what comes first",
            )
