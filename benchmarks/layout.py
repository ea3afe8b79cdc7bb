"""Rows, terms and bounds of the program, in numpy: what the peers' builders hand on.

They stand in the order in which the formulation declares them, so that programs can be
compared number by number.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from benchmarks.tables import Array, Tables


class Columns:
    """Position of every column: one array for each family, indexed as the family is."""

    def __init__(self, t: Tables) -> None:
        self.width = 0
        states, services, bands = (
            len(x) for x in (t.state["area"], t.service["area"], t.band["service"])
        )
        everywhere = t.periods + 2 * t.around + 1
        self.children = self._family(states, t.periods + 1)
        self.level = self._family(services, everywhere)
        self.expansion = self._family(services, t.periods)
        self.contraction = self._family(services, t.periods)
        self.in_band = self._family(bands, everywhere)
        self.diverted = self._family(len(t.diverted["effect"]))
        self.places = self._family(states, t.periods + 1)
        self.spend = self._family(t.areas, 3, t.years)
        self.drawn = self._family(len(t.draw["account"]), t.years)
        self.unspent = self._family(len(t.account["carry_forward"]), t.years + 1)
        self.in_window = self._family(t.years)
        self.after_window = self._family(t.years)

    def _family(self, *shape: int) -> Array:
        size = int(np.prod(shape))
        self.width += size
        return np.arange(self.width - size, self.width, dtype=np.int32).reshape(shape)


@dataclass
class Rows:
    """Rows so far: bounds, and the matrix's entries."""

    height: int = 0
    lower: list[Array] = field(default_factory=list)
    upper: list[Array] = field(default_factory=list)
    entries: list[tuple[Array, Array, Array]] = field(default_factory=list)

    def add(self, shape: tuple[int, ...], low: Array | float, high: Array | float) -> Array:
        """More rows; gives their positions."""
        size = int(np.prod(shape))
        self.lower.append(np.broadcast_to(low, shape).ravel())
        self.upper.append(np.broadcast_to(high, shape).ravel())
        self.height += size
        return np.arange(self.height - size, self.height, dtype=np.int32).reshape(shape)

    def put(self, rows: Array, columns: Array, values: Array | float) -> None:
        """Entries; the three are broadcast against one another."""
        parts = np.broadcast_arrays(rows, columns, np.asarray(values, dtype=float))
        self.entries.append((parts[0].ravel(), parts[1].ravel(), parts[2].ravel()))


def bounds_and_costs(t: Tables, x: Columns) -> tuple[Array, Array, Array]:
    """Bounds and costs of the columns."""
    lower, upper = np.zeros(x.width), np.full(x.width, np.inf)
    lower[x.diverted] = t.effect["undone"][t.diverted["effect"]]
    upper[x.in_window] = 0.0
    lower[x.after_window] = upper[x.after_window] = 1.0
    costs = np.zeros(x.width)
    costs[x.spend] = t.discount
    costs[x.children[:, -1]] = t.state["value"]
    costs[x.diverted] = -t.diverted["saving"]
    return lower, upper, costs


def lay_out(t: Tables, x: Columns, rows: Rows) -> None:
    """Every row, in the order of the formulation."""
    _children(t, x, rows)
    _moves(t, x, rows)
    _levels(t, x, rows)
    _places(t, x, rows)
    _money(t, x, rows)
    for counted, year, value in t.targets:
        rows.put(rows.add((1,), -np.inf, value), x.children[counted, (year + 1) * t.per_year], 1)


def _children(t: Tables, x: Columns, rows: Rows) -> None:
    opening = t.state["opening"]
    rows.put(rows.add(opening.shape, opening, opening), x.children[:, 0], 1)
    arrivals = t.state["arrivals"][:, t.year]
    balance = rows.add(arrivals.shape, arrivals, arrivals)
    rows.put(balance, x.children[:, 1:], 1)
    rows.put(balance, x.children[:, :-1], -t.chance["stay"][:, t.year])
    moves = np.flatnonzero(t.chance["to"] >= 0)
    start, end = t.chance["from"][moves], t.chance["to"][moves]
    rows.put(balance[end], x.children[start, :-1], -t.chance["share"][moves][:, t.year])
    effect, period = t.diverted["effect"], t.diverted["period"]
    for name, sign in (("to", 1), ("instead", -1)):
        inside = (t.effect[name][effect] >= 0) & (period <= t.periods)
        at = balance[t.effect[name][effect[inside]], period[inside] - 1]
        rows.put(at, x.diverted[inside], sign)


def _moves(t: Tables, x: Columns, rows: Rows) -> None:
    """What services avert, and how much of a move can be averted."""
    effect, period = t.diverted["effect"], t.diverted["period"]
    waste = np.bincount(
        t.band["service"], t.band["lost"] * t.band["opening"], len(t.service["area"])
    )
    still = (t.service["baseline"] - waste)[t.effect["service"]]
    averted = np.bincount(t.age["effect"], t.age["averted"], len(still))
    served = rows.add(effect.shape, -np.inf, -(still * averted)[effect])
    rows.put(served, x.diverted, 1)
    first = np.searchsorted(t.age["effect"], np.arange(len(still) + 1))
    ages = np.diff(first)[effect]
    owner = np.repeat(np.arange(len(effect)), ages)
    age = np.arange(len(owner)) - np.repeat(np.cumsum(ages) - ages, ages)
    age += first[effect[owner]]
    service = t.effect["service"][effect[owner]]
    when = period[owner] - t.age["age"][age] + t.around
    rows.put(served[owner], x.level[service, when], -t.age["averted"][age])
    start = np.searchsorted(t.band["service"], np.arange(len(t.service["area"]) + 1))
    bands = np.diff(start)[service]
    each = np.repeat(np.arange(len(owner)), bands)
    band = np.arange(len(each)) - np.repeat(np.cumsum(bands) - bands, bands)
    band += start[service[each]]
    lost = t.age["averted"][age[each]] * t.band["lost"][band]
    rows.put(served[owner[each]], x.in_band[band, when[each]], lost)

    share = t.move["share"][:, t.year]
    limited = rows.add(share.shape, -np.inf, 0.0)
    rows.put(limited, x.children[t.move["from"], :-1], -share)
    inside = period <= t.periods
    move = t.effect["move"][effect]
    rows.put(limited[move[inside], period[inside] - 1], x.diverted[inside], 1)
    late = np.flatnonzero(~inside)
    place = move[late] * (period.max() + 1) + period[late]
    _, seen, which = np.unique(place, return_index=True, return_inverse=True)
    order = np.argsort(np.argsort(seen))
    found = move[late[np.sort(seen)]]
    limited = rows.add(found.shape, -np.inf, 0.0)
    rows.put(limited[order[which]], x.diverted[late], 1)
    rows.put(limited, x.children[t.move["from"][found], -1], -t.move["share"][found, -1])


def _levels(t: Tables, x: Columns, rows: Rows) -> None:
    s, b = t.service, t.band
    period = np.arange(-t.around, t.periods + t.around + 1)
    year = np.clip((period - 1) // t.per_year, None, t.years - 1) + t.first_year
    during = (period >= 1) & (period <= t.periods)
    running = during & (year >= s["first_year"][:, None])
    for where, low, high in (
        (~running, s["baseline"], s["baseline"]),
        (running & (s["minimum"] > 0)[:, None], s["minimum"], None),
    ):
        of = np.nonzero(where)[0]
        at = rows.add(of.shape, low[of], np.inf if high is None else high[of])
        rows.put(at, x.level[where], 1)
    now, before = x.level[:, during], x.level[:, t.around : t.around + t.periods]
    change = rows.add(now.shape, 0.0, 0.0)
    for columns, sign in ((now, 1), (before, -1), (x.expansion, -1), (x.contraction, 1)):
        rows.put(change, columns, sign)
    growing = np.isfinite(s["growth_per_year"])
    most = (s["growth_per_year"][growing] * t.length)[:, None]
    rows.put(rows.add(now[growing].shape, -np.inf, most), x.expansion[growing], 1)
    released = rows.add(now.shape, -np.inf, 0.0)
    rows.put(released, x.contraction, 1)
    rows.put(released, before, -(s["release_per_year"] * t.length)[:, None])
    limited = np.isfinite(s["coverage"])
    covered = rows.add(now[limited].shape, -np.inf, 0.0)
    rows.put(covered, now[limited], 1)
    children = x.children[s["serves"], :-1]
    rows.put(covered, children[limited], -s["coverage"][limited][:, None])
    banded, which = np.unique(b["service"], return_inverse=True)
    filled = rows.add(now[banded].shape, 0.0, 0.0)
    rows.put(filled[which], x.in_band[:, during], 1)
    rows.put(filled, now[banded], -1)
    held = x.in_band[:, ~during]
    opening = b["opening"][:, None]
    rows.put(rows.add(held.shape, opening, opening), held, 1)
    room = rows.add(x.in_band[:, during].shape, -np.inf, 0.0)
    rows.put(room, x.in_band[:, during], 1)
    rows.put(room, children[b["service"]], -b["share"][:, None])


def _places(t: Tables, x: Columns, rows: Rows) -> None:
    opening = t.state["opening"]
    rows.put(rows.add(opening.shape, opening, opening), x.places[:, 0], 1)
    needed = rows.add(x.places[:, 1:].shape, 0.0, np.inf)
    rows.put(needed, x.places[:, 1:], 1)
    rows.put(needed, x.children[:, :-1], -0.5)
    rows.put(needed, x.children[:, 1:], -0.5)
    kept = 1 - np.minimum(1.0, t.state["release_per_year"] * t.length)
    held = kept > 0
    at = rows.add(x.places[held, 1:].shape, 0.0, np.inf)
    rows.put(at, x.places[held, 1:], 1)
    rows.put(at, x.places[held, :-1], -kept[held][:, None])


def _money(t: Tables, x: Columns, rows: Rows) -> None:
    s, p = t.state, t.service
    fixed = np.zeros((t.areas, 3, t.years))
    cost = (s["unit_cost"] * (1 - s["cashable_share"]) * s["opening"] / 1e6)[:, None] * s["price"]
    np.add.at(fixed, (s["area"], s["tier"]), cost)
    spend = rows.add(fixed.shape, fixed, fixed)
    rows.put(spend, x.spend, 1)
    cashable = (s["unit_cost"] * s["cashable_share"] * t.length / 1e6)[:, None] * s["price"]
    at = spend[s["area"], s["tier"]][:, t.year]
    rows.put(at, x.places[:, 1:], -cashable[:, t.year])
    at = spend[p["area"], p["tier"]][:, t.year]
    running = x.level[:, t.around + 1 : t.around + 1 + t.periods]
    for columns, unit in (
        (running, p["unit_cost"] * t.length),
        (x.expansion, p["setup_cost"]),
        (x.contraction, p["exit_cost"]),
    ):
        rows.put(at, columns, -((unit / 1e6)[:, None] * p["price"])[:, t.year])
    funded = rows.add(fixed.shape, 0.0, 0.0)
    rows.put(funded, x.spend, 1)
    rows.put(funded[t.draw["area"], t.draw["tier"]], x.drawn, -1)
    amount = t.account["amount"]
    rows.put(rows.add((len(amount),), 0.0, 0.0), x.unspent[:, 0], 1)
    balance = rows.add(amount.shape, amount, amount)
    rows.put(balance, x.unspent[:, 1:], 1)
    rows.put(balance[t.draw["account"]], x.drawn, 1)
    rows.put(balance, x.unspent[:, :-1], -t.account["carry_forward"][:, None])
    only = np.flatnonzero(t.account["window_only"][t.draw["account"]])
    shut = rows.add((len(only), t.years), -np.inf, 0.0)
    rows.put(shut, x.drawn[only], 1)
    rows.put(shut, x.in_window, -2 * t.account["held"][t.draw["account"][only]])
    protected = rows.add((t.years,), 0.0, np.inf)
    rows.put(protected, x.spend[:, 2], 1)
    rows.put(protected, x.in_window, -t.protected)
    if t.uplifted is not None:
        uplifted = rows.add((t.years,), 0.0, np.inf)
        rows.put(uplifted, x.spend[:, :2], 1)
        rows.put(uplifted, x.in_window, -t.uplifted)
