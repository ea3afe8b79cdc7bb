r"""Margins that do not agree, adjusted as little as their uncertainty asks for.

Published stocks, entries, exits and parts of a whole come from tables that are rounded, suppressed
and revised apart from each other.  They are adjusted by least squares,

.. math:: \min_x \sum_i (x_i - m_i)^2 / v_i \quad \text{s.t.} \quad A x = b,\; x \ge 0

with :math:`m` the published figures and :math:`v` how uncertain each is (0 for one that must
stand).  Source: Deming and Stephan 1940, Annals of Mathematical Statistics 11:427; Stone,
Champernowne and Meade 1942, Review of Economic Studies 9:111 (national accounts).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Reconciled:
    """Figures that agree, and how far each had to move (``residual`` = adjusted − published)."""

    values: Floats
    residual: Floats


def reconcile(
    measured: ArrayLike, variance: ArrayLike, rules: ArrayLike, total: ArrayLike
) -> Reconciled:
    """The nearest figures to ``measured`` that obey ``rules @ x = total`` and are not negative.

    ``measured`` and ``variance`` are (n,), ``rules`` (m, n), ``total`` (m,).  Raises ValueError
    where no such figures exist.
    """
    m, v = np.asarray(measured, float), np.asarray(variance, float)
    a, b = np.atleast_2d(np.asarray(rules, float)), np.atleast_1d(np.asarray(total, float))
    x = _adjusted(m, v, a, b)
    while (below := (x < -1e-9) & (v > 0)).any():
        m, v = np.where(below, 0.0, m), np.where(below, 0.0, v)  # it stands at nothing
        x = _adjusted(m, v, a, b)
    agree = np.allclose(a @ x, b, atol=1e-6 * max(1.0, float(np.abs(b).max(initial=0))))
    if not agree or (x < -1e-9).any():
        raise ValueError("no figures of those signs agree with each other")
    x = np.maximum(x, 0.0)
    return Reconciled(x, x - np.asarray(measured, float))


def _adjusted(m: Floats, v: Floats, a: Floats, b: Floats) -> Floats:
    """The adjustment without regard to sign: x = m + V A' (A V A')⁺ (b − A m)."""
    spread = a * v
    moved: Floats = m + spread.T @ (np.linalg.pinv(spread @ a.T) @ (b - a @ m))
    return moved


def flows_to(
    opening: Floats,
    closing: Floats,
    entries: Floats,
    rate: Floats,
    years: int,
    uncertainty: tuple[Floats, Floats],
) -> tuple[Floats, Floats]:
    r"""Constant entries a year and exit rate that take a stock from ``opening`` to ``closing``.

    With entries :math:`E` a year and exits at :math:`x` per child-year the stock after :math:`h`
    years is :math:`S_0 e^{-xh} + (E/x)(1 - e^{-xh})`.  Entries and rate are moved from their
    estimates by least squares, weighed by the variances in ``uncertainty``; arrays (councils).
    """
    best = None
    for step in np.linspace(-0.6, 0.6, 241):
        x = rate * np.exp(step)
        kept = np.exp(-x * years)
        e = (closing - opening * kept) * x / (1 - kept)
        cost = (e - entries) ** 2 / uncertainty[0] + (x - rate) ** 2 / uncertainty[1]
        cost = np.where(e >= 0, cost, np.inf)
        if best is None:
            best = [cost, e, x]
        else:
            better = cost < best[0]
            best = [np.where(better, new, old) for new, old in zip((cost, e, x), best, strict=True)]
    assert best is not None
    return np.maximum(best[1], 0.0), best[2]
