"""Social workers of a council, from the Department's children's social work workforce table.

The table is of 30 September.  A role is of those who hold cases: salaries are in the unit costs
of the states already, so that a post costs nothing more and an agency its premium alone; the
premium of the agency staff there are is taken out of the unit costs (:func:`premium`).
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from allocator.calibrate.published.account import PublishedAccount
from allocator.calibrate.published.flows import STATES
from allocator.errors import UsageError

ROLE: Final = "social_worker"
PREMIUM: Final = 26_000  # £ a year of agency staff over those in post
TRAINING: Final = 0.5  # years before a new starter carries work; assumption
_PLACE: Final = (
    "time_period",
    "geographic_level",
    "region_name",
    "old_la_code",
    "new_la_code",
    "la_name",
)
_FIGURES: Final = (
    "inpost_fte",
    "starters_fte",
    "turnover_rate_fte",
    "agency_rate_fte",
    "case_holders_fte",
    "caseload_fte",
)
_CENSUS: Final = "DfE children's social work workforce, 30 September {year}"

Line = dict[str, Any]


@dataclass(frozen=True)
class Workforce:
    """Rows of the table, each of a council, a region or England in a year; None: not published."""

    lines: tuple[Line, ...]

    def of(self, account: PublishedAccount) -> tuple[list[Line], str]:
        """The council's lines up to the September before the plan, the latest last, and whose.

        Those of its region, or of England, where none of its own is complete.
        """
        for whose in ("", account.region, "England"):
            lines = [
                line
                for line in self.lines
                if line["year"] < account.year and _is_of(line, account, whose) and _is_whole(line)
            ]
            if lines:
                return sorted(lines, key=lambda line: int(line["year"])), whose
        raise UsageError(
            f"--workforce: has no line of {account.name}, its region or England before "
            f"March {account.year}"
        )


def read_workforce(path: Path) -> Workforce:
    """The table; UsageError for a file that is none."""
    try:
        lines = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    except UnicodeDecodeError:
        raise UsageError(f"{path}: is not UTF-8; save it as CSV UTF-8") from None
    heading = lines[0] if lines else {}
    missing = [name for name in (*_PLACE, *_FIGURES) if name not in heading]
    if missing:
        raise UsageError(
            f"{path}: is not the workforce table; it lacks the columns {', '.join(missing)}"
        )
    return Workforce(tuple(map(_typed, lines)))


def _typed(line: Mapping[str, str | None]) -> Line:
    text = {name: (line[name] or "").strip() for name in (*_PLACE, *_FIGURES)}
    year = text["time_period"][:4]
    numbers = {name: _number(text[name]) for name in _FIGURES}
    return {**text, **numbers, "year": int(year) if year.isdigit() else 9999}


def _number(cell: str) -> float | None:
    """None for what is not published (x, z, c), 0 for what is published as low."""
    if cell == "low":
        return 0.0
    try:
        return float(cell.replace(",", ""))
    except ValueError:
        return None


def _is_of(line: Line, account: PublishedAccount, whose: str) -> bool:
    """Whether a line is the council's own, its region's or England's."""
    if not whose:
        own = account.code in (line["old_la_code"], line["new_la_code"])
        return own or line["la_name"].casefold() == account.name.casefold()
    if whose == account.region:
        return bool(line["geographic_level"] == "Regional" and line["region_name"] == whose)
    return bool(line["geographic_level"] == "National")


def _is_whole(line: Line) -> bool:
    return all(line[name] is not None for name in _FIGURES) and line["caseload_fte"] > 0


def staff_rows(account: PublishedAccount, workforce: Workforce) -> dict[str, list[Line]]:
    """Rows of ``roles`` and ``workloads`` of a council.

    Those with cases now carry the children there are, at the published caseload or more, less what
    those who have just started do not.  As many are hired as leave: were it more, a plan would save
    the agency's premium that doing nothing goes on to pay.  The agency's share is at most that of
    the highest year since the table begins.
    """
    lines, whose = workforce.of(account)
    latest = lines[-1]
    children = sum(account.stock[state] for state in STATES)
    holders = _holders(account, latest, whose)
    agency = latest["agency_rate_fte"] / 100
    posts = holders * (1 - agency)
    new = posts * latest["turnover_rate_fte"] / 100 * TRAINING
    caseload = max(latest["caseload_fte"], children / (holders - new))
    census = _CENSUS.format(year=latest["year"]) + (f", {whose}" if whose else "")
    hires = latest["turnover_rate_fte"] / 100 * posts
    most = max(line["agency_rate_fte"] for line in lines) / 100
    role = {
        "role": ROLE,
        "label": "Social workers with cases",
        "opening": round(posts, 1),
        "leaving_rate": round(latest["turnover_rate_fte"] / 100, 4),
        "hires_per_year": round(hires, 1),
        "training_years": TRAINING,
        "agency_cost": PREMIUM,
        "agency_share": math.ceil(most * 1000 - 1e-9) / 1000,
        "agency_opening": round(holders * agency, 1),
        "source": f"{census}; Independent Review of Children's Social Care 2022 (agency premium); "
        "assumption (training, limits)",
        "note": "in post with cases; salaries are in the unit costs of the states, the premium of "
        "the agency staff at the start is not; as many hired as leave, a share from an agency at "
        f"most that of the highest year from {lines[0]['year']}",
    }
    return {"roles": [role], "workloads": [*_workloads(account, caseload, latest, census)]}


def premium(account: PublishedAccount, workforce: Workforce) -> float:
    """What the agency staff with cases cost above those in post, £ a year: in the outturn too."""
    lines, whose = workforce.of(account)
    latest = lines[-1]
    return PREMIUM * float(_holders(account, latest, whose) * latest["agency_rate_fte"] / 100)


def _holders(account: PublishedAccount, latest: Line, whose: str) -> float:
    """FTE with cases, from an agency too; of a region's figures as many as its caseload takes."""
    if not whose:
        return float(latest["case_holders_fte"])
    return sum(account.stock[state] for state in STATES) / float(latest["caseload_fte"])


def _workloads(
    account: PublishedAccount, caseload: float, latest: Line, census: str
) -> Iterator[Line]:
    up = math.ceil(caseload * 100 - 1e-9) / 100  # so that those in post carry all there are
    note = f"published: {latest['caseload_fte']:g} cases per case holder; the same for every child"
    if up > latest["caseload_fte"] + 0.01:
        note += "; here the children at the start over those who hold cases and are not new"
    for state in STATES:
        if account.stock[state] > 0:
            yield {
                "role": ROLE,
                "item": state,
                "caseload": up,
                "source": f"{census}; assumption",
                "note": note,
            }
