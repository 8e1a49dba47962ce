"""When a process started: together with its number this identifies it, because numbers are reused."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

_COMMAND = "bayescore.engine.host"


def start_of(pid: int) -> float | None:
    """When a process started, in units of its system, for comparison only; ``None`` if it does not run."""
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
    """Whether a process is the engine that wrote this number and start.

    Parameters
    ----------
    started
        ``None`` from an engine of an earlier version, which is recognized by its command line.
    """
    if started is not None:
        return start_of(pid) == started
    import psutil

    with suppress(psutil.Error, OSError):
        return _COMMAND in psutil.Process(pid).cmdline()
    return False


def ask_to_end(pid: int, started: float | None) -> None:
    """Send SIGTERM to an engine, but not to another process that has its number now."""
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
