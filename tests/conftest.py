from __future__ import annotations

import gc

import pytest

from allocator.cli import progress


def pytest_collection_finish() -> None:
    """What is imported and collected by now stays: it need not be searched for garbage each time.

    Nor need it be searched for so often; a seventh of the suite's time went there.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine, a verb says nothing of its progress unless a test wants it to."""
    monkeypatch.setattr(progress, "PATIENCE", 3600.0)
