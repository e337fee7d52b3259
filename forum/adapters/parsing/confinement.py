"""What a parsing process gives up before it reads the first byte: files, network, memory and time without end."""

from __future__ import annotations

import ctypes
import os
import resource
import signal

_STREAMS = 3
_NOBODY = 65534
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38


def confine(*, memory_bytes: int, cpu_seconds: int, wall_seconds: int) -> None:
    """Take rights away for good.

    No further descriptor can be opened once the limit is the three that are open, and nothing opens without one: no
    file, no socket, no other program's library. Whatever a parser needs must have been loaded before.
    """
    if os.getuid() == 0:  # root could take every limit back
        os.setgroups([])
        os.setgid(_NOBODY)
        os.setuid(_NOBODY)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    for limit, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_NOFILE, _STREAMS),
    ):
        resource.setrlimit(limit, (value, value))
    # Whoever started this process ends it first; should that process be gone, this alarm still rings.
    signal.alarm(wall_seconds + 1)
