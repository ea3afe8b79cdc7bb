from __future__ import annotations

from pathlib import Path

import pytest

from allocator.instance.writing import write
from tests.plans import STANDING, yearly


@pytest.fixture(scope="session")
def by_years(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the instances that stand here, by years."""
    folder = tmp_path_factory.mktemp("standing") / "instances"
    for name in STANDING:
        write(yearly(name), folder / name)
    return folder
