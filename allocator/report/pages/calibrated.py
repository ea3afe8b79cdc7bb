"""An instance made from published tables: what was made of them, in a few lines."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.calibrate.published.build import Calibrated
from allocator.calibrate.published.everyone import coverage
from allocator.simulate import baseline


def text(made: Calibrated) -> str:
    """Published against modelled, the target, and what had to be filled."""
    return "\n".join(_lines(made))


def _lines(made: Calibrated) -> Iterator[str]:
    run = baseline(made.instance)
    accounts = [council.account for council in made.councils]
    published = {
        "in care": (sum(a.care for a in accounts), _opening(made)),
        "entries": (sum(a.figures["cla_started"] for a in accounts), float(run.entries[0])),
        "exits": (sum(a.figures["cla_ceased"] for a in accounts), float(run.exits[0])),
    }
    yield made.instance.title
    if made.request.everyone is not None:
        yield from coverage(made.request.everyone, "  ")
    yield f"{'':<10}{'published':>10}{'model':>10}   31 March {made.request.year}; first year"
    for what, (seen, model) in published.items():
        yield f"{what:<10}{seen:>10,.0f}{model:>10,.1f}"
    target = made.instance.tables["targets"][0]
    least = "" if made.least is None else f"; the money can keep to {made.least:,}"
    yield f"Target: {target['children']:,.0f} in care from March {target['year'] + 1}{least}."
    filled = sum(len(a.notes) for a in accounts)
    if filled:
        yield f"{filled} figures that the tables leave blank were filled: README.md has each."


def _opening(made: Calibrated) -> float:
    return sum(s.opening for s in made.instance.resolved.states.values() if s.in_care)
