"""Which areas are like which: the basis of one is a good one for another that is like it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from allocator.program.matrix import Floats, Matrix
from allocator.solving.areas.pricing import AreaProgram

_SAMPLED: Final = 16  # one in so many coefficients says how like two areas are


def unlikeness(one: Matrix, other: Matrix) -> float:
    """How far apart the coefficients of two areas are, by a sample; infinite for other patterns."""
    if not one.same_pattern(other):
        return np.inf
    return float(_apart(_sample(one), _sample(other)))


def in_line(programs: Mapping[int, AreaProgram]) -> dict[int, AreaProgram]:
    """Areas, each followed by the one most like it of those to come that have as many numbers."""
    by_size: dict[int, list[int]] = {}
    for number, program in programs.items():
        by_size.setdefault(program.block.matrix.entries, []).append(number)
    return {
        number: programs[number]
        for numbers in by_size.values()
        for number in _line(numbers, np.array([_sample(programs[n].block.matrix) for n in numbers]))
    }


def _line(numbers: list[int], samples: Floats) -> list[int]:
    """The same numbers in line, from the first; samples by number, (areas, coefficients)."""
    left, at, line = np.arange(len(numbers)), 0, [numbers[0]]
    while len(left := left[left != at]):
        at = left[np.argmin(_apart(samples[at], samples[left]))]
        line.append(numbers[at])
    return line


def _sample(matrix: Matrix) -> Floats:
    return matrix.values[::_SAMPLED]


def _apart(one: Floats, others: Floats) -> Floats:
    """Sum of relative differences of coefficients, of which none is nought."""
    shares: Floats = np.abs(one - others) / (np.abs(one) + np.abs(others))
    return np.asarray(shares.sum(axis=-1))
