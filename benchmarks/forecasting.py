"""Forecasts from the same synthetic returns, ours and cs-demand-model's, against the known truth.

The truth is the mean of many futures, drawn from the rates that made the returns, of the children
who were in care on the last day and of those who enter later.

    python -m benchmarks.forecasting FOLDER CONFIG     our forecast, as JSON
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import Any

from benchmarks import measure
from benchmarks.record import Aim
from benchmarks.returns903 import (
    CLEAN,
    YEAR,
    Child,
    World,
    go_on,
    multiply,
    simulate,
    write_returns,
)

PEER = "cs-demand-model==0.5.1"
WORKER = Path(__file__).parent / "by_cs_demand_model.py"
YEARS, AHEAD = 5, 3
BASE, LAST = "2025-03-31", 2025
REST = "OTHER"
OURS = {  # the peer's category by the beginning of our states' names, in either configuration
    "kinship": "FOSTERING", "foster_in_house": "FOSTERING", "foster_agency": "FOSTERING",
    "fostering": "FOSTERING", "residential": "RESIDENTIAL", "supported": "SUPPORTED",
}  # fmt: skip
SAME, THEIRS = "allocator, its categories", "cs-demand-model, all years, daily"
Stocks = list[dict[str, float]]  # a year: category -> children


def truth(world: World, children: Sequence[Child], futures: int, seed: int) -> Stocks:
    """Expected children by category at the end of each year ahead."""
    rng = random.Random(seed)
    now = (world.burn_in + YEARS) * YEAR
    there = [
        (child.born, spell.category)
        for child in children
        for spell in child.spells
        if spell.start <= now < spell.end
    ]
    totals: Stocks = [{} for _ in range(AHEAD)]
    for future in range(futures):
        after = simulate(World(world.entries, 0, world.rates), AHEAD, seed * 1000 + future)
        for child in after:
            _count(child, 0.0, totals)
        for born, category in there:
            child = Child(born)
            go_on(child, category, now, world, rng)
            _count(child, now, totals)
    return [{k: n / futures for k, n in year.items()} for year in totals]


def _count(child: Child, now: float, totals: Stocks) -> None:
    for year, told in enumerate(totals, start=1):
        at = now + year * YEAR
        for spell in child.spells:
            if spell.start <= at < spell.end:
                _add(told, OURS.get(spell.category, REST), 1)


def _add(told: dict[str, float], name: str, count: float) -> None:
    told[name] = told.get(name, 0.0) + count


def ours(folder: str, config: str) -> dict[str, Any]:
    """Our forecast of a folder of returns: calibrate, then the baseline of the instance."""
    begun = time.perf_counter()
    from dataclasses import replace

    import scipy.linalg  # loaded late elsewhere
    import scipy.special  # noqa: F401

    from allocator.calibrate.ssda903.calibrating import calibrate
    from allocator.calibrate.ssda903.settings import read_settings
    from allocator.simulate import baseline

    loaded, used = time.perf_counter(), time.process_time()
    found = calibrate(Path(folder), replace(read_settings(config), years=AHEAD), name="made-up")
    instance = found.instance
    path = baseline(instance).children[instance.periods_per_year :: instance.periods_per_year]
    states = instance.resolved.states
    stocks: Stocks = []
    for row in path:
        told: dict[str, float] = {}
        for ((_, name), state), count in zip(states.items(), row.tolist(), strict=True):
            if state.in_care:
                _add(told, next((v for k, v in OURS.items() if name.startswith(k)), REST), count)
        stocks.append(told)
    return {
        "stocks": stocks, "opening": float(found.tally.opening.sum()), "imports": loaded - begun,
        "seconds": time.perf_counter() - loaded, "cpu": time.process_time() - used,
        "episodes": found.observed.episodes,
    }  # fmt: skip


def environment(place: Path) -> Path | None:
    """An environment of its own with the peer in it; None where it cannot be installed."""
    python = place / "bin" / "python"
    if not python.exists():
        venv.create(place, with_pip=True)
    done = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", PEER], capture_output=True, check=False
    )
    return python if done.returncode == 0 else None


def error(found: Stocks, known: Stocks, year: int) -> tuple[float, float]:
    """Error of the total, and of the categories together, as shares of the true total."""
    theirs, right = _in_care(found[year - 1]), known[year - 1]
    total = sum(right.values())
    apart = sum(abs(theirs.get(k, 0.0) - right.get(k, 0.0)) for k in {*theirs, *right})
    return abs(sum(theirs.values()) - total) / total, apart / total


def _in_care(stock: Mapping[str, float]) -> dict[str, float]:
    return {k: n for k, n in stock.items() if k != "NOT_IN_CARE"}


def runs(peer: Path | None) -> dict[str, Callable[[Path], measure.Run]]:
    """Each forecast of a folder, in a process of its own."""
    days = str(round(AHEAD * YEAR))

    def allocator(config: str, folder: Path) -> measure.Run:
        return measure.run("-m", "benchmarks.forecasting", folder, config)

    def theirs(python: Path, start: str, step: str, folder: Path) -> measure.Run:
        return measure.run(WORKER, folder, start, BASE, days, step, interpreter=python)

    found: dict[str, Callable[[Path], measure.Run]] = {
        SAME: partial(allocator, "cs-demand-model"),
        "allocator, default configuration": partial(allocator, "default"),
    }
    if peer is not None:
        found[THEIRS] = partial(theirs, peer, f"{LAST - YEARS}-04-01", "1")
        found["cs-demand-model, all years, 30 days a step"] = partial(
            theirs, peer, f"{LAST - YEARS}-04-01", "30"
        )
        found["cs-demand-model, last half year, 30 days a step"] = partial(
            theirs, peer, f"{LAST - 1}-09-30", "30"
        )
    return found


def compare(
    place: Path, peer: Path | None, sizes: Mapping[float, int], futures: int
) -> tuple[str, list[Aim]]:
    """Tables of error, time and memory, and aims; ``sizes`` is sets by entries a year."""
    chosen, told = runs(peer), []
    aims: list[Aim] = []
    for size, seeds in sizes.items():
        errors: dict[str, list[list[tuple[float, float]]]] = {name: [] for name in chosen}
        spent: dict[str, list[measure.Run]] = {name: [] for name in chosen}
        for seed in range(1, seeds + 1):
            world = World(size)
            children = simulate(world, YEARS, seed)
            folder = place / f"returns-{size:g}-{seed}"
            write_returns(folder, children, world, YEARS, LAST, CLEAN, seed)
            known = truth(world, children, futures, seed)
            for name, run in chosen.items():
                done = run(folder)
                spent[name].append(done)
                errors[name].append(
                    [error(done.said["stocks"], known, y) for y in range(1, AHEAD + 1)]
                )
        told.append(_table(size, spent, errors))
        if peer is not None:
            again = ("benchmarks.forecasting", str(folder), "cs-demand-model")  # the last set
            aims += _aims(size, spent, errors, again)
    return "\n\n".join(told), aims


def by_size(place: Path, times: Sequence[int], rounds: int) -> str:
    """The command on returns of so many times a council of 200 entries a year."""
    world = World(200.0)
    write_returns(place / "one", simulate(world, YEARS, 1), world, YEARS, LAST, CLEAN)
    rows = []
    for each in times:
        folder = place / f"times-{each}"
        episodes = multiply(place / "one", folder, each)
        found = [
            measure.run(
                "-m",
                "allocator.cli",
                "calibrate",
                "ssda903",
                folder,
                "--out",
                place / f"instance-{each}-{n}",
            )
            for n in range(rounds)
        ]
        rows.append([f"{episodes:,}", *(measure.spread([getattr(r, k) for r in found], unit)
                     for k, unit in (("wall", "s"), ("cpu", "s"), ("memory", "MB")))])  # fmt: skip
    return measure.table(["episodes", "wall-clock", "CPU", "peak memory"], rows)


def _mean(errors: list[list[tuple[float, float]]], kind: int, year: int | None = None) -> float:
    """Mean error of the total (0) or by category (1), in a year or over all of them."""
    return fmean(
        each[kind]
        for found in errors
        for each in (found if year is None else found[year - 1 : year])
    )


def _table(
    size: float,
    spent: dict[str, list[measure.Run]],
    errors: dict[str, list[list[tuple[float, float]]]],
) -> str:
    episodes = spent[SAME][0].said["episodes"]
    years = range(1, AHEAD + 1)
    rows = [
        [
            name,
            *(f"{_mean(errors[name], kind, year):.1%}" for kind in (0, 1) for year in years),
            measure.spread([run.said["cpu"] for run in spent[name]]),
            measure.spread([run.cpu for run in spent[name]]),
            measure.spread([run.memory for run in spent[name]], "MB"),
        ]
        for name in spent
    ]
    heads = [
        "",
        *(f"total, year {y}" for y in years),
        *(f"by category, year {y}" for y in years),
        "CPU, imports left out",
        "CPU, whole process",
        "peak memory",
    ]
    return f"**{size:g} entries a year, {episodes:,} episodes**\n\n" + measure.table(heads, rows)


def _aims(
    size: float,
    spent: dict[str, list[measure.Run]],
    errors: dict[str, list[list[tuple[float, float]]]],
    again: tuple[str, ...],
) -> list[Aim]:
    what = f"{size:g} entries a year: "
    cpu = {name: [run.said["cpu"] for run in spent[name]] for name in (SAME, THEIRS)}
    category, total = (_mean(errors[SAME], n) / _mean(errors[THEIRS], n) for n in (1, 0))
    cost = measure.ratio(cpu[THEIRS], cpu[SAME])
    return [
        Aim(f"{what}error by category, ours over theirs", category, 1.0),
        Aim(f"{what}error of the total, ours over theirs", total, 1.0),
        Aim(
            f"{what}CPU of a forecast, theirs over ours, imports left out",
            cost,
            50.0,
            at_most=False,
            profiled=again,
        ),
    ]


if __name__ == "__main__":
    print(json.dumps(ours(*sys.argv[1:])))
