"""Where the entries of a program stand, kept for the next program of the same sets and keys.

Programs that are built one after the other mostly differ in numbers alone: a price, a target.
What depends on their sets and keys, which is the larger part of the work, is then not worked out
again.  A layout is used where the templates are the very same and every set, every key, and every
value that is itself used as an index are equal, one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any, Final, TypeVar

import numpy as np

from allocator.compile.frames import Frame
from allocator.compile.records import Component, Param, Records, Set, Var
from formulations.profiles import Profiles, Spans

ROOM: Final = 2**26  # bytes of arrays that are kept, in all
MOST: Final = 64  # layouts
_kept: list[Layout] = []  # the one used last first

Made = TypeVar("Made")


class Layout:
    """What is worked out once, by what it is of; ``size`` is in bytes.

    Trees of templates and frames are told apart by their identity: they are held here.
    """

    def __init__(
        self, templates: Any = None, indices: frozenset[str] = frozenset(), made_of: Any = None
    ) -> None:
        self.templates, self.indices, self.made_of = templates, indices, made_of
        self.size, self.is_whole = 0, False
        self._known: dict[Hashable, Any] = {}

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What was made for that key, or is made now; KeyError where all should have been made."""
        if self.is_whole or key in self._known:
            known: Made = self._known[key]
            return known
        made = make()
        if self.size <= ROOM:
            self._known[key] = made
            self.size += _size(made)
        else:  # too much to be kept: what it takes is given back
            self._known.clear()
        return made


def layout_of(model: Records, templates: Mapping[str, Any]) -> Layout:
    """The layout of a model's program: one that is kept, or an empty one."""
    alike = [layout for layout in _kept if layout.templates is templates]
    indices = alike[0].indices if alike else frozenset(_indices(templates))
    made_of = _made_of(model, indices)
    for layout in alike:
        if layout.made_of == made_of:
            return layout
    return Layout(templates, indices, made_of)


def keep_layout(layout: Layout) -> None:
    """Keep a layout of which all is made, in the place of those not used for longest."""
    if layout.size > ROOM:
        return
    layout.is_whole = True
    if layout in _kept:
        _kept.remove(layout)
    _kept.insert(0, layout)
    while len(_kept) > MOST or sum(each.size for each in _kept) > ROOM:
        _kept.pop()


def _indices(tree: Any, inside: bool = False) -> Iterator[str]:
    """Names of the parameters whose values are used as indices, anywhere in templates."""
    if isinstance(tree, Mapping):
        tree = [*tree.values()]
    if not isinstance(tree, list) or not tree:
        return
    parts = tree
    if tree[0] == "of":
        if inside:
            yield tree[1]
        parts, inside = tree[2:], True
    for part in parts:
        yield from _indices(part, inside)


def _made_of(model: Records, indices: frozenset[str]) -> list[Any]:
    """All that the layout depends on; a list that stands in many places is read once."""
    lists: list[tuple[Any, ...]] = []
    places: dict[int, int] = {}

    def read(given: Any) -> Any:
        if isinstance(given, Spans):
            return read(given.keys), given.starts.tolist(), given.lengths.tolist()
        if isinstance(given, range):
            return given
        if id(given) not in places:
            places[id(given)] = len(lists)
            lists.append(tuple(given))
        return places[id(given)]

    parts = [_part(each, read, each.name in indices) for each in model.components.values()]
    return [parts, lists]


def _part(component: Component, read: Callable[[Any], Any], is_index: bool) -> Any:
    """What a layout depends on of one component."""
    if isinstance(component, Set):
        given = component.given
        members = [read(each) for each in given.values()] if component.index else None
        return component.parts, read(given), members
    if isinstance(component, Param):
        return _keys_and_indices(component, read, is_index)
    return component.doc, isinstance(component, Var) and component.whole


def _keys_and_indices(param: Param, read: Callable[[Any], Any], is_index: bool) -> Any:
    """A parameter's keys, and its values where they are used as indices."""
    given = param.given
    if not param.index:
        return given if is_index else None
    if isinstance(given, Profiles):
        return read(given.spans), given.numbers.tolist() if is_index else None
    return read(given), tuple(given.values()) if is_index else None


def _size(made: Any) -> int:
    """Bytes of arrays, which from now on nobody may change, and of frames of them."""
    if isinstance(made, tuple):
        return sum(map(_size, made))
    if isinstance(made, Frame):
        return 8 * made.size * (made.width + 1)
    if not isinstance(made, np.ndarray):
        return 0
    made.flags.writeable = False
    return made.nbytes
