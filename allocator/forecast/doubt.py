"""Where a forecast's intervals come from: ``calibration.json`` beside the instance, or England.

- an instance from the published tables carries what past projections were off by;
- one from SSDA903 returns carries an interval for each rate;
- one written by hand has neither: the drift of England's councils stands in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from allocator.calibrate.uncertainty import ProjectionSpread, normal_width
from allocator.errors import UsageError
from allocator.instance.beside import calibration_of

OUTSIDE: Final = "outside care"


@dataclass(frozen=True)
class Doubt:
    """What makes the intervals.

    ``rates`` is the relative standard deviation of each rate, by from and to as the file names
    them (blank where none is known); ``told`` says where all of it comes from.
    """

    uncertainty: ProjectionSpread
    told: str
    rates: Mapping[tuple[str, str], float] = field(default_factory=dict)


ENGLAND: Final = Doubt(
    ProjectionSpread(),
    "no calibration stands beside the instance: chance in few children, and the drift of "
    "England's councils, 2016 to 2024",
)


def read_doubt(path: Path) -> Doubt:
    """The doubt that goes with the instance at a path.

    Raises UsageError where the file beside it is not one that a calibration wrote.
    """
    file = calibration_of(path)
    if not file.is_file():
        return ENGLAND
    try:
        return doubt_of(json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{file}: is not what `allocator calibrate` writes ({type(error).__name__}: {error}); "
            "calibrate again, or remove it for the default intervals"
        ) from error


def doubt_of(told: Mapping[str, Any]) -> Doubt:
    """The doubt that a calibration tells of."""
    if told["kind"] == "published":
        measured = ProjectionSpread.from_dict(told["uncertainty"])
        source = (
            f"how far {measured.errors:,} past projections of councils were off"
            if measured.errors
            else "the drift of England's councils, 2016 to 2024: the panel was too short to measure"
        )
        return Doubt(measured, source)
    if told["kind"] == "ssda903":
        width = 2 * normal_width(float(told["level"]))
        rates = {
            (str(each["from"]), str(each["to"])): (each["high"] - each["low"])
            / width
            / each["mean"]
            for each in told["rates"]
            if each["mean"] > 0
        }
        return Doubt(
            ProjectionSpread(),
            "the intervals of the rates, chance in few children, and the drift of England's "
            "councils, 2016 to 2024",
            rates,
        )
    raise ValueError(f"kind {told['kind']!r}")
