"""Performance profiles: the share of programs solved within a factor of the fastest.

E. D. Dolan and J. J. Moré, *Benchmarking optimization software with performance profiles*,
Mathematical Programming 91 (2002), drawn by the library perfprof.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from allocator.compare.comparison import Comparison
from allocator.program.matrix import Floats


def can_draw() -> bool:
    """Whether the libraries for the picture are there (the extra ``solvers`` brings them)."""
    return find_spec("perfprof") is not None


def seconds(comparison: Comparison) -> tuple[list[str], Floats]:
    """Solvers that are there, and times by program and solver; infinite if not certified."""
    names = [line.name for line in comparison.summary]
    times = np.full((len(comparison.compared), len(names)), np.inf)
    for n, each in enumerate(comparison.compared):
        for result in each.results:
            if result.stands and result.seconds is not None:
                times[n, names.index(result.algorithm.name)] = result.seconds
    return names, times


def draw(comparison: Comparison, path: Path) -> bool:
    """Draw the profile into a picture; False where the libraries or the times are missing."""
    names, times = seconds(comparison)
    certified = [bool(column.any()) for column in np.isfinite(times).T]
    if not can_draw() or not any(certified):
        return False
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt
    from perfprof import perfprof

    names = [name for name, any_ in zip(names, certified, strict=True) if any_]
    figure = plt.figure(figsize=(9, 5.5))
    lines = [f"C{n % 10}{style}" for n, style in zip(range(len(names)), _STYLES, strict=False)]
    perfprof(times[:, certified], lines, linewidth=1.5)
    plt.xscale("log", base=2)
    plt.ylim(0, 1.02)
    plt.xlabel("time, as a multiple of the fastest solver's")
    plt.ylabel("share of programs with a certified answer")
    plt.legend(names, fontsize="small", loc="center left", bbox_to_anchor=(1.0, 0.5))
    figure.savefig(path, dpi=120, bbox_inches="tight")
    plt.close(figure)
    return True


_STYLES = ["-"] * 10 + ["--"] * 10 + [":"] * 10
