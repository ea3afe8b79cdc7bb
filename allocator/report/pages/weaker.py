"""Effects at whose low end the plan would cost less, and why that is no slip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from allocator.report.figures import missing
from allocator.wording import counted, listed, pounds

_MOST: Final = 3  # effects that are named
_NEGLIGIBLE: Final = 1e-6  # of the cost of a plan
_ALL: Final = "*.effect"  # how the key of all effects of a service ends
_WHY: Final = (
    "Effects count from today's level on: a service that does less can be cut below that level "
    "at less loss, and what it costs is saved.  That warns of spending that may buy little today; "
    "it is no gain."
)


def cheaper_if_weaker(rows: Sequence[dict[Any, Any]], cost: float) -> str:
    """Which effects make a plan of so many £ cheaper at their low end, and why; blank if none.

    ``rows`` are of the table ``switching``.  All effects of a service stand for each of them.
    """
    gains = {str(row["input"]): cost - row["cost_at_low"] for row in rows if _is_weaker(row)}
    cheaper = [key for key, gain in gains.items() if gain > _NEGLIGIBLE * abs(cost)]
    whole = tuple(key.removesuffix(_ALL) for key in cheaper if key.endswith(_ALL))
    told = [key for key in cheaper if key.endswith(_ALL) or not key.startswith(whole)]
    if not told:
        return ""
    told.sort(key=lambda key: -gains[key])
    labels = {str(row["input"]): str(row["label"]).removesuffix(", in proportion") for row in rows}
    named = [f"{labels[key]} ({pounds(gains[key])} less)" for key in told[:_MOST]]
    if len(told) > _MOST:
        named.append(f"{counted(len(told) - _MOST, 'input')} more")
    return f"The plan would cost less, not more, at the low end of {listed(named)}.  {_WHY}"


def _is_weaker(row: dict[Any, Any]) -> bool:
    """Whether it is an effect whose low end is below what it is taken to be, with a plan there."""
    if not str(row["input"]).startswith("effects.") or missing(row["cost_at_low"]):
        return False
    return not missing(row["low"]) and row["low"] < row["value"]
