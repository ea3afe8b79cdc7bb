"""How good the projections would have been: every council from a base year, against what came.

Nothing after the base is read until the projection is made: :func:`.history.history` cuts the
panel there, and the intervals' width comes from outcomes known by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from allocator.calibrate.history import History, history
from allocator.calibrate.panel.councils import plain
from allocator.calibrate.projection import ConstantFlows, project
from allocator.calibrate.uncertainty import ProjectionSpread, measure
from allocator.errors import UsageError
from allocator.plan.columns import BACKTEST, PROJECTED, table_of

if TYPE_CHECKING:
    import pandas as pd

    from allocator.calibrate.panel import Panel

Floats = NDArray[np.float64]

ALLOCATOR: Final = "allocator"
LEVELS: Final = (0.8, 0.95)
CITY: Final = "city of london"
SIZES: Final = (  # name, children in care from, and to under
    ("under 30", 0, 30),
    ("30 to 149", 30, 150),
    ("under 150", 0, 150),
    ("150 to 299", 150, 300),
    ("300 to 599", 300, 600),
    ("600 and more", 600, np.inf),
    ("all", 0, np.inf),
)


@dataclass(frozen=True)
class Backtest:
    """One base and horizon.  Arrays are by council with an outcome, in the order of ``codes``."""

    base: int
    horizon: int
    codes: tuple[str, ...]
    names: tuple[str, ...]
    opening: Floats
    actual: Floats
    forecast: dict[str, Floats]  # by method
    intervals: dict[float, tuple[Floats, Floats]]  # by level
    left_out: tuple[str, ...]  # councils at the base without an outcome to compare with
    uncertainty: ProjectionSpread

    @property
    def year(self) -> int:
        """The year in whose March the outcome is."""
        return self.base + self.horizon

    @property
    def city(self) -> NDArray[np.bool_]:
        """Which council is the City of London: a dozen children, most of them unaccompanied."""
        return np.array([plain(name) == CITY for name in self.names], bool)

    def errors(self, method: str) -> Floats:
        """Absolute errors by council, % of what came."""
        shares: Floats = 100 * np.abs(self.forecast[method] / self.actual - 1)
        return shares

    def error(self, method: str) -> float:
        """Mean over councils of the absolute error, % of what came."""
        return float(np.mean(self.errors(method)))

    def error_without_city(self, method: str) -> float:
        """The same without the City of London; nan where there is no other council."""
        rest = self.errors(method)[~self.city]
        return float(np.mean(rest)) if len(rest) else float("nan")

    def error_by_children(self, method: str) -> float:
        """The same, each council weighing as much as the children who came to be in its care."""
        return float(np.average(self.errors(method), weights=self.actual))

    def median_error(self, method: str) -> float:
        """The error that half of the councils stay under, %."""
        return float(100 * np.median(np.abs(self.forecast[method] / self.actual - 1)))

    def bias(self, method: str) -> float:
        """Error of the total over councils, % of what came; above 0 is too many."""
        return float(100 * (self.forecast[method].sum() / self.actual.sum() - 1))

    def coverage(self, level: float) -> float:
        """Share of councils whose outcome lies in the interval, %."""
        return float(100 * np.mean(self.held(level)))

    def held(self, level: float) -> NDArray[np.bool_]:
        """By council, whether the outcome lies in the interval."""
        low, high = self.intervals[level]
        held: NDArray[np.bool_] = (low <= self.actual) & (self.actual <= high)
        return held

    def to_dict(self) -> dict[str, Any]:
        """The facts, for JSON."""
        return {
            "base": self.base,
            "horizon": self.horizon,
            "year": self.year,
            "councils": len(self.codes),
            "left_out": list(self.left_out),
            "methods": {
                method: {
                    "mean_absolute_percentage_error": round(self.error(method), 4),
                    "without_the_city_of_london": _number(self.error_without_city(method)),
                    "weighted_by_children": round(self.error_by_children(method), 4),
                    "median_absolute_percentage_error": round(self.median_error(method), 4),
                    "bias_of_total_percent": round(self.bias(method), 4),
                }
                for method in PROJECTED
            },
            "coverage_percent": {
                f"{100 * level:g}": round(self.coverage(level), 2) for level in LEVELS
            },
            "past_errors": self.uncertainty.errors,
        }

    def table(self) -> pd.DataFrame:
        """A row per council: what was forecast, in what interval, and what came."""
        count = len(self.codes)
        forecast = [np.round(self.forecast[method], 2) for method in PROJECTED]
        intervals = [np.round(end, 2) for level in LEVELS for end in self.intervals[level]]
        of_all = [[self.base] * count, [self.horizon] * count, self.codes, self.names]
        columns = (*of_all, self.opening, self.actual, *forecast, *intervals)
        return table_of(BACKTEST, zip(*columns, strict=True))


@dataclass(frozen=True)
class Size:
    """What comparisons say of the councils of one size, so many years ahead.

    ``error`` and ``no_change`` are means of absolute errors, ``held`` the share of outcomes within
    the 80% interval, all in %; ``cases`` (councils times bases) stand behind each.
    """

    horizon: int
    name: str
    cases: int
    error: float
    no_change: float
    held: float


def by_size(backtests: Sequence[Backtest]) -> list[Size]:
    """Comparisons by children in care at the base, over all bases together.

    The City of London has a line of its own.  Sizes without a case are left out.
    """
    lines = []
    for ahead in sorted({each.horizon for each in backtests}):
        mine = [each for each in backtests if each.horizon == ahead]
        opening = np.concatenate([each.opening for each in mine])
        city = np.concatenate([each.city for each in mine])
        ours, same = (
            np.concatenate([each.errors(method) for each in mine])
            for method in (ALLOCATOR, "no_change")
        )
        held = np.concatenate([each.held(0.8) for each in mine])
        sizes = {name: ~city & (low <= opening) & (opening < high) for name, low, high in SIZES} | {
            "City of London": city
        }
        lines += [
            Size(
                ahead,
                name,
                int(here.sum()),
                float(ours[here].mean()),
                float(same[here].mean()),
                float(100 * held[here].mean()),
            )
            for name, here in sizes.items()
            if here.any()
        ]
    return lines


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 4)


def backtest(panel: Panel, base: int, horizon: int) -> list[Backtest]:
    """Every council projected from ``base``, and compared 1 to ``horizon`` years later.

    Raises UsageError where the panel lacks the base, or every outcome.
    """
    past = history(panel, base)
    doubt = measure(past)
    flows = project(past, doubt.spread)
    compared = [_compared(panel, past, flows, doubt, ahead) for ahead in range(1, horizon + 1)]
    done = [each for each in compared if each is not None]
    if compared[-1] is None:
        years = ", ".join(map(str, panel.years("cla_31mar")))
        raise UsageError(
            f"--base {base} --horizon {horizon}: the panel has no outcome for {base + horizon} "
            f"to compare with; it has {years}"
        )
    return done


def _compared(
    panel: Panel, past: History, flows: ConstantFlows, doubt: ProjectionSpread, ahead: int
) -> Backtest | None:
    came = panel.matrix("cla_31mar", past.codes, [past.base + ahead])[:, 0]
    there = came > 0
    if not there.any():
        return None
    forecast = {
        ALLOCATOR: flows.stock(ahead)[:, -1],
        "base_year_repeated": repeated(past, flows, ahead),
        "no_change": past.opening,
        "three_year_trend": trend(past, ahead),
    }
    median = forecast[ALLOCATOR][there]
    sd = doubt.sd(past.opening[there], ahead)
    return Backtest(
        past.base,
        ahead,
        _picked(past.codes, there),
        _picked(past.names, there),
        past.opening[there],
        came[there],
        {name: values[there] for name, values in forecast.items()},
        {level: doubt.interval(median, sd, level) for level in LEVELS},
        _picked(past.names, ~there),
        doubt,
    )


def _picked(words: Sequence[str], where: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(word for word, there in zip(words, where, strict=True) if there)


def trend(past: History, ahead: int) -> Floats:
    """The change of the last three years (or as many as there are) goes on, to no less than 0."""
    back = min(3, len(past.years) - 1)
    before = past.stock[:, -1 - back]
    change = np.where(np.isfinite(before), (past.opening - before) / max(back, 1), 0.0)
    stock: Floats = np.maximum(past.opening + ahead * change, 0.0)
    return stock


def repeated(past: History, flows: ConstantFlows, ahead: int) -> Floats:
    """The base year's entries and exits once more, then the estimated flows.

    It is what an instance says whose first year repeats the base year.
    """
    net = past.started[:, -1] - past.ceased[:, -1]
    first = np.where(np.isfinite(net), past.opening + net, flows.stock(1)[:, 0])
    if ahead == 1:
        return np.maximum(first, 0.0)
    return ConstantFlows(np.maximum(first, 0.0), flows.entries, flows.rate).stock(ahead - 1)[:, -1]
