"""(a) Build and hand over the same program, beside peers; (d) how it grows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from statistics import median

from benchmarks.measure import Run, in_turn, ratio, run, spread, table
from benchmarks.record import Aim

PEERS = {
    "allocator": "Allocator", "hand": "arrays by hand, numpy and scipy", "linopy": "linopy",
    "pyoptinterface": "PyOptInterface", "pyomo": "plain Pyomo and its HiGHS interface",
}  # fmt: skip


def build(peer: str, folder: Path, repeats: int) -> Run:
    """One process that builds so many times."""
    return run("-m", "benchmarks.worker", "build", peer, folder, str(repeats))


def check_same(folder: Path, peers: Sequence[str]) -> str:
    """What was compared; RuntimeError where a peer's program is not ours number by number."""
    others = [peer for peer in peers if peer != "allocator"]
    said = [run("-W", "ignore", "-m", "benchmarks.sameness", peer, folder).said for peer in others]
    worst = max(each["worst"] for each in said)
    names = ", ".join(PEERS[peer] for peer in others)
    return (
        f"The programs of {names} hold the same {said[0]['entries']:,} coefficients, bounds "
        f"and costs as ours, number by number, and have the same optimum: the worst relative "
        f"difference is {worst:.0e}."
    )


def compare(
    title: str,
    folder: Path,
    peers: Sequence[str],
    rounds: int,
    repeats: int,
    slow: Sequence[str] = (),
) -> tuple[str, dict[str, dict[str, list[float]]]]:
    """A table of the peers at one size, and what it holds; ``slow`` ones run only once.

    ``repeats`` is how often each is built again in its process.
    """
    quick = [peer for peer in peers if peer not in slow]
    timed = in_turn(quick, rounds, lambda peer: build(peer, folder, 1 + repeats))
    once = timed  # built but once each
    if repeats:
        once = in_turn(quick, min(rounds, 3), lambda peer: build(peer, folder, 1))
    for peer in slow:  # a minute each: one process, one build
        timed[peer] = once[peer] = [build(peer, folder, 1)]
    idle = in_turn(peers, 1, lambda peer: build(peer, folder, 0))
    found = {
        peer: {
            "wall": list(chain.from_iterable(_later(r.said["wall"]) for r in timed[peer])),
            "cpu": list(chain.from_iterable(_later(r.said["cpu"]) for r in timed[peer])),
            "first": [r.said["wall"][0] for r in (*timed[peer], *once[peer])],
            "imports": [r.said["imports"] for r in (*timed[peer], *once[peer])],
            "memory": [r.memory for r in once[peer]],
            "added": [r.memory - idle[peer][0].memory for r in once[peer]],
        }
        for peer in peers
    }
    ours = found["allocator"]
    rows = [
        (
            PEERS[peer], spread(f["wall"]), spread(f["cpu"]), spread(f["first"]),
            spread(f["imports"]), spread(f["memory"], "MB"), f"{median(f['added']):,.0f} MB",
            f"**{ratio(ours['cpu'], f['cpu']):.2f}**",
            f"{ratio(ours['memory'], f['memory']):.2f}",
        )
        for peer, f in found.items()
    ]  # fmt: skip
    heads = ("", "wall", "CPU", "first in its process", "imports", "peak memory",
             "of it, by building", "ours / it", "memory, ours / it")  # fmt: skip
    return f"### {title}\n\n{table(heads, rows)}", found


def _later(values: list[float]) -> list[float]:
    """Without the first of a process, where there are others."""
    return values[1:] or values


def aims_one(found: dict[str, dict[str, list[float]]]) -> list[Aim]:
    """The aims at one council."""
    return [
        Aim(
            f"one council, build, of {PEERS[peer]}'s time",
            ratio(found["allocator"]["cpu"], found[peer]["cpu"]),
            aim,
        )
        for peer, aim in (("pyomo", 0.1), ("linopy", 0.2))
        if peer in found
    ]


def aims_country(found: dict[str, dict[str, list[float]]], folder: Path) -> list[Aim]:
    """The aims at 151 authorities and 40 quarters."""
    ours, again = found["allocator"], ("benchmarks.worker", "build", "allocator", str(folder), "12")
    lines = [
        Aim(
            f"151 × 40, build, of {PEERS[peer]}'s time",
            ratio(ours["cpu"], f["cpu"]),
            aim,
            profiled=again,
        )
        for peer, aim in (("linopy", 1.0), ("hand", 2.0), ("pyomo", 0.1))
        if (f := found.get(peer))
    ]
    memory = ratio(ours["memory"], found["hand"]["memory"])
    return [*lines, Aim("151 × 40, peak memory, of that of arrays by hand", memory, 2.0)]


def grow(folders: dict[str, Path], rounds: int, seconds: float) -> str:
    """Build, memory and solve of one window as the instance grows."""
    names = list(folders)
    built = in_turn(names, rounds, lambda name: build("allocator", folders[name], 3))
    solved = in_turn(
        names,
        1,
        lambda name: run("-m", "benchmarks.worker", "solve", "highs", folders[name], str(seconds)),
    )
    rows = []
    for name in names:
        said = solved[name][0].said
        wall = list(chain.from_iterable(_later(r.said["wall"]) for r in built[name]))
        answer = f"{said['seconds']:.3g} s" if said["status"] == "optimal" else said["status"]
        rows.append(
            (
                name,
                f"{said['rows']:,} × {said['columns']:,}",
                f"{said['entries']:,}",
                spread(wall),
                spread([r.memory for r in built[name]], "MB"),
                answer,
                f"{solved[name][0].memory:,.0f} MB",
            )
        )
    heads = (
        "",
        "rows × columns",
        "entries",
        "build and hand over",
        "peak memory, built",
        "solve of the longest window, from nothing",
        "peak memory, solved",
    )
    return table(heads, rows)
