"""The evidence table: effects of services with their grades, and how a council's own follow.

Columns are those of ``effects`` and ``basis``, which says what ``effect``, ``low`` and ``high``
are of:

- ``case``: moves averted per case, as they stand;
- ``share``: moves averted per case, shared by where entrants from ``from`` are placed;
- ``risk``: relative reduction of a case's own risk of entering care, shared in the same way;
- ``elasticity``: % fewer moves ``from``→``to`` for 1% more of the service.

With ``share`` and ``risk`` ``to`` is blank, and children placed with their parents are left out:
they are at home either way.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from allocator.calibrate.published import england as e
from allocator.calibrate.published.flows import Year
from allocator.errors import InstanceError, UsageError
from allocator.instance.problems import Problem, one_of
from allocator.instance.schema import EXIT

STARTER: Final = Path(__file__).with_name("evidence.csv")
COLUMNS: Final = (
    "service", "from", "to", "instead", "lag_years", "basis", "effect", "low", "high", "evidence",
    "source", "note",
)  # fmt: skip
BASES: Final = ("case", "share", "risk", "elasticity")
_NUMBERS: Final = ("lag_years", "effect", "low", "high")


def read_evidence(path: Path, services: Mapping[str, str]) -> list[dict[str, Any]]:
    """Rows of an evidence table; ``services`` maps the services there are to their ``from``.

    Raises UsageError for a file that is none, InstanceError with every cell that is wrong.
    """
    try:
        lines = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
        rows = [{k: (v or "").strip() for k, v in line.items() if k} for line in lines]
    except UnicodeDecodeError:
        raise UsageError(f"{path}: is not UTF-8; save it as CSV UTF-8") from None
    missing = [name for name in COLUMNS[:9] if name not in (lines.fieldnames or ())]
    if missing:
        raise UsageError(
            f"{path}: an evidence table has the columns {', '.join(COLUMNS)}; "
            f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"
        )
    problems: list[Problem] = []
    typed = [_typed(path.name, n, row, services, problems) for n, row in enumerate(rows, 2)]
    if problems:
        raise InstanceError(problems)
    return typed


def _typed(
    file: str,
    number: int,
    row: Mapping[str, str],
    services: Mapping[str, str],
    problems: list[Problem],
) -> dict[str, Any]:
    def bad(column: str, rule: str, remedy: str) -> None:
        problems.append(Problem(file, number, column, row.get(column, ""), rule, remedy))

    cells: dict[str, Any] = dict(row)
    if row["service"] not in services:
        bad("service", "is no service", f"write {one_of(services)}")
    elif row["from"] != services[row["service"]]:
        bad("from", "is not whom the service works with", f"write {services[row['service']]}")
    if row["basis"] not in BASES:
        bad("basis", "is no basis", f"write {one_of(BASES)}")
    whole = row["basis"] in ("share", "risk")
    if whole == bool(row["to"]):
        bad("to", "does not go with the basis", "leave it blank with share and risk, else fill it")
    states = (*e.LABELS, EXIT)
    for column in ("to", "instead"):
        if row[column] and row[column] not in states:
            bad(column, "is no state", f"write {one_of(states)}")
    for column in _NUMBERS:
        try:
            cells[column] = float(
                row[column] or row["effect" if column != "lag_years" else column] or 0
            )
        except ValueError:
            bad(column, "is not a number", "write a number")
    return cells


def effects_of(
    evidence: list[dict[str, Any]], year: Year, baseline: Mapping[str, float]
) -> Iterator[dict[str, Any]]:
    """Rows of ``effects`` for a council: the evidence at its own risks, shared by placement."""
    for row in evidence:
        for to, factor, how in _targets(row, year, baseline):
            if factor <= 0:
                continue
            yield {
                "service": row["service"],
                "from": row["from"],
                "to": to,
                "instead": row["instead"] or None,
                "lag_years": int(row["lag_years"]),
                "effect": round(row["effect"] * factor, 6),
                "low": round(row["low"] * factor, 6),
                "high": round(row["high"] * factor, 6),
                "evidence": row.get("evidence", ""),
                "source": row.get("source", ""),
                "note": "; ".join(filter(None, (how, row.get("note", "")))),
            }


def _targets(
    row: Mapping[str, Any], year: Year, baseline: Mapping[str, float]
) -> Iterator[tuple[str, float, str]]:
    """Where the effect falls, what it is multiplied by, and why."""
    start, basis = row["from"], row["basis"]
    if basis == "case":
        if row["to"] == start or (start, row["to"]) in year.moves:
            yield row["to"], 1.0, ""
        return
    if basis == "elasticity":
        cases = baseline[row["service"]]
        moves = year.moves.get((start, row["to"]), 0.0)
        how = (
            f"{100 * row['effect']:.3g}% for 1% more, of {moves:,.0f} moves and {cases:,.0f} cases"
        )
        yield row["to"], moves / cases if cases > 0 else 0.0, how
        return
    entering = {state: year.moves.get((start, state), 0.0) for state in e.CARE}
    total = sum(entering.values())
    risk = total / max(_seen(year, start), 1e-9) if basis == "risk" else 1.0
    said = f"{100 * row['effect']:.3g}% of a risk of {100 * risk:.3g}%" if basis == "risk" else ""
    for state, number in entering.items():
        if state != e.WITH_PARENTS and total > 0:
            how = "; ".join(filter(None, (said, "shared by where entrants are placed")))
            yield state, risk * number / total, how


def _seen(year: Year, state: str) -> float:
    """Children of a state in the year: plans started, or in need at some point."""
    if state == e.PLAN:
        return year.moves.get((e.NEED, e.PLAN), 0.0)
    return year.opening[state] + year.arrivals.get(state, 0.0)
