"""What stands beside an instance and is none of it: how sure a calibration is of its rates."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from allocator.errors import UsageError
from allocator.instance.writing import WORKBOOK

CALIBRATION: Final = "calibration.json"


def calibration_of(path: Path) -> Path:
    """Where the calibration of the instance at a path stands, if anywhere."""
    if path.suffix.lower() == WORKBOOK:
        return path.with_name(f"{path.stem}.{CALIBRATION}")
    return (path if path.is_dir() else path.parent) / CALIBRATION


def kept_beside(path: Path) -> dict[str, str]:
    """Text of the files that go with a copy of the instance at a path, by name.

    Raises UsageError where one cannot be read as text.
    """
    file = calibration_of(path)
    if not file.is_file():
        return {}
    try:
        return {CALIBRATION: file.read_text(encoding="utf-8")}
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{file}: cannot be read ({error}); it goes with a saved plan, to say how sure its "
            "rates are: calibrate again, or remove it"
        ) from error
