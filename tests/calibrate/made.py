"""Made-up published tables: councils whose numbers wander, written as the Department would."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

REGIONS = ("North", "Middle", "South")
YEARS = range(2012, 2023)
SHARED = Path(__file__).parents[3] / "shared" / "data"


def councils(number: int) -> list[str]:
    return [f"Made {n:03d}" for n in range(number - 2)] + ["Saint Mary & Hill", "Stone-on-Sea"]


def rows_of(number: int = 60, seed: int = 7, drift: float = 0.06) -> list[dict[str, object]]:
    """A row per council and year, as the panel of the interactive tool has it."""
    rng = np.random.default_rng(seed)
    found: list[dict[str, object]] = []
    for n, name in enumerate(councils(number)):
        children = float(rng.integers(20_000, 150_000))
        stock, exits = round(children * rng.uniform(0.004, 0.011)), 0.37
        level = stock * exits
        for year in YEARS:
            level *= float(np.exp(rng.normal(0, drift)))
            started, ceased = int(rng.poisson(level)), int(rng.binomial(stock, 1 - np.exp(-exits)))
            stock = max(stock + started - ceased, 5)
            found.append({
                "la_code": 300 + n, "area": name, "region": REGIONS[n % 3], "fy_end": year,
                "cla_31mar": stock, "cla_rate_per10k": round(stock / children * 1e4, 1),
                "cla_started": started, "cla_ceased": ceased, "uasc_31mar": round(0.06 * stock),
                "cin_rate_per10k": 330, "cpp_31mar": round(children * 0.004),
                "care_applications_per10k": 9.0,
                "unitcost_fostering_gbp_per_week": 700, "unitcost_residential_gbp_per_week": 6500,
                "s251_surestart_early_years": round(children * 48),
                "s251_cla": stock * 95_000, "s251_safeguarding": round(children * 290),
                "s251_family_support": round(children * 150),
                "s251_young_people": round(children * 37),
            })  # fmt: skip
    return found


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    """Rows as a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def placements(
    name: str, code: int, year: int, cells: dict[str, object]
) -> list[dict[str, object]]:
    """Rows of the table of children looked after by placement."""
    return [
        {"level": "Local authority", "area": name, "la_code": f"{code}.0", "fy_end": year,
         "group": "Placement", "characteristic": what, "number": number}
        for what, number in cells.items()
    ]  # fmt: skip
