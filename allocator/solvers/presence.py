"""Which algorithms this machine has, and in what version."""

from __future__ import annotations

import re
import shutil
import subprocess
from importlib import metadata

from allocator.solvers.algorithms import Algorithm


def version(algorithm: Algorithm) -> str | None:
    """Version of the code that is there to run; None where it is not, or has no licence."""
    if algorithm.program:
        return _of_program(algorithm.program)
    try:
        installed = metadata.version(algorithm.package)
    except metadata.PackageNotFoundError:
        return None
    if "pyomo" in algorithm.options:
        from allocator.solvers.bridges.pyomos import licensed

        plugin = str(algorithm.options.get("plugin", ""))
        return installed if licensed(algorithm.options["pyomo"], plugin) else None
    return installed


def _of_program(name: str) -> str | None:
    """What an executable says of its version: the first number with a point in it."""
    path = shutil.which(name)
    if path is None:
        return None
    try:
        said = subprocess.run(
            [path], input="quit\n", capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    number = re.search(r"\d+(\.\d+)+", said.stdout)
    return number[0] if number else "unknown"
