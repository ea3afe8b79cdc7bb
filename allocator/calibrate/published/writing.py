"""A calibrated instance in its folder: the tables, a README and ``calibration.json``, whole."""

from __future__ import annotations

import json
from pathlib import Path

from allocator.calibrate.published.build import Calibrated
from allocator.calibrate.published.readme import readme, sidecar
from allocator.errors import UsageError
from allocator.files import check_folder
from allocator.instance.beside import CALIBRATION
from allocator.instance.writing import INSTANCE, WORKBOOK, check_place, write


def write_calibrated(made: Calibrated, path: Path, *, force: bool = False) -> None:
    """Write the instance to a folder; nothing is half-written, nothing replaced without ``force``.

    Raises UsageError as :func:`allocator.instance.writing.write` does, and for a workbook, which
    has no place for the page that says where the figures come from.
    """
    check_out(path, force=force)
    beside = {
        "README.md": readme(made),
        CALIBRATION: json.dumps(sidecar(made), indent=1) + "\n",
    }
    write(made.instance, path, force=force, beside=beside)


def check_out(path: Path, *, force: bool = False) -> None:
    """Raise UsageError, before any work is done, for a path that cannot be written to."""
    if path.suffix.lower() == WORKBOOK:
        raise UsageError(f"{path}: write to a folder; a README of sources goes with the tables")
    check_place(path)
    check_folder(path, kind=INSTANCE, force=force)
