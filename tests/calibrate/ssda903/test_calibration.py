"""Synthetic returns, whose truth is known: counts, rates, and the instance made of them."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from allocator.calibrate.ssda903.birthdays import ageing_factors
from allocator.calibrate.ssda903.calibrating import Calibration
from allocator.calibrate.ssda903.fitting import Flows, anchored
from allocator.calibrate.ssda903.rates import ADULT, ENTRY, EXIT, best_half_life
from allocator.calibrate.ssda903.settings import read_settings
from allocator.instance import inspect
from allocator.simulate import baseline
from allocator.solving.session import Session
from benchmarks.returns903 import BANDS, CATEGORIES, OUT, World
from tests.calibrate.ssda903.made import BASE, PLAIN, calibrated, world_of

USUAL = read_settings()


def placed(state: str) -> tuple[str, str]:
    """Category and band of a state's name."""
    return next((c, state[len(c) + 1 :]) for c in CATEGORIES if state.startswith(f"{c}_"))


def test_clean_returns_give_the_children_who_were_in_care() -> None:
    world, children = world_of(150, 3)
    zero = BASE - timedelta(days=round((world.burn_in + 5) * 365.25))
    there: Counter[str] = Counter()
    for child in children:
        for spell in child.spells:
            since, until = (zero + timedelta(days=int(day)) for day in (spell.start, spell.end))
            if since <= BASE < until:
                there[spell.category] += 1
    tally = calibrated(150, 3, clean=True).tally
    found: Counter[str] = Counter()
    for state, count in zip(tally.names, tally.opening, strict=True):
        found[placed(state)[0]] += int(count)
    assert found == there


@pytest.mark.parametrize("settings", [PLAIN, USUAL], ids=["all states", "small ones joined"])
def test_stocks_are_what_came_less_what_went(settings: object) -> None:
    tally = calibrated(150, 4, settings=settings).tally  # type: ignore[arg-type]
    moved = tally.moves.sum(axis=0) - tally.moves.sum(axis=1) - tally.exits.sum(axis=1)
    np.testing.assert_array_equal(tally.stock[:, :-1] + tally.entries + moved, tally.stock[:, 1:])


def test_dirt_moves_stocks_by_next_to_nothing() -> None:
    clean, dirty = (calibrated(150, 3, clean=c).tally.stock.sum(axis=0) for c in (True, False))
    np.testing.assert_allclose(dirty, clean, rtol=0.01)


def test_no_state_holds_a_handful() -> None:
    tally = calibrated(150, 4, settings=USUAL).tally
    assert tally.opening.min() >= USUAL.smallest
    assert tally.opening.sum() == calibrated(150, 4).tally.opening.sum()


def truths(found: Calibration, world: World) -> list[tuple[float, float, float]]:
    """True rate, low and high of every cell in which at least two events were to be expected."""
    cells, tally = [], found.tally
    for cell in found.estimates.cells:
        if cell.start == ENTRY:
            rate, exposure = world.arrivals(*placed(tally.names[cell.end])), 5.0
        elif cell.end == ADULT:
            continue
        else:
            category, band = placed(tally.names[cell.start])
            to, later = (OUT, band) if cell.end == EXIT else placed(tally.names[cell.end])
            rate = world.rate(category, to, band) if later == band else 0.0
            exposure = float(tally.exposure[cell.start].sum())
        if rate * exposure >= 2:
            cells.append((rate, cell.low, cell.high))
    return cells


def test_known_rates_lie_in_their_intervals_as_often_as_these_say() -> None:
    world = World(200)
    cells = [c for seed in range(6) for c in truths(calibrated(200, seed), world)]
    held = np.mean([low <= rate <= high for rate, low, high in cells])
    assert len(cells) > 500
    assert abs(held - PLAIN.level) < 3 * math.sqrt(PLAIN.level * (1 - PLAIN.level) / len(cells))


def test_the_data_choose_how_fast_to_forget() -> None:
    tally = calibrated(200, 0).tally
    assert best_half_life(tally) > 2
    drifting = replace(tally, entries=tally.entries * np.array([1, 2, 4, 8, 16]),
                       exits=tally.exits * np.array([1, 2, 4, 8, 16]))  # fmt: skip
    assert best_half_life(drifting) <= 2


def test_a_first_year_has_just_so_many_entries_and_exits() -> None:
    moves = np.array([[0.0, 0.6], [0.2, 0.0]])
    flows, opening = Flows(moves, np.array([0.3, 0.5]), np.array([40.0, 5.0])), np.array([50.0, 20])
    found = anchored(flows, opening, 60, 25)
    assert found is not None
    assert found.arrivals.tolist() == pytest.approx([60 * 40 / 45, 60 * 5 / 45])
    assert found.left(opening) == pytest.approx(25)
    assert found.exits / flows.exits == pytest.approx(found.exits[0] / flows.exits[0])
    assert anchored(flows, opening, 60, 90) is None


@pytest.mark.parametrize(("config", "near"), [("default", 1e-6), ("cs-demand-model", 0.2)])
def test_the_instance_checks_solves_and_repeats_the_base_year(
    config: str, near: float, tmp_path: Path
) -> None:
    found = calibrated(150, 4, settings=read_settings(config))
    found.save(tmp_path / "made")
    instance, problems = inspect(tmp_path / "made")
    assert problems == []
    assert instance is not None
    assert instance.first_year == 2025
    unchanged = baseline(instance)
    here = {row["state"]: row["opening"] for row in instance.tables["states"] if row["in_care"]}
    assert here == dict(zip(found.tally.names, found.tally.opening.tolist(), strict=True))
    assert unchanged.entries[0] == pytest.approx(found.tally.entries[:, -1].sum(), rel=near)
    assert unchanged.exits[0] == pytest.approx(found.tally.exits[:, :, -1].sum(), rel=near)
    assert Session().solve(instance, every_window=False).best is not None


def test_children_in_need_hold_where_nothing_changes() -> None:
    instance = calibrated(150, 4, settings=USUAL).instance
    need = next(n for n, (_, state) in enumerate(instance.resolved.states) if state == "need")
    path = baseline(instance).children[:, need]
    np.testing.assert_allclose(path, path[0], rtol=1e-6)


def test_an_earlier_base_year_knows_nothing_of_later_returns(tmp_path: Path) -> None:
    from allocator.calibrate.ssda903.calibrating import calibrate
    from benchmarks.returns903 import CLEAN, write_returns

    world, children = world_of(100, 5)
    write_returns(tmp_path, children, world, 5, dirt=CLEAN)
    earlier = calibrate(tmp_path, PLAIN, name="a", end=date(2023, 3, 31))
    for year in (2024, 2025):
        for file in (tmp_path / str(year)).iterdir():
            file.unlink()
    alone = calibrate(tmp_path, PLAIN, name="a")
    assert earlier.intervals() == alone.intervals()
    assert earlier.instance.first_year == 2023


def test_bands_are_those_that_the_field_uses() -> None:
    assert tuple(USUAL.bands) == BANDS


@pytest.mark.parametrize("entries", [12, 40, 70])
def test_small_councils_make_instances_too(entries: float, tmp_path: Path) -> None:
    found = calibrated(entries, 2, settings=USUAL)
    assert found.tally.opening.min() >= USUAL.smallest
    assert len(set(found.tally.names)) == len(found.tally.names)
    found.save(tmp_path / "made")
    instance, problems = inspect(tmp_path / "made")
    assert not [problem for problem in problems if problem.severity.value == "error"]
    assert instance is not None
    assert baseline(instance).entries[0] == pytest.approx(found.tally.entries[:, -1].sum())


def births_ahead(months: list[int]) -> np.ndarray:
    """Factors by year and band for children of these ages, with the rates of a made-up council."""
    tally = calibrated(200, 0).observed.tally
    there = np.bincount(months, minlength=216)
    return ageing_factors(there, tally, np.ones(tally.exposure.shape[1]), PLAIN)


def test_birthdays_of_the_next_years_are_known_from_ages() -> None:
    spread = births_ahead(list(range(192, 216)) * 5)
    soon, late = births_ahead([210] * 120), births_ahead([193] * 120)
    assert spread[0, -1] == pytest.approx(1, abs=0.15)
    assert soon[0, -1] > 1.2
    assert late[0, -1] < 0.8
    assert late[1, -1] > soon[1, -1]


def test_the_first_years_have_rates_of_their_own() -> None:
    rows = [row for row in calibrated(150, 4, settings=USUAL).instance.tables["transitions"]
            if row["from"].startswith("foster_in_house_16") and row["to"] == "exit"]  # fmt: skip
    assert [row.values.get("year") for row in rows] == [None, 2026, 2027, 2028]
