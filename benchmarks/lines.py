"""Where a command's CPU time goes, by line of the project's own source.

python -m benchmarks.lines OUT MODULE [WORDS…]

The time of a library is that of the line that calls it, that of an import the line of ``import``.
"""

from __future__ import annotations

import linecache
import runpy
import signal
import sys
import time
from collections import defaultdict
from pathlib import Path
from types import FrameType

ROOT = str(Path(__file__).parent.parent)
OURS = tuple(f"{ROOT}/{package}/" for package in ("allocator", "formulations", "benchmarks"))
STEP = 0.002  # seconds of CPU between two looks
MOST = 60  # lines told


class LineSampler:
    """Looks at the stack as CPU time goes by, and weighs what it sees by the time since before."""

    def __init__(self) -> None:
        self.own: dict[tuple[str, int], float] = defaultdict(float)
        self.within: dict[tuple[str, int], float] = defaultdict(float)
        self._last = 0.0

    def __enter__(self) -> LineSampler:
        signal.signal(signal.SIGPROF, self._look)
        self._last = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, STEP, STEP)
        return self

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)

    def _look(self, _: int, frame: FrameType | None) -> None:
        used = time.process_time() - self._last
        lines = []
        while frame is not None:
            if frame.f_code.co_filename.startswith(OURS) and __file__ != frame.f_code.co_filename:
                lines.append((frame.f_code.co_filename, frame.f_lineno or 0))
            frame = frame.f_back
        self.own[lines[0] if lines else ("", 0)] += used
        for line in set(lines):
            self.within[line] += used
        self._last = time.process_time()

    def told(self) -> str:
        """Lines by what they take themselves, and beside it with all that they call of ours."""
        whole = sum(self.own.values()) or 1.0
        rows = [f"{whole:.2f} s of CPU", "  itself   in all  line"]
        for line, used in sorted(self.own.items(), key=lambda each: -each[1])[:MOST]:
            file, number = line
            text = linecache.getline(file, number).strip()
            place = (
                f"{Path(file).relative_to(ROOT)}:{number}" if file else "start and end of Python"
            )
            within = self.within.get(line, used)
            rows.append(f"{used / whole:8.1%} {within / whole:8.1%}  {place}  {text}".rstrip())
        return "\n".join(rows) + "\n"


def main(out: str, module: str, *words: str) -> None:
    """Run a module as ``python -m`` does, and write where its time went."""
    sys.argv = [module, *words]
    with LineSampler() as sampler:
        try:
            runpy.run_module(module, run_name="__main__", alter_sys=True)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            Path(out).write_text(sampler.told(), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
