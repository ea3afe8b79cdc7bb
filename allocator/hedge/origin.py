"""Where the futures of a hedge come from, if not from the instance's own table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final


@dataclass(frozen=True)
class LowAtOnce:
    """Every choice of so many services whose effects turn out at their `low`.

    ``counted`` of the ``choices`` stand as scenarios; at what is settled the dearest of all costs
    ``worst``, and nothing settled makes it less than ``at_least``, both £ at present value.
    ``worst`` is None where there was no time to find it, and where what is settled leaves one of
    the others no plan (``stranded``).
    """

    services: int
    choices: int
    counted: int
    worst: float | None
    at_least: float
    stranded: bool = False


@dataclass(frozen=True)
class DrawnFutures:
    """Draws reduced to a few; ``distance`` is the mean distance of a draw from its own.

    It is the Kantorovich distance of the two distributions, a relative difference of children in
    care and spend a year; ``alone`` is that of the best single draw.
    ``rates_from`` says how sure rates and entries were taken to be.
    """

    draws: int
    seed: int
    kept: int
    distance: float
    alone: float
    rates_from: str = ""


Origin = LowAtOnce | DrawnFutures
_KINDS: Final[dict[str, type[Origin]]] = {"low_at_once": LowAtOnce, "draw": DrawnFutures}


def origin_facts(origin: Origin) -> dict[str, Any]:
    """As ``hedge --json`` shows it."""
    name = next(name for name, kind in _KINDS.items() if isinstance(origin, kind))
    return {"kind": name, **asdict(origin)}


def origin_of(facts: Mapping[str, Any] | None) -> Origin | None:
    """What ``origin_facts`` told; TypeError or KeyError where it is garbled."""
    if facts is None:
        return None
    kind: Callable[..., Origin] = _KINDS[facts["kind"]]
    return kind(**{name: value for name, value in facts.items() if name != "kind"})
