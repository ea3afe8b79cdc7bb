"""A model's sets, parameters and columns as arrays of codes."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import prod
from typing import Any

import numpy as np

from allocator.compile.codes import Keys, RangedKeys, Symbols
from allocator.compile.frames import Codes, Frame
from allocator.compile.records import Component, Param, Set
from allocator.program.matrix import Floats
from allocator.program.program import Coded, coded
from formulations.profiles import Profiles, Spans

KeyFinder = Keys | RangedKeys


@dataclass(frozen=True)
class Members:
    """An indexed set: members of its n-th key are ``codes[:, first[n] : first[n] + count[n]]``."""

    keys: KeyFinder
    first: Codes
    count: Codes
    codes: Codes


class Data:
    """Looks up what a template names; each component is turned into arrays once."""

    def __init__(self) -> None:
        self._symbols = Symbols()
        self._elements: dict[tuple[int, int], Codes] = {}
        self._members: dict[str, Members] = {}
        self._finders: dict[str, KeyFinder] = {}
        self._numbers: dict[str, Floats] = {}
        self._ranged: dict[tuple[Any, ...], list[tuple[Spans, KeyFinder]]] = {}
        self._shared: dict[tuple[Any, ...], list[tuple[list[Any], KeyFinder]]] = {}

    def code(self, name: str) -> int:
        """Code of a name."""
        return self._symbols[name]

    def frame(self, component: Component) -> Frame:
        """Indices of a component, each set's elements in a frame within that of those before."""
        sets = component.index
        if len(sets) == 1 and isinstance(sets[0].given, Spans):
            spans = sets[0].given
            keys = Frame.of(self._of_keys(spans, sets[0].parts - 1))
            return Frame(len(spans), [spans.steps], keys, spans.owners)
        frame = Frame(1, ())
        for factor in sets:
            frame = _within(frame, self.elements(factor))
        return frame

    def finder(self, component: Component) -> KeyFinder:
        """Finds indices of a component; a parameter's are its keys."""
        if component.name not in self._finders:
            self._finders[component.name] = self._finder(component)
        return self._finders[component.name]

    def _finder(self, component: Component) -> KeyFinder:
        if isinstance(component, Param):
            given = component.given
            return self._keys_of(given.spans) if isinstance(given, Profiles) else self._keys(given)
        sets = component.index
        if len(sets) == 1 and isinstance(sets[0].given, Spans):
            return self._keys_of(sets[0].given)
        return Keys([self.elements(factor) for factor in sets])

    def product(self, sets: Sequence[Set]) -> Codes:
        """Elements of a product of sets, (parts, elements); one without parts of none."""
        codes = np.zeros((0, 1), dtype=np.int64)
        for factor in sets:
            part = self.elements(factor)
            if not codes.shape[0]:
                codes = part
                continue
            tiled = np.tile(part, (1, codes.shape[1]))
            codes = np.vstack([np.repeat(codes, part.shape[1], axis=1), tiled])
        return codes

    def elements(self, group: Set) -> Codes:
        """Elements of a set, (parts, elements)."""
        key = id(group.given), group.parts
        if key not in self._elements:
            given = group.given
            self._elements[key] = (
                self._spans(given, group.parts)
                if isinstance(given, Spans)
                else self._symbols.codes(_listed(group), group.parts)
            )
        return self._elements[key]

    def members(self, group: Set, parts: int) -> Members:
        """Members of an indexed set by its index; each has so many parts."""
        if group.name not in self._members:
            given = group.given
            # A list that serves many keys is coded once.
            lists = {id(members): members for members in given.values()}
            place = dict(zip(lists, range(len(lists)), strict=True))
            at = np.fromiter((place[id(members)] for members in given.values()), np.int64)
            count = np.fromiter(map(len, lists.values()), np.int64, len(lists))
            self._members[group.name] = Members(
                Keys([self._codes(given)]),
                (np.cumsum(count) - count)[at],
                count[at],
                self._symbols.codes(list(chain.from_iterable(lists.values())), parts),
            )
        return self._members[group.name]

    def numbers(self, param: Param) -> Floats:
        """A parameter's values, in the order of its keys; a name is valued at its code."""
        if param.name not in self._numbers:
            self._numbers[param.name] = self._read(param.given)
        return self._numbers[param.name]

    def _read(self, given: Mapping[Any, Any]) -> Floats:
        if isinstance(given, Profiles):
            return given.numbers
        values: Collection[Any] = given.values()
        if str in set(map(type, values)):
            values = [self._symbols[value] if isinstance(value, str) else value for value in values]
        return np.fromiter(values, np.float64, len(values))

    def _keys_of(self, spans: Spans) -> KeyFinder:
        """Keys of profiles; those of the same keys over the same ranges have them in common."""
        mark = (len(spans), *spans.keys[:1], *spans.keys[-1:])
        for other, keys in self._ranged.setdefault(mark, []):
            if other.same(spans):
                return keys
        self._ranged[mark].append((spans, self._ranged_keys(spans)))
        return self._ranged[mark][-1][1]

    def _ranged_keys(self, spans: Spans) -> KeyFinder:
        parts = len(next(iter(spans.keys), ()))
        keys = self._of_keys(spans, parts)
        if not len(spans) or len(set(spans.keys)) < len(spans.keys):
            return Keys([self._spans(spans, parts + 1)])
        if np.ptp(spans.starts) or np.ptp(spans.lengths):
            return RangedKeys(keys, spans.starts, spans.lengths)
        return Keys([keys, spans.steps[np.newaxis, : spans.lengths[0]]])

    def _spans(self, spans: Spans, parts: int) -> Codes:
        """Codes of spans, (parts, indices)."""
        return np.vstack([self._of_keys(spans, parts - 1)[:, spans.owners], spans.steps])

    def _of_keys(self, spans: Spans, parts: int) -> Codes:
        """Codes of the keys of spans; those of a list of keys are worked out once."""
        listed = id(spans.keys), parts
        if listed not in self._elements:
            self._elements[listed] = self._symbols.codes(spans.keys, parts)
        return self._elements[listed]

    def _keys(self, given: Collection[Any]) -> KeyFinder:
        """Keys of parameters; those of the same keys in the same order have them in common."""
        listed = list(given)
        mark = (len(listed), *listed[:1], *listed[-1:])
        for other, keys in self._shared.setdefault(mark, []):
            if other == listed:
                return keys
        self._shared[mark].append((listed, Keys([self._codes(listed)])))
        return self._shared[mark][-1][1]

    def _codes(self, keys: Collection[Any]) -> Codes:
        first = next(iter(keys), None)
        return self._symbols.codes(keys, len(first) if isinstance(first, tuple) else 1)


def listed(component: Component) -> list[tuple[Hashable, ...]]:
    """Indices of a component, in order, each a tuple; empty where it has none."""
    tuples: list[tuple[Hashable, ...]] = [()]
    for factor in component.index:
        more = [_as_tuple(element) for element in _listed(factor)]
        tuples = [before + after for before in tuples for after in more]
    return tuples


def coded_part(component: Component, place: int) -> Coded:
    """One part of those indices: values, and in order which of them each has.

    The other parts need not be listed for it.
    """
    sizes = [len(_listed(factor)) for factor in component.index]
    for n, factor in enumerate(component.index):
        if place < factor.parts:
            values, which = _part_of(factor, place)
            return values, np.tile(np.repeat(which, prod(sizes[n + 1 :])), prod(sizes[:n]))
        place -= factor.parts
    raise IndexError(f"{component.name} has no such part of its index")


def _part_of(group: Set, place: int) -> Coded:
    given = group.given
    if not isinstance(given, Spans):
        return coded([_as_tuple(element)[place] for element in _listed(group)])
    if place == group.parts - 1:
        first = int(given.steps.min(initial=0))
        return [*range(first, int(given.steps.max(initial=0)) + 1)], given.steps - first
    values, which = coded([key[place] for key in given.keys])
    return values, which[given.owners]


def _listed(group: Set) -> Sequence[Any]:
    """Elements of a set, each once."""
    given = group.given
    return given if isinstance(given, (range, Spans)) else list(dict.fromkeys(given))


def _as_tuple(index: Any) -> tuple[Hashable, ...]:
    return index if isinstance(index, tuple) else (index,)


def _within(frame: Frame, elements: Codes) -> Frame:
    """A frame with an entry for every entry of another and element."""
    if not frame.width:
        return Frame.of(elements)
    owner = np.repeat(np.arange(frame.size), elements.shape[1])
    return Frame(len(owner), tuple(np.tile(elements, (1, frame.size))), frame, owner)
