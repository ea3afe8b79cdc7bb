"""Algorithms run without a process for each: where not the process but its answer is the point.

Each runs in a process of its own as ``compare`` has it in ``test_solvers``, ``test_race`` and
``test_command``.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from allocator.compare import race
from allocator.compare.race import Terms
from allocator.solvers.loading import highspy
from allocator.solvers.task import Reply, Task
from tests.compare.bridging import solved

APART = "google"  # OR-tools cannot be loaded beside highspy: it brings a HiGHS of its own


@pytest.fixture(scope="session")
def apart() -> Iterator[ProcessPoolExecutor]:
    """One process for every run of OR-tools."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


def beside_others(task: Task) -> Reply:
    """The same in a process where HiGHS may have been given another number of threads."""
    highspy.Highs.resetGlobalScheduler(True)
    try:
        return solved(task)
    finally:
        highspy.Highs.resetGlobalScheduler(True)


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch, apart: ProcessPoolExecutor) -> None:
    """An algorithm answers as its process would; only time and memory are made up."""

    def watched(
        task: Task, answer: Path, log: Path, terms: Terms
    ) -> tuple[int, bool, float, int | None, str]:
        with log.open("w", encoding="utf-8") as told, redirect_stdout(told):
            if task.bridge == APART:
                reply = apart.submit(solved, task).result()
            else:
                reply = beside_others(task)
        reply.save(answer)
        return 0, False, 1.0, 1, ""

    monkeypatch.setattr(race, "_watched", watched)
