"""Names that the mathematics shares: of what stands for all, the tiers, and what an index is.

Nothing here needs Pyomo, so whoever reads a program's names need not load it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

EXIT: Final = "exit"  # what a child who leaves for good enters
ALL: Final = "all"  # the owner of what no area has to itself
TOTAL: Final = "total"  # the item that is all spend
STATUTORY: Final = "statutory"
PREVENTION_TIERS: Final = ("early_help", "edge_of_care")
TIERS: Final = (*PREVENTION_TIERS, STATUTORY)
MILLION: Final = 1e6  # pounds in a unit of the program's money

# What each index letter stands for, as a column of a table; ``i`` beside ``j`` is where from.
LETTERS: Final = {
    "a": "area", "o": "owner", "f": "fund", "item": "item", "g": "tier", "i": "state",
    "p": "service", "j": "state", "l": "instead", "b": "band", "r": "role", "k": "practice",
    "y": "year", "t": "period",
}  # fmt: skip
_MOVE: Final = {"i": "from", "j": "to"}
# Every key, in the order in which tables show them.
KEYS: Final = (
    "area", "owner", "fund", "item", "tier", "state", "service", "practice", "role", "from", "to",
    "instead", "band", "year", "period",
)  # fmt: skip


def keys_of(letters: Sequence[str]) -> tuple[str, ...]:
    """Keys of the indices of a rule: ``a, p, t`` are area, service and period.

    A letter that has no meaning of its own stands for itself.
    """
    meaning = LETTERS | _MOVE if {"i", "j"} <= set(letters) else LETTERS
    return tuple(meaning.get(letter, letter) for letter in letters)
