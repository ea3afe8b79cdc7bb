"""A Pyomo model as records: what its formulation gives its components, taken as it stands.

Pyomo checks and stores every element and every number one by one, which takes longer than
everything else on the way to the arrays.  To call a rule with symbols it needs one element of
a set, whatever it is, to know its dimension, and no number at all.  So it is left one element, and
the rest is read from where the formulation put it: a list, or a dictionary.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pyomo.core as pyo
from pyomo.core.base.initializer import ConstantInitializer, ItemInitializer
from pyomo.core.base.set import SetProduct

from allocator.compile.records import (
    BINARY,
    Component,
    Constraint,
    ObjectiveRecord,
    Param,
    Records,
    Set,
    Var,
)
from formulations.profiles import Profiles, Spans


class Components:
    """A model's records; constructs of it what a template needs.

    Where a set or a parameter is worked out by a rule, which may ask for any other, Pyomo
    constructs them all, and the data are read back from it; ``plain`` says that none is.
    """

    def __init__(self, model: pyo.AbstractModel) -> None:
        self._model = model
        self._sets: dict[int, Set] = {}
        components = list(model.component_objects((pyo.Set, pyo.RangeSet, pyo.Param)))
        self.plain = all(map(_is_plain, components))
        self.records = Records(str(model.name))
        for component in components:
            data = self._taken(component) if self.plain else None
            component.construct()
            self._record(component, _read_back(component) if data is None else data)
        for var in model.component_objects(pyo.Var):
            var._dense = False  # so that constructing it makes no object per column
            var.construct()
        for component in model.component_objects((pyo.Var, pyo.Constraint, pyo.Objective)):
            self._declare(component, _RECORDERS[component.ctype](self, component))

    def _taken(self, component: Any) -> Any:
        """A component's data; Pyomo is left a sample of them.  None of what it makes itself."""
        if component.ctype is pyo.RangeSet:
            return None
        if component.ctype is pyo.Param:
            if not component.is_indexed():
                return component._rule.val
            given, component._rule = component._rule._dict, None
            return given
        if component.is_indexed():
            lists = component._init_values._init
            given, lists._dict = lists._dict, defaultdict(lambda: [_anything(component)])
            component.construct(data={})  # members follow, one by one, if they are asked for,
            component._index_set = pyo.Any  # by an index that a sample may not have
            return given
        given = component._init_values._init.val
        component.construct(data={None: list(given[:1]) or [_anything(component)]})
        return given

    def _record(self, component: Any, data: Any) -> None:
        index: list[Any] = [None] if component.is_indexed() else []
        if component.ctype is pyo.Param:
            if not index:
                component._mutable = True  # else Pyomo writes its number in its place
            self._declare(component, Param(*index, initialize=data))
            return
        record = Set(*index, initialize=data, dimen=_parts(component))
        self._sets[id(component)] = record
        self._declare(component, record)

    def _declare(self, component: Any, record: Component) -> None:
        self.records.declare(component.name, record)

    def _index(self, component: Any) -> list[Set]:
        """The sets whose product a component is indexed by."""
        if not component.is_indexed():
            return []
        return self.factors(component.index_set())

    def factors(self, group: Any) -> list[Set]:
        """A set, or the sets whose product it is."""
        if isinstance(group, SetProduct):
            parts = group.subsets(expand_all_set_operators=False)
            return [factor for part in parts for factor in self.factors(part)]
        if id(group) not in self._sets:  # one without a name
            self._sets[id(group)] = Set(initialize=list(group), dimen=_parts(group))
        return [self._sets[id(group)]]

    def _var(self, var: Any) -> Var:
        step = var._rule_domain(None, None, None).get_interval()[2]
        domain = BINARY if step == 1 else None
        return Var(*self._index(var), bounds=var._rule_bounds, domain=domain, doc=var.doc or "")

    def _constraint(self, constraint: Any) -> Constraint:
        doc = constraint.doc or ""
        rule = getattr(constraint.rule, "_fcn", None)
        return Constraint(*self._index(constraint), rule=rule, doc=doc)

    def _objective(self, objective: Any) -> ObjectiveRecord:
        sense = objective._init_sense(self._model, None)
        return ObjectiveRecord(rule=objective.rule, doc=objective.doc or "", sense=int(sense))


_RECORDERS: dict[Any, Any] = {
    pyo.Var: Components._var,
    pyo.Constraint: Components._constraint,
    pyo.Objective: Components._objective,
}


def _anything(group: Any) -> Any:
    """What could be an element of a set that has none."""
    dimension = group._init_dimen(group.parent_block(), None)
    return (0,) * dimension if isinstance(dimension, int) and dimension > 1 else 0


def _parts(group: Any) -> int:
    """Parts of an element; an indexed set does not say."""
    dimension = getattr(group, "dimen", 1)
    return dimension if isinstance(dimension, int) else 1


def _read_back(component: Any) -> Any:
    """Data of a set or a parameter that Pyomo has constructed."""
    if component.ctype is pyo.Param:
        return component.extract_values() if component.is_indexed() else component.value
    if component.is_indexed():
        return {key: list(members) for key, members in component.items()}
    return list(component)


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
        return type(given) is ItemInitializer and isinstance(given._dict, (dict, Profiles))
    if type(given) is not ConstantInitializer:
        return False
    return component.ctype is pyo.Param or isinstance(given.val, (list, tuple, range, Spans))
