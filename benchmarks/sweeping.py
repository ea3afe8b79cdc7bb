"""(c) A sweep over a target, against warm re-solves in bare highspy and rebuilding with linopy.

One council, without a double-investment window (so a point is one program) and with ordinary
budgets a tenth larger (so that most points have a plan).

    python -m benchmarks.sweeping allocator|highspy|linopy FOLDER POINTS FROM

Targets run from FROM times the instance's own over a range of a tenth of it.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.measure import in_turn, ratio, run, spread, table
from benchmarks.record import Aim

KINDS = {
    "allocator": "`allocator.sweep`",
    "highspy": "bare highspy, warm: change bounds, run, read",
    "linopy": "linopy, built anew at every point",
}


def compare(
    folder: Path, points: int, begin: float, rounds: int, kinds: Sequence[str]
) -> tuple[str, list[Aim]]:
    """Times per point, and the aim."""
    some = {"linopy": min(points, 20)}
    found = in_turn(
        kinds,
        rounds,
        lambda kind: run(
            "-m", "benchmarks.sweeping", kind, folder, str(some.get(kind, points)), str(begin)
        ),
    )
    said = {kind: [each.said for each in runs] for kind, runs in found.items()}
    least = [said[kind][0]["last"] for kind in kinds]
    if max(least) - min(least) > 1e-6 * abs(least[0]):
        raise AssertionError(f"the sweeps do not agree: {least}")
    each = {k: [1e3 * s["wall"] / s["points"] for s in v] for k, v in said.items()}
    used = {k: [1e3 * s["cpu"] / s["points"] for s in v] for k, v in said.items()}
    rows = [
        (
            KINDS[kind],
            said[kind][0]["points"],
            said[kind][0]["optimal"],
            spread(each[kind], "ms"),
            spread(used[kind], "ms"),
            f"{ratio(used[kind], used['highspy']):.2f}",
            f"{median(each[kind]) * points / 1e3:.3g} s",
        )
        for kind in kinds
    ]
    heads = (
        "",
        "points run",
        "with a plan",
        "wall per point",
        "CPU per point",
        "it / highspy",
        f"{points} points",
    )
    aim = Aim(
        "a re-solve in a sweep, of bare highspy's time",
        ratio(used["allocator"], used["highspy"]),
        1.25,
        profiled=("benchmarks.sweeping", "allocator", str(folder), str(points), str(begin)),
    )
    return table(heads, rows), [aim]


def main(kind: str, folder: str, points: str, begin: str) -> dict[str, Any]:
    """One sweep."""
    from allocator.instance import read
    from allocator.instance.change import apply_changes

    read_in = replace(read(Path(folder)), double_investment=None)
    instance = apply_changes(read_in, ["budgets.core.*.amount=*1.1"])
    (_, year), most = next(iter(instance.resolved.targets.items()))
    values = [
        round(most * (float(begin) + 0.1 * (n + 1) / int(points)), 6) for n in range(int(points))
    ]
    objectives, wall, cpu = {"allocator": _ours, "highspy": _bare, "linopy": _linopy}[kind](
        instance, year, values
    )
    return {"points": len(values), "wall": wall, "cpu": cpu, "last": objectives[-1],
            "optimal": len([value for value in objectives if value is not None])}  # fmt: skip


def _ours(instance: Any, year: int, values: list[float]) -> Any:
    from allocator.sweep import Axis, Sweep

    import_module("pandas")  # that its table is made with: imports are left out, as of the others
    sweep = Sweep(instance, [Axis(f"targets.{year}.children", tuple(map(str, values)))])
    start, used = time.perf_counter(), time.process_time()
    rows = sweep.run()
    took = time.perf_counter() - start, time.process_time() - used
    good = rows["status"] == "optimal"
    return [v / 1e6 if ok else None for v, ok in zip(rows["objective"], good, strict=True)], *took


def _bare(instance: Any, year: int, values: list[float]) -> Any:
    import highspy
    import numpy as np

    from benchmarks.by_hand import build

    start, used = time.perf_counter(), time.process_time()
    model = build(instance)
    for name in ("primal_feasibility_tolerance", "dual_feasibility_tolerance"):
        model.setOptionValue(name, 1e-8)
    count = instance.last_year - year + 1  # the target holds to the end; its rows are the last
    rows = np.arange(model.getNumRow() - count, model.getNumRow(), dtype=np.int32)
    objectives: list[float | None] = []
    for value in values:
        model.changeRowsBounds(count, rows, np.full(count, -np.inf), np.full(count, value))
        model.run()
        solution = model.getSolution()
        _ = np.array(solution.col_value), np.array(solution.row_dual)
        done = model.getModelStatus() == highspy.HighsModelStatus.kOptimal
        objectives.append(model.getInfo().objective_function_value if done else None)
    return objectives, time.perf_counter() - start, time.process_time() - used


def _linopy(instance: Any, year: int, values: list[float]) -> Any:
    import highspy

    from allocator.instance.change import apply_changes
    from benchmarks.by_linopy import build
    from benchmarks.worker import quiet

    start, used = time.perf_counter(), time.process_time()
    objectives: list[float | None] = []
    with quiet():
        for value in values:
            model = build(apply_changes(instance, [f"targets.{year}.children={value}"]))
            model.setOptionValue("output_flag", False)
            model.run()
            done = model.getModelStatus() == highspy.HighsModelStatus.kOptimal
            objectives.append(model.getInfo().objective_function_value if done else None)
    return objectives, time.perf_counter() - start, time.process_time() - used


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
