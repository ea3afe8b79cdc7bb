"""Starts mpi-sppy's hub and spokes over the ranks of MPI, and reads what they found."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from allocator.errors import SolverError, UsageError
from allocator.hedge.mpi_sppy import spun
from allocator.hedge.mpi_sppy.bounds import Bounds
from allocator.hedge.mpi_sppy.models import Models

CYLINDERS: Final = 3  # the hub and two spokes
_ROOT: Final = ("OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM")
_LAST: Final = 5  # lines of a failure that are told


def spin(models: Models, ranks: int, rounds: int) -> Bounds:
    """Their bounds.  UsageError where there is no ``mpiexec``, SolverError where it fails."""
    with TemporaryDirectory(prefix="allocator-") as name:
        folder = Path(name)
        (folder / spun.MODELS).write_bytes(pickle.dumps(models))
        _run(folder, [_mpiexec(), *_words(ranks), str(folder), str(rounds)])
        outer, inner = pickle.loads((folder / spun.BOUNDS).read_bytes())
        file = folder / spun.SETTLED
        return Bounds(outer, inner, pickle.loads(file.read_bytes()) if file.exists() else {})


def _mpiexec() -> str:
    """That of this environment, as the package openmpi brings it, else of the machine."""
    program = shutil.which("mpiexec", path=str(Path(sys.executable).parent)) or shutil.which(
        "mpiexec"
    )
    if program is None:
        raise UsageError(
            "several ranks need mpiexec: install allocator[mpi-sppy], which brings Open MPI"
        )
    return program


def _words(ranks: int) -> list[str]:
    """More ranks than cores take turns."""
    waiting = ["--oversubscribe", "--mca", "mpi_yield_when_idle", "1"]
    return ["-n", str(ranks), *waiting, sys.executable, "-m", spun.__name__]


def _run(folder: Path, command: list[str]) -> None:
    """Run there as here."""
    allowed = dict.fromkeys(_ROOT, "1") if os.geteuid() == 0 else {}
    here = {"PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))}
    done = subprocess.run(
        command,
        cwd=folder,  # mpi-sppy leaves logs where it runs
        env={**os.environ, **here, **allowed},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-_LAST:])
        raise SolverError(f"mpi-sppy ended with {done.returncode}:\n{said}")
