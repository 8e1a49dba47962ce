"""What a window that shows a running job reads from the store: statements, rows and the work inside SQLite."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure

_SCRIPT = Path(__file__).parent / "watching_script.py"
_MOST = {"rows": 300.0, "instructions of SQLite": 100_000.0}  # per second; neither grows with the job


def measure() -> Iterator[Figure]:
    """In a process of its own, without a screen: the store's watcher runs as the window runs it."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, str(_SCRIPT)], env=environment, capture_output=True, text=True, timeout=600
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    for line in done.stdout.splitlines():
        name, value, unit = line.split("\t")
        yield Figure(name, float(value), unit, at_most=_MOST.get(name.rpartition(": ")[2]))
