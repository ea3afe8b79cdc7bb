"""An instance of many authorities: England's 151 from the published panel, or as many at random.

Each authority follows one of the twelve of ``north-east-2025`` in turn (its states, moves,
services and effects), scaled to its own number of children in care, with its own unit costs
and its own rate of entry to care.  It is made to be of the right size and shape for timing.
It plans nothing.

    python -m benchmarks.country FOLDER [--areas 151] [--periods 4] [--kind reached]
        [--timing period|continuous] [--data ../shared/data]
"""

from __future__ import annotations

import argparse
import csv
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from allocator.instance import Instance, Row, read
from allocator.instance.writing import write
from allocator.simulate import baseline
from benchmarks.kinds import KINDS, Hardness, Kind

ROOT = Path(__file__).parent.parent
DATA = ROOT.parent / "shared" / "data"
PANEL = "la_panel_lait_2016_2025.csv"
PATTERNS = {
    "period": ROOT / "benchmarks" / "period" / "north-east-2025",
    "continuous": ROOT / "instances" / "north-east-2025",
}
AUTHORITIES = 151
_NOT_COUNTED = {"City of London", "Isles of Scilly", "Cumbria"}  # too small for the tables; gone
_SIZED = {  # what grows with the authority, by table
    "areas": ("children",), "states": ("opening",), "arrivals": ("children",),
    "services": ("baseline", "growth_per_year", "minimum", "maximum"), "budgets": ("amount",),
    "roles": ("opening", "hires_per_year", "agency_opening"),
}  # fmt: skip
_PRICED = {"states": ("unit_cost",), "services": ("unit_cost", "setup_cost", "exit_cost")}


@dataclass(frozen=True)
class Authority:
    """What sets one authority apart."""

    name: str
    in_care: float  # children at the end of the year
    entry: float  # children starting to be looked after in the year, per child in care
    unit_cost: float  # £ per child in care per week


def authorities(data: Path | None, count: int = AUTHORITIES) -> list[Authority]:
    """The published panel's authorities, or random ones where there is no panel at ``data``."""
    file = data / PANEL if data else None
    found = _published(file) if file is not None and file.exists() else _random()
    return [authority for authority, _ in zip(found, range(count), strict=False)]


def _published(file: Path) -> Iterator[Authority]:
    """Authorities of today, with the latest figure of each kind."""
    latest: dict[str, dict[str, str]] = {}
    with file.open(encoding="utf-8", newline="") as lines:
        for row in sorted(csv.DictReader(lines), key=lambda row: int(row["fy_end"])):
            if row["region"] and "(Pre LG)" not in row["area"]:
                known = latest.setdefault(row["area"], {})
                known.update({name: cell for name, cell in row.items() if cell})
    for area, row in latest.items():
        if area not in _NOT_COUNTED and "cla_started" in row:
            in_care = float(row["cla_31mar"])
            cost = float(row.get("unitcost_cla_gbp_per_week", "1900"))
            yield Authority(_slug(area), in_care, float(row["cla_started"]) / in_care, cost)


def _random(seed: int = 1) -> Iterator[Authority]:
    """Authorities of the sizes that England's have, without end."""
    random = Random(seed)
    for number in cycle([None]):
        del number
        yield Authority(
            f"council_{random.getrandbits(32):08x}",
            random.lognormvariate(math.log(450), 0.6),
            random.uniform(0.3, 0.5),
            random.uniform(1500, 2500),
        )


def country(
    areas: int = AUTHORITIES,
    periods_per_year: int = 4,
    data: Path | None = DATA,
    kind: Kind = KINDS["slack"],
    timing: str = "period",
) -> Instance:
    """An instance of so many authorities over ten years; ``timing`` is of rates, as in TOML."""
    pattern = read(PATTERNS[timing])
    chosen = authorities(data, areas)
    ours = list(zip(chosen, cycle(pattern.areas), strict=False))
    tables = {
        name: tuple(_rows(pattern, name, ours)) for name in pattern.tables if name != "targets"
    }
    draft = replace(
        pattern,
        name=f"areas-{areas}",
        title=f"{areas} authorities",
        tables=tables,
        periods_per_year=periods_per_year,
        remarks={},
    )
    return _with_money(draft, kind.hardness[timing])


def _rows(pattern: Instance, table: str, ours: Sequence[tuple[Authority, str]]) -> Iterator[Row]:
    """Rows of the pattern for each authority; rows for every area once."""
    for row in pattern.tables[table]:
        if row["area"] is None:
            scale = sum(a.in_care for a, _ in ours) / _in_care(pattern)
            yield _scaled(row, dict.fromkeys(_SIZED.get(table, ()), scale), {})
    mean_cost = sum(a.unit_cost for a, _ in ours) / len(ours)
    mean_entry = sum(a.entry for a, _ in ours) / len(ours)
    for authority, like in ours:
        size = authority.in_care / _in_care(pattern, like)
        cost = min(max(authority.unit_cost / mean_cost, 0.8), 1.25)
        entry = min(max(authority.entry / mean_entry, 0.9), 1.1)
        factors = dict.fromkeys(_SIZED.get(table, ()), size)
        factors |= dict.fromkeys(_PRICED.get(table, ()), cost)
        for row in pattern.tables[table]:
            if row["area"] == like:
                into_care = table == "transitions" and row["from"] in ("need", "plan")
                if into_care and row["to"] not in ("need", "plan", "exit"):
                    factors["rate"] = entry
                else:
                    factors.pop("rate", None)
                named = {"area": authority.name}
                named |= {"label": authority.name} if table == "areas" else {}
                yield _scaled(row, factors, named)


def _in_care(pattern: Instance, area: str | None = None) -> float:
    return sum(
        state.opening
        for (a, _), state in pattern.resolved.states.items()
        if state.in_care and area in (None, a)
    )


def _scaled(row: Row, factors: dict[str, float], changed: dict[str, str]) -> Row:
    values: dict[str, Any] = {k: v for k, v in row.values.items() if k not in ("source", "note")}
    values |= {name: values[name] * f for name, f in factors.items() if values.get(name)}
    values |= {name: value for name, value in changed.items() if name in values}
    return replace(row, values=values)


def _with_money(draft: Instance, hardness: Hardness) -> Instance:
    """Core budgets near what the baseline costs, and a target below its children."""
    unchanged = baseline(draft)
    shares = np.linspace(*hardness.core, draft.years)
    core = [
        Row("budgets", 0, "", {"fund": "core", "area": a, "year": y, "amount": float(amount)})
        for a in draft.areas
        for y, amount in zip(
            draft.horizon,
            sum(spend for (area, _), spend in unchanged.spend.items() if area == a) * shares,
            strict=True,
        )
    ]
    others = [row for row in draft.tables["budgets"] if row["fund"] != "core"]
    year = draft.first_year + 5
    in_care = sum(path[year - draft.first_year] for path in unchanged.children_in_care.values())
    children = round(float(in_care) * hardness.target)
    target = Row("targets", 0, "", {"year": year, "children": children})
    return replace(
        draft, tables={**draft.tables, "budgets": (*others, *core), "targets": (target,)}
    )


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def main() -> None:
    """Write the instance as a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--areas", type=int, default=AUTHORITIES)
    parser.add_argument("--periods", type=int, default=4, help="per year: 1, 2, 4 or 12")
    parser.add_argument("--kind", choices=KINDS, default="slack")
    parser.add_argument("--timing", choices=PATTERNS, default="period")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the published panel")
    chosen = parser.parse_args()
    write(
        country(chosen.areas, chosen.periods, chosen.data, KINDS[chosen.kind], chosen.timing),
        chosen.folder,
        force=True,
    )


if __name__ == "__main__":
    main()
