"""What runs inside a measured process; prints one line of JSON.

python -m benchmarks.worker build PEER FOLDER REPEATS
python -m benchmarks.worker solve ALGORITHM FOLDER SECONDS
python -m benchmarks.worker plan FOLDER SECONDS
python -m benchmarks.worker export FOLDER PLACE
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Nothing printed, by C libraries either."""
    sys.stdout.flush()
    kept = os.dup(1)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        try:
            yield
        finally:
            os.dup2(kept, 1)
            os.close(kept)


def build(peer: str, folder: str, repeats: str) -> dict[str, Any]:
    """Times of building and handing over; the instance is read and resolved before."""
    from importlib import import_module

    from allocator.instance import read

    instance = read(Path(folder))
    _ = instance.resolved
    start = time.perf_counter()
    builder = import_module(f"benchmarks.by_{peer}")
    imports = time.perf_counter() - start
    wall, cpu, kept = [], [], None
    for _ in range(int(repeats)):
        kept = None  # the last one goes first
        start, used = time.perf_counter(), time.process_time()
        with quiet():
            kept = builder.build(instance)
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - used)
    del kept
    return {"imports": imports, "wall": wall, "cpu": cpu}


def solve(algorithm: str, folder: str, seconds: str) -> dict[str, Any]:
    """One solve from the start: the longest window, or none where there is no window."""
    from allocator.instance import read
    from allocator.solvers.catalogue import find_solver
    from allocator.solvers.highs import HighsModel
    from allocator.solving.session import build_window

    instance = read(Path(folder))
    _ = instance.resolved
    start = time.perf_counter()
    window = instance.windows[-1] if instance.windows else None
    program = build_window(instance, window)
    built = time.perf_counter() - start
    model = HighsModel(program, find_solver(algorithm))
    used = time.process_time()
    answer = model.solve(program, -1, float(seconds))
    return {
        "status": answer.status.value, "seconds": answer.seconds, "objective": answer.objective,
        "iterations": answer.iterations, "cpu": time.process_time() - used, "build": built,
        "rows": program.shape[0], "columns": program.shape[1], "entries": program.matrix.entries,
    }  # fmt: skip


def plan(folder: str, seconds: str) -> dict[str, Any]:
    """The whole plan, every window, from the files on; and HiGHS's own time of it."""
    from allocator.errors import TimeLimitError
    from allocator.instance import read
    from allocator.solving.session import Session
    from allocator.solving.solve import plan_of

    start = time.perf_counter()
    instance = read(Path(folder))
    session = Session()
    try:
        solved = session.solve(instance, ranges=True, time_limit=float(seconds))
        status = plan_of(instance, solved, "least_cost", session.solver).status
    except TimeLimitError:
        status = "time limit"
    taken = time.perf_counter() - start
    return {"status": status, "seconds": taken, "highs": session.ladder.seconds,
            "windows": len(instance.windows) + 1}  # fmt: skip


def export(folder: str, place: str) -> dict[str, Any]:
    """One MPS file a window, named in the order in which Allocator solves them."""
    from allocator.instance import read
    from allocator.solving.export import export as export_program
    from allocator.solving.session import build_window

    instance = read(Path(folder))
    windows = [*reversed(instance.windows), None]
    for n, window in enumerate(windows):
        export_program(build_window(instance, window), Path(place) / f"{n:03d}.mps")
    return {"windows": len(windows)}


if __name__ == "__main__":
    task, *words = sys.argv[1:]
    tasks = {"build": build, "solve": solve, "plan": plan, "export": export}
    print(json.dumps(tasks[task](*words)))
