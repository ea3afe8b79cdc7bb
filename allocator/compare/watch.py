"""Watches one process: ``python watch.py SECONDS LOG COMMAND…``, its input being the command's.

Prints, as JSON, the exit code (negative: the signal that ended it), whether it was killed for
time, seconds of wall time, and bytes of memory at the peak.  It is a small process of its own
since Linux counts what a process held before it started another as memory of the other, too.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time


def main(limit: str, log: str, *command: str) -> None:
    """Run the command, kill it and all it started when its seconds are over, print the facts."""
    end = time.monotonic() + float(limit)
    started = time.monotonic()
    with open(log, "wb") as output:
        child = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )

    def stop(number: int, frame: object) -> None:
        _kill(child.pid)
        sys.exit(1)

    signal.signal(signal.SIGTERM, stop)
    killed = False
    while True:
        pid, status, usage = os.wait4(child.pid, os.WNOHANG)
        if pid:
            break
        if not killed and time.monotonic() > end:
            killed = True
            _kill(child.pid)
        time.sleep(0.005)
    seconds = time.monotonic() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    _kill(child.pid)  # whatever it left behind
    unit = 1 if sys.platform == "darwin" else 1024
    sys.stdout.write(json.dumps([child.returncode, killed, seconds, usage.ru_maxrss * unit]))


def _kill(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
