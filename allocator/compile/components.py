"""What a formulation gives its sets and parameters, taken as it stands.

Pyomo checks and stores every element and every number one by one, which takes longer than
everything else on the way to the arrays.  To call a rule with symbols it needs one element of
a set, to know its dimension, and no number at all.  So it is left one element, and the rest
is read from where the formulation put it: a list, or a dictionary.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import pyomo.core as pyo
from pyomo.core.base.initializer import ConstantInitializer, ItemInitializer
from pyomo.core.base.set import SetProduct

Key = Any  # a name, a whole number, or a tuple of them


class Components:
    """Data of a model's sets and parameters; constructs what a template needs of them.

    Where any of them is worked out by a rule, which may ask for any other, Pyomo constructs
    them all, and the data are read back from it.
    """

    def __init__(self, model: pyo.AbstractModel) -> None:
        components = list(model.component_objects((pyo.Set, pyo.RangeSet, pyo.Param)))
        self._data: dict[int, Any] = {}
        self._lists: dict[int, list[Key]] = {}
        self.plain = all(map(_is_plain, components))
        for component in components:
            if self.plain and component.ctype is not pyo.RangeSet:
                self._take(component)
            component.construct()
        for var in model.component_objects(pyo.Var):
            var._dense = False  # so that constructing it makes no object per column
            var.construct()

    def _take(self, component: Any) -> None:
        """Keep a component's data, and leave Pyomo a sample of them."""
        if component.ctype is pyo.Param:
            if component.is_indexed():
                self._data[id(component)] = component._rule._dict
                component._rule = None
        elif component.is_indexed():
            self._data[id(component)] = component._init_values._init._dict
            component.construct(data={})  # members follow, one by one, if they are asked for,
            component._index_set = pyo.Any  # by an index that a sample may not have
        else:
            given = component._init_values._init.val
            if id(given) not in self._lists:  # one list may be given to many sets
                self._lists[id(given)] = list(dict.fromkeys(given))
            elements = self._data[id(component)] = self._lists[id(given)]
            component.construct(data={None: elements[:1]})

    def elements(self, group: Any) -> list[Key]:
        """Elements of a set that is not a product."""
        found = self._data.get(id(group))
        return list(group) if found is None else found

    def members(self, component: Any) -> Mapping[Key, Iterable[Key]]:
        """Members of an indexed set by its index."""
        return self._data.get(id(component), component)  # type: ignore[no-any-return]

    def values(self, param: Any) -> Mapping[Key, Any]:
        """Values of an indexed parameter by its index."""
        found = self._data.get(id(param))
        return param.extract_values() if found is None else found  # type: ignore[no-any-return]

    def listed(self, group: Any) -> list[tuple[Hashable, ...]]:
        """Elements of any set, in order, each as a tuple."""
        if not isinstance(group, SetProduct):
            return [_as_tuple(element) for element in self.elements(group)]
        found: list[tuple[Hashable, ...]] = [()]
        for factor in group.subsets(expand_all_set_operators=False):
            more = self.listed(factor)
            found = [before + after for before in found for after in more]
        return found


def _as_tuple(index: Any) -> tuple[Hashable, ...]:
    """An index as a tuple; empty for the one member of what has no index."""
    return index if isinstance(index, tuple) else () if index is None else (index,)


def _is_plain(component: Any) -> bool:
    """Whether a component's data are a list, a range, a dictionary or a number as they stand."""
    if component.ctype is pyo.RangeSet:
        return True
    if component.ctype is pyo.Param:
        given = component._rule
        if component.mutable or component._default_val is not pyo.Param.NoValue:
            return False
    else:
        given = component._init_values and component._init_values._init
        if component._filter is not None or component._validate is not None:
            return False
    if component.is_indexed():
        return type(given) is ItemInitializer and isinstance(given._dict, dict)
    if type(given) is not ConstantInitializer:
        return False
    return component.ctype is pyo.Param or isinstance(given.val, (list, tuple, range))
