"""A store of 5,000 jobs: the list, the table, and what a poll costs while one of the jobs runs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure

_SCRIPT = Path(__file__).parent / "many_jobs_script.py"
_TARGETS: dict[str, tuple[str, float]] = {
    "first reading": ("s", 1.0),
    "a poll after a commit of one job": ("ms", 5.0),
    "  statements of the poll": ("", 6.0),
    "sidebar: all jobs": ("ms", 50.0),
    "sidebar: one letter of a search": ("ms", 30.0),
    "sidebar: progress of a running job": ("ms", 16.0),
    "table: open": ("ms", 200.0),
    "table: sort by a column": ("ms", 100.0),
    "table: a condition": ("ms", 150.0),
    "table: progress of a running job": ("ms", 50.0),
}


def measure() -> Iterator[Figure]:
    """In a process of its own, with software rendering on a virtual screen; processor time, not the clock's."""
    command = ["xvfb-run", "-a", "-s", "-screen 0 1600x1000x24", sys.executable, str(_SCRIPT)]
    environment = {**os.environ, "QT_QPA_PLATFORM": "xcb"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    for line in done.stdout.splitlines():
        name, _tab, value = line.partition("\t")
        if name in _TARGETS:
            unit, most = _TARGETS[name]
            yield Figure(f"5,000 jobs × 20 trials, {name.strip()}", float(value), unit, at_most=most)
