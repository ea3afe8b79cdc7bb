"""An interruption ends the solver's run before it is passed on."""

from __future__ import annotations

import threading

import pytest

from allocator.solvers import highs
from allocator.solvers.catalogue import find_solver
from allocator.solving.session import build
from tests.plans import instance_of


class _Endless:
    """Stands for HiGHS in a run that only ends when it is told to."""

    def __init__(self) -> None:
        self.cancelled = threading.Event()
        self.ended = False

    def run(self) -> None:
        self.cancelled.wait()
        self.ended = True

    def cancelSolve(self) -> None:
        self.cancelled.set()


def test_the_run_is_cancelled_and_waited_for(monkeypatch):
    class InterruptedAtFirst(threading.Event):
        waits = 0

        def wait(self, timeout: float | None = None) -> bool:
            self.waits += 1
            if self.waits == 1:
                raise KeyboardInterrupt
            return super().wait(timeout)

    monkeypatch.setattr(highs, "LARGE", 0)  # a small one is not run in a thread
    model = highs.HighsModel(build(instance_of("hand")), find_solver("highs"))
    endless = _Endless()
    monkeypatch.setattr(model, "_highs", endless)
    monkeypatch.setattr(highs, "Event", InterruptedAtFirst)
    with pytest.raises(KeyboardInterrupt):
        model._run_interruptibly()
    assert endless.ended
