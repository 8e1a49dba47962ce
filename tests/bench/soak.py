"""Memory of the window after pages have been opened, closed and switched many times."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure

_SCRIPT = Path(__file__).with_name("soak_script.py")
_TIMES = 500
_SECONDS = 3600


def measure() -> Iterator[Figure]:
    """In a process of its own, with software rendering on a virtual screen."""
    command = ["xvfb-run", "-a", "-s", "-screen 0 1600x1000x24", sys.executable, str(_SCRIPT), str(_TIMES)]
    environment = {**os.environ, "QT_QPA_PLATFORM": "xcb"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=_SECONDS)
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    first, ratio = (line.split("\t") for line in done.stdout.splitlines() if "\t" in line)
    yield Figure(first[0], float(first[1]), "MB")
    yield Figure(ratio[0], float(ratio[1]), "×", at_most=1.3)
