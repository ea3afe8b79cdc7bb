from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest

from allocator.instance.writing import write
from tests.plans import STANDING, yearly


@pytest.fixture(scope="session")
def by_years(shared: Path) -> Path:
    """A folder of the instances that stand here, by years; written once by all processes."""
    folder = shared / "standing" / "instances"
    folder.mkdir(parents=True, exist_ok=True)
    for name in STANDING:
        if not (folder / name).exists():
            own = folder.with_name(f"{name}.{os.getpid()}")
            write(yearly(name), own)
            with suppress(OSError):  # another was there first
                own.rename(folder / name)
    return folder


@pytest.fixture(autouse=True)
def _charts(drawn_alike: None) -> None:
    """What the pages' commands draw is not the point here."""
