"""What a user asks for, in words, and what that means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from allocator.calibrate.panel import Panel, find_council
from allocator.calibrate.panel.councils import in_region, matches
from allocator.calibrate.published.everyone import Everyone, everyone, last_whole_year
from allocator.calibrate.published.evidence import STARTER
from allocator.errors import UsageError

REPEAT, ESTIMATED = "repeat", "estimated"
_TARGET: Final = re.compile(r"(?:(?P<year>\d{4})=)?(?P<children>\d+)")


@dataclass(frozen=True)
class Request:
    """Councils by code, the year in whose March the plan starts, and how it is to be made."""

    codes: Sequence[str]
    year: int
    name: str
    title: str = ""
    first_year: str = REPEAT
    target: int | None = None
    target_year: int | None = None
    evidence: Path = STARTER
    workforce: Path | None = None
    shares: Path | None = None
    everyone: Everyone | None = None  # where every council is asked for


def requested(
    panel: Panel,
    councils: Sequence[str],
    region: str | None,
    year: int | None,
    name: str,
    *,
    target: str | None = None,
    evidence: Path | None = None,
    first_year: str = REPEAT,
    workforce: Path | None = None,
    shares: Path | None = None,
    every: bool = False,
) -> Request:
    """The request that the words of the command line stand for.

    Raises UsageError for a council, region, year or target that cannot be found or read.
    """
    if every and (councils or region is not None):
        raise UsageError("--all is every council: leave --council and --region out")
    if not councils and region is None and not every:
        raise UsageError(
            "say which: --council NAME, several times for a group, --region NAME, or --all"
        )
    codes = [find_council(panel, text) for text in councils]
    of_region = in_region(panel, region) if region is not None else []
    at = year or (last_whole_year(panel) if every else _last_year(panel, [*codes, *of_region]))
    country = everyone(panel, at) if every else None
    codes += country.codes if country is not None else ()
    codes += [code for code in of_region if (panel.value("cla_31mar", code, at) or 0) > 0]
    codes = list(dict.fromkeys(codes))
    if not codes:
        raise UsageError(f"--region {region}: no council has children in care published for {at}")
    whole = panel.regions.get(codes[0], "") if of_region and not councils else ""
    several = "England" if every else whole or f"{len(codes)} councils"
    place = panel.names[codes[0]] if len(codes) == 1 else several
    number, by = _target(target)
    return Request(
        codes,
        at,
        name,
        f"{place} from {at}-{(at + 1) % 100:02d}",
        first_year,
        number,
        by,
        evidence or STARTER,
        workforce,
        shares,
        country,
    )


def _last_year(panel: Panel, codes: Sequence[str]) -> int:
    years = panel.years("cla_31mar")
    stock = panel.matrix("cla_31mar", codes, years)
    known = [y for y, column in zip(years, stock.T, strict=True) if (column > 0).any()]
    if not known:
        raise UsageError("the panel has no children in care of these councils (cla_31mar)")
    return known[-1]


def _target(text: str | None) -> tuple[int | None, int | None]:
    if text is None:
        return None, None
    match = _TARGET.fullmatch(text.replace(",", "").strip())
    if match is None:
        raise UsageError(f"--target {text}: write a number of children, or 2030=375")
    return int(match["children"]), int(match["year"]) if match["year"] else None


def named(panel: Panel, text: str) -> list[str]:
    """Codes of the councils whose name holds a text.  Raises UsageError where there is none."""
    codes = matches(panel, text) if text.strip() else list(panel.councils)
    if not codes:
        raise UsageError(f"--list {text}: no council's name holds that")
    return codes
