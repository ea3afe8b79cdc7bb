"""Run every benchmark and write the tables.

python -m benchmarks [--size tiny|ten-minutes|whole] [--only a,b,c] [--out FILE]

A run of some parts leaves what stands of the others; ratios are kept by version.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

from allocator import __version__
from benchmarks import (
    asking,
    building,
    forecasting,
    hedging,
    measure,
    searching,
    solving,
    starting,
    sweeping,
)
from benchmarks.country import PATTERNS
from benchmarks.kinds import KINDS, SECONDS
from benchmarks.record import Aim, Record
from benchmarks.record import version as measured

T = TypeVar("T")
Part = tuple[str, list[Aim]]

ROOT = measure.ROOT
PERIOD = Path(__file__).parent / "period"  # what the peers' models say is of that timing
ONE, TWELVE = PERIOD / "derbyshire-2025", PERIOD / "north-east-2025"
NORTH_EAST = "north-east-2025"
READING = ROOT / "instances" / "reading-2025"
RESULTS = Path(__file__).parent / "results.md"
DATA = ROOT.parent / "shared" / "data"
YEAR = "2024"  # of the figures that an instance of every council is made from
HEADINGS = {
    "a": "(a) Build and hand over to HiGHS",
    "b": "(b) The whole command against the floor",
    "c": "(c) A sweep over a target",
    "d": "(d) How it grows",
    "e": "(e) Which algorithm wins at which size",
    "f": "(f) Adaptive stochastic descent on the same problem",
    "g": "(g) Forecasts from child-level returns",
    "h": "(h) Calibrating from many returns",
    "i": "(i) The whole country, area by area",
    "k": "(k) Many futures",
    "l": "(l) Commands that answer at once",
    "m": "(m) Questions",
}
MEANINGS = {
    "a": """The program of `least_cost` without a window, from an instance that is read and
resolved to a model in HiGHS. The first build of a process, which loads what is loaded late,
stands apart from those that follow. linopy is given arrays of labels and coefficients, its
fastest way in.
Peak memory is that of a process that reads the instance and builds once.""",
    "b": """The command from the shell, imports, audit and ranges of prices included, against a
script that reads one MPS file a window with highspy, changes the bounds of the first model to
those of each, and solves from the last basis.""",
    "c": """One council without a double-investment window, so a point is one program, and with
ordinary budgets a tenth larger.  Ours proves every optimum, reads the plan's facts and audits a
sample; bare highspy reads objective, primal and dual; linopy runs some points and is scaled up.
The first grid has a plan at every point.  The second begins at targets that have none, where
highspy, left to its defaults, presolves again and starts from no basis.""",
    "d": """`allocator.solving.session.build` and `HighsModel`, and a solve of the longest window by
the default method, from nothing.""",
    "e": """The longest window's program, from nothing, to a vertex but for pdlp; the fastest in
bold.""",
    "f": """The search moves each service's level in each year; a forward run costs the plan, and
targets and funds that are broken are charged for.  Both know the best window beforehand.""",
    "g": """Made-up SSDA903 returns of five years, clean ones, so that both can read them, drawn
child by child from rates that are known; a forecast of three years.  The truth is the mean of many
futures drawn from the same rates.  Errors are shares of the true total: of the total itself, and
of fostering, residential, supported and other added up; means over the sets.  With its categories
every year is at the estimated rates, as its own are; the default configuration repeats the entries
and exits of the last year first.  cs-demand-model 0.5.1 runs in an environment of its own, by the
classes that its command `predict` uses.""",
    "h": """`allocator calibrate ssda903` from the shell, imports included, on copies of the
returns of one made-up council under other identifiers: a council, twenty, a country and more.""",
    "i": """`allocator solve --method areas --json` from the shell, every window of 151 authorities
by quarters over ten years, each certified or refuted on the whole program.  HiGHS ends none of
these windows in 180 s of CPU, by any of its methods.""",
    "k": """The plan to settle over futures drawn at random, one council by quarters over ten years,
imports and reading included; every window that Allocator solves is proved on the whole extensive
form.  HiGHS is given the same extensive form, mpi-sppy the same formulations, which it builds and
hands to HiGHS; all that end find the same optimum to 1e-6.  A peer runs once and is ended after
90 s of CPU, as its row then says: ours is at most that share of its time.  Then a stress
test: `allocator stress PLAN` from the shell.""",
    "l": """From the shell, imports included.""",
    "m": """From the shell, imports and reading included, each asked once.""",
}


SIZES = ("tiny", "ten-minutes", "whole")


@dataclass
class Bench:
    """How large the parts are, and where they work; a part gives its text and its aims."""

    size: str
    rounds: int
    seconds: float
    data: Path
    place: Path
    peer: Path | None = None

    def by_size(self, tiny: T, ten_minutes: T, whole: T) -> T:
        """What is run at the size asked for."""
        return dict(zip(SIZES, (tiny, ten_minutes, whole), strict=True))[self.size]

    @property
    def times(self) -> int:
        """How often each is repeated in turn."""
        return self.by_size(1, self.rounds, self.rounds)

    def country(
        self, areas: int, periods: int = 4, kind: str = "slack", timing: str = "period"
    ) -> Path:
        """An instance of so many authorities, written once."""
        folder = self.place / f"areas-{areas}-{periods}-{kind}-{timing}"
        if not folder.exists():
            sizes = ["--areas", str(areas), "--periods", str(periods), "--kind", kind]
            sizes += ["--timing", timing]
            measure.run("-m", "benchmarks.country", folder, *sizes, "--data", self.data)
        return folder

    def quarters(self, *areas: int) -> dict[str, Path]:
        """Instances of so many authorities by quarters, by what they are called."""
        return {f"{n} areas, quarters": self.country(n) for n in areas}

    def build(self) -> Part:
        """(a)."""
        peers = [p for p in ("linopy", "pyoptinterface") if self.size != "tiny" and find_spec(p)]
        wanted = ["allocator", "hand", "pyomo", *peers]
        told = [building.check_same(ONE, wanted)]
        text, found = building.compare(
            "One council, 40 quarters", ONE, wanted, self.times, self.by_size(0, 10, 10), ()
        )
        told.append(text)
        aims = building.aims_one(found)
        if self.size == "whole":
            told.append(
                building.compare("Twelve councils, 40 quarters", TWELVE, wanted, self.rounds, 3)[0]
            )
        if self.size != "tiny":
            slow = ("pyomo",) if self.size == "whole" else ()
            fast = [peer for peer in wanted if peer != "pyomo"]
            text, found = building.compare(
                "151 authorities, 40 quarters", self.country(151), [*fast, *slow], 3, 2, slow
            )
            told.append(text)
            aims += building.aims_country(found, self.country(151))
        return "\n\n".join(told), aims

    def command(self) -> Part:
        """(b)."""
        text, aims = solving.whole("One council", ONE, self.times)
        sizes = self.quarters(*self.by_size((3,), (3,), (3, 12)))
        if self.size == "whole":
            sizes["151 areas, years"] = self.country(151, 1)
        many, more = solving.country(sizes, 10 * self.seconds, 1.2)
        heading = "### Every window of many areas, against HiGHS's own time"
        return "\n\n".join([text, heading, many]), aims + more

    def sweep(self) -> Part:
        """(c)."""
        kinds = [k for k in sweeping.KINDS if k != "linopy" or find_spec("linopy")]
        points = self.by_size(20, 200, 1000)
        text, aims = sweeping.compare(ONE, points, 1.0, self.times, kinds)
        without = [kind for kind in kinds if kind != "linopy"]
        return f"{text}\n\n{sweeping.compare(ONE, points, 0.99, self.times, without)[0]}", aims

    def grow(self) -> Part:
        """(d)."""
        sizes = self.quarters(*self.by_size((1, 3), (1, 3, 12), (1, 3, 12, 50, 151)))
        others = self.by_size(1, 3, 12)
        sizes |= {
            f"{others} areas, {name}": self.country(others, periods)
            for name, periods in (("years", 1), ("months", 12))
        }
        return building.grow(sizes, self.by_size(1, 1, 2), self.seconds), []

    def algorithms(self) -> Part:
        """(e)."""
        sizes = self.quarters(*self.by_size((1,), (1, 3), (1, 3, 12, 50, 151)))
        return solving.algorithms(sizes, self.seconds, 1), []

    def search(self) -> Part:
        """(f)."""
        budgets = self.by_size((20,), (300, 1000), (300, 1000, 3000))
        return searching.compare(ONE, budgets, self.times), []

    def forecast(self) -> Part:
        """(g)."""
        python = forecasting.environment(self.peer or self.place / "peer")
        sets: dict[float, int] = self.by_size({30: 1}, {200: 2}, {200: 12, 1000: 4})
        text, aims = forecasting.compare(self.place, python, sets, self.by_size(2, 100, 100))
        if python is None:
            text = f"cs-demand-model could not be installed here: ours alone.\n\n{text}"
        return text, aims

    def calibrate(self) -> Part:
        """(h)."""
        times = self.by_size((1,), (1, 20), (1, 20, 240))
        return forecasting.by_size(self.place, times, self.by_size(1, 1, self.rounds)), []

    def nation(self) -> Part:
        """(i)."""
        timings = self.by_size(("period",), ("period",), tuple(PATTERNS))
        names = self.by_size(list(KINDS), ["reached"], list(KINDS))
        areas, periods = self.by_size((3, 1), (151, 4), (151, 4))
        kinds = {
            f"{timing}, {name}: {KINDS[name].about}": self.country(areas, periods, name, timing)
            for timing in timings
            for name in names
            if name != "slack"
        }
        aims = {name: SECONDS[name.split(",")[1].split(":")[0].strip()] for name in kinds}
        if self.size == "whole":
            kinds |= self.every_council()
        twice = [name for name in aims if name.startswith("period")]
        text, found = solving.by_areas(
            kinds, self.by_size({}, aims, aims), self.by_size([], [], twice), self.times
        )
        several = self.by_size(3, 36, 36)
        more, faster = solving.two_processes(
            f"{several} areas, reached", self.country(several, periods, "reached"), self.times
        )
        few = self.by_size(2, 12, 12)
        same, less, seconds = solving.against_whole(
            f"{few} areas, reached", self.country(few, periods, "reached")
        )
        grown = [
            Aim(f"{each.what}, growth from {few} areas", each.ratio * few / (areas * seconds), 1.0)
            for each in found
            if "period, reached" in each.what and each.unit == "s"
        ]
        aims_of_few = faster + less + grown
        return f"{text}\n\n{more}\n\n{same}", found + self.by_size([], aims_of_few, aims_of_few)

    def every_council(self) -> dict[str, Path]:
        """What `calibrate published --all` makes of a year's figures, by what it is called."""
        folder = self.place / "england"
        words = ("calibrate", "published", self.data, "--all", "--year", YEAR, "--out", folder)
        measure.run("-m", "allocator", *words)
        return {f"`calibrate published --all --year {YEAR}`": folder}

    def futures(self) -> Part:
        """(k)."""
        folders = {
            "reading-2025": READING,
            "reading-2025 as it was, by period": PERIOD / "reading-2025",
        }
        asked = dict(list(folders.items())[: self.by_size(2, 1, 2)])
        cases = self.by_size(hedging.QUICK, hedging.SHORT, hedging.CASES)
        text, aims = hedging.compare(asked, cases, self.by_size(1, 1, self.rounds))
        draws = self.by_size(100, 10_000, 10_000)
        more, stressed = hedging.stressed(asked, self.place, draws, self.times)
        return f"{text}\n\n{more}", aims + stressed

    def starts(self) -> Part:
        """(l)."""
        return starting.starts(READING, self.by_size(1, 9, 25))

    def questions(self) -> Part:
        """(m)."""
        asked = [("one council", READING, asking.ONE)]
        if self.size == "whole":
            asked.append(("twelve councils", ROOT / "instances" / NORTH_EAST, asking.MANY))
        return asking.questions(asked, self.by_size(0.0, 0.0, 180.0))


def main(words: Sequence[str] | None = None) -> None:
    """Run what is asked for and write the files, after each part."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="ten-minutes", help="how large")
    parser.add_argument("--only", default=",".join(HEADINGS), help="letters, with commas")
    parser.add_argument("--rounds", type=int, default=3, help="repetitions in turn")
    parser.add_argument("--seconds", type=float, help="longest solve in (d), (e)")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the published panel")
    parser.add_argument("--peer", type=Path, help="environment for (g), made if it is not there")
    parser.add_argument("--out", type=Path, default=RESULTS)
    chosen = parser.parse_args(words)
    letters = chosen.only.split(",")
    if unknown := sorted(set(letters) - set(HEADINGS)):
        parser.error(f"no part {', '.join(unknown)}: the parts are {', '.join(HEADINGS)}")
    seconds = chosen.seconds or (120 if chosen.size == "whole" else 20)
    with tempfile.TemporaryDirectory() as place:
        bench = Bench(chosen.size, chosen.rounds, seconds, chosen.data, Path(place), chosen.peer)
        steps: dict[str, Callable[[], Part]] = {
            "a": bench.build, "b": bench.command, "c": bench.sweep, "d": bench.grow,
            "e": bench.algorithms, "f": bench.search, "g": bench.forecast, "h": bench.calibrate,
            "i": bench.nation, "k": bench.futures, "l": bench.starts, "m": bench.questions,
        }  # fmt: skip
        for letter in letters:
            print(f"{time.strftime('%H:%M:%S')} {HEADINGS[letter]}", file=sys.stderr, flush=True)
            text, aims = steps[letter]()
            version = measured(__version__)
            if chosen.size != "tiny":
                for aim in aims:
                    profile(Record(chosen.out).profile(letter, aim), aim)
            record = Record(chosen.out)  # as it is by now: another run may have written a part
            how = f"--size {chosen.size} --rounds {chosen.rounds} --seconds {seconds:g}"
            stamp = f"{time.strftime('%Y-%m-%d')}, {version}, on {measure.machine()}:"
            repeat = f"`python -m benchmarks --only {letter} {how}`"
            said = f"{MEANINGS[letter]}\n\n{stamp} {repeat}\n\n{text}"
            record.put(HEADINGS[letter], said, aims, version)
            record.write(head(chosen.data))


def profile(path: Path, aim: Aim) -> None:
    """Keep where the time of a miss goes, line by line; nothing of an aim that is met."""
    path.unlink(missing_ok=True)
    if not aim.met and aim.profiled:
        path.parent.mkdir(exist_ok=True)
        measure.run("-m", "benchmarks.lines", path, *aim.profiled, codes=(0, 3, 4))


def head(data: Path) -> str:
    """What stands before the parts."""
    there = (data / "la_panel_lait_2016_2025.csv").exists()
    panel = "the published panel" if there else "councils at random"
    return f"""# Benchmarks

Written by `make bench`, which takes some ten minutes; `make bench SIZE=whole` runs every size.
Each part says when it was measured, of which version, on what, and the command that repeats it.
Medians, and in brackets the least and the most, of repetitions in turn, each in processes of
their own.  Wall-clock and CPU time; ratios are of CPU time, since other work moves it less.
Instances of many areas are made from {panel} by `benchmarks/country.py`.

With {measure.versions()}."""


if __name__ == "__main__":
    main()
