"""Scrambled Sobol' points (Sobol' 1967, Owen 1995): those of scipy's ``qmc.Sobol``, to the bit.

Scipy's own direction numbers (Joe and Kuo 2008) are read as they lie there: ``scipy.stats``, of
which the rest is not needed, takes longer to import than a stress test to run.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bits = NDArray[np.uint32]

_BITS: Final = 30  # of a point, as scipy has it
_NUMBERS: Final = "stats/_sobol_direction_numbers.npz"  # beside scipy's own code


def points(columns: int, power: int, seed: int) -> Floats:
    """The first two to the ``power`` points of a scrambled sequence, (points, columns)."""
    import scipy

    try:
        numbers = np.load(Path(scipy.__file__).parent / _NUMBERS)
        known = numbers["poly"][:columns], numbers["vinit"][:columns]
    except (OSError, KeyError):
        return _of_scipy(columns, power, seed)
    chance = np.random.default_rng(seed).spawn(1)[0]
    shift, directions = _scrambled(_directions(*known), chance)
    uniform: Floats = _in_gray_order(shift, directions, power).astype(float) * 2.0**-_BITS
    return uniform


def _of_scipy(columns: int, power: int, seed: int) -> Floats:
    from scipy.stats import qmc

    uniform: Floats = qmc.Sobol(columns, scramble=True, rng=seed).random_base2(power)
    return uniform


def _directions(polynomials: NDArray[np.int64], initial: NDArray[np.int64]) -> Bits:
    """Direction numbers, (columns, bits), from each column's polynomial and first numbers."""
    numbers = np.ones((len(polynomials), _BITS), dtype=np.int64)
    for row, polynomial, first in zip(numbers[1:], polynomials[1:], initial[1:], strict=True):
        degree = int(polynomial).bit_length() - 1
        row[:degree] = first[:degree]
        taken = [k for k in range(1, degree + 1) if int(polynomial) >> (degree - k) & 1]
        for bit in range(degree, _BITS):
            row[bit] = row[bit - degree]
            for k in taken:
                row[bit] ^= row[bit - k] << k
    return (numbers << np.arange(_BITS - 1, -1, -1)).astype(np.uint32)


def _scrambled(directions: Bits, chance: np.random.Generator) -> tuple[Bits, Bits]:
    """A digital shift, and the directions times a random lower triangle of ones and noughts."""
    columns = len(directions)
    power = 2 ** np.arange(_BITS, dtype=np.uint32)
    shift = chance.integers(2, size=(columns, _BITS), dtype=np.uint32) @ power
    size = (columns, _BITS, _BITS)
    lower = np.tril(chance.integers(2, size=size, dtype=np.uint32))
    lower[:, range(_BITS), range(_BITS)] = 1
    digits = directions[:, :, None] >> power.size - 1 - np.arange(_BITS, dtype=np.uint32) & 1
    mixed = np.einsum("crk,cvk->cvr", lower, digits.astype(np.uint32)) & 1
    return shift.astype(np.uint32), (mixed @ power[::-1]).astype(np.uint32)


def _in_gray_order(shift: Bits, directions: Bits, power: int) -> Bits:
    """Each point differs from the one before by one direction."""
    ordered = shift[None, :]
    for bit in range(power):
        ordered = np.concatenate([ordered, ordered[::-1] ^ directions[:, bit]])
    return ordered
