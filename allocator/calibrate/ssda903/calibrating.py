"""The whole way from a folder of returns to an instance and what is known of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from allocator.calibrate.ssda903.counting import Tally, without_small
from allocator.calibrate.ssda903.drafting import Draft
from allocator.calibrate.ssda903.observing import Observed, observe
from allocator.calibrate.ssda903.rates import ADULT, ENTRY, EXIT, Estimates, estimate
from allocator.calibrate.ssda903.settings import Settings
from allocator.errors import UsageError
from allocator.files import check_file, place_file
from allocator.instance import Instance
from allocator.instance.beside import CALIBRATION
from allocator.instance.writing import WORKBOOK, write
from allocator.progress import Progress, silent


@dataclass(frozen=True)
class Calibration:
    """An instance, and the counts and estimates that it comes from."""

    observed: Observed
    tally: Tally  # with states put together
    estimates: Estimates
    settings: Settings
    name: str
    children_in_need: float | None = None

    @cached_property
    def _draft(self) -> Draft:
        return Draft(
            self.observed, self.tally, self.estimates, self.settings, self.children_in_need
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """What of the instance is not as the settings ask."""
        why = self._draft.estimated
        return (f"the first year has the estimated entries and exits: {why}",) if why else ()

    @cached_property
    def instance(self) -> Instance:
        """The instance; its opening stocks are the counts."""
        return self._draft.instance(self.name)

    def intervals(self) -> dict[str, Any]:
        """Base day, level, half-life, and every rate with its interval; no counts."""
        places = {EXIT: "exit", ADULT: "exit at 18", ENTRY: "outside care"}
        named = places | dict(enumerate(self.tally.names))
        rates = [
            {"from": named[c.start], "to": named[c.end]}
            | {k: float(f"{getattr(c, k):.4g}") for k in ("mean", "low", "high")}
            for c in self.estimates.cells
        ]
        half_life = self.estimates.half_life
        return {
            "kind": "ssda903",
            "base": self.observed.base.isoformat(),
            "first_day": self.observed.edges[0].isoformat(),
            "level": self.estimates.level,
            "half_life": half_life if half_life < float("inf") else None,
            "unit": "per child-year; from outside care: children a year",
            "rates": rates,
        }

    def save(self, path: Path, *, force: bool = False) -> None:
        """Write the instance, and beside its tables ``calibration.json`` with the intervals."""
        text = json.dumps(self.intervals(), indent=1) + "\n"
        side = path.with_name(f"{path.stem}.{CALIBRATION}")
        in_workbook = path.suffix.lower() == WORKBOOK
        if in_workbook:
            check_file(side, force=force)
        write(self.instance, path, force=force, beside={CALIBRATION: text})
        if in_workbook:
            place_file(side, lambda new: _put(new, text), force=force)


def _put(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")


def calibrate(
    folder: Path,
    settings: Settings,
    *,
    name: str,
    start: date | None = None,
    end: date | None = None,
    children_in_need: float | None = None,
    dates: str | None = None,
    council: str | None = None,
    told: Progress = silent,
) -> Calibration:
    """Calibrate from the returns of a folder, which are read and not written.

    ``end`` is the day of the opening stocks, ``start`` that from which moves count; they, ``dates``
    and ``council`` are as in :func:`.observing.observe`.  Raises UsageError or InstanceError.
    """
    observed = observe(
        folder, settings, start=start, end=end, dates=dates, council=council, told=told
    )
    if observed.tally.opening.sum() < settings.smallest:
        raise UsageError(
            f"{folder}: fewer than {settings.smallest} children are in care on "
            f"{observed.base:%d %B %Y}; that is too few for an instance that names none of them"
        )
    tally = without_small(observed.tally, settings)
    estimates = estimate(tally, settings)
    return Calibration(observed, tally, estimates, settings, name, children_in_need)
