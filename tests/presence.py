"""Programs that a test needs: absent ones are told with how to have them, and fail in CI."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from importlib.util import find_spec

import pytest

from allocator.solvers.algorithms import ALGORITHMS, EXTRA
from allocator.solvers.presence import version

INSTALL = {
    "glpsol": "apt-get install glpk-utils", "cbc": "apt-get install coinor-cbc",
    "clp": "apt-get install coinor-clp", "pyscipopt": EXTRA,
    "chromium": "apt-get install chromium", "soffice": "apt-get install libreoffice-calc",
}  # fmt: skip


def need(name: str, *others: str) -> None:
    """Skip the test, or fail it in CI, unless there is a program or a Python module.

    ``others`` are names that the same program has elsewhere.
    """
    if all(shutil.which(each) is None and find_spec(each) is None for each in (name, *others)):
        _told([f"{name} ({INSTALL[name]})"])


def need_algorithms(*names: str) -> None:
    """The same for algorithms of ``compare``; at the end of a test that the others have passed."""
    absent = [ALGORITHMS[name] for name in names if version(ALGORITHMS[name]) is None]
    if absent:
        _told([f"{each.name} ({each.install})" for each in absent])


def _told(absent: Sequence[str]) -> None:
    said = f"absent: {', '.join(absent)}"
    if os.environ.get("ALLOCATOR_EVERY_PROGRAM"):  # set by .ci/run
        pytest.fail(said)
    pytest.skip(said)
