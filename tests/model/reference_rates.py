"""3.1 a second time: what a period does to those who are there and to those who come."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.linalg import expm

Pairs = dict[tuple[str, str], float]


@dataclass(frozen=True)
class Step:
    """By (from, to): p, with exit and with staying; G and K where rates are continuous.

    ``joined`` is G over the period's length, or nothing but staying where one moves once.
    """

    p: Pairs
    joined: Pairs
    years: Pairs
    years_of_new: Pairs


def once(states: Iterable[str], rates: Mapping[tuple[str, str], float], delta: float) -> Step:
    """At most one move a period, by competing rates."""
    p, stays = {}, {}
    for i in states:
        total = sum(rate for (start, _), rate in rates.items() if start == i)
        p[i, i] = math.exp(-total * delta)
        stays[i, i] = 1.0
        for (start, j), rate in rates.items():
            if start == i and total > 0:
                p[i, j] = rate / total * (1 - math.exp(-total * delta))
    return Step(p, stays, {}, {})


def always(states: Iterable[str], rates: Mapping[tuple[str, str], float], delta: float) -> Step:
    """Moves at all times: p, G and K as blocks of one exponential (Van Loan, 1978)."""
    names = list(states)
    size, whole = len(names), np.zeros((3 * len(names), 3 * len(names)))
    for (i, j), rate in rates.items():
        if i in names:
            n = names.index(i)
            whole[n, n] -= rate
            if j in names:
                whole[n, names.index(j)] += rate
    whole[:size, size : 2 * size] = whole[size : 2 * size, 2 * size :] = np.eye(size)
    blocks = expm(whole * delta)
    p, g, k = (blocks[:size, n * size : (n + 1) * size] for n in range(3))
    found = [
        {(i, j): float(part[a, b]) for a, i in enumerate(names) for b, j in enumerate(names)}
        for part in (p, g / delta, g, k)
    ]
    found[0] |= {(i, "exit"): float(1 - p[n].sum()) for n, i in enumerate(names)}
    return Step(*found)
