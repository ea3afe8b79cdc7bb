from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from allocator.report.charts.pictures import picture as draw
from allocator.report.charts.shapes import Chart

CALLED = [
    import_module(f"allocator.report.{name}") for name in ("charts.pictures", "html.page", "paper")
]


@pytest.fixture(autouse=True, scope="session")
def drawn_once(shared: Path) -> Iterator[None]:
    """A chart is drawn once by all processes of the tests together, and then read from a file."""
    folder = shared / "pictures"
    folder.mkdir(exist_ok=True)

    def picture(chart: Chart, form: str, *, titled: bool = True) -> bytes:
        file = folder / hashlib.sha256(pickle.dumps((chart, form, titled))).hexdigest()
        if not file.exists():
            new = file.with_suffix(f".{os.getpid()}")
            new.write_bytes(draw(chart, form, titled=titled))
            new.replace(file)
        return file.read_bytes()

    with pytest.MonkeyPatch.context() as patch:
        for module in CALLED:
            patch.setattr(module, "picture", picture)
        yield


@pytest.fixture
def drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every chart is drawn, whether or not it was before."""
    for module in CALLED:
        monkeypatch.setattr(module, "picture", draw)
