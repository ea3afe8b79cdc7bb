"""No count from 1 to 4 of a single year follows from what is printed and written together."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from allocator.calibrate.ssda903.calibrating import Calibration, calibrate
from allocator.calibrate.ssda903.counting import Tally
from allocator.calibrate.ssda903.disclosure import exposed_by, hide, pooled, shown
from allocator.calibrate.ssda903.settings import read_settings
from allocator.instance import read
from allocator.report.pages.returns import text
from tests.calibrate.ssda903.made import calibrated, episode, write_return

USUAL = read_settings()


def printed(found: Calibration) -> tuple[list[list[int | None]], list[int | None]]:
    """The rows of the yearly table (at its end, entered, left) and of ways out, as printed."""

    def counts(section: str, columns: int) -> list[list[int | None]]:
        part = next(p for p in text(found).split("\n\n") if p.startswith(section))
        cells = [
            line.replace("not shown", "-").split()[-columns:] for line in part.splitlines()[2:]
        ]
        return [[None if c == "-" else int(c.replace(",", "")) for c in row] for row in cells]

    return counts("Children in care", 3), [row[0] for row in counts("Ways out", 1)]


def written(found: Calibration, place: Path) -> tuple[float, float, float]:
    """From the files alone: children who enter in the first year, and later; and the need."""
    found.save(place, force=True)
    tables = read(place).tables
    [need] = [row["opening"] for row in tables["states"] if row["state"] == "need"]
    rows = [r for r in tables["transitions"] if r["from"] == "need" and r["to"] != "exit"]
    first = sum(r["rate"] for r in rows if r.values.get("year") is None) * need
    later = [r["rate"] for r in rows if r.values.get("year") is not None]
    return first, sum(later) * need if later else first, need


def attacked(found: Calibration, place: Path) -> list[tuple[str, int, int]]:
    """Hidden counts that sums and differences tell: what, in which year, and how many.

    Knows what a reader knows: both printed tables, entries a year from `transitions.csv` (and so,
    all years weighing alike, all of them together), and the last year's where they are its.
    """
    table, routes = printed(found)
    years = len(table)
    first, steady, _ = written(found, place)
    wide = 3 * years + 1 + len(routes)
    known = {
        3 * t + k: v for t, row in enumerate(table) for k, v in enumerate(row) if v is not None
    }
    known |= {3 * years + 1 + n: v for n, v in enumerate(routes) if v is not None}
    rows, right = [], []

    def tied(terms: dict[int, float], value: float) -> None:
        row = np.zeros(wide)
        for at, sign in terms.items():
            row[at] = sign
        rows.append(row)
        right.append(value)

    before = 3 * years  # the stock that no table prints
    for t in range(years):
        opening = before if t == 0 else 3 * t - 3
        tied({opening: 1, 3 * t + 1: 1, 3 * t + 2: -1, 3 * t: -1}, 0)
    tied({3 * t + 2: 1.0 for t in range(years)} | dict.fromkeys(range(before + 1, wide), -1), 0)
    if np.isinf(found.estimates.half_life):
        tied({3 * t + 1: 1.0 for t in range(years)}, steady * years)
    if not found.warnings:
        tied({3 * years - 2: 1}, first)
    for at, value in known.items():
        tied({at: 1}, value)
    matrix = np.array(rows)
    told = np.linalg.lstsq(matrix, np.array(right), rcond=None)[0]
    rank = np.linalg.matrix_rank(matrix)
    found_out = []
    for at in range(before):
        alone = np.zeros((1, wide))
        alone[0, at] = 1
        value = round(told[at])
        if np.linalg.matrix_rank(np.vstack([matrix, alone])) == rank and 0 < value < 5:
            found_out.append((["stock", "entered", "left"][at % 3], at // 3, value))
    return found_out


@pytest.mark.parametrize("entries", [9, 14, 20, 45])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_small_count_of_a_year_can_be_had_by_subtraction(
    entries: float, seed: int, tmp_path: Path
) -> None:
    found = calibrated(entries, seed, settings=replace(USUAL, half_life=math.inf))
    assert attacked(found, tmp_path / "made") == []


COUNCILS = [  # entries and exits of three years
    ([9, 3, 7], [6, 7, 8]),
    ([9, 8, 7], [6, 3, 8]),
    ([9, 3, 2], [6, 7, 8]),
    ([5, 12, 6], [2, 8, 9]),
    ([1, 1, 9], [9, 9, 1]),
    ([8, 8, 8], [8, 8, 4]),
]


def council(folder: Path, entries: list[int], exits: list[int]) -> Calibration:
    """Sixty children of two placements, and as many who enter and leave in each year as asked."""
    years = [2023, 2024, 2025]
    starts = {f"A{n}": f"{1 + n % 28:02}/05/2021" for n in range(60)}
    starts |= {
        f"B{y}{n}": f"01/07/{y - 1}" for y, k in zip(years, entries, strict=True) for n in range(k)
    }
    leaving = [f"A{n}" for n in range(60)]
    ends = {leaving.pop(): y for y, k in zip(years, exits, strict=True) for _ in range(k)}
    for year in years:
        rows = [
            episode(
                child,
                start,
                f"01/09/{year - 1}" if ends.get(child) == year else "",
                PLACE="K2" if child.endswith(("1", "4")) else "U6",
            )
            for child, start in starts.items()
            if int(start[-4:]) < year and ends.get(child, year) >= year
        ]
        write_return(folder / str(year), rows)
    return calibrate(folder, replace(USUAL, half_life=math.inf), name="made")


@pytest.mark.parametrize(("entries", "exits"), COUNCILS)
def test_nor_where_a_year_has_just_a_few(
    entries: list[int], exits: list[int], tmp_path: Path
) -> None:
    found = council(tmp_path / "in", entries, exits)
    assert found.tally.entries.sum(axis=0).tolist() == entries
    assert found.tally.exits.sum(axis=(0, 1)).tolist() == exits
    assert attacked(found, tmp_path / "out") == []
    table, _ = printed(found)
    assert not [n for row in table for n in row if n is not None and 0 < n < 5]


def test_the_attack_finds_what_masking_alone_would_leave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With small counts hidden and nothing else they all come out."""
    monkeypatch.setattr("allocator.calibrate.ssda903.disclosure.exposed_by", lambda *told: [])
    found = council(tmp_path / "in", *COUNCILS[0])
    assert ("entered", 1, 3) in attacked(found, tmp_path / "out")


def alike(tally: Tally, entries: list[int], exits: list[int], opening: int) -> Tally:
    """One state with these yearly counts, all leaving by one way."""
    stock = opening + np.cumsum([0, *(np.array(entries) - np.array(exits))])
    routes = np.zeros((1, tally.exits.shape[1], len(exits)), int)
    routes[0, 0] = exits
    return replace(tally, stock=stock[None, :], entries=np.array([entries]), exits=routes)


@pytest.mark.parametrize(
    ("entries", "exits", "hidden"),
    [
        ([9, 8, 7], [6, 7, 8], set()),
        ([9, 3, 7], [6, 7, 8], {("entries", 1)}),
    ],
)
def test_a_year_that_is_hidden_hides_another(
    entries: list[int], exits: list[int], hidden: set[tuple[str, int]]
) -> None:
    seen = shown(alike(calibrated(45, 1).tally, entries, exits, 50))
    gone = {
        (name, year)
        for name in ("entries", "exits")
        for year, count in enumerate(getattr(seen, name))
        if count is None
    }
    assert (gone == set()) == (hidden == set())
    assert {each for each in hidden if each[1] == 1} <= gone
    if hidden:
        assert any(year != 1 for name, year in gone if name == "entries")


def test_every_sum_of_a_hidden_table_leaves_room() -> None:
    """Random tables: no hidden count from 1 to 4 is the only one that fits, by trying them all."""
    rng = np.random.default_rng(4)
    for _ in range(30):
        table = rng.integers(0, 9, (3, 3))
        counts = np.concatenate([table.ravel(), table.sum(axis=0), table.sum(axis=1)]).astype(float)
        relations = np.zeros((6, 15))
        for n in range(3):
            relations[n, [3 * k + n for k in range(3)]], relations[n, 9 + n] = 1, -1
            relations[3 + n, 3 * n : 3 * n + 3], relations[3 + n, 12 + n] = 1, -1
        told = np.zeros(15, bool)
        told[9:] = counts[9:] >= 5
        hidden = hide(counts, relations, told)
        assert not exposed_by(counts, relations, hidden) or (hidden | told).all()
        assert hidden[(counts > 0) & (counts < 5)].all()
        for pair in combinations(range(15), 1):  # a lone hidden cell in a shown row is exposed
            lone = np.zeros(15, bool)
            lone[list(pair)] = True
            small = 0 < counts[pair[0]] < 5
            assert bool(exposed_by(counts, relations, lone)) == small


def test_few_events_are_shared_out_and_none_is_lost() -> None:
    seen = np.array([3.0, 40.0, 6.0, 0.0, 2.0, 9.0])
    found = pooled(seen, seen, np.array([1.0, 20.0, 3.0, 2.0, 2.0, 2.0]), list("aaaabb"))
    assert found.tolist() == pytest.approx([9 / 4, 40, 27 / 4, 0, 11 / 2, 11 / 2])
    assert found.sum() == seen.sum()


@pytest.mark.parametrize(("count", "told"), [(1, 0), (2, 0), (3, 5), (4, 5)])
def test_fewer_than_five_in_all_are_rounded_to_five(count: int, told: int) -> None:
    seen = np.array([float(count), 0.0])
    assert pooled(seen, seen, np.ones(2), "ab").sum() == told


def test_weighed_years_are_rounded_so_that_no_year_can_be_read_off() -> None:
    """Two years at a half-life of two: 1 and 9 would stand apart in 9 + 1 / sqrt(2)."""
    weighed = np.array([9 + 1 / math.sqrt(2)])
    assert pooled(weighed, np.array([10.0]), np.ones(1), "a").tolist() == [10]


def left_in_numbers(folder: Path) -> None:
    """Seventy children, of whom sixty leave in the last year, and ten come."""
    day = date(2021, 5, 1)
    for year in (2023, 2024, 2025):
        rows = []
        for n in range(70):
            ends = year == 2025 and n < 60
            rows.append(
                episode(
                    f"A{n}",
                    f"{day + timedelta(days=n):%d/%m/%Y}",
                    f"{date(2024, 6, 1) + timedelta(days=3 * n):%d/%m/%Y}" if ends else "",
                )
            )
        for born in range(2022, year):
            rows += [episode(f"B{born}{n}", f"01/07/{born}") for n in range(6)]
        write_return(folder / str(year), rows)


def test_more_who_leave_than_remain_leave_the_rates_estimated(tmp_path: Path) -> None:
    left_in_numbers(tmp_path / "in")
    found = calibrate(tmp_path / "in", USUAL, name="a")
    [warning] = found.warnings
    assert "more children left care in the last year than those who remain could repeat" in warning
    found.save(tmp_path / "out")
    rates = [row.values.get("rate") or 0 for row in read(tmp_path / "out").tables["transitions"]]
    assert max(rates) < 3
    told = json.loads((tmp_path / "out" / "calibration.json").read_text(encoding="utf-8"))
    assert max(each["mean"] for each in told["rates"] if each["from"] != "outside care") < 3


def test_a_first_year_with_few_entries_is_estimated_and_says_so() -> None:
    found = calibrated(9, 1, settings=USUAL)
    few = found.tally.entries[:, -1].sum() < 5 or found.tally.exits[:, :, -1].sum() < 5
    assert bool(found.warnings) or not few
