"""A solution file read, its format told from what it holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from allocator.errors import UsageError
from allocator.importing import glpk_files, highs_files, plain_files
from allocator.importing.solution_file import SolutionFile

Lines = Sequence[str]

FORMATS: Final[tuple[tuple[Callable[[Lines], bool], Callable[[Lines], SolutionFile]], ...]] = (
    (highs_files.is_raw, highs_files.read_raw),
    (highs_files.is_pretty, highs_files.read_pretty),
    (glpk_files.is_raw, glpk_files.read_raw),
    (glpk_files.is_pretty, glpk_files.read_pretty),
    (plain_files.is_cbc, plain_files.read_cbc),
    (plain_files.is_scip, plain_files.read_scip),
)


def read_solution(path: Path) -> SolutionFile:
    """What a solution file says.  UsageError where it is not one, or is damaged."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: is not a text file: {error}") from error
    if len(lines) > 1:
        for is_it, read in FORMATS:
            if is_it(lines):
                try:
                    return read(lines)
                except UsageError as error:
                    raise UsageError(f"{path}: {error}") from error
                except (ValueError, IndexError, KeyError, StopIteration, AttributeError) as error:
                    raise UsageError(f"{path}: is damaged: {error}") from error
    raise UsageError(
        f"{path}: is not a solution file of HiGHS (raw, pretty), GLPK (-w, -o), CBC or SCIP"
    )
