"""Synthetic SSDA903 returns: children who never lived, drawn one by one from rates that are known.

Children arrive at random (Poisson) and move between placement categories and out of care at
constant rates by category and age band (a Markov process in continuous time); they age from band
to band and leave at 18.  Nothing comes from real children: rates are round numbers made up here,
identifiers are serial numbers, dates of birth follow from a random age.  The same seed gives the
same files.

    python -m benchmarks.returns903 FOLDER [--entries 200] [--years 5] [--seed 1] [--clean]
"""

from __future__ import annotations

import argparse
import csv
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

AGES = (0, 1, 5, 10, 16, 18)
BANDS = ("under_1", "1_4", "5_9", "10_15", "16_17")
YEAR = 365.25
PLACES = {  # category: placement codes and providers
    "kinship": (("U1", "U3"), ("PR1",)),
    "foster_in_house": (("U4", "U6"), ("PR1",)),
    "foster_agency": (("U4", "U6"), ("PR4", "PR5")),
    "residential": (("K2", "R1"), ("PR1", "PR4")),
    "supported": (("H5", "P2"), ("PR4",)),
    "with_parents": (("P1",), ("PR0",)),
    "other_care": (("A5", "Z1"), ("PR1",)),
}
CATEGORIES = tuple(PLACES)
OUT = "exit"
# Made-up rates per child-year, by band: how often a child moves on, and where to.
MOVES: dict[tuple[str, str], tuple[float, ...]] = {
    ("kinship", OUT): (0.30, 0.40, 0.30, 0.20, 0.15),
    ("kinship", "foster_in_house"): (0.20, 0.10, 0.10, 0.10, 0.05),
    ("foster_in_house", OUT): (0.40, 0.35, 0.20, 0.18, 0.15),
    ("foster_in_house", "foster_agency"): (0.10, 0.10, 0.15, 0.15, 0.05),
    ("foster_in_house", "kinship"): (0.25, 0.12, 0.05, 0.02, 0.02),
    ("foster_in_house", "other_care"): (0.30, 0.20, 0.02, 0.0, 0.0),
    ("foster_in_house", "residential"): (0.0, 0.0, 0.02, 0.08, 0.05),
    ("foster_in_house", "supported"): (0.0, 0.0, 0.0, 0.0, 0.30),
    ("foster_agency", OUT): (0.30, 0.25, 0.15, 0.15, 0.15),
    ("foster_agency", "foster_in_house"): (0.10, 0.10, 0.05, 0.05, 0.0),
    ("foster_agency", "residential"): (0.0, 0.0, 0.04, 0.12, 0.06),
    ("foster_agency", "supported"): (0.0, 0.0, 0.0, 0.0, 0.35),
    ("residential", OUT): (0.30, 0.30, 0.20, 0.20, 0.15),
    ("residential", "foster_agency"): (0.30, 0.30, 0.20, 0.10, 0.02),
    ("residential", "supported"): (0.0, 0.0, 0.0, 0.0, 0.50),
    ("supported", OUT): (0.5, 0.5, 0.5, 0.5, 0.30),
    ("with_parents", OUT): (0.60, 0.70, 0.60, 0.50, 0.40),
    ("with_parents", "foster_in_house"): (0.15, 0.15, 0.15, 0.15, 0.05),
    ("other_care", OUT): (0.90, 1.00, 0.80, 0.60, 0.50),
}
# Share of children who enter care in each band, and where they are placed first.
ENTRY_BANDS = (0.20, 0.18, 0.18, 0.27, 0.17)
ENTRY_PLACES: dict[str, tuple[float, ...]] = {
    "kinship": (0.20, 0.22, 0.20, 0.12, 0.02),
    "foster_in_house": (0.55, 0.45, 0.42, 0.33, 0.18),
    "foster_agency": (0.15, 0.20, 0.25, 0.28, 0.15),
    "residential": (0.0, 0.01, 0.03, 0.17, 0.10),
    "supported": (0.0, 0.0, 0.0, 0.0, 0.50),
    "with_parents": (0.07, 0.10, 0.08, 0.06, 0.02),
    "other_care": (0.03, 0.02, 0.02, 0.04, 0.03),
}
LEAVING = ("E4A", "E4B", "E11", "E43", "E45", "E8")


@dataclass(slots=True)
class Spell:
    """Time of a child in one category; days from the first day of the simulation."""

    category: str
    start: float
    end: float
    out: bool  # whether care ends with it


@dataclass(slots=True)
class Child:
    """A made-up child and its time in care."""

    born: float
    spells: list[Spell] = field(default_factory=list)


@dataclass(frozen=True)
class World:
    """A council's care as it is: entries per year and rates that hold for ever."""

    entries: float = 200.0
    burn_in: int = 18  # years before the first return, so that the stock is settled
    rates: dict[tuple[str, str], tuple[float, ...]] = field(default_factory=lambda: MOVES)

    def rate(self, start: str, end: str, band: str) -> float:
        """The true rate of a move (or of leaving care, ``exit``) per child-year."""
        return self.rates.get((start, end), (0.0,) * 5)[BANDS.index(band)]

    def arrivals(self, category: str, band: str) -> float:
        """The true number of children who enter care into a state in a year."""
        return (
            self.entries
            * ENTRY_BANDS[BANDS.index(band)]
            * (ENTRY_PLACES[category][BANDS.index(band)])
        )


def simulate(world: World, years: float, seed: int) -> list[Child]:
    """Every child who enters care in the burn-in and the ``years`` after it."""
    rng = random.Random(seed)
    children, now, last = [], 0.0, (world.burn_in + years) * YEAR
    while True:
        now += rng.expovariate(world.entries / YEAR)
        if now >= last:
            return children
        band = rng.choices(range(5), ENTRY_BANDS)[0]
        shares = [ENTRY_PLACES[c][band] for c in CATEGORIES]
        age = rng.uniform(AGES[band], AGES[band + 1]) * YEAR
        child = Child(now - age)
        children.append(child)
        _live(child, rng.choices(CATEGORIES, shares)[0], now, world, rng)


def go_on(child: Child, category: str, now: float, world: World, rng: random.Random) -> None:
    """The rest of a child's time in care from a day on (rates have no memory)."""
    _live(child, category, now, world, rng)


def _live(child: Child, category: str, now: float, world: World, rng: random.Random) -> None:
    start, adult = now, child.born + 18 * YEAR
    while now < adult:
        age = (now - child.born) / YEAR
        band = max(n for n in range(5) if AGES[n] <= age + 1e-9)
        routes = [
            (end, rates[band])
            for (begin, end), rates in world.rates.items()
            if begin == category and rates[band] > 0
        ]
        total = sum(rate for _, rate in routes)
        wait = rng.expovariate(total / YEAR) if total else float("inf")
        birthday = child.born + AGES[band + 1] * YEAR
        if now + wait >= birthday:
            now = birthday + 1e-6
            continue
        now += wait
        to = rng.choices([end for end, _ in routes], [rate for _, rate in routes])[0]
        child.spells.append(Spell(category, start, now, to == OUT))
        if to == OUT:
            return
        category, start = to, now
    child.spells.append(Spell(category, start, adult, True))


@dataclass
class Dirt:
    """Shares of rows that get each flaw of real returns; all 0 for clean ones."""

    duplicate: float = 0.01
    overlap: float = 0.01
    split: float = 0.02
    no_birth: float = 0.005
    bad_start: float = 0.002
    end_before_start: float = 0.002
    unknown_placement: float = 0.002
    temporary: float = 0.02
    short_breaks: float = 0.05  # children under V3 or V4, per child
    left_open: float = 0.005


CLEAN = Dirt(*([0.0] * 10))
Line = list[str]


def write_returns(
    folder: Path,
    children: Sequence[Child],
    world: World,
    years: int,
    last_year: int = 2025,
    dirt: Dirt | None = None,
    seed: int = 1,
) -> None:
    """A folder for each return, named by the year of its 31 March, with both files.

    The last return ends on 31 March ``last_year``, ``years`` after the burn-in; it and those
    before hold each child who was in care at some time in their year.
    """
    rng = random.Random(seed)
    dirt = dirt or Dirt()
    zero = date(last_year, 3, 31) - timedelta(days=round((world.burn_in + years) * YEAR))
    heads = ("CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC",
             "REASON_PLACE_CHANGE", "HOME_POST", "PL_POST", "URN")  # fmt: skip
    first = date(last_year - years, 3, 31)
    lived = [
        (
            str(900_000_000 + 7 * n),
            zero + timedelta(days=int(child.born)),
            list(_rows(child, zero, rng, dirt)),
        )
        for n, child in enumerate(children)
        if zero + timedelta(days=int(child.spells[-1].end)) > first
    ]
    for year in range(last_year - years + 1, last_year + 1):
        place = folder / str(year)
        place.mkdir(parents=True, exist_ok=True)
        closing, opening = date(year, 3, 31), date(year - 1, 3, 31)
        episodes, header = [], []
        for name, born, rows in lived:
            own = [
                _as_returned(name, row, closing)
                for row in rows
                if row[0] <= closing and (row[1] > opening)
            ]
            if own:
                episodes += list(_dirty(own, rng, dirt))
                told = "" if rng.random() < dirt.no_birth else _shown(born)
                header.append([name, "1", told, "WBRI", "", "", ""])
        encoding = "utf-8" if dirt == CLEAN else ("cp1252" if year % 2 else "utf-8-sig")
        for file, head, lines in (
            ("episodes.csv", heads, episodes),
            ("header.csv", ("CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB"), header),
        ):
            with (place / file).open("w", encoding=encoding, newline="") as out:
                writer = csv.writer(out)
                writer.writerow(head)
                writer.writerows(lines)


def multiply(folder: Path, place: Path, times: int) -> int:
    """Copies of returns with so many times the children; how many episodes there are."""
    episodes = 0
    for file in sorted(folder.rglob("*.csv")):
        head, *lines = file.read_text(encoding="utf-8").splitlines()
        out = place / file.relative_to(folder)
        out.parent.mkdir(parents=True, exist_ok=True)
        with out.open("w", encoding="utf-8") as text:
            text.write(f"{head}\n")
            for n in range(times):
                text.writelines(f"{n}{line}\n" for line in lines)
        episodes += times * len(lines) if file.name == "episodes.csv" else 0
    return episodes


Row = tuple[date, date, str, str, str, str]  # start, end, legal status, place, provider, reason


def _rows(child: Child, zero: date, rng: random.Random, dirt: Dirt) -> Iterator[Row]:
    """Episodes: the spells, some of them split by a change of legal status or a short move."""
    for spell in child.spells:
        start, end = (zero + timedelta(days=int(day)) for day in (spell.start, spell.end))
        places, providers = PLACES[spell.category]
        place, provider = rng.choice(places), rng.choice(providers)
        reason = rng.choice(LEAVING) if spell.out else "X1"
        long = (end - start).days
        if long > 40 and rng.random() < dirt.split:
            middle = start + timedelta(days=rng.randrange(10, long - 10))
            yield start, middle, "C1", place, provider, "X1"
            start = middle
        elif long > 60 and rng.random() < dirt.temporary:
            away = start + timedelta(days=rng.randrange(20, long - 20))
            yield start, away, "C2", place, provider, "X1"
            yield away, away + timedelta(days=5), "C2", "T1", "PR3", "X1"
            start = away + timedelta(days=5)
        yield start, end, "C2", place, provider, reason
    if rng.random() < dirt.short_breaks:
        left = child.spells[-1].end + 30
        for n in range(3):
            begin = zero + timedelta(days=int(left) + 20 * n)
            yield begin, begin + timedelta(days=3), "V3", "K2", "PR1", "E8"


def _as_returned(name: str, row: Row, closing: date) -> Line:
    """A row as the return of a year has it: open where it ends later."""
    start, end, status, place, provider, reason = row
    ended = end <= closing
    return [
        name,
        _shown(start),
        "S",
        status,
        "N1",
        place,
        provider,
        _shown(end) if ended else "",
        reason if ended else "",
        "",
        "ZZ1 1ZZ–",
        "",
        "",
    ]


def _dirty(lines: Sequence[Line], rng: random.Random, dirt: Dirt) -> Iterator[Line]:
    """The rows of a child with the flaws that real ones have."""
    for number, right in enumerate(lines):
        line, chance = right, rng.random()
        if chance < dirt.overlap and line[7] and number + 1 < len(lines):
            line = [*right[:7], _moved(right[7], 3), *right[8:]]
        elif chance > 1 - dirt.left_open and line[7] and number + 1 < len(lines):
            line = [*right[:7], "", "", *right[9:]]
        yield line
        if rng.random() < dirt.duplicate:
            yield list(line)
        if rng.random() < dirt.bad_start:
            yield [line[0], "31/02/2020", *line[2:]]
        if rng.random() < dirt.end_before_start:
            yield [*line[:7], _moved(line[1], -400), *line[8:]]
        if rng.random() < dirt.unknown_placement and line[3] == "C2":
            yield [line[0], line[1], *line[2:5], "XX", *line[6:7], line[1], *line[8:]]


def _shown(day: date) -> str:
    return day.strftime("%d/%m/%Y")


def _moved(text: str, days: int) -> str:
    day, month, year = map(int, text.split("/"))
    return _shown(date(year, month, day) + timedelta(days=days))


def main() -> None:
    """Write returns to a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--entries", type=float, default=200.0)
    parser.add_argument("--years", type=int, default=5)
    parser.add_argument("--last-year", type=int, default=2025)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clean", action="store_true", help="without flaws")
    chosen = parser.parse_args()
    world = World(chosen.entries)
    children = simulate(world, chosen.years, chosen.seed)
    write_returns(
        chosen.folder,
        children,
        world,
        chosen.years,
        chosen.last_year,
        CLEAN if chosen.clean else None,
        chosen.seed,
    )


if __name__ == "__main__":
    main()
