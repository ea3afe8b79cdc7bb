"""What a saved plan's files and columns are: the single source for README.txt and for loading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from allocator.instance import storage
from allocator.instance.beside import CALIBRATION
from allocator.instance.writing import INSTANCE
from allocator.plan.columns import COLUMNS

PLAN_FILE: Final = storage.PLAN_FILE
HEDGE_FILE: Final = "hedge.json"  # what a saved plan over several futures is known by
INSTANCE_FOLDER: Final = "instance"
LOG_FILE: Final = "solver.log"
README_FILE: Final = "README.txt"
WINDOWS_FILE: Final = "windows.csv"

# What a plan that was saved before there were staff lacks: blank in every row of it.
BLANK_BEFORE: Final[Mapping[str, tuple[str, ...]]] = {"prices": ("practice", "role")}
# What no audit can find again, since it is one of several right answers: held by the seal alone.
SEALED: Final[Mapping[str, frozenset[str]]] = {
    "prices": frozenset({"holds_from", "holds_to"}),
    # From duals, of which there may be several that are right.
    "kept": frozenset({"pays_at_cost", "pays_at_effect"}),
    "tightest": frozenset({"input", "share"}),  # known to a hundredth
    "windows": frozenset({"children_in_care_at_end", "proved"}),
}


def is_of_copy(file: str) -> bool:
    """Whether a file, by relative path, is of the instance's copy, or was kept beside it."""
    folder, _, inner = file.partition("/")
    return folder == INSTANCE_FOLDER and (inner == CALIBRATION or INSTANCE.owns(inner))


def is_hedge(path: Path) -> bool:
    """Whether a path is a folder with a saved hedge, or its hedge.json."""
    return path.name == HEDGE_FILE or (path / HEDGE_FILE).is_file()


def described(row: str, columns: Iterable[str], price_base: str) -> list[str]:
    """Lines that say what a row and each column of a table are."""
    lines = [f"  one row per {row}"]
    lines += [f"  {name:26}{COLUMNS[name].meaning.format(prices=price_base)}" for name in columns]
    return lines
