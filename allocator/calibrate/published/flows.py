"""A council's yearly flows between states, and the rates that bring them about exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from allocator.calibrate.continuous import year_lived
from allocator.calibrate.published import england as e
from allocator.calibrate.published.account import PublishedAccount
from allocator.calibrate.published.aftercare import supported
from allocator.instance.schema import EXIT

Moves = dict[tuple[str, str], float]  # children a year, by from and to

STATES: Final = (e.NEED, e.PLAN, *e.CARE)
_ROUNDS, _CLOSE = 200, 1e-12


@dataclass(frozen=True)
class Year:
    """What happens in a year: moves, arrivals from outside, and the stocks at its ends."""

    opening: Mapping[str, float]
    closing: Mapping[str, float]
    moves: Moves
    arrivals: Mapping[str, float]

    @property
    def entries(self) -> float:
        """Children who enter care."""
        inward = sum(n for (a, b), n in self.moves.items() if a not in e.CARE and b in e.CARE)
        return inward + sum(n for state, n in self.arrivals.items() if state in e.CARE)

    @property
    def exits(self) -> float:
        """Children who leave care."""
        return sum(n for (a, b), n in self.moves.items() if a in e.CARE and b not in e.CARE)


def year_of(
    account: PublishedAccount,
    opening: Mapping[str, float],
    entries: float,
    exits: float,
    unaccompanied: float,
) -> Year:
    """The flows of a year with so many entries and exits of care; need and plans hold.

    Entrants go where the council's children are, at England's ratio of entries to stock by
    placement; exits are England's rates by placement, scaled to the total; moves between
    placements keep the mix.  Who leaves by a way that is paid for goes to that way's state.
    """
    alone = min(unaccompanied, entries)
    inward = _entries(account, entries - alone)
    arrivals = {state: share * alone for state, share in e.UNACCOMPANIED.items()}
    closing = _closing(opening, entries - exits, inward, arrivals)
    outward = _exits(account, {s: (opening[s] + closing[s]) / 2 for s in STATES}, exits)
    moves = inward | outward
    moves |= _between(opening, closing, moves, arrivals)
    moves[e.NEED, e.PLAN] = account.figures["cpp_started"]
    moves = supported(account.aftercare, moves, account.figures["cla_ceased"])
    return _held(account, Year(opening, closing, moves, arrivals))


def _closing(
    opening: Mapping[str, float], net: float, inward: Moves, arrivals: Mapping[str, float]
) -> dict[str, float]:
    """Stocks at the end: the same mix, but nowhere less than half of those who entered there."""
    entered = {
        state: arrivals.get(state, 0.0) + sum(n for (_, b), n in inward.items() if b == state)
        for state in e.CARE
    }
    total = max(sum(opening[state] for state in e.CARE) + net, 0.0)
    least = {state: entered[state] / 2 for state in e.CARE}
    most = sum(least.values()) / max(0.9 * total, 1e-9)
    least = {state: each / max(most, 1.0) for state, each in least.items()}
    grown = total / max(sum(opening[state] for state in e.CARE), 1e-9)
    wanted = {state: max(opening[state] * grown, least[state]) for state in e.CARE}
    spare = sum(wanted.values()) - sum(least.values())
    share = (total - sum(least.values())) / spare if spare > 0 else 0.0
    care = {state: least[state] + share * (wanted[state] - least[state]) for state in e.CARE}
    return {**care, e.NEED: opening[e.NEED], e.PLAN: opening[e.PLAN]}


def _tilted(account: PublishedAccount, left_out: str) -> dict[str, float]:
    """Where entrants are placed, shares: England's, tilted to where the council's children are."""
    here = {state: (account.stock[state] + 0.5) / (account.care + 2.5) for state in e.CARE}
    total = sum(e.STOCK.values())
    weight = {
        state: e.ENTERED[state] * here[state] / (e.STOCK[state] / total)
        for state in e.CARE
        if state != left_out
    }
    return {state: each / sum(weight.values()) for state, each in weight.items()}


def _entries(account: PublishedAccount, entries: float) -> Moves:
    """Entries from plans (taken into care) and from need, unaccompanied children apart."""
    others = account.figures["cla_started"] - account.unaccompanied
    taken = account.taken / others if others > 0 else 0.0
    if account.stock[e.PLAN] == 0:
        taken = 0.0
    by = {
        e.PLAN: (taken, _tilted(account, e.FROM_NEED_ONLY)),
        e.NEED: (1 - taken, _tilted(account, e.FROM_PLAN_ONLY)),
    }
    return {
        (start, state): entries * part * share
        for start, (part, shares) in by.items()
        for state, share in shares.items()
        if entries * part * share > 0
    }


def _exits(account: PublishedAccount, lived: Mapping[str, float], exits: float) -> Moves:
    """Exits by placement from the years lived in each, those who go home back to need."""
    weight = {state: e.EXIT_RATES[state] * lived[state] for state in e.CARE}
    scale = exits / sum(weight.values()) if sum(weight.values()) else 0.0
    left = {state: each * scale for state, each in weight.items() if each > 0}
    ceased = account.figures["cla_ceased"]
    home = account.returned / ceased * exits if ceased > 0 else 0.0
    from_homes = sum(left.get(state, 0.0) for state in e.RETURNING)
    share = min(home / from_homes, 0.95) if from_homes > 0 else 0.0
    moves: Moves = {}
    for state, number in left.items():
        going = share * number if state in e.RETURNING else 0.0
        moves[state, EXIT] = number - going
        if going > 0:
            moves[state, e.NEED] = going
    return moves


def _between(
    opening: Mapping[str, float],
    closing: Mapping[str, float],
    moves: Moves,
    arrivals: Mapping[str, float],
) -> Moves:
    """Moves between placements that make the closing stocks: from each surplus to each want."""
    over: dict[str, float] = {}
    for state in e.CARE:
        inward = arrivals.get(state, 0.0) + sum(n for (_, b), n in moves.items() if b == state)
        outward = sum(n for (a, _), n in moves.items() if a == state)
        over[state] = opening[state] + inward - outward - closing[state]
    wanted = sum(-each for each in over.values() if each < 0)
    return {
        (a, b): over[a] * -over[b] / wanted
        for a in e.CARE
        for b in e.CARE
        if over[a] > 0 > over[b] and wanted > 0
    }


def _held(account: PublishedAccount, year: Year) -> Year:
    """Need and plans as many at the end as at the start: what leaves them, and what arrives."""
    moves, plans = dict(year.moves), year.opening[e.PLAN]

    def total(start: str | None, end: str | None) -> float:
        return sum(n for (a, b), n in moves.items() if start in (None, a) and end in (None, b))

    ending = moves[e.NEED, e.PLAN] - total(e.PLAN, None)
    if plans > 0 and ending > 0:
        moves[e.PLAN, e.NEED] = e.STAYS_IN_NEED * ending
        moves[e.PLAN, EXIT] = (1 - e.STAYS_IN_NEED) * ending
    elif plans > 0:  # more are taken into care than plans start: more plans must have
        moves[e.NEED, e.PLAN] += -ending
    else:
        moves.pop((e.NEED, e.PLAN))
    arriving = max(account.figures["cin_started_children"] - account.unaccompanied, 0.0)
    leaving = arriving + total(None, e.NEED) - total(e.NEED, None)
    if leaving < 0:
        arriving, leaving = arriving - leaving, 0.0
    moves[e.NEED, EXIT] = leaving
    return Year(year.opening, year.closing, moves, {**year.arrivals, e.NEED: arriving})


def rates_of(year: Year) -> Moves:
    """Rates per child-year that bring about a year's moves exactly, in continuous time.

    Each trial rate is moved by the ratio of what was wanted to what came, the rate times the
    child-years lived (:func:`.continuous.year_lived`), until they are the same.
    """
    start = np.array([year.opening[state] for state in STATES], float)
    ends = (*STATES, *e.AFTER, EXIT)
    wanted = np.zeros((len(STATES), len(ends)))
    for (a, b), number in year.moves.items():
        wanted[STATES.index(a), ends.index(b)] = number
    arrivals = np.array([year.arrivals.get(state, 0.0) for state in STATES])
    lived = np.maximum(start, 1e-9)[:, None]
    rates = np.where(wanted > 0, np.minimum(wanted / lived, 50.0), 0.0)
    for _ in range(_ROUNDS):
        inside, out = rates[:, : len(STATES)], rates[:, len(STATES) :].sum(axis=1)
        came = rates * year_lived(inside, out, arrivals, start)[:, None]
        ratio = np.divide(wanted, came, where=came > 0, out=np.ones_like(wanted))
        rates = np.minimum(rates * ratio, 200.0)
        if np.abs(ratio - 1).max() < _CLOSE:
            break
    return {
        (STATES[row], ends[column]): float(rates[row, column])
        for row, column in zip(*np.nonzero(wanted), strict=True)
    }
