"""Which inputs, each alone and a little worse, put the targets out of reach, in a sentence."""

from __future__ import annotations

import math

from allocator.instance.instance import Instance
from allocator.instance.schema import EXIT
from allocator.plan.plan import Plan, Untold
from allocator.wording import plain, shortened

_LONGEST = 60


def tightest_said(plan: Plan) -> str:
    """The inputs that leave no plan soonest, whether or not they carry a range; blank unasked."""
    if "tightest" not in plan.tables:
        return ""
    rows = plan.tables["tightest"].to_dict("records")
    said = [f"{_named(plan.instance, row['input'])} {_by(row['share'])}" for row in rows]
    either = said[0] if len(said) == 1 else f"{'; '.join(said[:-1])}; or {said[-1]}"
    alone = "" if len(said) == 1 else ", each alone"
    target = "target" if len(plan.instance.tables["targets"]) == 1 else "targets"
    return f"It hangs on this: no plan meets the {target} within the funds with {either}{alone}."


def known_far(plan: Plan) -> str:
    """What is known where no input is told: none is near, or all are; else blank."""
    return _WHY[plan.untold] if untold(plan) and plan.untold in ("no room", "far") else ""


def untold(plan: Plan) -> str:
    """Why a page has no such sentence, and how one input is tried; blank where it has one.

    Blank, too, where no target has to be met, so that nothing could put one out of reach.
    """
    targets = plan.aims_at_targets and plan.instance.tables["targets"]
    firm = plan.instance.shortfall.excess_price is None
    if "tightest" in plan.tables or not (plan.found and targets and firm):
        return ""
    state = next((row["state"] for row in plan.instance.tables["arrivals"] if row["children"]), "")
    key = f"arrivals.{state}.*.children" if state else "states.*.unit_cost"
    why, how = _WHY[plan.untold], f"To solve with `--set '{key}=*1.02'` tries one of them."
    return f"{why}  {how}" if plan.untold != "far" else why


def _by(share: float) -> str:
    """``0.8% higher``; rounded away from nought, so that there is no plan at what is said."""
    step = 10.0 ** (math.floor(math.log10(abs(share) * 100)) - 1)
    percent = math.ceil(abs(share) * 100 / step - 1e-9) * step
    return f"{plain(percent, 2)}% {'higher' if share > 0 else 'lower'}"


def _named(instance: Instance, key: str) -> str:
    """An input as a council says it."""
    table, *names, _ = [part for part in key.split(".") if part != "*"]
    labels = [_label(instance, _TABLE[table], name) for name in names]
    return _WORDS[table].format(*labels)


def _label(instance: Instance, table: str, name: str) -> str:
    """In quotation marks where it has a comma or an "and" of its own, to end where it ends."""
    if name == EXIT:
        return "leaving"
    label = shortened(instance.label(table, name), _LONGEST)
    return f'"{label}"' if "," in label or " and " in label else label


_ASKED = "Which inputs, a little worse, leave no plan is not told: "
_WHY: dict[Untold, str] = {
    "not asked": f"{_ASKED}it was not asked.",
    "large": f"{_ASKED}the program is too large to be solved again so often.",
    "late": f"{_ASKED}there was no time left to ask.",
    "failed": f"{_ASKED}the solver gave no answer.",
    "no room": "The targets and the funds leave no room: an input a little worse leaves no plan.",
    "far": "No unit cost, arrivals, frequent move or service, each alone and up to a quarter "
    "worse, was found that leaves no plan.",
}
_TABLE = {
    "states": "states",
    "arrivals": "states",
    "transitions": "states",
    "effects": "services",
}
_WORDS = {
    "states": "the unit cost of {}",
    "arrivals": "the children arriving in {}",
    "transitions": "the rate of moves from {} to {}",
    "effects": "the effects of {}",
}
