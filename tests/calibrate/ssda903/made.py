"""Tiny returns written by a test, and synthetic ones drawn once for all tests."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np

from allocator.calibrate.ssda903.calibrating import Calibration, calibrate
from allocator.calibrate.ssda903.codes import EPISODES, HEADER
from allocator.calibrate.ssda903.observing import Observed, observe
from allocator.calibrate.ssda903.settings import Settings, read_settings
from benchmarks.returns903 import CLEAN, Child, World, simulate, write_returns

BASE = date(2025, 3, 31)
PLAIN = replace(read_settings(), smallest=0, half_life=np.inf)
Episode = Mapping[str, str]


def episode(child: str = "A", start: str = "01/06/2024", end: str = "", **others: str) -> Episode:
    """A foster placement under a care order, unless told otherwise."""
    usual = {"LS": "C2", "PLACE": "U6", "PLACE_PROVIDER": "PR1", "REC": "E4A" if end else ""}
    return usual | {"CHILD": child, "DECOM": start, "DEC": end} | others


def write_table(file: Path, heads: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, heads)
        writer.writeheader()
        writer.writerows(rows)


def write_return(
    folder: Path, episodes: Iterable[Episode], births: Mapping[str, str] | None = None
) -> None:
    """One return; children without a birth given are born on 1 January 2014."""
    episodes = list(episodes)
    known = {row["CHILD"]: "01/01/2014" for row in episodes if row["CHILD"]} | dict(births or {})
    write_table(folder / "episodes.csv", EPISODES, episodes)
    header = [{"CHILD": child, "DOB": born} for child, born in known.items()]
    write_table(folder / "header.csv", HEADER, header)


def observed(folder: Path, settings: Settings = PLAIN) -> Observed:
    return observe(folder, settings)


@cache
def world_of(entries: float, seed: int, years: int = 5) -> tuple[World, tuple[Child, ...]]:
    world = World(entries)
    return world, tuple(simulate(world, years, seed))


@cache
def calibrated(
    entries: float, seed: int, clean: bool = False, settings: Settings = PLAIN
) -> Calibration:
    """The calibration of synthetic returns of five years."""
    world, children = world_of(entries, seed)
    with tempfile.TemporaryDirectory() as place:
        write_returns(Path(place), children, world, 5, dirt=CLEAN if clean else None, seed=seed)
        return calibrate(Path(place), settings, name="made-up")
