from __future__ import annotations

import pytest

from allocator.cli import progress


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine, a verb says nothing of its progress unless a test wants it to."""
    monkeypatch.setattr(progress, "PATIENCE", 3600.0)
