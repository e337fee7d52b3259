"""`python -m forum`, told to stop when the process at the other end of its standard input is gone."""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading


def _stop_with_parent(lifeline: int) -> None:
    """Wait for the end of the pipe, which comes even when the parent is killed, and send this process a TERM."""
    while os.read(lifeline, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_stop_with_parent, args=(sys.stdin.fileno(),), daemon=True).start()
    runpy.run_module("forum", run_name="__main__")
