"""The same instance with some cells changed, and checked again."""

from __future__ import annotations

from collections.abc import Iterable

from allocator.errors import InstanceError
from allocator.instance.added_rows import ADD, with_row
from allocator.instance.cell_changes import changed
from allocator.instance.check import examine
from allocator.instance.instance import Instance
from allocator.instance.problems import errors


def apply_changes(instance: Instance, changes: Iterable[str]) -> Instance:
    """The instance with cells changed, in the order given, and checked again.

    A change reads ``table.key.column=value`` or ``section.setting=value``.  The key is the
    row's key cells joined by dots, with ``area`` in any place, or left out where it is
    blank; cells may be left out at will as long as one row fits.  ``*`` stands for any
    cells and changes every row that fits; a value ``*0.9`` multiplies a number; an empty
    value restores the default.  ``+`` before a change adds the row, where none has that key: its
    key cells all of them, the area first or left out, and the one cell.

    For example ``targets.2025.children=60000``, ``budgets.core.*.amount=*1.02`` and
    ``+targets.2031.children=120``.

    Raises UsageError if a change names nothing or too much, and InstanceError if the
    changed instance has errors.
    """
    for text in changes:
        instance = (with_row if text.startswith(ADD) else changed)(instance, text)
    problems = errors(examine(instance))
    if problems:
        raise InstanceError(problems)
    return instance
