"""(b) The whole command against the floor; (e) which algorithm wins at which size."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.measure import Run, in_turn, ratio, run, spread, table
from benchmarks.record import Aim

ALGORITHMS = ("simplex", "ipm", "hipo", "pdlp")

SAME = 1e-9  # relative, of the cost of a window area by area and as a whole


def whole(title: str, folder: Path, rounds: int) -> tuple[str, list[Aim]]:
    """``allocator solve`` and the floor script on the same windows, in turn."""
    with tempfile.TemporaryDirectory() as place:
        windows = run("-m", "benchmarks.worker", "export", folder, place).said["windows"]
        say = ["-m", "allocator", "solve", folder, "--json"]
        found = in_turn(
            ("command", "floor", "best"),
            rounds,
            lambda name: (
                run("-m", "benchmarks.floor", place)
                if name == "floor"
                else run(*say, *(["--windows", "best"] if name == "best" else []))
            ),
        )
    check_same(found)
    floor = [each.cpu for each in found["floor"]]
    rows = [
        (name, spread([r.wall for r in runs]), spread([r.cpu for r in runs]),
         spread([r.memory for r in runs], "MB"),
         f"**{ratio([r.cpu for r in runs], floor):.2f}**")
        for name, runs in (
            ("`allocator solve`", found["command"]),
            ("`allocator solve --windows best`", found["best"]),
            ("floor: highspy on the exported files", found["floor"]),
        )
    ]  # fmt: skip
    said = found["floor"][0].said
    heading = f"### {title}: {windows} windows, {said['solved']} of them with a plan"
    command, best = (ratio([r.cpu for r in found[name]], floor) for name in ("command", "best"))
    text = f"{heading}\n\n{table(('', 'wall', 'CPU', 'peak memory', 'it / floor'), rows)}"
    return text, [
        Aim(
            f"{title}, the whole command, of the floor script's time",
            command,
            1.15,
            profiled=("allocator", "solve", str(folder), "--json"),
        ),
        Aim(
            f"{title}, `--windows best`, of the floor script's time",
            best,
            1.0,
            profiled=("allocator", "solve", str(folder), "--json", "--windows", "best"),
        ),
    ]


def by_areas(
    kinds: dict[str, Path],
    aims: Mapping[str, float],
    side_by_side: Collection[str] = (),
    rounds: int = 1,
) -> tuple[str, list[Aim]]:
    """Every window of each kind of country, by the whole command; ``aims`` are seconds by kind.

    Kinds of ``side_by_side`` are solved in two processes too, so many times in turn.
    """
    rows, found = [], []
    for name, folder in kinds.items():
        words = ("allocator", "solve", str(folder), "--method", "areas", "--json")
        done = run("-m", *words, codes=(0, 3))
        if name in aims:
            found.append(Aim(f"151 × 40, {name}", done.cpu, aims[name], unit="s", profiled=words))
        windows = done.said["windows"]
        plans = [each["objective"] for each in windows if each["status"] == "optimal"]
        proved = sum(each["proved"] for each in windows)
        faster = "–"
        if name in side_by_side:
            _, aim, both = in_two(f"151 × 40, {name}", words, done, rounds)
            found.append(aim)
            faster = f"{aim.ratio:.2f} ({both})"
        rows.append((
            name, len(windows), len(plans), len({round(cost) for cost in plans}), proved,
            f"{done.cpu:.0f} s", f"{done.wall:.0f} s", faster, f"{done.memory:,.0f} MB",
        ))  # fmt: skip
    heads = ("kind", "windows", "with a plan", "costs to the pound", "proved")
    heads += ("CPU", "wall", "two processes faster", "peak memory")
    return table(heads, rows), found


def against_whole(title: str, folder: Path) -> tuple[str, list[Aim], float]:
    """Area by area and as a whole, every window: the same costs, and the CPU of each.

    What it says, the aim, and the CPU seconds of area by area.
    """
    words = ("allocator", "solve", str(folder), "--json", "--method")
    areas, whole = (run("-m", *words, method, codes=(0, 3)) for method in ("areas", "whole"))
    check_windows(areas, whole, "area by area and as a whole")
    text = (
        f"{title}: {areas.cpu:.1f} s of CPU area by area, {whole.cpu:.1f} s as a whole; every "
        f"window costs the same to {SAME:g}."
    )
    of_whole = Aim(
        f"{title}, area by area, of the whole's CPU",
        areas.cpu / whole.cpu,
        0.5,
        profiled=(*words, "areas"),
    )
    return text, [of_whole], areas.cpu


def two_processes(title: str, folder: Path, rounds: int = 1) -> tuple[str, list[Aim]]:
    """The whole command in one process and in two; wall-clock, which wants an idle machine.

    And twice at once, each in one process: what two cores give where nothing is shared.
    """
    words = ("allocator", "solve", str(folder), "--method", "areas", "--json")
    one = run("-m", *words, codes=(0, 3))
    text, aim, _ = in_two(title, words, one, rounds)
    with ThreadPoolExecutor(2) as both:
        twice = list(both.map(lambda _: run("-m", *words, codes=(0, 3)), range(2)))
    longest = max(each.wall for each in twice)
    text += (
        f"  Two of the same commands at once, one process each, take {longest:.1f} s: this machine "
        f"gives two processes that share nothing {2 * one.wall / longest:.2f} times of one's work."
    )
    return text, [aim]


def in_two(title: str, words: Sequence[str], one: Run, rounds: int) -> tuple[str, Aim, str]:
    """A command in one process and in two, so many times in turn, the first of which is ``one``.

    The least of each counts: what disturbs a machine only adds, and it has two cores to disturb
    where one is asked for.  What it says, the aim, and both in short.  AssertionError where
    windows do not agree.
    """
    ones, twos = [one], list[Run]()
    for turn in range(rounds):
        if turn:
            ones.append(run("-m", *words, codes=(0, 3)))
        twos.append(run("-m", *words, "--jobs", "2", codes=(0, 3)))
        check_windows(one, twos[-1], "one process and two")
    least, both = (min(each, key=lambda done: done.wall) for each in (ones, twos))
    text = (
        f"{title}: {least.wall:.1f} s of wall-clock in one process, {both.wall:.1f} s with "
        f"`--jobs 2` ({least.cpu:.1f} and {both.cpu:.1f} s of CPU), the least of {rounds} each."
    )
    aim = Aim(
        f"{title}, how much faster two processes are",
        least.wall / both.wall,
        1.6,
        at_most=False,
        profiled=tuple(words),
    )
    return text, aim, f"{least.wall:.0f} and {both.wall:.0f} s"


def check_windows(one: Run, other: Run, who: str) -> None:
    """AssertionError where two commands differ in which windows have a plan, or what it costs."""
    for window, again in zip(one.said["windows"], other.said["windows"], strict=True):
        costs = window["objective"], again["objective"]
        apart = window["status"] != again["status"]
        if apart or (None not in costs and abs(costs[0] - costs[1]) > SAME * abs(costs[1])):
            raise AssertionError(f"{who} do not agree: {window}, {again}")


def country(sizes: dict[str, Path], seconds: float, aim: float) -> tuple[str, list[Aim]]:
    """The whole plan of many areas, every window, against HiGHS's own time in the same process."""
    rows, aims = [], []
    for name, folder in sizes.items():
        words = ("benchmarks.worker", "plan", str(folder), str(seconds))
        done = run("-m", *words)
        said = done.said
        took = said["seconds"] / said["highs"]
        rows.append(
            (
                name,
                said["windows"],
                said["status"],
                f"{said['seconds']:.1f} s",
                f"{said['highs']:.1f} s",
                f"**{took:.3f}**",
                f"{done.memory:,.0f} MB",
            )
        )
        if said["status"] != "time limit":
            what = f"{name}, the whole plan, of HiGHS's own time"
            aims = [Aim(what, took, aim, profiled=words)]
    heads = ("", "programs", "status", "whole plan", "in HiGHS", "ratio", "peak memory")
    return table(heads, rows), aims


def check_same(found: dict[str, list[Run]]) -> None:
    """Raise unless the command and the floor found the same least cost."""
    least = found["floor"][0].said["least"]
    for name in ("command", "best"):
        said = found[name][0].said["objective"]
        if abs(said / 1e6 - least) > 1e-6 * abs(least):
            raise AssertionError(f"{name} found £{said:,.0f}, the floor £{least}m")


def algorithms(folders: dict[str, Path], seconds: float, rounds: int) -> str:
    """Each algorithm on the longest window's program, from nothing, with a limit of time."""
    rows: list[Sequence[object]] = []
    for name, folder in folders.items():
        found = in_turn(
            ALGORITHMS,
            rounds,
            lambda kind, folder=folder: run(
                "-m", "benchmarks.worker", "solve", kind, folder, str(seconds)
            ),
        )
        said = {kind: [each.said for each in runs] for kind, runs in found.items()}
        done = {
            k: [s["seconds"] for s in v]
            for k, v in said.items()
            if all(s["status"] == "optimal" for s in v)
        }
        best = min(done, key=lambda kind: min(done[kind]), default=None)
        cells = []
        for kind in ALGORITHMS:
            text = spread(done[kind]) if kind in done else said[kind][0]["status"]
            cells.append(f"**{text}**" if kind == best else text.replace("_", " "))
        rows.append((name, f"{said['simplex'][0]['rows']:,}", *cells))
    return table(("", "rows", *ALGORITHMS), rows)
