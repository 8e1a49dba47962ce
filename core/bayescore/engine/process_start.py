"""When a process began: with its number it names one process, for numbers are used again."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

_COMMAND = "bayescore.engine.host"


def start_of(pid: int) -> float | None:
    """Start of a living process, in units of its system, to be compared only; ``None`` when there is none."""
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
    """Whether a process is the engine that wrote its number and its start.

    Parameters
    ----------
    started
        ``None`` from an engine of an earlier version: its command line tells then.
    """
    if started is not None:
        return start_of(pid) == started
    import psutil

    with suppress(psutil.Error, OSError):
        return _COMMAND in psutil.Process(pid).cmdline()
    return False


def ask_to_end(pid: int, started: float | None) -> None:
    """Send SIGTERM to an engine, and to no other process that got its number meanwhile."""
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
