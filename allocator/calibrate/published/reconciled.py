"""Entries and exits after the first year: as estimated, with intervals, and as reconciled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from allocator.calibrate.published.build import Calibrated
from allocator.calibrate.uncertainty import normal_width

LEVEL: Final = 0.8


def flows_of(made: Calibrated) -> dict[str, dict[str, Any]]:
    """By area: estimate, interval and reconciled value of entries a year and exits per child."""
    seen, flows, width = made.estimates, made.flows, normal_width(LEVEL)

    def told(mean: float, sd: float, used: float) -> dict[str, float]:
        low, high = max(mean - width * sd, 0.0), mean + width * sd
        figures = {"estimate": mean, "low": low, "high": high, "reconciled": used}
        return {name: float(f"{value:.5g}") for name, value in figures.items()}

    return {
        area: {
            "level": LEVEL,
            "entries_a_year": told(seen.entries[n], seen.entries_sd[n], flows.entries[n]),
            "exits_per_child_year": told(seen.rate[n], seen.rate_sd[n], flows.rate[n]),
        }
        for n, area in enumerate(made.instance.areas)
    }


def reconciled(made: Calibrated) -> Iterator[str]:
    """A table: published, estimated with its interval, reconciled, and the residual."""
    yield "Flows after the first year, estimated and then reconciled with the stock three years on:"
    yield ""
    yield (
        f"| | published | estimated ({LEVEL:.0%} interval) | reconciled | residual |\n"
        "|---|---|---|---|---|"
    )
    for council, told in zip(made.councils, flows_of(made).values(), strict=True):
        account = council.account
        started, ceased = account.figures["cla_started"], account.figures["cla_ceased"]
        for what, key, seen, digits in (
            ("entries a year", "entries_a_year", started, 0),
            ("exits per child-year", "exits_per_child_year", ceased / max(account.care, 1), 3),
        ):
            f = told[key]
            yield (
                f"| {account.name}, {what} | {seen:,.{digits}f} | {f['estimate']:,.{digits}f} "
                f"({f['low']:,.{digits}f} to {f['high']:,.{digits}f}) | "
                f"{f['reconciled']:,.{digits}f} | {f['reconciled'] - f['estimate']:+,.{digits}f} |"
            )
