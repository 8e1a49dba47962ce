"""Start-up of the window, and how long the GUI thread is blocked."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure

_SCRIPT = Path(__file__).parent / "window_script.py"
_TARGETS: dict[str, tuple[str, float | None]] = {
    "first paint of the window, warm": ("s", 1.0),
    "window usable": ("s", None),
    "text of 2,000 lines, one key press: GUI thread": ("ms", 16.0),
    "text of 2,000 lines, from a key press to the form": ("ms", 500.0),
    **{
        f"{count} parameters: {what}": most
        for count in (40, 200)
        for what, most in (
            ("from opening to the editor on the screen", ("s", 1.0)),
            ("key press in the text, 95 %", ("ms", 30.0)),
            ("key press in the form, 95 %", ("ms", 30.0)),
            ("typing and scrolling, longest", ("ms", 250.0)),
        )
    },
    "opening a job of 1,000,000 points, first picture": ("s", 1.0),
    "live job, 100 trials × 5 metrics × 10,000 points: event loop, 95 %": ("ms", 16.0),
    "live job: memory": ("MB", 500.0),
}


def measure() -> Iterator[Figure]:
    """Each part in its own process, with software rendering on a virtual screen."""
    for part in ("start", "start", "typing", "parameters", "opening", "live", "brushing"):
        for name, value in _run(part):
            unit, most = _TARGETS.get(name) or _brushing_target(name)
            yield Figure(name, value, unit, at_most=most)


def _brushing_target(name: str) -> tuple[str, float | None]:
    if "longest" in name:
        return "ms", 50.0
    if "95 %" in name:
        return "ms", 16.0
    return "ms", {"1,000 trials": 150.0, "10,000 trials": 1500.0}.get(
        name.partition(": ")[0].removeprefix("brushing ")
    )


def _run(part: str) -> list[tuple[str, float]]:
    command = ["xvfb-run", "-a", "-s", "-screen 0 1600x1000x24", sys.executable, str(_SCRIPT), part]
    environment = {**os.environ, "QT_QPA_PLATFORM": "xcb"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    rows = (line.split("\t") for line in done.stdout.splitlines() if "\t" in line)
    return [(name, float(value)) for name, value in rows]
