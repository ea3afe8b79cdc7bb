"""An instance's tables as numpy arrays: where the peers' builders start.

Theirs and ours start from the same ``instance.resolved``; the time that this takes is part
of each peer's.  Only what the benchmark's instances use is here: no limits on spend, no
effects that harm, no maximum, no reinvestment, and every state's cost is statutory.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allocator.instance import Instance

TIERS = ("early_help", "edge_of_care", "statutory")
MILLION = 1e6
Array = NDArray[Any]


@dataclass
class Tables:
    """Arrays by state (n), service (s), band (b), effect (k), move (v), account (f), draw (d).

    Positions point from one to another; -1 is ``exit``.  ``diverted`` lists effect and period
    of every column of moves averted.  Money is in millions of pounds.
    """

    length: float
    periods: int
    per_year: int
    around: int  # periods before the start and after the end in which levels are held
    areas: int
    years: int
    first_year: int
    state: dict[str, Array]
    service: dict[str, Array]
    band: dict[str, Array]
    effect: dict[str, Array]
    move: dict[str, Array]
    account: dict[str, Array]
    draw: dict[str, Array]
    chance: dict[str, Array]  # moves within a period: from, to, share by year
    age: dict[str, Array]  # effect, age in periods, moves averted
    diverted: dict[str, Array]
    targets: list[tuple[Array, int, float]]  # states counted, year, children
    discount: Array
    protected: Array
    uplifted: Array | None

    @property
    def year(self) -> Array:
        """Year of each period, from 0."""
        return np.arange(self.periods) // self.per_year


def tables(instance: Instance) -> Tables:
    """Arrays of an instance."""
    data, settings = instance.resolved, instance.double_investment
    _refuse_what_is_not_here(instance)
    years, per_year, last = instance.years, instance.periods_per_year, instance.number_of_periods
    horizon, length = list(instance.horizon), 1 / instance.periods_per_year
    area = {a: n for n, a in enumerate(instance.areas)}
    tier = {g: n for n, g in enumerate(TIERS)}
    at_state = {key: n for n, key in enumerate(data.states)}
    at_service = {key: n for n, key in enumerate(data.services)}

    def prices(keys: Any) -> Array:
        return np.array([[data.prices[*key, y] for y in horizon] for key in keys])

    state = _columns(
        data.states, ("in_care", "opening", "unit_cost", "cashable_share", "release_per_year")
    )
    state["area"] = np.array([area[a] for a, _ in data.states])
    state["tier"] = np.array([tier[s.tier] for s in data.states.values()])
    state["price"] = prices(data.states)
    state["arrivals"] = length * np.array(
        [[data.arrivals.get((*key, y), 0.0) for y in horizon] for key in data.states]
    )
    service = _columns(data.services, ("unit_cost", "baseline", "coverage", "growth_per_year",
                                       "release_per_year", "setup_cost", "exit_cost", "minimum",
                                       "first_year"))  # fmt: skip
    service["area"] = np.array([area[a] for a, _ in data.services])
    service["tier"] = np.array([tier[s.tier] for s in data.services.values()])
    service["serves"] = np.array([at_state[a, s.serves] for (a, _), s in data.services.items()])
    service["price"] = prices(data.services)
    band = _bands(data, at_service, service, state)
    chance, stay = _chances(instance, at_state)
    effect, age = _effects(instance, at_state, at_service)
    waste = service["baseline"] - np.bincount(
        band["service"], band["lost"] * band["opening"], len(at_service)
    )
    effect["undone"] = -waste[effect["service"]] * effect.pop("total") * length
    move = _moves(instance, at_state, chance)
    effect["move"] = move.pop("of_effect")
    reach = (effect["longest"] + 1) * per_year - 1
    late = reach if instance.terminal_value else reach * 0
    diverted = _ragged(last + late)
    values = _child_values(instance, state, chance, stay)
    state["value"] = values
    yearly = 1 / (1 + instance.discount_rate)
    after = diverted["period"] - last
    worth = np.append(values, 0.0)  # of `exit`, at position -1
    saved = (worth[effect["to"]] - worth[effect["instead"]])[diverted["effect"]]
    diverted["saving"] = np.where(after > 0, saved * yearly ** (after * length), 0.0)
    account, draw = _money(instance, area, tier)
    protect = settings.protect_statutory if settings else 0.0
    due = service["tier"] == TIERS.index("statutory")
    opening = (state["unit_cost"] * state["opening"])[:, None] * state["price"]
    running = (service["unit_cost"] * service["baseline"])[:, None] * service["price"]
    uplifted = None
    if settings and settings.prevention_uplift > 0:
        uplifted = (1 + settings.prevention_uplift) * running[~due].sum(axis=0) / MILLION
    return Tables(
        length,
        last,
        per_year,
        int(reach.max(initial=0)),
        len(area),
        years,
        instance.first_year,
        state,
        service,
        band,
        effect,
        move,
        account,
        draw,
        chance,
        age,
        diverted,
        _targets(instance, state),
        yearly ** np.arange(years),
        protect * (opening.sum(axis=0) + running[due].sum(axis=0)) / MILLION,
        uplifted,
    )


def _refuse_what_is_not_here(instance: Instance) -> None:
    data = instance.resolved
    harmful = any(min(lags.values()) < 0 for lags in data.effects.values())
    capped = any(s.maximum < np.inf for s in data.services.values())
    raised = any(s.tier != "statutory" for s in data.states.values())
    if harmful or capped or raised or data.floors or data.ceilings or instance.reinvestment_share:
        raise ValueError(f"{instance.name} uses what the benchmark's builders leave out")


def _columns(rows: Any, names: tuple[str, ...]) -> dict[str, Array]:
    return {name: np.array([getattr(row, name) for row in rows.values()]) for name in names}


def _bands(data: Any, at_service: Any, service: Any, state: Any) -> dict[str, Array]:
    """Room, share of effect lost, and cases at the opening, of every band."""
    of, share, lost = [], [], []
    for key, bands in data.bands.items():
        for width, multiplier in bands:
            of.append(at_service[key])
            share.append(width)
            lost.append(1 - multiplier)
    owner = np.array(of, dtype=int)
    room = np.array(share) * service["coverage"][owner] if of else np.empty(0)
    full = room * state["opening"][service["serves"][owner]]
    before = np.cumsum(full) - full
    if of:  # cases that the bands before, of the same service, hold
        first = np.searchsorted(owner, owner)
        before -= before[first]
    opening = np.clip(service["baseline"][owner] - before, 0.0, full)
    return {"service": owner, "share": room, "lost": np.array(lost), "opening": opening}


def _chances(instance: Instance, at_state: Any) -> tuple[dict[str, Array], Array]:
    """Chance of each move within a period, by year, and of staying by state and year."""
    first, years = instance.first_year, instance.years
    moves: dict[tuple[int, int], Array] = {}
    for (a, i, j, y), rate in instance.resolved.rates.items():
        key = (at_state[a, i], at_state.get((a, j), -1))
        if key not in moves:
            moves[key] = np.zeros(years)
        moves[key][y - first] = rate
    ends = np.array(list(moves), dtype=int).reshape(-1, 2)
    rate = np.array(list(moves.values())).reshape(-1, years)
    total = np.zeros((len(at_state), years))
    np.add.at(total, ends[:, 0], rate)
    stay = np.exp(-total / instance.periods_per_year)
    leaving = np.divide(1 - stay, total, out=np.zeros_like(total), where=total > 0)
    share = rate * leaving[ends[:, 0]]
    return {"from": ends[:, 0], "to": ends[:, 1], "share": share, "stay": stay}, stay


def _effects(instance: Instance, at_state: Any, at_service: Any) -> Any:
    per_year = instance.periods_per_year
    rows, ages = [], []
    for n, ((a, p, _, j, instead_), lags) in enumerate(instance.resolved.effects.items()):
        to, instead = at_state.get((a, j), -1), at_state.get((a, instead_), -1)
        rows.append((at_service[a, p], to, instead, max(lags), sum(lags.values())))
        for lag in sorted(lags):
            ages += [(n, lag * per_year + s, lags[lag] / per_year**2) for s in range(per_year)]
    names = ("service", "to", "instead", "longest", "total")
    effect = {name: np.array(col) for name, col in zip(names, zip(*rows, strict=True), strict=True)}
    ages_by = zip(("effect", "age", "averted"), zip(*ages, strict=True), strict=True)
    return effect, {name: np.array(col) for name, col in ages_by}


def _moves(instance: Instance, at_state: Any, chance: dict[str, Array]) -> dict[str, Array]:
    """Moves that some effect names: their origin, and the share that can be averted by year."""
    moves: dict[Any, int] = {}
    data, horizon = instance.resolved, list(instance.horizon)
    of = [moves.setdefault((a, i, j), len(moves)) for a, _, i, j, _ in data.effects]
    start = np.array([at_state[a, i] for a, i, _ in moves])
    end = np.array([at_state.get((a, j), -1) for a, _, j in moves])
    share = np.array([[data.avoidable.get((*v, y), 0.0) for y in horizon] for v in moves])
    width = len(at_state) + 1
    place = chance["from"] * width + chance["to"] + 1
    order = np.argsort(place)
    wanted = start * width + end + 1
    at = order[np.clip(np.searchsorted(place, wanted, sorter=order), 0, len(order) - 1)]
    found = np.where((place[at] == wanted)[:, None], chance["share"][at], 0.0)
    found = np.where((start == end)[:, None], chance["stay"][start], found)
    return {"from": start, "share": share * found, "of_effect": np.array(of)}


def _ragged(count: Array) -> dict[str, Array]:
    """Effect and period of each column of moves averted; periods count from 1."""
    effect = np.repeat(np.arange(len(count)), count)
    period = np.arange(len(effect)) - np.repeat(np.cumsum(count) - count, count) + 1
    return {"effect": effect, "period": period, "start": np.cumsum(count) - count}


def _child_values(instance: Instance, state: Any, chance: Any, stay: Array) -> Array:
    """£m, present value, of a child left in each state at the end; all areas at once."""
    from scipy.sparse import csc_array, eye_array
    from scipy.sparse.linalg import spsolve

    if not instance.terminal_value:
        return np.zeros(len(state["area"]))
    count, m = len(state["area"]), instance.periods_per_year
    inside = chance["to"] >= 0
    ends = (chance["from"][inside], chance["to"][inside])
    moves = csc_array((chance["share"][inside, -1], ends), shape=(count, count))
    moves = moves + csc_array((stay[:, -1], (np.arange(count),) * 2), shape=(count, count))
    yearly = 1 / (1 + instance.discount_rate)
    cost = state["cashable_share"] * state["unit_cost"] * state["price"][:, -1] / m / MILLION
    beta = yearly ** (1 / m)
    return yearly ** (instance.years - 1) * spsolve(
        csc_array(eye_array(count) - beta * moves), beta * cost
    )


def _money(instance: Instance, area: Any, tier: Any) -> tuple[dict[str, Array], dict[str, Array]]:
    data, draws = instance.resolved, []
    for n, fund in enumerate(data.accounts.values()):
        draws += [(n, area[a], tier[g]) for a, tiers in fund.tiers.items() for g in tiers]
    amount = np.array([[data.budgets[*k, y] for y in instance.horizon] for k in data.accounts])
    account = _columns(data.accounts, ("carry_forward", "window_only"))
    account["amount"] = amount / MILLION
    held = [account["amount"][:, 0]]
    for n in range(1, instance.years):
        held.append(account["carry_forward"] * held[-1] + account["amount"][:, n])
    account["held"] = np.array(held).T
    names = ("account", "area", "tier")
    columns = zip(names, zip(*draws, strict=True), strict=True)
    return account, {name: np.array(col) for name, col in columns}


def _targets(instance: Instance, state: Any) -> list[tuple[Array, int, float]]:
    counted: dict[str, Array] = defaultdict(lambda: np.flatnonzero(state["in_care"]))
    for n, a in enumerate(instance.areas):
        counted[a] = np.flatnonzero(state["in_care"] & (state["area"] == n))
    return [
        (counted[owner], y - instance.first_year, value)
        for (owner, y), value in instance.resolved.targets.items()
    ]
