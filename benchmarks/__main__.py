"""Run every benchmark and write the tables.

python -m benchmarks [--quick] [--only a,b,c] [--rounds 3] [--data FOLDER] [--out FILE]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from benchmarks import building, forecasting, hedging, measure, searching, solving, sweeping
from benchmarks.kinds import KINDS

ROOT = measure.ROOT
PERIOD = Path(__file__).parent / "period"  # what the peers' models say is of that timing
ONE, TWELVE = PERIOD / "derbyshire-2025", PERIOD / "north-east-2025"
RESULTS = Path(__file__).parent / "results.md"
DATA = ROOT.parent / "shared" / "data"
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
hands to HiGHS; all find the same optimum to 1e-6.  Then a stress test: `allocator stress PLAN`
from the shell.""",
}


@dataclass
class Bench:
    """What is run, and what it wrote."""

    quick: bool
    rounds: int
    seconds: float
    data: Path
    place: Path
    peer: Path | None = None
    told: list[str] = field(default_factory=list)
    aims: list[str] = field(default_factory=list)

    def country(self, areas: int, periods: int = 4, kind: str = "slack") -> Path:
        """An instance of so many authorities, written once."""
        folder = self.place / f"areas-{areas}-{periods}-{kind}"
        if not folder.exists():
            sizes = ["--areas", str(areas), "--periods", str(periods), "--kind", kind]
            measure.run("-m", "benchmarks.country", folder, *sizes, "--data", self.data)
        return folder

    def build(self) -> None:
        """(a)."""
        wanted = ["allocator", "hand", "pyomo"]
        wanted += [p for p in ("linopy", "pyoptinterface") if not self.quick and find_spec(p)]
        self.told.append(building.check_same(ONE, wanted))
        sizes: list[tuple[str, Path, int]] = [("One council, 40 quarters", ONE, 10)]
        if not self.quick:
            sizes += [
                ("Twelve councils, 40 quarters", TWELVE, 3),
                ("151 authorities, 40 quarters", self.country(151), 2),
            ]
        for title, folder, repeats in sizes:
            text, found = building.compare(
                title,
                folder,
                wanted,
                1 if self.quick else self.rounds,
                1 if self.quick else repeats,
                ("pyomo",) if "151" in title else (),
            )
            self.told.append(text)
            if folder is ONE:
                self.aims += building.verdicts_one(found)
            elif "151" in title:
                self.aims += building.verdicts_country(found)

    def whole(self) -> None:
        """(b)."""
        text, aims = solving.whole("One council", ONE, 1 if self.quick else self.rounds, 1.5)
        self.told.append(text)
        self.aims += aims
        sizes = {"3 areas, quarters": self.country(3)}
        if not self.quick:
            sizes |= {
                "12 areas, quarters": self.country(12),
                "151 areas, years": self.country(151, 1),
            }
        text, aims = solving.country(sizes, 10 * self.seconds, 1.2)
        self.told.append("### Every window of many areas, against HiGHS's own time\n\n" + text)
        self.aims += aims

    def sweep(self) -> None:
        """(c)."""
        kinds = [k for k in sweeping.KINDS if k != "linopy" or find_spec("linopy")]
        points, rounds = (20, 1) if self.quick else (1000, self.rounds)
        text, aims = sweeping.compare(ONE, points, 1.0, rounds, kinds)
        self.told.append(text)
        self.aims += aims
        kinds.remove("linopy") if "linopy" in kinds else None
        self.told.append(sweeping.compare(ONE, points, 0.99, rounds, kinds)[0])

    def grow(self) -> None:
        """(d)."""
        areas = (1, 3) if self.quick else (1, 3, 12, 50, 151)
        sizes = {f"{n} areas, quarters": self.country(n) for n in areas}
        sizes |= {
            f"{areas[-3 if len(areas) > 2 else 0]} areas, {name}": self.country(
                areas[-3 if len(areas) > 2 else 0], periods
            )
            for name, periods in (("years", 1), ("months", 12))
        }
        self.told.append(building.grow(sizes, 1 if self.quick else 2, self.seconds))

    def algorithms(self) -> None:
        """(e)."""
        areas = (1,) if self.quick else (1, 3, 12, 50, 151)
        sizes = {f"{n} areas, quarters": self.country(n) for n in areas}
        self.told.append(solving.algorithms(sizes, self.seconds, 1))

    def search(self) -> None:
        """(f)."""
        budgets = (20,) if self.quick else (300, 1000, 3000)
        self.told.append(searching.compare(ONE, budgets, 1 if self.quick else self.rounds))

    def forecast(self) -> None:
        """(g)."""
        python = forecasting.environment(self.peer or self.place / "peer")
        if python is None:
            self.told.append("cs-demand-model could not be installed here: ours alone.")
        sizes, futures = ({30: 1}, 2) if self.quick else ({200: 12, 1000: 4}, 100)
        text, aims = forecasting.compare(self.place, python, sizes, futures)
        self.told.append(text)
        self.aims += aims

    def calibrate(self) -> None:
        """(h)."""
        times = (1,) if self.quick else (1, 20, 240)
        self.told.append(forecasting.by_size(self.place, times, 1 if self.quick else self.rounds))

    def nation(self) -> None:
        """(i)."""
        areas, periods = (3, 1) if self.quick else (151, 4)
        kinds = {kind: self.country(areas, periods, kind) for kind in KINDS if kind != "slack"}
        self.told.append(solving.by_areas(kinds))

    def futures(self) -> None:
        """(k)."""
        folders = {
            "reading-2025": ROOT / "instances" / "reading-2025",
            "reading-2025 as it was, by period": PERIOD / "reading-2025",
        }
        cases, draws = (hedging.QUICK, 100) if self.quick else (hedging.CASES, 10_000)
        self.told.append(hedging.compare(folders, cases, 1 if self.quick else self.rounds))
        self.told.append(hedging.stressed(folders, self.place, draws, self.rounds))


def main(words: Sequence[str] | None = None) -> None:
    """Run what is asked for and write the file."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="tiny sizes, to see that it runs")
    parser.add_argument("--only", default=",".join(HEADINGS), help="letters, with commas")
    parser.add_argument("--rounds", type=int, default=3, help="repetitions in turn")
    parser.add_argument("--seconds", type=float, default=120, help="longest solve in (d), (e)")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the published panel")
    parser.add_argument("--peer", type=Path, help="environment for (g), made if it is not there")
    parser.add_argument("--out", type=Path, default=RESULTS)
    chosen = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as place:
        bench = Bench(
            chosen.quick, chosen.rounds, chosen.seconds, chosen.data, Path(place), chosen.peer
        )
        steps: dict[str, Callable[[], None]] = {
            "a": bench.build, "b": bench.whole, "c": bench.sweep, "d": bench.grow,
            "e": bench.algorithms, "f": bench.search, "g": bench.forecast, "h": bench.calibrate,
            "i": bench.nation, "k": bench.futures,
        }  # fmt: skip
        for letter in chosen.only.split(","):
            print(f"{time.strftime('%H:%M:%S')} {HEADINGS[letter]}", file=sys.stderr, flush=True)
            bench.told.append(f"## {HEADINGS[letter]}\n\n{MEANINGS[letter]}")
            steps[letter]()
            chosen.out.write_text(report(bench, chosen), encoding="utf-8")


def report(bench: Bench, chosen: argparse.Namespace) -> str:
    """The file so far."""
    what = f"--only {chosen.only} --rounds {chosen.rounds} --seconds {chosen.seconds:g}"
    quick = " --quick" if chosen.quick else ""
    panel = (
        "the published panel"
        if (chosen.data / "la_panel_lait_2016_2025.csv").exists()
        else "councils at random"
    )
    head = f"""# Benchmarks

Written by `make bench`; to repeat it: `python -m benchmarks {what}{quick}`.
Medians, and in brackets the least and the most, of repetitions in turn, each in processes of
their own.  Wall-clock and CPU time; ratios are of CPU time, since the machine had other work.
Instances of many areas are made from {panel} by `benchmarks/country.py`.

{measure.machine()}.  {measure.versions()}.

## Aims
"""
    aims = "\n".join(bench.aims) or "None was measured in this run."
    return "\n\n".join([head + "\n" + aims, *bench.told]) + "\n"


if __name__ == "__main__":
    main()
