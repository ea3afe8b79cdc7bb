"""Programs that a test needs: absent ones are told with how to have them, and fail in CI."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import pytest

from allocator.solvers.algorithms import ALGORITHMS, EXTRA
from allocator.solvers.presence import version

INSTALL = {
    "glpsol": "apt-get install glpk-utils", "cbc": "apt-get install coinor-cbc",
    "clp": "apt-get install coinor-clp", "pyscipopt": EXTRA,
    "mpisppy": "pip install 'allocator[mpi-sppy]'", "mpi4py": "pip install 'allocator[mpi-sppy]'",
    "chromium": "apt-get install chromium", "soffice": "apt-get install libreoffice-calc",
}  # fmt: skip


def need(name: str, *others: str) -> str:
    """The path of a program, or a Python module's name; where it is absent the test is skipped.

    Called by the test as it runs, so that a program may come or go during the suite.  In CI
    the test fails instead.  ``others`` are names that the same program has elsewhere.
    """
    for each in (name, *others):
        if path := shutil.which(each):
            return path
        if find_spec(each) is not None:
            return each
    _told([f"{name} ({INSTALL[name]})"])


def need_writer() -> None:
    """The same for LibreOffice's Writer, which may be absent where the rest of it is there."""
    program = Path(need("soffice", "libreoffice")).resolve()
    if not (program.parent / "libswlo.so").exists():
        _told(["Writer (apt-get install libreoffice-writer)"])


def need_algorithms(*names: str) -> None:
    """The same for algorithms of ``compare``; at the end of a test that the others have passed."""
    absent = [ALGORITHMS[name] for name in names if version(ALGORITHMS[name]) is None]
    if absent:
        _told([f"{each.name} ({each.install})" for each in absent])


def _told(absent: Sequence[str]) -> NoReturn:
    said = f"absent: {', '.join(absent)}"
    if os.environ.get("ALLOCATOR_EVERY_PROGRAM"):  # set by .ci/run
        pytest.fail(said)
    pytest.skip(said)
