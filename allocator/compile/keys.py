"""What the indices of a model's columns and rows are: a constraint's by its rule's signature."""

from __future__ import annotations

import inspect
from typing import Any

import pyomo.core as pyo

from allocator.vocabulary import COLUMNS
from formulations.names import keys_of


def index_keys(component: Any) -> tuple[str, ...]:
    """Keys of a constraint or a variable, in the order of its index; blank where nobody says."""
    if component.ctype is pyo.Var:
        return COLUMNS[component.name].keys if component.name in COLUMNS else ()
    rule = getattr(component.rule, "_fcn", None)
    return keys_of(tuple(inspect.signature(rule).parameters)[1:]) if rule is not None else ()
