"""Targets: they bind someone, can be met, and ask for more than happens anyway."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.instance.check.baseline import baseline_in_care
from allocator.instance.check.candidate import Candidate, Check, at, figure, unread_in, warn
from allocator.instance.instance import Row, owner_areas
from allocator.instance.problems import Problem
from allocator.instance.rows import target_children
from allocator.instance.schema import ALL
from allocator.instance.settings import PERIODS_PER_YEAR

SLACK = 1 + 1e-9
_SAID = ("children", "per_10000")


def targets_bind_someone(candidate: Candidate) -> Iterator[Problem]:
    """An area with a target has a state in care."""
    with_care = {area for (area, _), state in candidate.resolved.states.items() if state.in_care}
    for row in candidate.rows("targets"):
        if row["area"] is not None and row["area"] not in with_care:
            yield at(
                row,
                "area",
                "has no state in care, so its target means nothing",
                "give the area a state in care, or remove the target",
            )


def targets_say_how_many(candidate: Candidate) -> Iterator[Problem]:
    """A target is a number of children, or so many per 10,000 children of its area."""
    for row in candidate.instance.tables["targets"]:
        given = [name for name in _SAID if row[name] is not None]
        if not given and not unread_in(row) & set(_SAID):
            yield at(
                row,
                "children",
                "is blank, and so is per_10000",
                "give the children in care at most, or per_10000 of the children aged 0-17",
            )
        if len(given) > 1:
            yield at(row, "per_10000", "is given beside children", "give one of the two")


def rates_have_their_children(candidate: Candidate) -> Iterator[Problem]:
    """A target per 10,000 children has the number of children aged 0-17 of its areas."""
    areas = {row["area"]: row for row in candidate.instance.tables["areas"]}
    for row in candidate.rows("targets"):
        if row["per_10000"] is None or row["children"] is not None:
            continue
        if not areas:
            yield at(
                row,
                "per_10000",
                "needs the children aged 0-17, and there is no table areas",
                "add areas.csv with area and children, or give the target in children",
            )
        for name in owner_areas(candidate.instance, row["area"] or ALL) if areas else ():
            known = areas.get(name)
            if known is not None and _lacks_children(known):
                yield at(
                    known,
                    "children",
                    f"is blank, which the target of {row['year']} per 10,000 children needs",
                    "give the population aged 0-17",
                )


def _lacks_children(row: Row) -> bool:
    return row["children"] is None and "children" not in unread_in(row)


def targets_leave_a_way(candidate: Candidate) -> Iterator[Problem]:
    """Children who can never leave care fit under the target."""
    trapped = _never_leaving(candidate)
    for row in candidate.rows("targets"):
        areas = owner_areas(candidate.sound, row["area"] or ALL)
        staying = sum(n for (area, _), n in trapped.items() if area in areas)
        if staying > 0 and target_children(candidate.sound, row) * SLACK < staying:
            yield at(
                row,
                _said(row),
                f"cannot be met: {figure(staying)} children are in care at the "
                "start, with no move and no service that leads out",
                "add the moves out of care, or raise the target",
            )


def _never_leaving(candidate: Candidate) -> dict[tuple[str, str], float]:
    """Opening children of care states that no rate or effect, however many steps, leads out of."""
    resolved = candidate.resolved
    steps = candidate.moves | {(a, i, instead) for a, _, i, _, instead in resolved.effects}
    staying = {key for key, state in resolved.states.items() if state.in_care}
    while leaving := {(a, i) for a, i, j in steps if (a, j) not in staying} & staying:
        staying -= leaving
    return {key: resolved.states[key].opening for key in staying}


def _said(row: Row) -> str:
    """The column in which a target says how many."""
    return _SAID[0] if row["children"] is not None else _SAID[1]


CHECKS: tuple[Check, ...] = (
    targets_bind_someone,
    targets_say_how_many,
    rates_have_their_children,
    targets_leave_a_way,
)


def targets_ask_for_something(candidate: Candidate) -> Iterator[Problem]:
    """A target is below what happens if nothing changes."""
    if not candidate.rows("targets") or candidate.instance.periods_per_year not in PERIODS_PER_YEAR:
        return
    in_care = baseline_in_care(candidate)
    years = {
        area: sorted(row["year"] for row in candidate.rows("targets") if row["area"] == area)
        for area in (None, *candidate.instance.areas)
    }
    for row in candidate.rows("targets"):
        later = (year for year in years[row["area"]] if year > row["year"])
        end = next(later, candidate.instance.last_year + 1)
        areas = owner_areas(candidate.instance, row["area"] or ALL)
        highest = max(sum(in_care[a][y] for a in areas) for y in range(row["year"], end))
        if target_children(candidate.sound, row) > highest * SLACK:
            yield warn(
                row,
                _said(row),
                f"asks for nothing: without any change {figure(highest)} children "
                f"at most are in care from {row['year']} until the next target or the end",
                "lower the target, or check the rates and arrivals",
            )


LATE_CHECKS: tuple[Check, ...] = (targets_ask_for_something,)
