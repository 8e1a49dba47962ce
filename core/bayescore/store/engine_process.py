"""Identifying and stopping the engine's process, whose pid another process may have by now."""

from __future__ import annotations

import os
import signal
from contextlib import suppress

from bayescore.processes import start_time

_COMMAND = "bayescore.engine.host"


def is_engine(pid: int, started: float | None) -> bool:
    """Whether a process is the engine that recorded this pid and start time.

    Parameters
    ----------
    started
        ``None`` for an engine of an earlier version, which is recognised by its command line.
    """
    if started is not None:
        return start_time(pid) == started
    import psutil

    with suppress(psutil.Error, OSError):
        return _COMMAND in psutil.Process(pid).cmdline()
    return False


def terminate(pid: int, started: float | None) -> None:
    """Send SIGTERM to an engine, and never to another process that reuses its pid."""
    if not hasattr(os, "pidfd_open"):
        with suppress(ProcessLookupError):
            if is_engine(pid, started):
                os.kill(pid, signal.SIGTERM)
        return
    with suppress(ProcessLookupError):
        process = os.pidfd_open(pid)
        try:
            if is_engine(pid, started):
                signal.pidfd_send_signal(process, signal.SIGTERM)
        finally:
            os.close(process)
