"""Rules about children and services: sections 3.2 to 3.6 and 3.10 of the specification."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allocator.audit.case import Case
from allocator.audit.findings import Ledger, Sense
from allocator.audit.marks import of_every_plan
from allocator.instance.instance import owner_areas
from allocator.moves import known_moves

Floats = NDArray[np.float64]


@of_every_plan
def population(case: Case, ledger: Ledger) -> None:
    """3.2: the children, run forward with what was averted, are the plan's."""
    ran = case.run.children(case.diverted)
    ends, states = ["the start", *case.periods], case.run.states
    ledger.compare("children balance", "3.2", "children", case.children, ran, ends, states, "equal")
    ledger.compare(
        "children not negative", "3.2", "children", case.children, 0.0, ends, states, "at least"
    )


@of_every_plan
def moves(case: Case, ledger: Ledger) -> None:
    """3.2: a year's moves, in and out, make its opening children those at its end."""
    if "moves" not in case.tables:  # a plan saved before there was such a table
        return
    position = {key: n for n, key in enumerate(case.run.states)}
    made = case.by_year("moves", "moves", ["area", "from", "to"])
    missing = np.full(case.instance.years, np.nan)
    changed = np.zeros((len(position), case.instance.years))
    for area, start, end in known_moves(case.instance):
        number = made.get((area, start, end), missing)
        for state, sign in ((start, -1), (end, 1)):
            if (area, state) in position:
                changed[position[area, state]] += sign * number
    ends = case.children[[0, *case.run.clock.year_ends]]
    ledger.compare(
        "moves add up to the change in children",
        "3.2",
        "children",
        ends[:-1] + changed.T,
        ends[1:],
        case.years,
        case.run.states,
        "equal",
    )


@of_every_plan
def levels(case: Case, ledger: Ledger) -> None:
    """3.5: levels move as they may, within coverage, growth, release and limits."""
    value, length = case.run.service_values, 1 / case.instance.periods_per_year
    services = case.data.services
    before = np.vstack([value("baseline"), case.level[:-1]])
    stock = case.children[:-1][
        :, [case.run.states.index((a, s.serves)) for (a, _), s in services.items()]
    ]
    capped = np.isfinite(value("coverage"))
    room = np.where(capped, np.where(capped, value("coverage"), 0.0) * stock, np.inf)
    running = np.array(case.run.clock.years_of_periods)[:, None] >= value("first_year")

    def compare(rule: str, left: ArrayLike, right: ArrayLike, kind: Sense) -> None:
        ledger.compare(
            rule, "3.5", "cases per year", left, right, case.periods, case.run.services, kind
        )

    change = case.expansion - case.contraction
    compare("level follows expansion and contraction", case.level, before + change, "equal")
    compare("expansion not negative", case.expansion, 0.0, "at least")
    compare("contraction not negative", case.contraction, 0.0, "at least")
    compare("growth limit", case.expansion, value("growth_per_year") * length, "at most")
    compare(
        "release limit", case.contraction, value("release_per_year") * length * before, "at most"
    )
    compare("coverage", case.served, room, "at most")
    if case.served is not case.level:
        compare("served cases are funded", case.served, case.level, "at most")
    baseline = value("baseline")
    compare("minimum level", case.level, np.where(running, value("minimum"), baseline), "at least")
    compare("maximum level", case.level, np.where(running, value("maximum"), baseline), "at most")


@of_every_plan
def bands(case: Case, ledger: Ledger) -> None:
    """3.5: bands of diminishing returns add up to the level, each within its width."""
    for (area, service), in_band in case.bands.items():
        rules = case.data.services[area, service]
        stock = case.children[:-1, case.run.states.index((area, rules.serves))]
        widths = np.array([width for width, _ in case.data.bands[area, service]])
        room = widths * rules.coverage * stock[:, None]
        named = [(area, service, f"band {b + 1}") for b in range(len(widths))]
        level = case.served[:, [case.run.services.index((area, service))]]
        total = in_band.sum(axis=1, keepdims=True)
        for rule, left, right, columns, kind in (
            ("bands add up to the level", total, level, [(area, service)], "equal"),
            ("band width", in_band, room, named, "at most"),
            ("bands not negative", in_band, 0.0, named, "at least"),
        ):
            ledger.compare(
                rule,
                "3.5",
                "cases per year",
                left,
                right,
                case.periods,
                columns,
                kind,  # type: ignore[arg-type]
            )


@of_every_plan
def effects(case: Case, ledger: Ledger) -> None:
    """3.3: no more is averted than cases avert, and harm is not wished away."""
    names, rules = case.run.effects, list(case.data.effects.values())
    harmful = np.array([min(lags.values()) < 0 for lags in rules], dtype=bool)
    averted, undone = _averted(case), _undone(case)
    averted[case.beyond_reach] = 0.0
    least = np.where(case.beyond_reach, 0.0, undone)
    comparisons: tuple[tuple[str, NDArray[np.bool_], Floats, Sense], ...] = (
        ("moves averted by cases", ~harmful, averted, "at most"),
        ("moves caused by cases", harmful, averted, "equal"),
        ("averted moves undone", ~harmful, least, "at least"),
    )
    for rule, which, limit, kind in comparisons:
        columns = [name for name, chosen in zip(names, which, strict=True) if chosen]
        ledger.compare(
            rule,
            "3.3",
            "children",
            case.diverted[:, which],
            limit[:, which],
            _all_periods(case),
            columns,
            kind,
        )


def _averted(case: Case) -> Floats:
    """Moves averted by the cases served above baseline, (periods to the last reached, effects)."""
    opening = np.zeros(len(case.data.services))
    served = np.zeros((len(case.diverted), len(opening)))
    served[: len(case.effective_change)] = case.effective_change
    return _lagged(case, opening, served)


def _undone(case: Case) -> Floats:
    """The same, as fewer, if all that the baseline averts were undone."""
    effective = [case.baseline_effective(*key) for key in case.run.services]
    each = np.array(effective).reshape(len(effective), len(case.diverted) + 1)
    return -_lagged(case, each[:, 0], each[:, 1:].T)


def _lagged(case: Case, opening: Floats, served: Floats) -> Floats:
    """Moves averted by cases served, (periods, services), period by period and effect.

    ``opening`` is what was served in each period before the first.
    """
    each, total = case.instance.periods_per_year, len(served)
    position = {key: n for n, key in enumerate(case.run.services)}
    sizes: dict[int, list[tuple[int, int, float]]] = defaultdict(list)
    for n, (effect, lags) in enumerate(case.data.effects.items()):
        for lag, size in lags.items():
            sizes[lag].append((n, position[effect[:2]], size / each**2))
    averted = np.zeros((total, len(case.data.effects)))
    for lag, few in sizes.items():
        effects, services, averts = map(np.array, zip(*few, strict=True))
        for late, weight in enumerate(case.spread, lag * each):
            before = min(late, total)
            averted[:before, effects] += weight * averts * opening[services]
            averted[before:, effects] += weight * averts * served[: total - before, services]
    return averted


def _all_periods(case: Case) -> list[str]:
    return [*case.periods, *(f"{n + 1} periods after the horizon" for n in range(case.after))]


@of_every_plan
def avoidable(case: Case, ledger: Ledger) -> None:
    """3.4: no more moves are averted than can be avoided."""
    last, total = case.instance.number_of_periods, len(case.diverted)
    years = [*case.run.clock.years_of_periods, *[case.instance.last_year] * case.after]
    arrivals = case.run.arrivals()[np.minimum(np.arange(total), last - 1)]
    stock = np.array(
        [
            case.run.movement.exposed(case.children[min(n, last)], arrivals[n], year)
            for n, year in enumerate(years)
        ]
    )
    intensities = [case.run.movement.intensities(year) for year in case.instance.horizon]
    nothing, year_of = [0.0] * case.instance.years, np.array(years) - case.instance.first_year
    of_move: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for n, (area, _, i, j, _) in enumerate(case.run.effects):
        of_move[area, i, j].append(n)
    position = {key: n for n, key in enumerate(case.run.states)}
    averted, limit = (np.zeros((total, len(of_move))) for _ in range(2))
    for column, (move, effects) in enumerate(of_move.items()):
        averted[:, column] = case.diverted[:, effects].sum(axis=1)
        rates = np.array([by_move.get(move, 0.0) for by_move in intensities])
        shares = np.array(case.data.avoidable.rows.get(move, nothing))
        limit[:, column] = (shares * rates)[year_of] * stock[:, position[move[:2]]]
    ledger.compare(
        "avoidable share",
        "3.4",
        "children",
        averted,
        limit,
        _all_periods(case),
        [*of_move],
        "at most",
    )


@of_every_plan
def late_harm(case: Case, ledger: Ledger) -> None:
    """3.4: after the horizon harmful effects move no more children than have stayed."""
    last, position = case.instance.number_of_periods, {k: n for n, k in enumerate(case.run.states)}
    moved: dict[int, Floats] = {}
    for n, ((area, _, i, j, _), lags) in enumerate(case.data.effects.items()):
        if i != j and min(lags.values()) < 0:
            state = position[area, i]
            moved[state] = moved.get(state, 0.0) - case.diverted[last:, n]
    stayed = case.run.movement.staying(case.instance.last_year) * case.children[last]
    ledger.compare(
        "harm after the horizon",
        "3.4",
        "children",
        np.array(list(moved.values())).T,
        stayed[list(moved)],
        _all_periods(case)[last:],
        [case.run.states[n] for n in moved],
        "at most",
    )


@of_every_plan
def places(case: Case, ledger: Ledger) -> None:
    """3.6: a place for every child, given up no faster than can be."""
    release = case.run.state_values("release_per_year") / case.instance.periods_per_year
    kept = (1 - np.minimum(1.0, release)) * case.places[:-1]
    needed = (case.children[:-1] + case.children[1:]) / 2
    opening = case.run.state_values("opening")
    for rule, left, right, rows, kind in (
        ("opening places", case.places[:1], opening, ["the start"], "equal"),
        ("places for every child", case.places[1:], needed, case.periods, "at least"),
        ("places kept", case.places[1:], kept, case.periods, "at least"),
    ):
        ledger.compare(rule, "3.6", "children", left, right, rows, case.run.states, kind)  # type: ignore[arg-type]


def targets(case: Case, ledger: Ledger) -> None:
    """3.10: children in care at each year's end."""
    care = case.run.children_in_care(case.children)
    for (owner, year), most in case.data.targets.items():
        at = year - case.instance.first_year
        there = sum(care[area][at] for area in owner_areas(case.instance, owner))
        over = case.excess.get((owner,), np.zeros(case.instance.years))[at]
        ledger.compare("target", "3.10", "children", there - over, most, [year], [owner], "at most")
        if case.excess:
            ledger.compare(
                "excess not negative", "3.10", "children", over, 0.0, [year], [owner], "at least"
            )
