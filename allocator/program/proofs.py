"""What arrays prove besides an optimum: a bound, that nothing is feasible, or nothing best.

Each is a few sums, with room for their rounding: weak duality, Farkas' lemma, and a direction
in which a feasible point can go for ever.  See Schrijver, *Theory of Linear and Integer
Programming*, 7; for room for rounding Neumaier and Shcherbina, *Safe bounds in linear and
mixed-integer linear programming*, Mathematical Programming 99 (2004).
"""

from __future__ import annotations

from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from allocator.program.certificate import TOLERANCE
from allocator.program.implied import implied_bounds
from allocator.program.matrix import Floats, Matrix, Positions
from allocator.program.program import LinearProgram

ROUNDING: Final = 1e-12  # of a sum, relative to the size of its terms
CANCELLED: Final = 1e-13  # of terms that cancel but for rounding, relative to their size
SLIGHT: Final = (1e-13, 1e-11, 1e-9)  # of weights of at most 1, which may be rounding
EPSILON: Final = float(np.finfo(float).eps)

_Sums = tuple[Floats, Floats, Floats]
_ADDED_UP: Final[WeakKeyDictionary[Matrix, tuple[Floats, _Sums]]] = WeakKeyDictionary()  # last
_REFUTED: Final[WeakKeyDictionary[LinearProgram, Floats]] = WeakKeyDictionary()  # by which ray


def lower_bound(
    program: LinearProgram,
    dual: Floats,
    combined: Floats | None = None,
    far: float | None = None,
) -> float:
    """A value that no point of the program goes below: weak duality, for any dual by row.

    The dual may be another program's of the same shape; prices of rows that lack the bound they
    would need are left out of it.  A reduced cost that needs a bound which its column has not
    makes the bound minus infinity, unless it is within ``TOLERANCE`` of the largest cost, as the
    rounding of a certified dual is: then it is charged for as far as ``reach`` says that a column
    goes.  So the value holds for every point that goes no further.  ``combined`` is the matrix
    transposed times the dual and ``far`` the program's ``reach``, where they are at hand.
    """
    if combined is None:
        combined = program.matrix.transposed_times(dual)
    stray = dual - with_bounds(program, dual)
    if stray.any():
        dual, combined = dual - stray, combined - program.matrix.transposed_times(stray)
    rows = _terms(dual, program.row_lower, program.row_upper, 0.0, 0.0)
    far = reach(program) if far is None else far
    cols = of_columns(program, combined, slice(None), far)
    bound = float(rows.sum() + cols.sum()) + program.objectives[-1].constant
    size = float(np.abs(rows).sum() + np.abs(cols).sum())
    if not np.isfinite(bound):
        return -np.inf
    return bound - max(1e-9 * max(1.0, abs(bound)), ROUNDING * size)  # on the safe side


def of_columns(
    program: LinearProgram, combined: Floats, at: Positions | slice, far: float
) -> Floats:
    """What some columns add to ``lower_bound``, one by one; ``combined`` is of all columns."""
    costs = program.objectives[-1].costs
    limit = TOLERANCE * max(1.0, float(np.max(np.abs(costs), initial=0.0)))
    return _terms(costs[at] - combined[at], program.lower[at], program.upper[at], limit, far)


def with_bounds(program: LinearProgram, dual: Floats) -> Floats:
    """A dual by row without the prices of rows that lack the bound they would need."""
    return np.where(_backed(dual, program.row_lower, program.row_upper), dual, 0.0)


def reach(program: LinearProgram) -> float:
    """How far columns without a bound are taken to go: a thousand times the largest bound.

    Only what rounding leaves of a price is ever charged with it.
    """
    bounds = np.concatenate([program.row_lower, program.row_upper, program.lower, program.upper])
    return 1e3 * max(1.0, float(np.max(np.abs(bounds), where=np.isfinite(bounds), initial=0.0)))


def refutes(program: LinearProgram, ray: Floats, *, own_bounds: bool = False) -> bool:
    """Whether a ray by row proves that no point meets every bound: Farkas' lemma.

    The rows, added up with the ray as weights, ask for more than the columns can give.  Weights
    of rows that lack the bound they would need are left out.  A column that lacks the bound it
    needs is taken at the one that the rows imply (``implied``), so that what rounding leaves of
    its coefficient does not spoil the proof.  Where they imply none it spoils it, unless its
    coefficient is what rounding leaves of terms that cancel: then it is charged for as far as
    ``reach`` says that a column goes, and the proof is of every point that goes no further.  Every
    sum is charged for its rounding, by the number and the size of its terms.  With ``own_bounds``
    what the rows imply is worked out for this very program, not for several together.  The ray
    that a program was refuted by last is not added up again.
    """
    if _REFUTED.get(program) is ray:
        return True
    proved = signed(program, ray, own_bounds=own_bounds) is not None
    if proved:
        _REFUTED[program] = ray
    return proved


def signed(program: LinearProgram, ray: Floats, *, own_bounds: bool = False) -> Floats | None:
    """The one of a ray's ``ways`` that ``refutes`` a program; None where neither does."""
    return next((each for each in ways(ray) if refuted_by(program, each, own_bounds)), None)


def ways(ray: Floats) -> tuple[Floats, ...]:
    """A ray of size 1 either way round, since solvers give either; none where it has no size."""
    scale = float(np.max(np.abs(ray), initial=0.0))
    return (ray / scale, -ray / scale) if 0.0 < scale < np.inf else ()


def refuted_by(program: LinearProgram, weights: Floats, own: bool = False) -> bool:
    """Whether one of a ray's ``ways`` proves it; ``own`` is ``own_bounds`` of ``refutes``.

    A slight weight may be rounding, and spoil the proof where a column without an end stands in
    its row: then weights that are less slight are left out too, as any may be.
    """
    backed = _backed(weights, program.row_lower, program.row_upper)
    for slight in SLIGHT:
        kept = backed & (np.abs(weights) > slight)
        margin = _margin(program, np.where(kept, weights, 0.0), own)
        if margin > -np.inf:
            return margin > 0.0
    return False


def _margin(program: LinearProgram, weights: Floats, own: bool) -> float:
    """By how much rows ask for more than columns can give; minus infinity where one has no end."""
    combined, sizes, doubt = _added_up(program.matrix, weights)
    asked = _terms(weights, program.row_lower, program.row_upper, 0.0, 0.0)
    spare = _least_taken(combined, doubt, program.lower, program.upper)
    if _hopeless(float(asked.sum()), spare, combined, doubt, program):
        return 0.0
    if not np.isfinite(spare).all():
        rounding = np.abs(combined) <= np.maximum(doubt, CANCELLED * sizes)
        far = np.where(rounding, reach(program), np.inf)
        lower, upper = implied_bounds(program, own=own)
        spare = _least_taken(combined, doubt, np.maximum(lower, -far), np.minimum(upper, far))
    size = float(np.abs(asked).sum() + np.abs(spare).sum())
    more = float(asked.sum() + spare.sum())
    return more - 1e-9 - ROUNDING * size if np.isfinite(size) else -np.inf


def _added_up(matrix: Matrix, weights: Floats) -> _Sums:
    """Rows added up by weight: by column the sum, the size of its terms, and what rounding does.

    Kept for the last weights of a matrix, since one ray often refutes window after window.
    """
    known = _ADDED_UP.get(matrix)
    if known is None or not np.array_equal(known[0], weights):
        combined, sizes = matrix.transposed_times_and_sizes(weights)
        kept = weights != 0
        terms = np.bincount(matrix.columns[kept[matrix.rows]], minlength=len(sizes))
        known = weights, (combined, sizes, EPSILON * (terms + 1) * sizes)
        _ADDED_UP[matrix] = known
    return known[1]


def _least_taken(combined: Floats, doubt: Floats, lower: Floats, upper: Floats) -> Floats:
    """Least of minus ``combined``, give or take ``doubt``, times anything between two bounds."""
    with np.errstate(invalid="ignore"):  # of infinite bounds: what is not a number is no bound
        at_lower = np.where(combined < doubt, -combined * lower - doubt * np.abs(lower), np.inf)
        at_upper = np.where(combined > -doubt, -combined * upper - doubt * np.abs(upper), np.inf)
    least = np.where((combined == 0) & (doubt == 0), 0.0, np.minimum(at_lower, at_upper))
    return np.where(np.isnan(least), -np.inf, least)


def _hopeless(
    asked: float, spare: Floats, combined: Floats, doubt: Floats, program: LinearProgram
) -> bool:
    """Whether no bound could help: a column that lacks the one it needs is at its other one.

    One whose coefficient may be either way, give or take ``doubt``, can give nothing.
    """
    other = np.where(combined > 0, program.lower, program.upper)
    with np.errstate(invalid="ignore"):
        at_other = -combined * other
    at_other = np.where(np.isfinite(other), at_other, np.inf)
    at_other = np.where(np.abs(combined) < doubt, 0.0, at_other)
    return asked + float(np.where(np.isfinite(spare), spare, at_other).sum()) <= 0.0


def plainly_empty(program: LinearProgram) -> bool:
    """Whether a column's bounds are crossed, or a row asks for what its columns cannot give.

    By more than ``TOLERANCE``, relative to the terms that are added up.
    """
    matrix = program.matrix
    up, down = matrix.values > 0, matrix.values < 0
    low, high = program.lower[matrix.columns], program.upper[matrix.columns]
    least = matrix.values * np.where(up, low, high)
    most = matrix.values * np.where(down, low, high)
    return (
        _crossed(program.lower, program.upper, np.abs(program.lower))
        or _short(matrix.rows, least, program.row_upper)
        or _short(matrix.rows, -most, -program.row_lower)
    )


def _short(rows: NDArray[np.int32], terms: Floats, limit: Floats) -> bool:
    """Whether the least sums by row are above the limits; terms of minus infinity spare a row."""
    open_ = np.bincount(rows, np.isinf(terms), len(limit)) > 0
    held = np.where(np.isfinite(terms), terms, 0.0)
    least, size = (np.bincount(rows, t, len(limit)).astype(float) for t in (held, np.abs(held)))
    return _crossed(np.where(open_, -np.inf, least), limit, size)


def _crossed(lower: Floats, upper: Floats, size: Floats) -> bool:
    finite = np.isfinite(lower) & np.isfinite(upper)
    apart = np.where(finite, lower, 0.0) - np.where(finite, upper, 0.0)
    room = TOLERANCE * np.maximum(1.0, np.where(np.isfinite(size), size, 1.0))
    return bool(np.any(finite & (apart > room)))


def goes_down_for_ever(program: LinearProgram, primal: Floats, ray: Floats) -> bool:
    """Whether the objective has no least value: a feasible point, and a direction to go in.

    ``primal`` and ``ray`` are by column.  The point is feasible to ``TOLERANCE``, like an optimum.
    The direction, at most 1 in size, leads away from no bound by more than the rounding of its
    own sum, and the objective falls along it by at least ``TOLERANCE`` of its largest cost.
    """
    scale = float(np.max(np.abs(ray), initial=0.0))
    if not 0.0 < scale < np.inf or not feasible(program, primal):
        return False
    ray = np.where(np.abs(ray) > 1e-11 * scale, ray / scale, 0.0)
    costs = program.objectives[-1].costs
    falls = -float(costs @ ray) > TOLERANCE * max(1e-300, float(np.max(np.abs(costs), initial=0.0)))
    steps, sizes = program.matrix.times_and_sizes(ray)
    return (
        falls
        and _stays(steps, 1e-9 * sizes, program.row_lower, program.row_upper)
        and _stays(ray, np.zeros(len(ray)), program.lower, program.upper)
    )


def feasible(program: LinearProgram, primal: Floats) -> bool:
    """Whether a point meets every bound to ``TOLERANCE``, relative as in the certificate."""
    activity, sizes = program.matrix.times_and_sizes(primal)
    return _inside(activity, sizes, program.row_lower, program.row_upper) and _inside(
        primal, np.abs(primal), program.lower, program.upper
    )


def _inside(value: Floats, size: Floats, lower: Floats, upper: Floats) -> bool:
    outside = np.maximum(lower - value, value - upper)
    return bool(np.all(outside <= TOLERANCE * np.maximum(1.0, size)))


def _stays(step: Floats, rounding: Floats, lower: Floats, upper: Floats) -> bool:
    """Whether steps lead towards no finite bound."""
    down, up = (step < -rounding) & np.isfinite(lower), (step > rounding) & np.isfinite(upper)
    return not bool(np.any(down | up))


def _backed(price: Floats, lower: Floats, upper: Floats) -> NDArray[np.bool_]:
    """Whether there is the bound that a price is of; nought needs none."""
    backed: NDArray[np.bool_] = (price == 0) | np.isfinite(np.where(price > 0, lower, upper))
    return backed


def _terms(price: Floats, lower: Floats, upper: Floats, strays: float, far: float) -> Floats:
    """Least values of prices times anything between the bounds, one by one.

    Where a bound is missing: minus infinity for a price above ``strays``, else as if at ``far``.
    """
    bound = np.where(price > 0, lower, upper)
    there = np.isfinite(bound)
    terms: Floats = price * np.where(there, bound, 0.0)
    at = np.flatnonzero(~there & (price != 0))
    sizes = np.abs(price[at])
    terms[at] = np.where(sizes > strays, -np.inf, -sizes * far)
    return terms
