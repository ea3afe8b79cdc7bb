"""Watches one process: ``python watch.py SECONDS LOG COMMAND…``, its input being the command's.

Prints, as JSON, the exit code (negative: the signal that ended it), whether it was killed for
time, seconds of wall time, and bytes of memory at the peak (null where the system, not POSIX,
does not count them).  The command's process id goes to LOG.pid, for whoever has to end it when
this process is ended.  It is a small process of its own
since Linux counts what a process held before it started another as memory of the other, too.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time


def main(limit: str, log: str, *command: str) -> None:
    """Run the command, kill it and all it started when its seconds are over, print the facts."""
    deadline = time.monotonic() + float(limit)
    started = time.monotonic()
    with open(log, "wb") as output:
        child = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )

    with open(f"{log}.pid", "w", encoding="ascii") as file:
        file.write(str(child.pid))

    def stop(number: int, frame: object) -> None:
        end(child.pid)
        sys.exit(1)

    signal.signal(signal.SIGTERM, stop)
    killed, memory = False, None
    while True:
        ended, memory = _ended(child)
        if ended:
            break
        if not killed and time.monotonic() > deadline:
            killed = True
            end(child.pid)
        time.sleep(0.005)
    seconds = time.monotonic() - started
    end(child.pid)  # whatever it left behind
    sys.stdout.write(json.dumps([child.returncode, killed, seconds, memory]))


def _ended(child: subprocess.Popen[bytes]) -> tuple[bool, int | None]:
    """Whether it has ended, and the bytes it held at the peak, where the system counts them."""
    if not hasattr(os, "wait4"):
        return child.poll() is not None, None
    pid, status, usage = os.wait4(child.pid, os.WNOHANG)
    if not pid:
        return False, None
    child.returncode = os.waitstatus_to_exitcode(status)
    return True, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def end(group: int) -> None:
    """A process and, where the system has groups of them, all that it started."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(group, signal.SIGKILL)
        else:
            os.kill(group, getattr(signal, "SIGKILL", signal.SIGTERM))  # at once on either


if __name__ == "__main__":
    main(*sys.argv[1:])
