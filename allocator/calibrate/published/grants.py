"""Councils' shares of England's grants: by rule, by an assumption, or from a file of the real ones.

The prevention grant goes by a needs formula whose shares are not published with the tables: half
by children in need and half by children in poverty stands in for it.  The transformation fund goes
in equal parts, with none to the ten pathfinders, which were paid before.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from allocator.calibrate.panel import Panel
from allocator.calibrate.panel.councils import matches, plain
from allocator.calibrate.published import england as e
from allocator.calibrate.published.figures import PublishedFigures
from allocator.errors import InstanceError, UsageError
from allocator.instance.problems import Problem

PREVENTION, TRANSFORMATION = "prevention_grant", "transformation"
_FUNDS: Final = (PREVENTION, TRANSFORMATION)
_COUNCIL: Final = "council"
_HOW: Final = {
    PREVENTION: "assumption: its share is half by children in need, half by children in poverty",
    TRANSFORMATION: "assumption: equal parts, none to the ten pathfinders",
}


@dataclass(frozen=True)
class GrantShares:
    """A council's share of England's amount by fund, 0 to 1, and for each where that is from."""

    share: Mapping[str, float]
    how: Mapping[str, str]


SharesByFund = Mapping[str, Mapping[str, float]]  # by fund, then by code: shares of a file


def grant_shares(figures: PublishedFigures, told: SharesByFund, file: str = "") -> GrantShares:
    """A council's shares: those of a file where it has the fund, else as the module says.

    Raises UsageError where the file has the fund and not the council.
    """
    rules = {PREVENTION: _by_need, TRANSFORMATION: _equal}
    share, how = {}, {}
    for fund, rule in rules.items():
        if fund not in told:
            share[fund], how[fund] = rule(figures), _HOW[fund]
            continue
        if figures.code not in told[fund]:
            name = figures.panel.names[figures.code]
            raise UsageError(f"--shares {file}: has no {fund} of {name}; add its row")
        share[fund], how[fund] = told[fund][figures.code], f"shares of {file}"
    return GrantShares(share, how)


def _by_need(figures: PublishedFigures) -> float:
    """Half the share of England's children in need, half that of its children in poverty."""
    nation = PublishedFigures(figures.panel, figures.panel.nation or "", figures.year)
    children = nation.published("child_pop_0_17") or float(e.CHILDREN)
    rate = nation.published("child_poverty_pct") or e.RATIOS["child_poverty_pct", ""]
    of_need = e.RATIOS["cin_31mar", "child_pop_0_17"] * children
    in_need = figures.get("cin_31mar", "child_pop_0_17").value
    poor = figures.get("child_poverty_pct").value * figures.children().value
    return in_need / (nation.published("cin_31mar") or of_need) / 2 + poor / (rate * children) / 2


def _equal(figures: PublishedFigures) -> float:
    """One part among England's councils, or none for a pathfinder."""
    if plain(figures.panel.names[figures.code]) in e.PATHFINDERS:
        return 0.0
    return 1.0 / (e.COUNCILS - len(e.PATHFINDERS))


def read_shares(path: Path | None, panel: Panel) -> SharesByFund:
    """The shares of a CSV file by fund and code; nothing without a file.

    A column ``council``, and one for each fund whose shares it gives, of England's amount, 0 to 1.
    Raises UsageError where the columns are others, InstanceError with every cell that cannot be.
    """
    if path is None:
        return {}
    try:
        table = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
    except UnicodeDecodeError:
        raise UsageError(f"{path}: is not UTF-8; save it as CSV UTF-8") from None
    heads = list(table.fieldnames or ())
    funds = [name for name in heads if name in _FUNDS]
    if _COUNCIL not in heads or not funds:
        raise UsageError(
            f"{path}: is no table of shares; give it the columns council and {' or '.join(_FUNDS)}"
        )
    by_fund: dict[str, dict[str, float]] = {fund: {} for fund in funds}
    problems: list[Problem] = []
    for number, row in enumerate(table, 2):
        problems += _read(path.name, number, row, panel, by_fund)
    problems += _too_much(path.name, by_fund)
    if problems:
        raise InstanceError(problems)
    return by_fund


def _read(
    file: str,
    number: int,
    row: Mapping[str, str | None],
    panel: Panel,
    by_fund: Mapping[str, dict[str, float]],
) -> Iterator[Problem]:
    name = (row[_COUNCIL] or "").strip()
    codes = matches(panel, name)
    if len(codes) != 1:
        fault = "could be several councils" if codes else "is no council of the tables"
        yield Problem(file, number, _COUNCIL, name, fault, "write its name as the tables do")
        return
    for fund, shares in by_fund.items():
        cell = (row[fund] or "").strip()
        try:
            share = float(cell)
        except ValueError:
            share = -1.0
        if not 0.0 <= share <= 1.0:
            fault = "is not a share of England's amount"
            yield Problem(file, number, fund, cell, fault, "write a number from 0 to 1")
        elif codes[0] in shares:
            yield Problem(file, number, _COUNCIL, name, "is there twice", "leave one out")
        shares[codes[0]] = share


def _too_much(file: str, by_fund: Mapping[str, Mapping[str, float]]) -> Iterator[Problem]:
    for fund, shares in by_fund.items():
        if (total := sum(shares.values())) > 1.001:
            fault = "is more than the whole when added up"
            yield Problem(file, None, fund, f"{total:.6g}", fault, "give shares of England's total")
