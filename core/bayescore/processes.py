"""Start times of processes: process ids are reused, a pid with a start time names one process."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


def start_time(pid: int) -> float | None:
    """Start time of a living process; ``None`` for a zombie or when there is no such process.

    The unit depends on the system, so that times can only be compared with each other.
    """
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
