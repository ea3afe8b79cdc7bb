"""What the indices of a model's columns and rows are: a constraint's by its rule's signature."""

from __future__ import annotations

from typing import Any

from allocator.vocabulary import COLUMNS
from formulations.names import keys_of


def column_keys(name: str) -> tuple[str, ...]:
    """Keys of a variable, in the order of its index; blank where nobody says."""
    return COLUMNS[name].keys if name in COLUMNS else ()


def row_keys(rule: Any) -> tuple[str, ...]:
    """Keys of a constraint, in the order of its index; blank where it has no rule."""
    code = getattr(rule, "__code__", None)
    return () if code is None else keys_of(code.co_varnames[1 : code.co_argcount])
