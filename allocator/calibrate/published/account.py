"""A council's base year: children by state, flows, money; margins reconciled, residuals kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from allocator.calibrate.published import england as e
from allocator.calibrate.published.aftercare import Aftercare, aftercare
from allocator.calibrate.published.figures import Figure, PublishedFigures
from allocator.calibrate.reconcile import reconcile

_RETURNED = (
    "ceased/reason episode ceased/returned home to live with parents or other person with "
    "parental responsibility which was part of the care planning process",
    "ceased/reason episode ceased/returned home to live with parents or other person with "
    "parental responsibility which was not part of the care planning process",
)
_MEASURES = {  # what is asked of the tables, and what it goes with where it is missing
    "cin_31mar": "child_pop_0_17", "cpp_31mar": "child_pop_0_17", "cpp_started": "cpp_31mar",
    "cin_started_children": "cin_31mar", "cla_started": "cla_31mar", "cla_ceased": "cla_31mar",
    "care_applications_per10k": "", "unitcost_fostering_gbp_per_week": "",
    "unitcost_residential_gbp_per_week": "", "s251_cla": "cla_31mar",
    "s251_safeguarding": "child_pop_0_17", "s251_family_support": "child_pop_0_17",
    "s251_surestart_early_years": "child_pop_0_17", "s251_young_people": "child_pop_0_17",
}  # fmt: skip


@dataclass(frozen=True)
class PublishedAccount:
    """A council at 31 March of the base year, and in the year that ended there.

    ``stock`` is children by state, need and plan included; ``notes`` says by measure (or state)
    how a figure that is not published was filled; ``residuals`` how far margins disagreed.
    """

    code: str
    name: str
    region: str
    year: int
    children: float
    england: float  # share of England's children
    stock: Mapping[str, int]
    figures: Mapping[str, float]
    unaccompanied: float  # started in the year
    taken: float  # started by being taken into care
    returned: float  # ceased by going home
    aftercare: Mapping[str, Aftercare] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    residuals: Mapping[str, float] = field(default_factory=dict)

    @property
    def care(self) -> int:
        """Children in care."""
        return sum(self.stock[state] for state in e.CARE)

    def note(self, *names: str) -> str:
        """What is to be said of how figures were filled."""
        return "; ".join(self.notes[name] for name in names if name in self.notes)


def account(figures: PublishedFigures) -> PublishedAccount:
    """The account of a council whose children in care are published for the year."""
    measured = {name: figures.get(name, per) for name, per in _MEASURES.items()}
    total = round(figures.get("cla_31mar", "child_pop_0_17").value)
    notes = {name: each.note for name, each in measured.items() if each.note}
    stock, said, residual = _placements(figures, total)
    notes |= said
    plans = min(measured["cpp_31mar"].value, measured["cin_31mar"].value)
    need = max(measured["cin_31mar"].value - plans - total, 1.0)
    started, ceased = measured["cla_started"].value, measured["cla_ceased"].value
    alone = _part(figures, "uasc_started", "cla_started", started)
    taken = _part(figures, e.TAKEN, "cla_started", started - alone.value)
    returned = _returned(figures, ceased)
    notes |= {
        name: each.note
        for name, each in (("unaccompanied", alone), ("taken", taken), ("returned", returned))
        if each.note
    }
    before = figures.at(figures.year - 1).published("cla_31mar")
    if before is not None:
        residual["stock less flows"] = total - (before + started - ceased)
    panel = figures.panel
    return PublishedAccount(
        figures.code,
        panel.names[figures.code],
        panel.regions.get(figures.code, ""),
        figures.year,
        figures.children().value,
        figures.share_of_england(),
        {e.NEED: round(need), e.PLAN: round(plans), **stock},
        {name: each.value for name, each in measured.items()},
        alone.value,
        taken.value,
        returned.value,
        aftercare(figures, ceased - returned.value),
        notes,
        residual,
    )


def _part(figures: PublishedFigures, measure: str, per: str, most: float) -> Figure:
    """A part of a flow: no more than what is left of it."""
    figure = figures.get(measure, per)
    return Figure(min(figure.value, max(most, 0.0)), figure.note)


def _returned(figures: PublishedFigures, ceased: float) -> Figure:
    """Children who went home; of the two reasons a suppressed one is left out."""
    known = [v for name in _RETURNED if (v := figures.published(name)) is not None]
    if known:
        left_out = (
            "" if len(known) == len(_RETURNED) else "returns home in a suppressed cell left out"
        )
        return Figure(min(sum(known), ceased), left_out)
    ratio = e.RATIOS["returned", "cla_ceased"]
    return Figure(ratio * ceased, "returns home: no figure; England's ratio of 2024-25")


def _placements(
    figures: PublishedFigures, total: int
) -> tuple[dict[str, int], dict[str, str], dict[str, float]]:
    """Children by care state: published cells stand, the others share what the total leaves."""
    cells = {
        state: {name: figures.published(f"stock/placement/{name}") for name in names}
        for state, names in e.PLACEMENTS.items()
    }
    if all(value is None for names in cells.values() for value in names.values()):
        return _from_shares(figures, total)
    published = {n: v for names in cells.values() for n, v in names.items() if v is not None}
    blank = [n for names in cells.values() for n in names if n not in published]
    left = total - sum(published.values())
    weight = sum(e.PLACEMENT_MIX[name] for name in blank)
    values = dict(published)
    if blank and left >= 0:
        values |= {name: left * e.PLACEMENT_MIX[name] / weight for name in blank}
        residual = 0.0
    else:
        values |= dict.fromkeys(blank, 0.0)
        residual = left
    names = list(values)
    agreed = _agreed(np.array([values[name] for name in names]), total)
    by_name = dict(zip(names, agreed, strict=True))
    stock = {state: sum(by_name[n] for n in wanted) for state, wanted in e.PLACEMENTS.items()}
    notes = {
        state: f"{', '.join(n for n in wanted if n in blank)}: suppressed; a share of the "
        f"{left:,.0f} that the total leaves, at England's mix"
        for state, wanted in e.PLACEMENTS.items()
        if left > 0 and any(n in blank for n in wanted)
    }
    return _whole(stock, total), notes, {"placements against the total": residual}


def _from_shares(
    figures: PublishedFigures, total: int
) -> tuple[dict[str, int], dict[str, str], dict[str, float]]:
    """From percentages where there are any, else at England's mix of March 2025."""
    shares = {
        state: [v for name in names if (v := figures.published(name)) is not None]
        for state, names in e.SHARES.items()
    }
    known = {state: sum(percents) / 100 for state, percents in shares.items() if percents}
    mix = {state: sum(e.PLACEMENT_MIX[n] for n in names) for state, names in e.PLACEMENTS.items()}
    blank = [state for state in e.CARE if state not in known]
    left = max(1 - sum(known.values()), 0.0)
    weight = sum(mix[state] for state in blank) or 1
    part = known | {state: left * mix[state] / weight for state in blank}
    agreed = _agreed(np.array([part[state] * total for state in e.CARE]), total)
    stock = dict(zip(e.CARE, agreed, strict=True))
    said = "from percentages rounded to 1%" if known else "no placements published: England's mix"
    residual = total * (1 - sum(part.values()))
    return (
        _whole(stock, total),
        {state: said if state in known or not known else f"{said}; the rest" for state in e.CARE},
        {"placements against the total": residual},
    )


def _agreed(parts: np.ndarray[tuple[int], np.dtype[np.float64]], total: float) -> list[float]:
    """Parts adjusted to their total by least squares, each as unsure as it is large."""
    reconciled = reconcile(parts, parts + 0.5, np.ones((1, len(parts))), [total])
    return [float(value) for value in reconciled.values]


def _whole(stock: Mapping[str, float], total: int) -> dict[str, int]:
    """Whole children that add up to the total: the largest remainders are rounded up."""
    floor = {state: int(value) for state, value in stock.items()}
    order = sorted(stock, key=lambda state: floor[state] - stock[state])
    for state in order[: total - sum(floor.values())]:
        floor[state] += 1
    return floor
