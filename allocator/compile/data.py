"""A model's sets, parameters and columns as arrays of codes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from pyomo.core.base.set import SetProduct

from allocator.compile.codes import Codes, Keys, Symbols
from allocator.compile.components import Components
from allocator.program.matrix import Floats


@dataclass(frozen=True)
class Members:
    """An indexed set: members of its n-th key are ``codes[:, first[n] : first[n] + count[n]]``."""

    keys: Keys
    first: Codes
    count: Codes
    codes: Codes


class Data:
    """Looks up what a template names; each component is turned into arrays once."""

    def __init__(self, components: Components) -> None:
        self._components = components
        self._symbols = Symbols()
        self._elements: dict[int, tuple[list[Any], Codes]] = {}  # by list
        self._members: dict[int, Members] = {}
        self._values: dict[int, tuple[Keys, Floats]] = {}

    def code(self, name: str) -> int:
        """Code of a name."""
        return self._symbols[name]

    def elements(self, group: Any) -> Codes:
        """Elements of a set, (dimension, elements); those of a product from its factors."""
        if isinstance(group, SetProduct):
            codes = np.zeros((0, 1), dtype=np.int64)
            for factor in group.subsets(expand_all_set_operators=False):
                part = self.elements(factor)
                tiled = np.tile(part, (1, codes.shape[1]))
                codes = np.vstack([np.repeat(codes, part.shape[1], axis=1), tiled])
            return codes
        elements = self._components.elements(group)
        if id(elements) not in self._elements:
            parts = group.dimen if isinstance(group.dimen, int) else 1
            self._elements[id(elements)] = elements, self._symbols.codes(elements, parts)
        return self._elements[id(elements)][1]

    def members(self, component: Any, parts: int) -> Members:
        """Members of an indexed set by its index; each has so many parts."""
        if id(component) not in self._members:
            elements = self._components.members(component)
            # A list that serves many keys is coded once.
            lists = {id(members): list(members) for members in elements.values()}
            place = dict(zip(lists, range(len(lists)), strict=True))
            at = np.fromiter((place[id(members)] for members in elements.values()), np.int64)
            count = np.fromiter(map(len, lists.values()), np.int64, len(lists))
            self._members[id(component)] = Members(
                Keys(self._codes(elements)), (np.cumsum(count) - count)[at], count[at],
                self._symbols.codes(list(chain.from_iterable(lists.values())), parts),
            )  # fmt: skip
        return self._members[id(component)]

    def values(self, param: Any) -> tuple[Keys, Floats]:
        """A parameter's keys and values; a name is valued at its code."""
        if id(param) not in self._values:
            elements = self._components.values(param)
            self._values[id(param)] = (
                Keys(self._codes(elements)),
                self._numbers(elements.values()),
            )
        return self._values[id(param)]

    def _numbers(self, values: Collection[Any]) -> Floats:
        if str in set(map(type, values)):
            values = [self._symbols[value] if isinstance(value, str) else value for value in values]
        return np.fromiter(values, np.float64, len(values))

    def _codes(self, keys: Collection[Any]) -> Codes:
        first = next(iter(keys), None)
        return self._symbols.codes(keys, len(first) if isinstance(first, tuple) else 1)
