"""(k) A plan over many futures, beside HiGHS on the whole and mpi-sppy; and a stress test.

    python -m benchmarks.hedging allocator|highs|mpi-sppy FOLDER SCENARIOS [--tree] [--risk W]
        [--windows N] [--seconds N]

The futures differ in fees, in what the services avert and in who arrives, each by a factor drawn
at random with a fixed seed; two years are settled, and with ``--tree`` a third of them part, three
by three, in each of the three years after.  Misses have a price, so that there is a plan.
"""

from __future__ import annotations

import argparse
import json
import resource
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.measure import Run, in_turn, ratio, run, spread, table
from benchmarks.record import Aim

if TYPE_CHECKING:
    from allocator.instance import Instance, Window

KINDS = {
    "allocator": "Allocator",
    "highs": "HiGHS on the extensive form, interior point",
    "mpi-sppy": "mpi-sppy's extensive form, HiGHS",
}
_PRICES = ["shortfall.excess_price=200000", "shortfall.overspend_price=0.5"]
_SETTLED = 2  # years


@dataclass(frozen=True)
class Case:
    """Futures to plan for, in so many windows (all: None), and who does."""

    scenarios: int
    windows: int | None = None
    tree: bool = False
    risk: float = 0.0
    kinds: tuple[str, ...] = ("allocator",)

    @property
    def words(self) -> list[str]:
        """As the command takes it."""
        found = [str(self.scenarios), "--risk", str(self.risk)]
        found += ["--tree"] if self.tree else []
        return found + (["--windows", str(self.windows)] if self.windows else [])

    def __str__(self) -> str:
        windows = "every window" if self.windows is None else f"{self.windows} window"
        risk = f", risk weight {self.risk:g}" if self.risk else ""
        return f"{'a tree of ' if self.tree else ''}{self.scenarios}, {windows}{risk}"


QUICK = (Case(3, 1),)
SHORT = (Case(10, 1, kinds=("allocator", "highs")), Case(30), Case(100, 1), Case(27, 1, tree=True))
SECONDS = {30: 10.0, 100: 30.0, 27: 60.0}  # aims: 30 in every window, the others as they are run
MEGABYTES = {100: 1200.0}
OF_OTHERS = 0.1  # of HiGHS's and mpi-sppy's time
STRESS = 2.0  # seconds, of 10,000 draws
PATIENCE = 90  # seconds of CPU that another may take
OVER = -signal.SIGXCPU  # how it ends where it takes more
CASES = (
    *(
        Case(
            count,
            windows,
            risk=risk,
            kinds=tuple(KINDS) if windows and (count < 100 or not risk) else ("allocator",),
        )
        for count in (10, 30, 100)
        for windows in (1, None)
        for risk in (0.0, 0.5)
    ),
    Case(27, 1, tree=True),
    Case(27, tree=True),
)


def compare(
    folders: Mapping[str, Path], cases: Sequence[Case], rounds: int
) -> tuple[str, list[Aim]]:
    """Times of each case; the objectives of all who solve it are the same."""
    rows, aims = [], []
    for title, folder in folders.items():
        for case in cases:
            found = _measured(folder, case, rounds)
            rows += _rows(title, case, found)
            aims += _aims(title, folder, case, found)
    heads = ("instance", "futures", "by", "wall", "CPU", "peak memory", "CPU, ours / it")
    return table(heads, rows), aims


def _aims(title: str, folder: Path, case: Case, found: Mapping[str, Sequence[Run]]) -> list[Aim]:
    """What a case should take, by itself and beside the others."""
    ours, name = found["allocator"], f"{title}, {case}"
    again = ("benchmarks.hedging", "allocator", str(folder), *case.words)
    used = [each.cpu for each in ours]
    aims = [
        Aim(
            f"{name}, of the time of {_who(kind, runs)}",
            ratio(used, [r.cpu for r in runs]),
            OF_OTHERS,
            profiled=again,
        )
        for kind, runs in found.items()
        if kind != "allocator"
    ]
    whole = case.scenarios in SECONDS and (case.scenarios != 30 or case.windows is None)
    if whole and not case.risk:
        seconds = SECONDS[case.scenarios]
        aims.append(Aim(name, median(used), seconds, unit="s", profiled=again))
    if case.scenarios in MEGABYTES and case.windows:
        memory = median(each.memory for each in ours)
        aims.append(Aim(f"{name}, peak memory", memory, MEGABYTES[case.scenarios], unit="MB"))
    return aims


def _measured(folder: Path, case: Case, rounds: int) -> dict[str, list[Run]]:
    """Ours as often as told, but what takes long once; the others once, as long as they may."""
    here = [kind for kind in case.kinds if kind != "mpi-sppy" or find_spec("mpisppy")]
    words = ("-m", "benchmarks.hedging")
    long = case.windows is None or case.scenarios >= 100
    found = in_turn(
        ["allocator"], 1 if long else rounds, lambda kind: run(*words, kind, folder, *case.words)
    )
    for kind in here:
        if kind != "allocator":
            found[kind] = [
                run(*words, kind, folder, *case.words, "--seconds", str(PATIENCE), codes=(0, OVER))
            ]
    least = {kind: runs[0].said["objectives"] for kind, runs in found.items() if runs[0].code == 0}
    for kind, costs in least.items():
        _check(kind, costs, least["allocator"])
    return found


def _rows(title: str, case: Case, found: Mapping[str, Sequence[Run]]) -> list[tuple[str, ...]]:
    used = {kind: [each.cpu for each in runs] for kind, runs in found.items()}
    return [
        (
            title,
            str(case),
            _who(kind, runs),
            spread([each.wall for each in runs]),
            spread(used[kind]),
            spread([each.memory for each in runs], "MB"),
            f"{ratio(used['allocator'], used[kind]):.2f}",
        )
        for kind, runs in found.items()
    ]


def _who(kind: str, runs: Sequence[Run]) -> str:
    """Who it is, and whether it came to an end."""
    ended = all(each.code == 0 for each in runs)
    return KINDS[kind] + ("" if ended else f", not ended after {PATIENCE} s, so at most")


def _check(kind: str, costs: Sequence[float | None], ours: Sequence[float | None]) -> None:
    for one, other in zip(costs, ours, strict=True):
        if one != other and abs((one or 0.0) - (other or 0.0)) > 1e-6 * abs(other or 0.0):
            raise AssertionError(f"{kind} does not agree: {costs}, ours {ours}")


def stressed(
    folders: Mapping[str, Path], place: Path, draws: int, rounds: int
) -> tuple[str, list[Aim]]:
    """Times of ``allocator stress`` on plans that are made here."""
    rows, aims = [], []
    for title, folder in folders.items():
        plan = place / f"stressed-{folder.parent.name}-{folder.name}"
        run("-m", "allocator", "solve", folder, "--out", plan)
        words = ("allocator", "stress", str(plan), "--draws", str(draws))
        runs = [run("-m", *words) for _ in range(rounds)]
        walls, used, memory = ([getattr(r, n) for r in runs] for n in ("wall", "cpu", "memory"))
        rows.append((title, f"{draws:,}", spread(walls), spread(used), spread(memory, "MB")))
        name = f"{title}, `allocator stress`, {draws:,} draws"
        aims.append(Aim(name, median(used), STRESS, unit="s", profiled=words))
    return table(("instance", "draws", "wall", "CPU", "peak memory"), rows), aims


def futures(folder: Path, count: int, tree: bool, risk: float) -> Instance:
    """The instance with so many scenarios, each as likely as the others."""
    from numpy.random import default_rng

    from allocator.instance import read
    from allocator.instance.cell_changes import with_only
    from allocator.instance.change import apply_changes

    instance = apply_changes(
        read(folder),
        [*_PRICES, f"uncertainty.decide={_SETTLED}", f"uncertainty.risk_weight={risk}"],
    )
    rows, changes = [], []
    for number in range(count):
        fees, works, comes = default_rng(number).normal(1, [0.08, 0.15, 0.05])
        name = f"s{number:03d}"
        rows.append({"scenario": name, "probability": 1 / count, **_branch(instance, number, tree)})
        cells = {"states.residential.unit_cost": fees, "effects.*.effect": works}
        cells |= {"transitions.need.*.rate": comes}
        changes += [
            {"scenario": name, "cell": cell, "value": f"*{factor:.6f}"}
            for cell, factor in cells.items()
        ]
    return with_only(with_only(instance, "scenarios", rows), "changes", changes)


def _branch(instance: Instance, number: int, tree: bool) -> dict[str, Any]:
    """Where a scenario of a tree of three by three by three parts from its parent."""
    if not tree or number == 0:
        return {}
    for depth, width in enumerate((9, 3, 1)):
        if number % width == 0:
            parent = number - number % (3 * width)
            year = instance.first_year + _SETTLED + depth
            return {"branches": year} | ({"parent": f"s{parent:03d}"} if depth else {})
    raise AssertionError(number)


def main(words: Sequence[str] | None = None) -> None:
    """Solve as asked, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("scenarios", type=int)
    parser.add_argument("--tree", action="store_true")
    parser.add_argument("--risk", type=float, default=0.0)
    parser.add_argument("--windows", type=int, help="so many of them alone, no window first")
    parser.add_argument("--seconds", type=int, help="of CPU, after which the system ends it")
    asked = parser.parse_args(words)
    if asked.seconds:
        resource.setrlimit(resource.RLIMIT_CPU, (asked.seconds, asked.seconds + 5))
    instance = futures(asked.folder, asked.scenarios, asked.tree, asked.risk)
    windows = [None, *instance.windows][: asked.windows]
    start = time.process_time()
    objectives = list(_SOLVERS[asked.kind](instance, windows))
    used = time.process_time() - start
    json.dump({"objectives": objectives, "cpu": used}, sys.stdout)


def _by_allocator(instance: Instance, windows: Sequence[Window | None]) -> Iterator[float | None]:
    from allocator.hedge.hedge import FuturesSolver
    from allocator.instance.scenarios import scenarios
    from allocator.solving.futures import extensive_form

    solver = FuturesSolver(extensive_form(scenarios(instance), instance.uncertainty))
    for window in windows:
        solved = solver.solve(window)
        assert solved.proved
        yield solved.value(0) if solved.optimal else None


def _by_highs(instance: Instance, windows: Sequence[Window | None]) -> Iterator[float | None]:
    """Interior point without crossover, which is its fastest way on these programs."""
    from allocator.instance.scenarios import scenarios
    from allocator.solvers.catalogue import SOLVERS
    from allocator.solvers.highs import HighsModel
    from allocator.solving.futures import extensive_form

    form = extensive_form(scenarios(instance), instance.uncertainty)
    whole = SOLVERS["ipm"]
    solver = replace(whole, options={**whole.options, "run_crossover": "off"}, vertex=False)
    for window in windows:
        program = form.at(window)
        yield HighsModel(program, solver).solve(program).objective


def _by_mpi_sppy(instance: Instance, windows: Sequence[Window | None]) -> Iterator[float | None]:
    from allocator.hedge.mpi_sppy.extensive import extensive
    from allocator.hedge.mpi_sppy.models import Models
    from allocator.instance.scenarios import scenarios

    for window in windows:
        models = Models(scenarios(instance), instance.uncertainty, window)
        yield extensive(models).inner


_SOLVERS = {"allocator": _by_allocator, "highs": _by_highs, "mpi-sppy": _by_mpi_sppy}

if __name__ == "__main__":
    main()
