"""The process in which an algorithm runs: ``python -m allocator.solvers.child ANSWER BYTES``.

The task comes on standard input as JSON, the answer goes into a file.  Whatever happens here
(a crash, an endless loop, no memory left) happens to this process alone.
"""

from __future__ import annotations

import importlib
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from allocator.solvers.task import Reply, Task

LONGEST_FILE: Final = 4 * 1024**3  # bytes that a solver may write into one file


def main(answer: str, memory: str) -> None:
    """Run the task on standard input within so many bytes of memory, 0 for no limit."""
    task = Task.from_json(sys.stdin.read())
    _limit(int(memory))
    bridge = importlib.import_module(f"allocator.solvers.bridges.{task.bridge}")
    reply: Reply = bridge.solve(task)
    reply.save(Path(answer))


def _limit(memory: int) -> None:
    try:
        import resource
    except ImportError:  # not POSIX: nothing can be limited
        return
    if memory:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LONGEST_FILE, LONGEST_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):  # not Linux: then the limit above has to do
        Path("/proc/self/oom_score_adj").write_text("1000")  # short of memory, this one goes


if __name__ == "__main__":
    main(*sys.argv[1:])
