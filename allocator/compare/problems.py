"""What is compared: programs of instances, and programs in MPS files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from allocator.instance import Instance
from allocator.program.program import LinearProgram
from allocator.solvers.mps import read_mps, without_free_rows
from allocator.solving.session import Session, build, check_formulation
from formulations import FORMULATIONS

ENDINGS: Final = (".mps", ".gz", ".bz2", ".sif")


@dataclass(frozen=True)
class ComparedProgram:
    """A program to compare solvers on, and the instance it is of (None for a file)."""

    name: str
    program: LinearProgram
    about: str
    instance: Instance | None = None


def is_program(path: Path) -> bool:
    """Whether a path is a program in a file, and not an instance."""
    return path.suffix.lower() in ENDINGS and not path.is_dir()


def of_file(path: Path) -> ComparedProgram:
    """The program of an MPS file, whole columns and all; UsageError where it is none."""
    program = without_free_rows(read_mps(path))
    return ComparedProgram(path.stem, program, str(path))


def of_instance(instance: Instance, formulation: str) -> ComparedProgram:
    """The program of an instance for its best window, as ``solve`` finds it.

    Where it has no plan, the program without a window.  An objective that comes before the
    last is held at its best by a row.  Of one that chooses the window, all
    windows in one, with binaries.
    """
    check_formulation(formulation)
    if FORMULATIONS[formulation].chooses_window:
        about = f"{formulation}, every window; millions of pounds"
        program = without_free_rows(build(instance, formulation))
        return ComparedProgram(instance.name, program, about, instance)
    solved = Session(formulation).solve(instance, every_window=False)
    best = solved.best or solved.windows[0]
    window = "no double investment"
    if best.window is not None:
        window = f"double investment {best.window[0]}:{best.window[1]}"
    about = f"{formulation}, {window}; millions of pounds"
    return ComparedProgram(instance.name, without_free_rows(best.program), about, instance)
