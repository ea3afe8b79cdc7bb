from __future__ import annotations

from collections.abc import Iterator

import pytest

from allocator.sweep import worker


@pytest.fixture
def solved_points(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Points as they are solved in this process, one after the other."""
    points: list[int] = []
    row = worker.Worker.row

    def counted(self, point, **options):
        points.append(point)
        return row(self, point, **options)

    monkeypatch.setattr(worker.Worker, "row", counted)
    return points


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    """No worker is kept for the next test."""
    yield
    vars(worker._kept).clear()
