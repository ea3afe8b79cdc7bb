from __future__ import annotations

from pathlib import Path

import pytest

from allocator.calibrate.panel import Panel, read_panel
from tests.calibrate.made import rows_of, write


@pytest.fixture(scope="session")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("panel") / "panel.csv", rows_of())


@pytest.fixture(scope="session")
def panel(table: Path) -> Panel:
    return read_panel(table)
