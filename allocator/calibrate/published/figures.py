"""One published figure of a council, or what stands in where the table has none, by one rule.

In order: the council's own figure for the year, or its rate; its own last one within three years,
moved on by how much the region's councils that have both changed since (else the nation's); the
region's ratio to another figure of the council (children looked after, or aged 0-17), else the
nation's; England's ratio of 2024-25, built in.  Whatever is not the first is marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from allocator.calibrate.panel import Panel
from allocator.calibrate.published.england import CHILDREN, RATIOS
from allocator.wording import plain

_RATES: Final = {"cin_31mar": "cin_rate_per10k"}  # per 10,000 children aged 0-17
_BACK: Final = 3  # years that a council's own last figure may be old


@dataclass(frozen=True)
class Figure:
    """A value and, where it is not the council's own published one, how it was filled."""

    value: float
    note: str = ""

    @property
    def filled(self) -> bool:
        """Whether the tables have no such figure."""
        return bool(self.note)


@dataclass(frozen=True)
class PublishedFigures:
    """Figures of a council in one year."""

    panel: Panel
    code: str
    year: int

    def at(self, year: int) -> PublishedFigures:
        """The same council in another year."""
        return PublishedFigures(self.panel, self.code, year)

    def published(self, measure: str) -> float | None:
        """The council's own figure, None where the tables have none."""
        return self.panel.value(measure, self.code, self.year)

    def get(self, measure: str, per: str = "") -> Figure:
        """The figure; ``per`` names the one that it goes with where it must be filled."""
        figure = self.find(measure, per)
        if figure is not None:
            return figure
        ratio = RATIOS[measure, per] * self._value_of(per)
        return Figure(ratio, f"{self._missing(measure)}: England's ratio of 2024-25")

    def find(self, measure: str, per: str = "") -> Figure | None:
        """The figure as the tables of this panel give it or let it be filled; None: they do not."""
        own = self.published(measure)
        if own is not None:
            return Figure(own)
        rate = self.published(_RATES[measure]) if measure in _RATES else None
        if rate is not None:
            return Figure(rate * self.children().value / 1e4, f"{measure} from its rate per 10,000")
        figure = self._moved_on(measure) or self._in_ratio(measure, per)
        return figure and Figure(figure.value, f"{self._missing(measure)}: {figure.note}")

    def _missing(self, measure: str) -> str:
        why = self.panel.why_missing(measure, self.code, self.year)
        return f"{measure} {why} for {self.year}"

    def children(self) -> Figure:
        """Children aged 0-17: published, else from children in care and their rate."""
        own = self.published("child_pop_0_17")
        if own is not None:
            return Figure(own)
        care, rate = self.published("cla_31mar"), self.published("cla_rate_per10k")
        if care and rate:
            return Figure(care / rate * 1e4, "children 0-17 from children in care and their rate")
        moved = self._moved_on("child_pop_0_17")
        return moved or Figure((care or 0.0) / 0.0067, "children 0-17 at England's rate of care")

    def share_of_england(self) -> float:
        """Share of England's children aged 0-17."""
        nation = self.panel.nation
        known = self.panel.value("child_pop_0_17", nation, self.year) if nation else None
        return self.children().value / (known or CHILDREN)

    def _peers(self) -> Sequence[tuple[str, list[str]]]:
        region = self.panel.regions.get(self.code, "")
        mine = [c for c in self.panel.councils if region and self.panel.regions.get(c) == region]
        return [("the region", mine), ("England", list(self.panel.councils))]

    def _moved_on(self, measure: str) -> Figure | None:
        for year in range(self.year - 1, self.year - 1 - _BACK, -1):
            last = self.panel.value(measure, self.code, year)
            if last is None:
                continue
            for name, codes in self._peers():
                then, now = self.panel.matrix(measure, codes, [year, self.year]).T
                both = np.isfinite(then) & np.isfinite(now)
                if both.any() and then[both].sum() > 0:
                    growth = float(now[both].sum() / then[both].sum())
                    moved = f"moved on by {name}'s {100 * growth - 100:+.1f}%"
                    return Figure(last * growth, f"{plain(last, 6)} of {year} {moved}")
            return Figure(last, f"{plain(last, 6)} of {year}, held")
        return None

    def _in_ratio(self, measure: str, per: str) -> Figure | None:
        goes_with = self._value_of(per)
        for name, codes in self._peers():
            top = self.panel.matrix(measure, codes, [self.year])[:, 0]
            bottom = (
                self.panel.matrix(per, codes, [self.year])[:, 0] if per else np.ones(len(codes))
            )
            both = np.isfinite(top) & np.isfinite(bottom) & (bottom > 0)
            if both.any():
                ratio = float(top[both].sum() / bottom[both].sum())
                return Figure(ratio * goes_with, f"{name}'s ratio to {per or 'a council'}")
        return None

    def _value_of(self, per: str) -> float:
        if per in ("", "child_pop_0_17"):
            return self.children().value if per else 1.0
        return self.get(per, "child_pop_0_17").value
