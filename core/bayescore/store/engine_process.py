"""The engine's process, identified by its number and start time: numbers are reused."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

_COMMAND = "bayescore.engine.host"


def start_time(pid: int) -> float | None:
    """Start of a running process in the system's own unit, to be compared only; ``None`` without one."""
    if Path("/proc/self/stat").exists():
        try:
            stat = Path(f"/proc/{pid}/stat")
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            return None
        return None if fields[0] in ("Z", "X") else float(fields[19])
    import psutil

    with suppress(psutil.Error):
        return float(psutil.Process(pid).create_time())
    return None


def is_engine(pid: int, started: float | None) -> bool:
    """Whether a process is the engine that stored this number and start time.

    Parameters
    ----------
    started
        ``None`` from an engine of an earlier version: then the command line is compared.
    """
    if started is not None:
        return start_time(pid) == started
    import psutil

    with suppress(psutil.Error, OSError):
        return _COMMAND in psutil.Process(pid).cmdline()
    return False


def terminate(pid: int, started: float | None) -> None:
    """Send SIGTERM to an engine, and not to another process that has got its number since."""
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
