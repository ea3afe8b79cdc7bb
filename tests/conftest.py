from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from allocator.cli import progress


def pytest_collection_finish() -> None:
    """What is imported and collected by now stays: it need not be searched for garbage each time.

    Nor need it be searched for so often; a seventh of the suite's time went there.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this session that is the same for every process of it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(autouse=True, scope="session")
def cache(shared: Path) -> Iterator[None]:
    """Templates of formulations are kept for the tests alone, not in the user's own cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(shared))
        yield


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine, a verb says nothing of its progress unless a test wants it to."""
    monkeypatch.setattr(progress, "PATIENCE", 3600.0)
